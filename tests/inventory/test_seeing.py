"""From looks to rows: what counts as new, what is served, what a client keeps."""

from datetime import timedelta

import msgspec
import pytest
from django.db import transaction

from tests.simulators.inventoried import DAY, START, Inventoried, keep, publisher
from trustui.inventory.models import Crawl, RoleState, RoleVersion, Sighting
from trustui.inventory.seeing import Crawled, see
from trustui.inventory.values import CrawlResult

pytestmark = pytest.mark.django_db


@pytest.fixture
def vendor() -> Inventoried:
    return Inventoried(publisher())


def crawled(vendor: Inventoried, result: CrawlResult) -> Crawled:
    row = Crawl.objects.create(
        source=vendor.source, started_at=START, finished_at=START, outcome="complete"
    )
    return Crawled(row.pk, result, vendor.source.anchor_id)


def test_it_tells_what_is_new_and_what_is_served_now(vendor: Inventoried) -> None:
    one = crawled(vendor, vendor.look(START))
    with transaction.atomic():
        sight = see([one], START)
    places = {look.seen.place for look in sight.new[one.id]}
    assert places == set(vendor.repo.metadata)
    assert set(sight.first) == set(sight.versions)
    assert {step.role for step in sight.steps[one.id]} == set(
        RoleState.objects.values_list("role", flat=True)
    )
    again = crawled(vendor, one.result)
    with transaction.atomic():
        sight = see([again], START)
    assert (sight.new, sight.first, sight.steps) == ({}, {}, {})


def test_a_document_has_the_time_at_which_it_was_read(vendor: Inventoried) -> None:
    result = vendor.look(START)
    assert {one.document.seen_at for one in result.seen} == {START}
    hour = timedelta(hours=1)
    slow = msgspec.structs.replace(result, started_at=START - hour, finished_at=START + hour)
    keep([slow], START + hour)
    found = set(Sighting.objects.values_list("first_seen_at", "last_seen_at"))
    assert found == {(START, START + hour)}


def test_a_time_that_only_the_place_tells_is_not_when_we_saw_it(vendor: Inventoried) -> None:
    result = vendor.look(START)
    late = msgspec.structs.replace(result, started_at=START + DAY, finished_at=START + DAY)
    keep([late], START + DAY)
    assert set(Sighting.objects.values_list("first_seen_at", flat=True)) == {START + DAY}


def test_a_pinned_root_never_takes_the_place_of_what_is_served(vendor: Inventoried) -> None:
    vendor.repo.rotate("root")
    vendor.repo.publish(START)
    vendor.crawl(START)
    state = RoleState.objects.get(role="root")
    assert (state.served.version, state.origin) == ("2", "")
    result = vendor.look(START + DAY)
    pinned = msgspec.structs.replace(
        next(iter(Inventoried(vendor.repo).look(START).seen)),
        place="pinned/1.root.json",
        role="root",
        origin="anchor",
    )
    keep([msgspec.structs.replace(result, seen=(pinned,), outcome="complete")], START + DAY)
    assert Sighting.objects.filter(origin="anchor").count() == 1
    state.refresh_from_db()
    assert (state.served.version, state.origin) == ("2", "")


def test_a_pinned_root_that_the_place_does_not_serve_is_all_there_is() -> None:
    repo = publisher()
    body = repo.document("root", 1)
    repo.withdraw("1.root.json")
    vendor = Inventoried(repo, is_pinned=False)
    vendor.pin(body)
    vendor.crawl(START)
    state = RoleState.objects.get(role="root")
    assert (state.origin, state.trusted_id) == ("anchor", state.served_id)
    (sighting,) = vendor.sightings("pinned/1.root.json")
    assert sighting.standing == "trusted"
    vendor.crawl(START + DAY)
    assert len(vendor.sightings("pinned/1.root.json")) == 1


def test_a_clock_that_went_back_tells_of_the_earlier_time(vendor: Inventoried) -> None:
    first = dict(vendor.repo.metadata)
    vendor.crawl(START)
    vendor.repo.renew("timestamp")
    vendor.repo.publish(START)
    vendor.crawl(START + DAY)
    vendor.crawl(START - DAY, first)
    row = RoleVersion.objects.get(role="timestamp", version="1")
    assert row.first_seen_at == START - DAY
