"""Silence, rate and deadline, with a clock that the test moves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustui.core.facts import ProblemKind
from trustui.crawl.transfer.limits import FetchLimits
from trustui.crawl.transfer.pace import Pace

LIMITS = FetchLimits(stall_seconds=10, minimum_rate=100, rate_grace_seconds=5, total_seconds=60)


def started() -> Pace:
    return Pace(LIMITS, now=0.0, deadline=60.0)


def because(pace: Pace, now: float) -> str:
    fault = pace.judge(now)
    if fault is None:
        return ""
    assert fault.kind is ProblemKind.TOO_SLOW
    return fault.because


def test_silence_is_counted_from_the_last_sign_of_life() -> None:
    pace = started()
    assert because(pace, 9.0) == ""
    pace.heard_at = 9.0
    assert because(pace, 18.5) == ""
    assert because(pace, 19.0) == "nothing came for 10 s"


def test_headers_have_no_rate() -> None:
    pace = started()
    for second in range(1, 30):
        pace.heard_at = float(second)
        assert because(pace, float(second)) == ""


def test_a_slow_body_is_noticed_after_the_grace() -> None:
    pace = started()
    for second in range(5):
        pace.received(float(second), 99)
    assert because(pace, 4.9) == ""
    assert because(pace, 5.0) == "slower than 100 bytes per second over 5 s"


def test_a_body_of_just_the_minimum_rate_goes_on_until_the_deadline() -> None:
    pace = started()
    for second in range(60):
        pace.received(float(second), 100)
        assert because(pace, float(second)) == ""
    assert because(pace, 60.0) == "not finished within 60 s in all"


@pytest.mark.parametrize("head_start", [500, 1_000_000])
def test_a_fast_start_buys_no_slow_rest(head_start: int) -> None:
    pace = started()
    pace.received(0.0, head_start)
    assert because(pace, 5.0) == ""
    pace.received(6.0, 1)
    pace.received(9.0, 1)
    assert because(pace, 10.0).startswith("slower than")


def test_it_is_due_when_something_can_be_wrong_and_not_before() -> None:
    pace = started()
    assert pace.due(0.0) == 5.0  # a body that began right now could be too slow by then
    assert pace.due(7.0) == 10.0  # silence
    pace.heard_at = 58.0
    assert pace.due(58.0) == 60.0  # the end


@given(
    st.lists(st.tuples(st.floats(0.01, 4.0), st.sampled_from(["", "head", "body"])), max_size=40)
)
def test_nothing_is_ever_wrong_before_it_is_due(events: list[tuple[float, str]]) -> None:
    watched, asked_all_along = started(), started()
    now, due = 0.0, watched.due(0.0)
    for seconds, what in events:
        now += seconds
        fault = asked_all_along.judge(now)
        if now >= due:
            assert (watched.judge(now) is None) == (fault is None)
            due = watched.due(now)
        assert fault is None or now >= due
        if fault is not None:
            return
        for pace in (watched, asked_all_along):
            if what == "head":
                pace.heard_at = now
            elif what == "body":
                pace.received(now, 200)
