"""The store answers as the place did: a verification of it comes to what the crawl came to."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.simulators.kept import made_once
from tests.simulators.watched import DAY, START, Watched, keep, look_closely, vendor
from trustui.core.facts import Problem, ProblemKind
from trustui.core.formats.tuf.reading import Request
from trustui.core.formats.tuf.repository import AnchorOrigin
from trustui.core.trace import Trace
from trustui.demo.publisher import Publisher
from trustui.verdicts.concluding import Concluded
from trustui.verdicts.conclusions import Basis
from trustui.verdicts.history import verdict_at
from trustui.verdicts.models import Cause
from trustui.verdicts.remembering import load, recall
from trustui.verdicts.reverifying import reverify, verified_again

LATER = START + 2 * DAY


def nothing(_repo: Publisher) -> None:
    """Only another timestamp."""


def rotated_online_keys(repo: Publisher) -> None:
    repo.rotate("timestamp")
    repo.rotate("snapshot")


def rotated_root(repo: Publisher) -> None:
    repo.rotate("root")


def delegated(repo: Publisher) -> None:
    repo.add_delegation("targets", "team-a", paths=["a/*"])
    repo.add_delegation("team-a", "team-b", paths=["a/b/*"])
    repo.add_target("team-b", "a/b/c", b"c")


def targets_below_threshold(repo: Publisher) -> None:
    repo.sign_with_only("targets", 0)


def root_below_threshold(repo: Publisher) -> None:
    repo.rotate("root")
    repo.sign_with_only("root", 0)


def timestamp_rolled_back(repo: Publisher) -> None:
    repo.serve("timestamp.json", repo.document("timestamp", 1))


def older_snapshot_claimed(repo: Publisher) -> None:
    repo.claim("timestamp", "snapshot", version=1)


def role_removed(repo: Publisher) -> None:
    repo.omit("snapshot", "targets")


def expired(repo: Publisher) -> None:
    repo.set_expiry("targets", LATER - DAY)


STAGED: tuple[Callable[[Publisher], None], ...] = (
    nothing,
    rotated_online_keys,
    rotated_root,
    delegated,
    targets_below_threshold,
    root_below_threshold,
    older_snapshot_claimed,
    role_removed,
    expired,
)


@dataclass(frozen=True)
class Served:
    """What a place does after its second publication."""

    name: str
    act: Callable[[Publisher], object]
    problems: tuple[tuple[str, ProblemKind], ...] = ()
    is_good: bool = False


SERVED = (
    Served("an older timestamp", timestamp_rolled_back),
    Served("no timestamp", lambda repo: repo.withdraw("timestamp.json")),
    Served("garbage", lambda repo: repo.serve("timestamp.json", b"<html>")),
    Served("a truncated snapshot", lambda repo: repo.serve("3.snapshot.json", b'{"signed":')),
    Served("a next root that is no root", lambda repo: repo.serve("2.root.json", b"{}")),
    Served(
        "another document of one version",
        lambda repo: repo.forge("timestamp", lambda signed: signed.update(note="x")),
        is_good=True,
    ),
    Served("silence", nothing, (("timestamp.json", ProblemKind.UNREADABLE),)),
    Served("a slow snapshot", nothing, (("3.snapshot.json", ProblemKind.TOO_SLOW),)),
    Served("an error for the next root", nothing, (("2.root.json", ProblemKind.UNREADABLE),)),
)


@made_once
def crawled_once() -> Watched:
    watched = Watched(vendor())
    watched.crawl(START)
    return watched


def published(change: Callable[[Publisher], None]) -> tuple[Watched, Publisher]:
    """Crawled once, then changed and published again."""
    watched = crawled_once()
    repo = watched.repo
    change(repo)
    repo.add_target("targets", "other", b"other")
    repo.publish(LATER)
    return watched, repo


def published_twice() -> tuple[Watched, Publisher]:
    """Crawled after the first two publications, then published once more."""
    watched, repo = published(nothing)
    watched.crawl(LATER)
    repo.add_target("targets", "third", b"third")
    repo.publish(LATER)
    return watched, repo


def assert_the_store_says_the_same(watched: Watched) -> None:
    standing = watched.standing
    assert reverify([watched.source.pk], Cause.TIME, LATER) == Concluded(
        confirmed=(watched.source.pk,)
    )
    assert watched.standing.valid_until == standing.valid_until


@pytest.mark.django_db
@pytest.mark.parametrize("change", STAGED, ids=lambda change: change.__name__)
def test_it_comes_to_what_the_crawl_came_to(change: Callable[[Publisher], None]) -> None:
    watched, _ = published(change)
    watched.crawl(LATER)
    assert_the_store_says_the_same(watched)


@pytest.mark.django_db
@pytest.mark.parametrize("served", SERVED, ids=lambda served: served.name)
def test_it_answers_what_a_place_served_that_did_wrong(served: Served) -> None:
    watched, repo = published_twice()
    served.act(repo)
    watched.crawl(LATER, problems=dict(served.problems))
    assert (watched.standing.trust_state == "verified") is served.is_good
    assert_the_store_says_the_same(watched)


@pytest.mark.django_db
@pytest.mark.parametrize("served", SERVED, ids=lambda served: served.name)
def test_what_went_away_again_is_forgotten(served: Served) -> None:
    watched, repo = published_twice()
    good = dict(repo.metadata)
    served.act(repo)
    watched.crawl(LATER, problems=dict(served.problems))
    look_closely()
    watched.crawl(LATER + DAY, good)
    assert watched.standing.trust_state == "verified"
    (remembered,) = load([watched.source.pk])
    again = verified_again(remembered, Cause.TIME, LATER + DAY)
    assert (again.state, again.evidence) == ("verified", watched.standing.verdict.evidence)


def essence(trace: Trace) -> list[tuple[str | None, ...]]:
    """What each step says, but for where the bytes came from."""
    return [
        (one.group, one.check, one.on, one.outcome, one.because, one.moot_because)
        for one in trace.steps
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("change", STAGED, ids=lambda change: change.__name__)
@pytest.mark.parametrize("days", [5, 8, 40, 400])
def test_at_a_later_instant_it_says_what_a_crawl_would(
    change: Callable[[Publisher], None], days: int
) -> None:
    at = LATER + days * DAY
    watched, _ = published(change)
    watched.crawl(LATER)
    (remembered,) = load([watched.source.pk])
    from_store = verified_again(remembered, Cause.TIME, at)
    look_closely()
    from_place = watched.look(at)
    assert from_place.trace is not None
    assert essence(from_store.trace) == essence(from_place.trace)
    assert from_store.state == from_place.state


@pytest.mark.django_db
def test_a_place_that_nobody_vouches_for_starts_from_its_own_first_root() -> None:
    repo = vendor()
    watched = Watched(repo, is_pinned=False)
    watched.crawl(LATER)
    assert_the_store_says_the_same(watched)


@pytest.mark.django_db
def test_another_anchor_is_followed_through_roots_that_were_seen_before() -> None:
    repo = vendor()
    for _ in range(3):
        repo.rotate("root")
        repo.publish(START)
    watched = Watched(repo)
    watched.crawl(START)
    repo.publish(LATER)
    watched.crawl(LATER)
    watched.pin(repo.document("root", 2))
    reverify([watched.source.pk], Cause.ANCHOR, LATER)
    assert watched.story[-1] == ("verified", "")
    assert watched.standing.verdict.cause == Cause.ANCHOR


@pytest.mark.django_db
def test_a_source_that_was_never_crawled_has_nothing() -> None:
    watched = Watched(vendor())
    (remembered,) = load([watched.source.pk])
    assert remembered.basis == Basis(None)
    assert isinstance(remembered.place.ask(Request("timestamp", None, 100)), Problem)
    assert isinstance(remembered.place.first_root(), Problem)
    assert load([0]) == []


@pytest.mark.django_db
def test_one_or_twenty_sources_take_the_same_number_of_statements() -> None:
    repo = vendor()
    sources = [Watched(repo) for _ in range(20)]
    keep([one.look(START) for one in sources], START)
    counts = []
    for some in (sources[:1], sources):
        with CaptureQueriesContext(connection) as queries:
            assert len(load([one.source.pk for one in some])) == len(some)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 10


# ---- as it was known at an instant


@pytest.fixture
def storied() -> Watched:
    """Good on day 0, 2 (other keys) and 6; rolled back on day 4; its timestamp lapsed on day 13."""
    repo = vendor()
    watched = Watched(repo)
    watched.crawl(START)
    first = dict(repo.metadata)
    repo.rotate("snapshot")
    repo.publish(START + 2 * DAY)
    watched.crawl(START + 2 * DAY)
    second = dict(repo.metadata)
    watched.crawl(START + 4 * DAY, {**second, "timestamp.json": first["timestamp.json"]})
    repo.publish(START + 6 * DAY)
    watched.crawl(START + 6 * DAY)
    reverify([watched.source.pk], Cause.TIME, START + 13 * DAY)
    return watched


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("days", "state"),
    [(0, "verified"), (3, "verified"), (5, "failing"), (7, "verified"), (14, "failing")],
)
def test_it_says_what_the_verdict_of_then_says(storied: Watched, days: int, state: str) -> None:
    at = START + days * DAY
    (remembered,) = recall([storied.source.pk], at)
    then = verified_again(remembered, Cause.TIME, at)
    in_force = verdict_at(storied.source.pk, at)
    assert in_force is not None
    assert then.state == in_force.trust_state == state
    assert then.first_failing == in_force.first_failing
    assert then.evidence == in_force.evidence


@pytest.mark.django_db
def test_before_the_first_crawl_nothing_was_known(storied: Watched) -> None:
    (remembered,) = recall([storied.source.pk], START - DAY)
    assert remembered.basis == Basis(None)
    assert isinstance(remembered.place.ask(Request("timestamp", None, 100)), Problem)
    assert remembered.order.root_origin is AnchorOrigin.PINNED


@pytest.mark.django_db
def test_of_a_source_that_nobody_vouches_for_too() -> None:
    watched = Watched(vendor(), is_pinned=False)
    watched.crawl(START)
    (remembered,) = recall([watched.source.pk], START + DAY)
    assert remembered.order.root is None
    assert verified_again(remembered, Cause.TIME, START + DAY).state == "not_trusted"


@pytest.mark.django_db
def test_one_or_twenty_sources_are_recalled_with_the_same_number_of_statements() -> None:
    repo = vendor()
    sources = [Watched(repo) for _ in range(20)]
    keep([one.look(START) for one in sources], START)
    counts = []
    for some in (sources[:1], sources):
        with CaptureQueriesContext(connection) as queries:
            assert len(recall([one.source.pk for one in some], START + DAY)) == len(some)
        counts.append(len(queries))
    assert counts[0] == counts[1]
