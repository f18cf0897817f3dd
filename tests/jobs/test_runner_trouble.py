"""A runner whose database is away, or whose clock jumps."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection

from tests.jobs.conftest import ask, job, now, wait_until
from tests.simulators.job_kinds import Obedient, effects
from tests.simulators.job_runner import drain, recorded, runner
from trustui.jobs import leases, queue
from trustui.jobs.kinds import Result
from trustui.jobs.models import Job, State, Worker
from trustui.jobs.queue import Ask

pytestmark = pytest.mark.usefixtures("runners_stop")


# ---- trouble with the database


def test_a_commit_without_an_answer_is_not_made_twice(
    crash_point: Callable[[Callable[[str], None]], None],
) -> None:
    failed: list[str] = []

    def visit(name: str) -> None:
        if name == "jobs.committed" and not failed:
            failed.append(name)
            raise OperationalError("the connection is lost")

    crash_point(visit)
    ask("1", "2", "3")
    drain()
    assert failed == ["jobs.committed"]
    assert recorded() == ["1", "2", "3"]
    assert Worker.objects.get().leases_lost == 0


@pytest.mark.parametrize("point", ["jobs.checked", "jobs.recorded", "jobs.finished"])
def test_results_wait_for_a_database_that_is_away(
    point: str, crash_point: Callable[[Callable[[str], None]], None]
) -> None:
    failures = iter(range(4))

    def visit(name: str) -> None:
        if name == point and next(failures, None) is not None:
            raise OperationalError("the connection is lost")

    crash_point(visit)
    ask(*map(str, range(20)))
    assert drain() == 20
    assert len(recorded()) == 20
    assert next(failures, None) is None
    assert not Job.objects.exclude(attempts=0, losses=0, deaths=0).exists()


def test_a_result_that_the_database_never_takes_is_thrown_away_and_others_are_not(
    crash_point: Callable[[Callable[[str], None]], None],
) -> None:
    class Heavy(Obedient):
        def record(self, results: Sequence[Result]) -> None:
            super().record(results)
            if any(result.claim.key == "heavy" for result in results):
                raise OperationalError("no space for it")

    crash_point(lambda _name: None)
    ask(*map(str, range(20)), "heavy")
    one = runner(Heavy(), keep=2.0, longest_pause=0.2)
    one.drain(1.0)
    wait_until(lambda: len(recorded()) == 20)
    wait_until(lambda: job("heavy").losses == 1)
    one.stop()
    assert job("heavy").last_error == "the database did not take its result"
    assert job("heavy").state == State.QUEUED


# ---- clocks


@pytest.mark.parametrize("hours", [-1, 1, 10 * 8766])
def test_a_clock_that_jumps_while_jobs_run_makes_no_double_work(hours: int) -> None:
    offset = timedelta()

    def clock() -> datetime:
        return datetime.now(UTC) + offset

    queue.enqueue_many(
        [
            Ask(
                kind="obedient",
                key=str(n),
                due_at=now(),
                every_seconds=900,
                payload={"do": "sleep", "seconds": 1.0},
            )
            for n in range(5)
        ]
    )
    one = runner(clock=clock)
    one.drain(0.3)
    offset = timedelta(hours=hours)
    wait_until(lambda: len(recorded()) == 5)
    offset = timedelta()
    leases.heal(lease_seconds=60, now=now())
    one.drain(0.3)
    one.stop()
    by_claim = [(effect.key, effect.fence) for effect in effects()]
    assert len(by_claim) == len(set(by_claim))
    if hours > 0 or connection.vendor == "postgresql":
        assert len(by_claim) == 5
    # Whatever the clock said, no job is away for longer than this.
    latest = max(Job.objects.values_list("due_at", flat=True))
    assert latest - now() <= timedelta(hours=1, seconds=1800)
