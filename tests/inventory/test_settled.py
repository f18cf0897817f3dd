"""What is settled is known from the store with a few statements, and with no more than a look needs."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from tests.simulators.many_places import MemoryDoor
from trustui.accounts.models import Team
from trustui.core.facts import ProblemKind
from trustui.core.formats.tuf.repository import AnchorOrigin
from trustui.core.primitives.digests import sha256
from trustui.demo.publisher import Publisher
from trustui.inventory.anchoring import anchor_source
from trustui.inventory.crawling import crawl, next_root
from trustui.inventory.models import Source
from trustui.inventory.places import orders_for
from trustui.inventory.probing import may_probe, place_behind
from trustui.inventory.recording import record
from trustui.inventory.settled import settled_orders
from trustui.inventory.sources import add_source, remove_source
from trustui.inventory.values import CrawlResult
from trustui.policies.models import Origin

pytestmark = pytest.mark.django_db

AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def repo() -> Publisher:
    made = Publisher("a vendor", AT)
    made.publish(AT)
    return made


def added(name: str, root: bytes | None) -> Source:
    team, _ = Team.objects.get_or_create(name="release", defaults={"created_at": AT})
    location = f"https://{name}.example/metadata"
    source = add_source(team=team, name=name, location=location, actor="person:alice", now=AT)
    if root is not None:
        pin(source, root)
    return source


def pin(source: Source, root: bytes) -> None:
    anchor_source(
        source=source,
        body=root,
        origin=Origin.FILE,
        by=None,
        by_name="alice",
        reason="a test",
        now=AT,
    )


def crawled(source: Source, repo: Publisher, **door: Any) -> CrawlResult:
    files = {f"{source.location}/{name}": body for name, body in repo.metadata.items()}
    (order,) = orders_for([source.pk])
    place = place_behind(MemoryDoor(files, AT, **door).each, source.location)
    result = crawl(order, place, lambda: AT)
    with transaction.atomic():
        record([result], AT + timedelta(seconds=1))
    return result


def test_a_crawled_source_is_settled_with_what_a_look_needs(repo: Publisher) -> None:
    source = added("vendor", repo.document("root", 1))
    crawled(source, repo)
    source.refresh_from_db()
    order = settled_orders([source.pk])[source.pk]
    whole = orders_for([source.pk])[0]
    assert may_probe(order)
    assert (order.source_id, order.location, order.anchor_id) == (
        source.pk,
        source.location,
        source.anchor_id,
    )
    assert (order.root_version, order.root_origin) == (1, AnchorOrigin.KEPT)
    known = order.known["timestamp.json"]
    assert known.sighting_id == whole.known["timestamp.json"].sighting_id
    assert known.sha256 == sha256(repo.metadata["timestamp.json"])
    assert known.validator == whole.known["timestamp.json"].validator != ""
    assert (order.trusted, order.root) == ({}, None)


def test_a_look_asks_for_the_root_after_the_newest_that_was_followed(repo: Publisher) -> None:
    source = added("vendor", repo.document("root", 1))
    for _ in range(10):
        repo.rotate("root")
        repo.publish(AT)
    crawled(source, repo)
    root = next_root(settled_orders([source.pk])[source.pk])
    assert root is not None
    assert root.version == 12


def test_a_refused_next_root_is_known(repo: Publisher) -> None:
    source = added("vendor", repo.document("root", 1))
    stranger = Publisher("a stranger", AT)
    stranger.publish(AT)
    stranger.rotate("root")
    stranger.publish(AT)
    repo.serve("2.root.json", stranger.document("root", 2))
    crawled(source, repo)
    order = settled_orders([source.pk])[source.pk]
    assert order.known["2.root.json"].sha256 == sha256(stranger.document("root", 2))


def test_without_an_anchor_the_newest_root_that_is_served_counts(repo: Publisher) -> None:
    source = added("vendor", None)
    repo.rotate("root")
    repo.publish(AT)
    crawled(source, repo)
    order = settled_orders([source.pk])[source.pk]
    assert (order.root_version, order.root_origin) == (2, AnchorOrigin.NOBODY)
    assert may_probe(order)


def never_crawled(source: Source, repo: Publisher) -> None:
    """Nothing is known of it."""


def crawled_in_part(source: Source, repo: Publisher) -> None:
    crawled(source, repo)
    repo.renew("targets")
    repo.publish(AT)
    crawled(source, repo, problems={f"{source.location}/2.targets.json": ProblemKind.UNREADABLE})


def not_answering(source: Source, repo: Publisher) -> None:
    crawled(source, repo)
    place = f"{source.location}/timestamp.json"
    crawled(source, repo, problems={place: ProblemKind.UNREADABLE})


def removed(source: Source, repo: Publisher) -> None:
    crawled(source, repo)
    remove_source(source=source, actor="person:alice", now=AT)


def anchored_anew(source: Source, repo: Publisher) -> None:
    crawled(source, repo)
    stranger = Publisher("a stranger", AT)
    stranger.publish(AT)
    pin(source, stranger.document("root", 1))


def anchored_late(source: Source, repo: Publisher) -> None:
    """What was read while nobody vouched has to be verified once somebody does."""
    Source.objects.filter(pk=source.pk).update(anchor=None)
    crawled(source, repo)
    source.refresh_from_db()
    pin(source, repo.document("root", 1))


def of_another_kind(source: Source, repo: Publisher) -> None:
    crawled(source, repo)
    Source.objects.filter(pk=source.pk).update(kind="directory")


@pytest.mark.parametrize(
    "happened",
    [
        never_crawled,
        crawled_in_part,
        not_answering,
        removed,
        anchored_anew,
        anchored_late,
        of_another_kind,
    ],
)
def test_a_source_is_crawled_whole_after(
    happened: Callable[[Source, Publisher], None], repo: Publisher
) -> None:
    source = added("vendor", repo.document("root", 1))
    happened(source, repo)
    assert settled_orders([source.pk]) == {}


def test_many_take_as_many_statements_as_one(
    repo: Publisher, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    sources = [added(f"vendor-{number}", repo.document("root", 1)) for number in range(5)]
    for source in sources:
        crawled(source, repo)
    with django_assert_num_queries(2):
        assert len(settled_orders([sources[0].pk])) == 1
    with django_assert_num_queries(2):
        assert len(settled_orders([source.pk for source in sources])) == 5
