"""Clocks that jump, differ, or stood still: what is believed, and when again."""

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from tests.simulators.watched import DAY, START, WEEK, Watched, vendor
from trustui.events.models import Event
from trustui.events.services import WORKER, record
from trustui.inventory.models import Crawl, CrawlOutcome
from trustui.jobs.models import Worker
from trustui.verdicts.clock import (
    Clock,
    Observed,
    confirm_clock,
    database_time,
    is_contradicted,
    reason_to_doubt,
    running_time,
)
from trustui.verdicts.models import ClockDoubt

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
TEN_YEARS = 3652 * DAY

# ---- what is a reason to doubt


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (Observed(NOW), None),
        (Observed(NOW, jumped=60 * SECOND), None),
        (Observed(NOW, jumped=61 * SECOND), "jumped ahead by 1 minute"),
        (Observed(NOW, jumped=HOUR), "jumped ahead by 1 hour"),
        (Observed(NOW, jumped=-HOUR), "jumped back by 1 hour"),
        (Observed(NOW, jumped=TEN_YEARS), "jumped ahead by 3,652 days"),
        (Observed(NOW, database=NOW - 60 * SECOND), None),
        (Observed(NOW, database=NOW - HOUR), "the database's differ by 1 hour"),
        (Observed(NOW, database=NOW + HOUR), "the database's differ by 1 hour"),
        (Observed(NOW, newest_event=NOW + HOUR), None),
        (Observed(NOW, newest_event=NOW + HOUR + SECOND), "1 hour before the newest event"),
        (Observed(NOW, newest_record=NOW - 7 * DAY), None),
        (Observed(NOW, newest_record=NOW - 8 * DAY), "nothing was recorded for 8 days"),
        (Observed(NOW, newest_record=NOW - 8 * DAY, offsets=(30 * SECOND,)), None),
        (Observed(NOW, jumped=TEN_YEARS, offsets=(-TEN_YEARS,)), "jumped ahead"),
        (Observed(NOW, jumped=HOUR, offsets=(SECOND, -TEN_YEARS, SECOND)), None),
    ],
)
def test_each_reason_has_its_bound(seen: Observed, words: str | None) -> None:
    reason = reason_to_doubt(seen)
    assert (reason is None) if words is None else (reason is not None and words in reason)


def test_one_place_that_lies_does_not_contradict_the_others() -> None:
    assert is_contradicted([TEN_YEARS])
    assert not is_contradicted([TEN_YEARS, SECOND, -SECOND])
    assert not is_contradicted([-HOUR])
    assert not is_contradicted([])


# ---- a clock and what is thought of it


@dataclass
class Times:
    """The clocks of one machine, moved by the test."""

    wall: datetime = NOW
    running: float = 1000.0
    database: datetime | None = None
    clock: Clock = field(init=False)

    def __post_init__(self) -> None:
        self.clock = self.restarted()

    def restarted(self, host: str = "one.example") -> Clock:
        """The clock of a process that starts now."""
        self.clock = Clock(
            host,
            wall=lambda: self.wall,
            running=lambda: self.running,
            database=lambda: self.database,
        )
        return self.clock

    def pass_(self, span: timedelta) -> None:
        """Time passes and the clock goes on."""
        self.wall += span
        self.running += span.total_seconds()
        if self.database is not None:
            self.database += span

    def jump(self, span: timedelta) -> None:
        """Somebody sets the clock."""
        self.wall += span

    def looks(self, every: timedelta, count: int) -> list[str | None]:
        """Looks again and again while time passes."""
        found = []
        for _ in range(count):
            self.pass_(every)
            found.append(self.clock.look())
        return found


@pytest.fixture
def times(db: None) -> Times:  # noqa: ARG001  it looks at the database
    return Times()


def told() -> list[str]:
    kinds = Event.objects.filter(kind__startswith="clock.").order_by("id")
    return [event.kind.removeprefix("clock.") for event in kinds]


def test_a_clock_that_runs_on_is_believed_and_nothing_is_written(times: Times) -> None:
    assert times.clock.look() is None
    assert times.looks(5 * SECOND, 100) == [None] * 100
    assert told() == []


@pytest.mark.parametrize("span", [HOUR, -HOUR, TEN_YEARS, -TEN_YEARS])
def test_a_jump_is_a_doubt_that_is_told_once(times: Times, span: timedelta) -> None:
    times.clock.look()
    times.jump(span)
    assert None not in times.looks(5 * SECOND, 20)
    assert told() == ["doubted"]
    doubt = ClockDoubt.objects.get()
    assert doubt.host == "one.example"
    assert "jumped" in doubt.because


def test_a_clock_that_jumps_back_to_where_it_was_is_believed_again(times: Times) -> None:
    times.clock.look()
    times.jump(TEN_YEARS)
    times.looks(5 * SECOND, 3)
    times.jump(-TEN_YEARS)
    assert times.looks(5 * SECOND, 3) == [None] * 3
    assert told() == ["doubted", "confirmed"]
    assert not ClockDoubt.objects.exists()


def test_the_believed_time_runs_on_beside_a_clock_that_somebody_sets(times: Times) -> None:
    assert times.clock.believed() == times.wall
    times.pass_(MINUTE)
    right = times.wall
    times.jump(TEN_YEARS)
    assert times.clock.believed() is None
    times.jump(-TEN_YEARS)
    assert times.clock.believed() == right


def test_a_date_that_is_set_while_another_thread_looks_changes_no_believed_time(
    times: Times,
) -> None:
    right = times.clock.believed()
    with times.clock._looking:
        times.jump(TEN_YEARS)
        assert times.clock.believed() == right


def test_nothing_is_believed_while_another_thread_is_at_the_first_look(times: Times) -> None:
    with times.clock._looking:
        assert times.clock.believed() is None


def test_a_clock_that_was_set_right_is_confirmed_by_places(times: Times) -> None:
    times.clock.look()
    times.jump(HOUR)
    assert times.clock.look() is not None
    times.clock.witness(1, times.wall - SECOND, times.wall)
    assert times.clock.look() is None
    assert times.looks(5 * SECOND, 3) == [None] * 3
    assert told() == ["doubted", "confirmed"]


def test_what_places_said_before_a_jump_does_not_confirm_the_clock(times: Times) -> None:
    times.clock.look()
    times.clock.witness(1, times.wall, times.wall)
    assert times.clock.look() is None
    times.jump(TEN_YEARS)
    assert times.clock.look() is not None
    assert told() == ["doubted"]


def test_a_clock_that_places_contradict_stays_in_doubt(times: Times) -> None:
    times.clock.look()
    times.jump(TEN_YEARS)
    for _ in range(30):
        times.pass_(5 * MINUTE)
        times.clock.witness(1, times.wall - TEN_YEARS, times.wall)
        assert times.clock.look() is not None


def test_a_clock_that_nobody_can_confirm_is_believed_after_an_hour(times: Times) -> None:
    times.clock.look()
    times.jump(HOUR)
    found = times.looks(MINUTE, 70)
    assert found[0] is not None
    assert found.index(None) in {60, 61}
    assert told() == ["doubted", "confirmed"]


def test_the_hour_begins_anew_with_another_jump(times: Times) -> None:
    times.clock.look()
    times.jump(HOUR)
    assert None not in times.looks(MINUTE, 50)
    times.jump(HOUR)
    assert None not in times.looks(MINUTE, 50)


def test_a_person_can_confirm_a_clock(times: Times) -> None:
    times.clock.look()
    times.jump(TEN_YEARS)
    times.clock.look()
    assert confirm_clock(host="one.example", actor="person:alice")
    assert times.clock.look() is None
    assert Event.objects.get(kind="clock.confirmed").actor == "person:alice"
    assert not confirm_clock(host="one.example", actor="person:alice")


def test_a_clock_that_differs_from_the_databases_is_in_doubt_until_they_agree(
    times: Times,
) -> None:
    times.database = times.wall
    assert times.clock.look() is None
    times.database = times.wall - HOUR
    assert None not in times.looks(MINUTE, 100)
    times.database = times.wall
    assert times.clock.look() is None
    assert told() == ["doubted", "confirmed"]


# ---- at the start


def beat(at: datetime) -> None:
    Worker.objects.create(name=f"worker {at}", mode="embedded", started_at=at, beat_at=at)


def test_a_start_after_a_long_silence_is_a_doubt(times: Times) -> None:
    beat(NOW - TEN_YEARS)
    assert "nothing was recorded for 3,652 days" in str(times.restarted().look())


def test_what_started_with_this_process_does_not_vouch_for_it(times: Times) -> None:
    beat(NOW - TEN_YEARS)
    beat(NOW)
    assert times.restarted().look() is not None


@pytest.mark.parametrize("kind", ["worker", "crawl", "event"])
def test_a_start_soon_after_anything_was_recorded_is_none(times: Times, kind: str) -> None:
    before = NOW - DAY
    beat(NOW - TEN_YEARS)
    if kind == "worker":
        beat(before)
    elif kind == "crawl":
        Crawl.objects.create(
            source=Watched(vendor(), is_pinned=False).source,
            started_at=before,
            finished_at=before,
            outcome=CrawlOutcome.UNCHANGED,
        )
    else:
        with transaction.atomic():
            record(kind="user.created", at=before, actor=WORKER, subject="a", detail={})
    assert times.restarted().look() is None


def test_a_start_before_the_newest_event_is_a_doubt(times: Times) -> None:
    with transaction.atomic():
        record(kind="user.created", at=NOW + 2 * HOUR, actor=WORKER, subject="a", detail={})
    assert "before the newest event" in str(times.restarted().look())


def test_a_doubt_outlives_its_process(times: Times) -> None:
    times.clock.look()
    times.jump(TEN_YEARS)
    times.clock.look()
    times.restarted()
    assert None not in times.looks(5 * SECOND, 20)
    times.clock.witness(1, times.wall, times.wall)
    assert times.clock.look() is None
    assert told() == ["doubted", "confirmed"]


def test_once_believed_its_own_events_raise_no_doubt(times: Times) -> None:
    times.clock.look()
    with transaction.atomic():
        record(kind="user.created", at=NOW + DAY, actor=WORKER, subject="a", detail={})
    assert times.clock.look() is None


# ---- several processes


def test_processes_of_one_machine_share_a_doubt_and_its_end(times: Times) -> None:
    first = times.clock
    second = times.restarted()
    assert (first.look(), second.look()) == (None, None)
    times.jump(HOUR)
    assert None not in (first.look(), second.look())
    first.witness(1, times.wall, times.wall)
    assert (first.look(), second.look(), first.look()) == (None, None, None)
    assert told() == ["doubted", "confirmed"]


def test_a_doubt_about_one_machine_is_none_about_another(times: Times) -> None:
    other = Times(wall=NOW)
    other.restarted("two.example").look()
    times.clock.look()
    times.jump(TEN_YEARS)
    times.clock.look()
    assert other.clock.look() is None


@pytest.mark.django_db
def test_nobody_waits_for_another_thread_that_looks() -> None:
    entered, go_on = threading.Event(), threading.Event()

    def slow_database() -> datetime | None:
        entered.set()
        assert go_on.wait(10)
        return None

    clock = Clock("one.example", database=slow_database)

    def look() -> None:
        try:
            clock.look()
        finally:
            connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    assert entered.wait(10)
    assert clock.look() is None
    go_on.set()
    thread.join()


# ---- the machine's own


@pytest.mark.django_db
def test_the_clocks_of_this_machine_agree() -> None:
    assert Clock().look() is None
    found = database_time()
    assert (found is None) == (connection.vendor == "sqlite")
    assert found is None or abs(datetime.now(UTC) - found) < WEEK
    assert running_time() > 0
    assert START.tzinfo is UTC
