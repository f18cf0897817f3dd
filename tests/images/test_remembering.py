"""What a crawl is told before it begins."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.simulators.image_repository import Repository
from tests.simulators.imaged import HOUR, START, Imaged
from trustui.core.oci.references import digest_of
from trustui.demo.images.repository import image, platforms
from trustui.images.budget import ImageLimits
from trustui.images.remembering import kept_bodies, known_repositories, orders_for
from trustui.inventory.models import Credential, Source

pytestmark = pytest.mark.django_db


def vendor(number: int = 3) -> Imaged:
    found = {f"team/app{name}": Repository() for name in range(number)}
    for behind in found.values():
        image(behind)
        platforms(behind, "2.0")
    return Imaged(found)


def test_an_order_names_what_waits_longest_first() -> None:
    one = vendor()
    one.crawl(START, ImageLimits(repositories=2))
    order = orders_for([one.source.pk], {}, START + HOUR)[one.source.pk]
    assert order.began_at is not None
    assert order.done == {"team/app0", "team/app1"}
    later = orders_for([one.source.pk], {}, START + timedelta(days=2))[one.source.pk]
    assert (later.began_at, later.done) == (None, frozenset())
    assert later.known == ("team/app0", "team/app1")


def test_orders_for_any_number_of_sources_take_as_many_statements() -> None:
    counts = []
    for number in (1, 5):
        sources = [vendor().source.pk for _ in range(number)]
        with CaptureQueriesContext(connection) as captured:
            assert set(orders_for(sources, {}, START)) == set(sources)
        counts.append(len(captured))
    assert counts[0] == counts[1] == 4


def test_a_removed_source_has_no_order() -> None:
    one = vendor()
    Source.objects.update(removed_at=START)
    assert orders_for([one.source.pk], {}, START) == {}


def test_credentials_that_nothing_opens_are_told_in_the_order() -> None:
    one = vendor()
    Credential.objects.create(
        source=one.source,
        username="robot",
        sealed=b"nothing",
        key_id="0" * 64,
        set_by_name="alice",
        set_at=START,
    )
    order = orders_for([one.source.pk], {}, START)[one.source.pk]
    assert order.refused
    assert order.login is None


def test_known_repositories_take_as_many_statements_for_many() -> None:
    one = vendor(6)
    one.crawl(START)
    counts = []
    for number in (1, 6):
        names = list(one.place.behind)[:number]
        with CaptureQueriesContext(connection) as captured:
            known = known_repositories(one.source.pk, [*names, "never/seen"])
        assert set(known) == set(names)
        counts.append(len(captured))
    assert counts[0] == counts[1] == 5
    (index,) = known["team/app0"].platforms
    assert len(known["team/app0"].platforms[index]) == 2
    assert known["team/app0"].looks[index].is_complete


def test_only_what_a_repository_itself_keeps_is_given() -> None:
    one = vendor(2)
    one.crawl(START)
    known = known_repositories(one.source.pk, ["team/app0"])["team/app0"]
    digests = list(known.digests)
    bodies = kept_bodies(known.id, [*digests, "sha256:" + "0" * 64])
    assert {digest_of(body) for body in bodies.values()} == set(digests)
    assert kept_bodies(known.id + 100, digests) == {}
    assert kept_bodies(known.id, []) == {}
