"""Worker processes on one database: they compete, are killed, stall, and are asked to stop."""

import os
import signal
import subprocess
import time

import pytest

from tests.jobs.conftest import StartWorker, ask, job, now, wait_until
from tests.simulators.job_kinds import effects
from trustui.events.models import Event
from trustui.jobs import crash_points, queue
from trustui.jobs.models import Job, State
from trustui.jobs.runner import WORN

pytestmark = [pytest.mark.servers, pytest.mark.usefixtures("start_worker")]


def assert_each_ran_once(count: int) -> None:
    """Nothing lost, nothing twice."""
    keys = [effect.key for effect in effects()]
    assert len(keys) == count
    assert len(set(keys)) == count
    assert not Job.objects.exclude(state=State.IDLE).exists()


def running() -> int:
    return Job.objects.filter(state=State.RUNNING).count()


def test_two_processes_share_2000_jobs_and_each_runs_exactly_once(
    start_worker: StartWorker,
) -> None:
    ask(*map(str, range(2000)))
    workers = [start_worker(name, until="idle", at_once=50) for name in ("a", "b")]
    assert [worker.wait(120) for worker in workers] == [0, 0]
    assert_each_ran_once(2000)
    assert {effect.fence for effect in effects()} == {1}


def test_the_late_write_of_a_process_that_stalled_is_refused(start_worker: StartWorker) -> None:
    ask("1", do="sleep", seconds=1.0)
    stalled = start_worker("stalled", lease=2)
    wait_until(lambda: running() == 1)
    stalled.send_signal(signal.SIGSTOP)
    other = start_worker("other", lease=2, until="idle")
    wait_until(lambda: job("1").state == State.IDLE)
    assert other.wait(30) == 0
    (first,) = effects()
    assert first.fence == 2
    stalled.send_signal(signal.SIGCONT)
    time.sleep(1.5)
    stalled.send_signal(signal.SIGTERM)
    assert stalled.wait(15) == 0
    assert effects() == [first]


def test_a_job_that_kills_its_process_is_put_aside_after_three_tries_while_others_go_on(
    start_worker: StartWorker,
) -> None:
    ask("poison", do="die")
    ask(*map(str, range(50)), do="sleep", seconds=0.2)
    began = time.monotonic()
    worker = start_worker("a", lease=2)
    assert worker.wait(30) == -signal.SIGKILL
    worker = start_worker("b", lease=2)
    wait_until(lambda: job("poison").state == State.QUARANTINED, 60)
    wait_until(lambda: len(effects()) == 50, 60)
    print(f"a killed worker's 50 jobs and a poisoned one: {time.monotonic() - began:.1f} s")
    assert worker.poll() is None
    poison = job("poison")
    assert (poison.attempts, poison.losses, poison.deaths) == (3, 1, 2)
    assert poison.payload == {"do": "die"}
    assert poison.last_error == "its process was ended by SIGKILL"
    assert Event.objects.get().kind == "job.quarantined"
    assert len({effect.key for effect in effects()}) == 50


def test_jobs_that_were_with_a_killer_are_suspects_only_until_they_end(
    start_worker: StartWorker,
) -> None:
    ask("killer", do="die at first")
    ask(*map(str, range(20)), do="sleep", seconds=0.1)
    assert start_worker("a", lease=2).wait(30) == -signal.SIGKILL
    assert start_worker("b", lease=2, until="idle").wait(60) == 0
    assert not Job.objects.exclude(losses=0, deaths=0).exists()
    assert_each_ran_once(21)


def test_a_job_that_never_ends_is_put_aside_and_its_processes_are_replaced(
    start_worker: StartWorker,
) -> None:
    ask("endless", do="loop")
    ask("1", "2", "3")
    worn = start_worker("a", lease=2, seconds=1.5)
    assert worn.wait(30) == WORN
    assert [effect.key for effect in effects()] == ["1", "2", "3"]
    fresh = start_worker("b", lease=2, seconds=1.5)
    wait_until(lambda: job("endless").state == State.QUARANTINED, 30)
    assert fresh.poll() is None  # it died in a process of its own
    assert job("endless").last_error == "it ran longer than 1.5 s"
    ask("4")
    wait_until(lambda: job("4").state == State.IDLE)


def test_a_process_that_is_asked_to_stop_hands_back_what_it_holds(
    start_worker: StartWorker,
) -> None:
    ask(*map(str, range(10)), do="sleep", seconds=60)
    ask("soon", do="sleep", seconds=1.0)
    worker = start_worker("a")
    wait_until(lambda: running() == 11)
    worker.send_signal(signal.SIGTERM)
    began = time.monotonic()
    assert worker.wait(12) == 0
    assert time.monotonic() - began < 10
    assert [effect.key for effect in effects()] == ["soon"]
    assert Job.objects.filter(state=State.QUEUED, attempts=0, losses=0).count() == 10


def test_suspects_are_handed_back_too(start_worker: StartWorker) -> None:
    ask("1", do="sleep", seconds=60)
    Job.objects.update(losses=1)
    worker = start_worker("a", grace=1)
    wait_until(lambda: running() == 1)
    time.sleep(1.5)  # its process has started
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(10) == 0
    assert (job("1").state, job("1").attempts, job("1").deaths) == (State.QUEUED, 0, 0)


def children_of(worker: subprocess.Popen[bytes]) -> list[int]:
    found = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(worker.pid)],  # noqa: S607  ps stands elsewhere on each system
        capture_output=True,
        text=True,
        check=False,
    )
    return [int(pid) for pid in found.stdout.split()]


def test_a_killed_process_leaves_no_child_behind(start_worker: StartWorker) -> None:
    ask("1", do="sleep", seconds=60)
    Job.objects.update(losses=1)
    worker = start_worker("a")
    wait_until(lambda: len(children_of(worker)) == 1)
    (server,) = children_of(worker)
    time.sleep(1.0)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    wait_until(lambda: not is_alive(server))
    assert job("1").state == State.RUNNING  # until its lease runs out


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_death_of_the_server_of_processes_is_blamed_on_no_job_alone(
    start_worker: StartWorker,
) -> None:
    ask("1", do="sleep", seconds=1.0)
    Job.objects.update(losses=1)
    worker = start_worker("a")
    wait_until(lambda: running() == 1)
    time.sleep(1.0)
    (server,) = children_of(worker)
    os.kill(server, signal.SIGKILL)
    wait_until(lambda: len(effects()) == 1)
    wait_until(lambda: job("1").state == State.IDLE)
    assert effects()[0].fence == 2


CRASHES = [point for point in crash_points.POINTS if point not in {"jobs.died", "jobs.handed_back"}]


@pytest.mark.parametrize("point", CRASHES)
def test_a_crash_at_any_point_loses_and_repeats_nothing(
    point: str, start_worker: StartWorker
) -> None:
    for n in range(30):
        queue.enqueue(
            kind="obedient",
            key=str(n),
            due_at=now(),
            payload={"do": "sleep", "seconds": 0.1} if n % 2 else {},
        )
    crashed = start_worker("a", lease=2, at_once=10, crash_at=f"{point}:1")
    assert crashed.wait(30) == -signal.SIGKILL
    began = time.monotonic()
    assert start_worker("b", lease=2, until="idle").wait(60) == 0
    assert time.monotonic() - began < 30
    assert_each_ran_once(30)


def test_a_crash_while_handing_back_loses_and_repeats_nothing(start_worker: StartWorker) -> None:
    ask("1", do="sleep", seconds=3)
    worker = start_worker("a", grace=0.5, lease=2, crash_at="jobs.handed_back:1")
    wait_until(lambda: running() == 1)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(10) == -signal.SIGKILL
    assert start_worker("b", lease=20, until="idle").wait(60) == 0
    assert_each_ran_once(1)


def test_a_crash_after_a_death_was_counted_counts_it_once(start_worker: StartWorker) -> None:
    ask("1", do="die")
    Job.objects.update(losses=1)
    assert start_worker("a", lease=2, crash_at="jobs.died:1").wait(30) == -signal.SIGKILL
    assert (job("1").deaths, job("1").losses) == (1, 1)
    start_worker("b", lease=2)
    wait_until(lambda: job("1").state == State.QUARANTINED)
    assert job("1").deaths == 3  # no attempt ran among others, so that the third was the last


def test_processes_that_are_killed_at_random_lose_and_repeat_nothing(
    start_worker: StartWorker,
) -> None:
    ask(*map(str, range(100)), do="sleep", seconds=0.05)
    began = time.monotonic()
    for n in range(5):
        worker = start_worker(f"a{n}", lease=2, at_once=10)
        time.sleep(0.9 + 0.13 * n)
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
    assert start_worker("b", lease=2, until="idle").wait(60) == 0
    assert time.monotonic() - began < 60
    assert_each_ran_once(100)


def test_recurring_jobs_keep_their_slots_over_many_runs(start_worker: StartWorker) -> None:
    for n in range(5):
        queue.enqueue(kind="obedient", key=str(n), due_at=now(), every_seconds=1)
    worker = start_worker("a")
    other = start_worker("b")
    wait_until(lambda: len(effects()) >= 20)
    for process in (worker, other):
        process.send_signal(signal.SIGTERM)
    assert [worker.wait(10), other.wait(10)] == [0, 0]
    counts = [sum(effect.key == str(n) for effect in effects()) for n in range(5)]
    assert max(counts) - min(counts) <= 1
    due = Job.objects.values_list("due_at", flat=True)
    assert len({at.microsecond // 1000 for at in due}) > 1  # each has a phase of its own
