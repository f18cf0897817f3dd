import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection

from tests.simulators.job_kinds import Obedient
from trustui.jobs import crash_points, keeper, leases, queue
from trustui.jobs.holdings import Holdings
from trustui.jobs.keeper import Keeper, Pulse
from trustui.jobs.models import Job, State, Worker
from trustui.jobs.terms import Terms

pytestmark = pytest.mark.django_db


def now() -> datetime:
    return datetime.now(UTC)


def keeper_of(
    holdings: Holdings, on_stuck: Callable[[str], None] | None = None, **terms: Any
) -> Keeper:
    chosen = Terms(**{"owner": "host:1", "mode": "test", "lease": 60.0, **terms})
    return Keeper(chosen, holdings, Pulse(), on_stuck)


def holding(seconds: float = 60.0) -> Holdings:
    """One job in hand, its lease nearly over."""
    queue.enqueue(kind="obedient", key="1", due_at=now())
    claims = leases.claim("obedient", owner="a", limit=1, lease_seconds=1, now=now())
    holdings = Holdings()
    holdings.take(claims, Obedient(seconds=seconds), time.monotonic(), is_alone=False)
    return holdings


def test_a_tick_renews_what_is_in_hand_and_reports_the_worker() -> None:
    keeper_of(holding()).tick()
    assert Job.objects.get().due_at > now() + timedelta(seconds=30)
    assert Worker.objects.get().running == 1


def test_the_lease_of_a_job_that_runs_too_long_is_left_to_run_out() -> None:
    keeper_of(holding(seconds=-1.0)).tick()
    assert Job.objects.get().due_at < now() + timedelta(seconds=30)


def test_not_every_tick_asks_the_database() -> None:
    made = keeper_of(Holdings())
    made.tick()
    Worker.objects.all().delete()
    made.tick()
    assert not Worker.objects.exists()


def test_times_that_a_wrong_clock_set_are_healed() -> None:
    far = now() + timedelta(days=3650)
    queue.enqueue(kind="crawl", key="1", due_at=far, every_seconds=900)
    keeper_of(Holdings()).tick()
    assert Job.objects.get().due_at < now() + timedelta(hours=1)


def test_a_clock_that_goes_back_by_an_hour_delays_nobody_by_an_hour() -> None:
    ahead = [timedelta()]
    made = keeper_of(Holdings(), clock=lambda: now() + ahead[0])
    made.tick()
    queue.enqueue(kind="crawl", key="1", due_at=now(), every_seconds=10)
    ahead[0] = -timedelta(hours=1)
    made.tick()
    late = Job.objects.get().due_at - (now() + ahead[0])
    expected = timedelta(hours=1) if connection.vendor == "postgresql" else timedelta(seconds=15)
    assert late < expected + timedelta(seconds=1)


def silent(made: Keeper, seconds: float) -> Keeper:
    made._pulse._beat_at = time.monotonic() - seconds
    return made


def test_silence_while_jobs_are_due_ends_the_process() -> None:
    told: list[str] = []
    queue.enqueue(kind="crawl", key="1", due_at=now() - timedelta(minutes=1))
    silent(keeper_of(Holdings(), told.append), 31).tick()
    assert len(told) == 1
    assert "no sign of work for 31 s" in told[0]


@pytest.mark.parametrize(("silence", "due"), [(29, 60), (31, 20)])
def test_short_silence_and_jobs_that_just_became_due_are_no_reason(silence: int, due: int) -> None:
    told: list[str] = []
    queue.enqueue(kind="crawl", key="1", due_at=now() - timedelta(seconds=due))
    silent(keeper_of(Holdings(), told.append), silence).tick()
    assert told == []


def test_a_step_that_may_take_long_is_no_silence() -> None:
    pulse = Pulse()
    pulse.beat(allowed=300.0)
    assert pulse.silence() < -290
    pulse.beat()
    assert pulse.silence() >= 0


def test_a_stuck_process_ends_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    statuses: list[int] = []
    monkeypatch.setattr("os._exit", statuses.append)
    keeper.end_process("no sign of work")
    assert statuses == [1]


def test_trouble_is_got_over_at_the_next_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    made = keeper_of(holding())
    monkeypatch.setattr(connection, "close", lambda: None)  # the test's own transaction

    def visit(_name: str) -> None:
        raise OperationalError("the connection is lost")

    crash_points.install(visit)
    try:
        made.tick()
    finally:
        crash_points.install(None)
    assert not Worker.objects.exists()
    made.tick()
    assert Worker.objects.exists()
    assert Job.objects.get().state == State.RUNNING


def test_our_own_mistakes_are_not_taken_for_trouble() -> None:
    made = keeper_of(holding())

    def visit(_name: str) -> None:
        raise LookupError

    crash_points.install(visit)
    try:
        with pytest.raises(LookupError):
            made.tick()
    finally:
        crash_points.install(None)


@pytest.mark.django_db(transaction=True)
def test_it_ticks_until_it_is_ended() -> None:
    made = keeper_of(holding(), lease=0.4)
    made.start()
    time.sleep(1.0)
    made.end()
    assert not made.is_alive()
    assert Job.objects.get().due_at > now() - timedelta(seconds=0.2)
