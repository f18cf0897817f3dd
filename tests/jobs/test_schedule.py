from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustui.jobs.schedule import LONGEST_WAIT, asked_wait, back_off, next_slot

AT = datetime(2026, 1, 1, tzinfo=UTC)


@given(
    key=st.text(max_size=20),
    every=st.integers(1, 366 * 86400),
    ran=st.floats(0, 10**6),
)
def test_the_next_slot_is_later_and_at_most_one_interval_after_what_it_may_be(
    key: str, every: int, ran: float
) -> None:
    now = AT + timedelta(seconds=ran)
    slot = next_slot("crawl", key, every, AT, now)
    earliest = max(now, AT + timedelta(seconds=every / 2))
    tolerance = timedelta(milliseconds=1)  # of floating point, at times that far apart
    assert slot >= earliest - tolerance
    assert slot <= earliest + timedelta(seconds=every) + tolerance


def test_slots_of_a_job_that_is_on_time_lie_exactly_one_interval_apart() -> None:
    slots = [next_slot("crawl", "1", 900, AT, AT)]
    for _ in range(50):
        slots.append(next_slot("crawl", "1", 900, slots[-1], slots[-1] + timedelta(seconds=20)))
    steps = {round((after - before).total_seconds(), 3) for before, after in pairwise(slots)}
    assert steps == {900.0}


def test_a_run_that_takes_half_of_its_interval_misses_no_slot() -> None:
    started = next_slot("lapse", "all", 5, AT, AT)
    slot = next_slot("lapse", "all", 5, started, started + timedelta(seconds=3))
    assert slot - started == timedelta(seconds=5)


def test_missed_slots_are_not_made_up_for() -> None:
    later = AT + timedelta(hours=10)
    assert next_slot("crawl", "1", 900, AT, later) > later


def test_a_start_in_the_future_does_not_put_the_job_off() -> None:
    slot = next_slot("crawl", "1", 900, AT + timedelta(days=3650), AT)
    assert slot <= AT + timedelta(seconds=1350)


def test_jobs_of_one_interval_are_spread_over_it() -> None:
    slots = [next_slot("crawl", str(n), 1000, AT, AT) for n in range(10_000)]
    by_tenth = [0] * 10
    for slot in slots:
        by_tenth[int((slot - AT).total_seconds() - 500) // 100] += 1
    assert min(by_tenth) > 800
    assert max(by_tenth) < 1200


def test_the_wait_doubles_with_each_failure_up_to_the_interval() -> None:
    waits = [back_off("crawl", "1", n, 900, None).total_seconds() for n in range(40)]
    for n, wait in enumerate(waits):
        whole = min(900, 15 * 2 ** min(n, 20))
        assert 0.75 * whole <= wait <= whole


def test_jobs_that_failed_together_do_not_come_back_together() -> None:
    assert len({back_off("crawl", str(n), 0, 900, None) for n in range(100)}) == 100


def test_a_job_that_runs_once_waits_an_hour_at_most() -> None:
    assert back_off("import", "1", 10**6, None, None).total_seconds() <= LONGEST_WAIT


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        (None, 0.0),
        (0.0, 0.0),
        (-5.0, 0.0),
        (120.0, 120.0),
        (10**9, 3600.0),
        (float("inf"), 3600.0),
        (float("nan"), 0.0),
    ],
)
def test_what_somebody_asks_us_to_wait_is_kept_to_an_hour(asked: float | None, kept: float) -> None:
    assert asked_wait(asked) == kept


def test_retry_after_is_respected_when_it_is_longer() -> None:
    assert back_off("crawl", "1", 0, 900, 1800.0) == timedelta(seconds=1800)
    assert back_off("crawl", "1", 6, 900, 60.0) > timedelta(seconds=600)
