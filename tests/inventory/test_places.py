"""What a crawl is told beforehand, for many sources at once."""

from collections.abc import Callable

import pytest
from django.test.utils import CaptureQueriesContext

from tests.simulators.inventoried import DAY, START, Inventoried, publisher
from trustui.core.facts import ProblemKind
from trustui.core.formats.tuf.repository import AnchorOrigin
from trustui.demo.publisher import Publisher
from trustui.inventory.importing import import_past
from trustui.inventory.models import Crawl, CrawlOutcome, Source
from trustui.inventory.places import orders_for
from trustui.inventory.values import CrawlOrder

pytestmark = pytest.mark.django_db


@pytest.fixture
def repo() -> Publisher:
    return publisher()


@pytest.fixture
def vendor(repo: Publisher) -> Inventoried:
    return Inventoried(repo)


def order(source: Source) -> CrawlOrder:
    (made,) = orders_for([source.pk])
    return made


def test_a_source_that_was_never_crawled_starts_from_its_pinned_root(
    repo: Publisher, vendor: Inventoried
) -> None:
    made = order(vendor.source)
    assert made.root is not None
    assert (made.root.body, made.root_origin) == (repo.document("root", 1), AnchorOrigin.PINNED)
    assert (made.root_version, made.trusted, made.known) == (1, {}, {})
    assert not made.is_settled
    assert (made.kind, made.location) == (vendor.source.kind, vendor.source.location)
    assert made.anchor_id == vendor.source.anchor_id


def test_after_a_rotation_it_starts_from_the_root_that_was_followed(
    repo: Publisher, vendor: Inventoried
) -> None:
    repo.rotate("root")
    repo.publish(START)
    vendor.crawl(START)
    made = order(vendor.source)
    assert made.root is not None
    assert (made.root.body, made.root_version) == (repo.document("root", 2), 2)
    assert made.root_origin is AnchorOrigin.KEPT
    assert {"timestamp.json", "2.root.json"} <= set(made.known)


def test_another_root_that_is_pinned_begins_anew(vendor: Inventoried) -> None:
    vendor.crawl(START)
    assert order(vendor.source).is_settled
    other = publisher("another")
    vendor.pin(other.document("root", 1))
    made = order(vendor.source)
    assert made.root is not None
    assert (made.root.body, made.root_origin) == (other.document("root", 1), AnchorOrigin.PINNED)
    assert (dict(made.trusted), made.is_settled) == ({}, False)


def test_what_is_kept_has_the_time_at_which_it_was_first_seen(vendor: Inventoried) -> None:
    vendor.crawl(START)
    vendor.crawl(START + DAY)
    made = order(vendor.source)
    assert {one.seen_at for one in made.trusted.values()} == {START}
    assert made.known["timestamp.json"].first_seen_at == START


@pytest.mark.parametrize(
    ("outcome", "is_settled"),
    [
        (CrawlOutcome.COMPLETE, True),
        (CrawlOutcome.UNCHANGED, True),
        (CrawlOutcome.PARTIAL, False),
        (CrawlOutcome.FAILED, False),
    ],
)
def test_only_after_a_whole_crawl_a_source_is_settled(
    vendor: Inventoried, outcome: CrawlOutcome, is_settled: bool
) -> None:
    vendor.crawl(START)
    Crawl.objects.create(source=vendor.source, started_at=START, finished_at=START, outcome=outcome)
    assert order(vendor.source).is_settled is is_settled


def test_an_import_settles_nothing(vendor: Inventoried) -> None:
    vendor.crawl(START, problems={"1.team.json": ProblemKind.TOO_SLOW})
    Crawl.objects.create(
        source=vendor.source,
        started_at=START,
        finished_at=START,
        outcome=CrawlOutcome.COMPLETE,
        origin="git",
    )
    assert not order(vendor.source).is_settled
    import_past(source=vendor.source, seen=[], now=START, actor="person:alice")


def test_a_refused_next_root_is_known(repo: Publisher, vendor: Inventoried) -> None:
    stranger = publisher("stranger")
    stranger.rotate("root")
    stranger.publish(START)
    repo.serve("2.root.json", stranger.document("root", 2))
    vendor.crawl(START)
    known = order(vendor.source).known["2.root.json"]
    assert known.standing == "refused"


def test_what_is_no_metadata_is_known_too(repo: Publisher, vendor: Inventoried) -> None:
    repo.serve("timestamp.json", b"no metadata")
    vendor.crawl(START)
    assert order(vendor.source).known["timestamp.json"].standing == "refused"


def test_orders_come_as_they_are_asked_for(repo: Publisher) -> None:
    first, second = Inventoried(repo).source, Inventoried(repo).source
    made = orders_for([second.pk, 987_654, first.pk, second.pk])
    assert [one.source_id for one in made] == [second.pk, first.pk]


def test_any_number_of_orders_takes_the_same_statements(
    django_assert_num_queries: Callable[[int], CaptureQueriesContext],
) -> None:
    vendors = [Inventoried(publisher(f"vendor {n}")) for n in range(30)]
    for one in vendors:
        one.crawl(START)
    for some in (vendors[:1], vendors):
        with django_assert_num_queries(4):
            assert len(orders_for([one.source.pk for one in some])) == len(some)
