"""One source: its anchor, its crawls and what its job does."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.kept import made_once
from tests.simulators.people import make_cast
from tests.simulators.watched import DAY, START
from trustui.inventory.models import Crawl, Source
from trustui.inventory.sources import request_crawl
from trustui.jobs import queue
from trustui.jobs.models import Job, State
from trustui.pages.moment import Moment
from trustui.pages.source import CRAWLS, crawling, seconds_in_words, source, took
from trustui.pages.viewer import Viewer, viewer_of
from trustui.policies.models import Anchor

NOW = START + 2 * DAY
PRESENT = Moment(NOW, NOW, NOW)


@pytest.fixture
@made_once
def watched(db: None) -> tuple[Viewer, Source, Source]:
    """An administrator with the own source, and the source of another team."""
    del db
    cast = make_cast()
    return viewer_of(cast.own.administrator), cast.own.source, cast.other.source


def test_it_tells_the_anchor_and_the_crawls(
    watched: tuple[Viewer, Source, Source], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    viewer, own, other = watched
    with django_assert_num_queries(6):
        page = source(viewer, PRESENT, own.pk)
    assert page is not None
    assert page.anchor is not None
    assert (page.anchor.by, page.anchor.reason) == ("alice", "read out over the phone")
    assert own.anchor is not None
    assert page.anchor.sha256 == own.anchor.sha256
    assert [fact.word for fact in page.facts] == [
        "verified", "root v1 pinned", "everything was read", "not scheduled",
    ]  # fmt: skip
    assert [one.at for one in page.crawls] == [START + DAY]
    assert all(page.may.values())
    assert source(viewer, PRESENT, other.pk) is None


def test_a_root_that_was_pinned_later_is_not_told_as_in_force(
    watched: tuple[Viewer, Source, Source],
) -> None:
    viewer, own, _ = watched
    assert own.anchor is not None
    before = own.anchor.pinned_at - timedelta(days=1)
    past = Moment(NOW, before, before)
    for replaced, told in ((None, "root v1 pinned later"), (own.anchor, "another root pinned")):
        Anchor.objects.filter(pk=own.anchor.pk).update(replaces=replaced)
        page = source(viewer, past, own.pk)
        assert page is not None
        assert page.anchor is not None
        assert page.anchor.is_later
        anchor = next(fact for fact in page.facts if fact.label == "Anchor")
        assert (anchor.sign, anchor.word) == ("none", told)
    now = source(viewer, PRESENT, own.pk)
    assert now is not None
    assert now.anchor is not None
    assert not now.anchor.is_later


def test_the_log_is_paged_and_says_what_went_wrong(watched: tuple[Viewer, Source, Source]) -> None:
    viewer, own, _ = watched
    for number in range(CRAWLS):
        at = START + DAY + timedelta(minutes=number + 1)
        Crawl.objects.create(
            source=own, started_at=at, finished_at=at + timedelta(seconds=2), outcome="partial",
            problems=[{"place": f"p{n}", "because": "no such\x1b file"} for n in range(7)],
        )  # fmt: skip
    page = source(viewer, PRESENT, own.pk)
    assert page is not None
    assert len(page.crawls) == CRAWLS
    first = page.crawls[0]
    assert (first.took, first.sign, len(first.problems)) == ("2.0 s", "soon", 6)
    assert first.problems[-1] == "and 2 more"
    assert "\x1b" not in first.problems[0]
    later = source(viewer, PRESENT, own.pk, page.after)
    assert later is not None
    assert [one.at for one in later.crawls] == [START + DAY]


def test_nothing_is_done_in_the_past_or_to_what_was_removed(
    watched: tuple[Viewer, Source, Source],
) -> None:
    viewer, own, _ = watched
    then = source(viewer, Moment(NOW, START, START), own.pk)
    Source.objects.filter(pk=own.pk).update(removed_at=NOW)
    removed = source(viewer, PRESENT, own.pk)
    for page in (then, removed):
        assert page is not None
        assert not any(page.may.values())
    assert then is not None
    assert then.crawls == ()
    assert removed is not None
    assert removed.removed_at == NOW


def test_what_the_job_does_is_told_in_each_of_its_states(
    watched: tuple[Viewer, Source, Source],
) -> None:
    _, own, _ = watched
    assert crawling(own.pk, NOW).word == "not scheduled"
    request_crawl(source=own, actor="person:mira", now=NOW)
    waiting = crawling(own.pk, queue.clock(NOW))
    assert waiting.progress is not None
    assert waiting.progress.what == "Waiting for a worker"
    jobs = Job.objects.filter(kind="crawl", key=str(own.pk))
    jobs.update(state=State.RUNNING, progress_done=3, progress_total=9, started_at=NOW)
    running = crawling(own.pk, NOW).progress
    assert running is not None
    assert (running.done, running.total) == (3, 9)
    jobs.update(state=State.QUEUED, due_at=NOW + timedelta(minutes=15))
    later = crawling(own.pk, NOW)
    assert (later.progress, later.word) == (None, "in 15 minutes")
    jobs.update(state=State.QUARANTINED, last_error="it died")
    stuck = crawling(own.pk, NOW)
    assert (stuck.is_stuck, stuck.word) == (True, "in quarantine: it died")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(10, "10 seconds"), (60, "minute"), (900, "15 minutes"), (7200, "2 hours"), (86400, "day")],
)
def test_intervals_are_told_in_their_largest_whole_unit(seconds: int, words: str) -> None:
    assert seconds_in_words(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-1.0, "< 1 ms"), (0.0, "< 1 ms"), (0.0123, "12 ms"), (0.9999, "999 ms"), (61.26, "61.3 s")],
)
def test_what_a_crawl_took_is_told_as_finely_as_it_matters(seconds: float, words: str) -> None:
    assert took(timedelta(seconds=seconds)) == words
