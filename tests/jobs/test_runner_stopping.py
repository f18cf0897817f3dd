"""A runner that is told to stop, or breaks."""

import threading
import time
from collections.abc import Callable

import pytest

from tests.jobs.conftest import ask, job, now, wait_until
from tests.simulators.job_kinds import UNSTUCK, effects
from tests.simulators.job_runner import recorded, runner
from trustui.jobs.models import State

pytestmark = pytest.mark.usefixtures("runners_stop")


def test_stopping_waits_for_what_ends_soon() -> None:
    ask("1", do="sleep", seconds=0.5)
    one = runner()
    one.drain(0.2)
    one.stop()
    assert recorded() == ["1"]
    assert job("1").state == State.IDLE


def test_stopping_hands_back_what_does_not_end() -> None:
    ask("1", "2", do="be stuck")
    one = runner(grace=0.5)
    one.drain(0.2)
    began = time.monotonic()
    one.stop()
    assert time.monotonic() - began < 2
    for key in ("1", "2"):
        found = job(key)
        assert (found.state, found.attempts, found.losses) == (State.QUEUED, 0, 0)
        assert found.due_at <= now()
    UNSTUCK.set()
    assert effects() == []


def test_stopping_takes_less_than_ten_seconds() -> None:
    ask("1", do="be stuck")
    one = runner()
    while job("1").state != State.RUNNING:
        one.drain(0.2)
    began = time.monotonic()
    one.stop()
    assert 7.5 < time.monotonic() - began < 10
    UNSTUCK.set()


def test_a_signal_handler_may_stop_it_while_it_runs() -> None:
    ask("1", do="wait for the end")
    one = runner()
    stop = threading.Event()
    statuses: list[int] = []
    thread = threading.Thread(target=lambda: statuses.append(one.run_forever(stop)))
    thread.start()
    wait_until(lambda: job("1").state == State.RUNNING)
    stop.set()
    thread.join(10)
    assert statuses == [0]
    assert recorded() == ["1"]


def test_a_runner_that_breaks_says_so_where_somebody_waits(
    crash_point: Callable[[Callable[[str], None]], None],
) -> None:
    def visit(name: str) -> None:
        if name == "jobs.claimed":
            raise LookupError(name)

    crash_point(visit)
    ask("1")
    one = runner()
    with pytest.raises(RuntimeError, match="the runner broke"):
        one.drain(30)
