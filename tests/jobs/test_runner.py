"""What becomes of jobs in a runner, many at once, and their leases."""

import threading
import time
from collections.abc import Sequence
from datetime import timedelta

import pytest

from tests.jobs.conftest import ask, job, now, wait_until
from tests.simulators.job_kinds import UNSTUCK, Obedient, effects
from tests.simulators.job_runner import drain, recorded, runner, started
from trustui.events.models import Event
from trustui.jobs import queue
from trustui.jobs.kinds import Crew, Result, SimpleKind, Task
from trustui.jobs.models import Job, Outcome, State, Worker
from trustui.jobs.runner import WORN, Runner
from trustui.jobs.schedule import FAILURES_OF_ONE

pytestmark = pytest.mark.usefixtures("runners_stop")


# ---- what becomes of jobs


def test_every_due_job_runs_once_and_none_that_is_due_later() -> None:
    ask(*map(str, range(300)))
    queue.enqueue(kind="obedient", key="later", due_at=now() + timedelta(hours=1))
    assert drain() == 300
    assert sorted(recorded()) == sorted(map(str, range(300)))
    assert not Job.objects.exclude(key="later").exclude(state=State.IDLE).exists()
    assert job("1").last_outcome == Outcome.DONE


def test_there_may_be_nothing_to_do() -> None:
    began = time.monotonic()
    assert drain() == 0
    assert time.monotonic() - began < 5


def test_a_runner_drains_again_and_again() -> None:
    one = runner()
    for key in ("1", "2", "3"):
        ask(key)
        assert one.drain(30) == 1
    one.stop()
    with pytest.raises(RuntimeError, match="stopped"):
        one.drain(1)


def test_a_runner_that_never_ran_stops() -> None:
    runner().stop()


def test_jobs_of_a_kind_that_nobody_here_knows_are_left_alone() -> None:
    queue.enqueue(kind="of a newer version", key="1", due_at=now())
    assert drain() == 0
    assert job("1").state == State.QUEUED


def test_jobs_of_a_kind_that_has_no_places_here_are_left_alone() -> None:
    ask("1")
    assert drain(at_once={"obedient": 0}) == 0
    assert job("1").attempts == 0


def test_a_job_that_raises_fails_with_its_words_and_is_tried_again_later() -> None:
    ask("bad", do="raise")
    ask("good")
    assert drain() == 2
    bad = job("bad")
    assert recorded() == ["good"]
    assert (bad.state, bad.failures, bad.last_outcome) == (State.QUEUED, 1, Outcome.FAILED)
    assert bad.last_error == "ValueError: it was asked to"
    assert timedelta(seconds=5) < bad.due_at - now() <= timedelta(seconds=15)
    assert (bad.attempts, bad.losses, bad.deaths) == (0, 0, 0)


def test_a_batch_that_cannot_be_prepared_is_prepared_one_by_one() -> None:
    ask("bad", do="be unpreparable")
    ask("1", "2")
    assert drain() == 3
    assert recorded() == ["1", "2"]
    assert job("bad").last_error == "ValueError: cannot be prepared"


def test_a_batch_that_cannot_be_recorded_is_recorded_one_by_one() -> None:
    ask("bad", do="be unrecordable")
    ask("1", "2")
    assert drain() == 3
    assert recorded() == ["1", "2"]
    assert job("bad").last_error == "ValueError: cannot be recorded"


def test_a_task_without_a_result_has_failed() -> None:
    ask("1", do="be forgotten")
    assert drain() == 1
    assert job("1").last_error == "the run ended without a result"


def test_a_claim_that_is_left_out_is_over() -> None:
    ask("1", do="be left out")
    assert drain() == 1
    assert (job("1").state, job("1").last_outcome) == (State.IDLE, Outcome.DONE)
    assert recorded() == []


def test_failures_in_a_row_put_a_job_that_runs_once_into_quarantine() -> None:
    ask("1", do="fail")
    for failures in range(1, FAILURES_OF_ONE + 1):
        assert job("1").state == State.QUEUED
        Job.objects.update(due_at=now())
        assert drain() == 1
        assert job("1").failures == failures
    assert job("1").state == State.QUARANTINED
    assert job("1").payload == {"do": "fail"}
    assert Event.objects.get().kind == "job.quarantined"


def test_a_recurring_job_that_fails_goes_on_for_ever() -> None:
    queue.enqueue(kind="obedient", key="1", due_at=now(), payload={"do": "fail"}, every_seconds=60)
    Job.objects.update(failures=1000)
    drain()
    assert job("1").state == State.QUEUED
    assert timedelta(seconds=30) < job("1").due_at - now() <= timedelta(seconds=60)


def test_a_success_forgets_the_failures() -> None:
    ask("1")
    Job.objects.update(failures=3, last_error="it was asked to")
    drain()
    assert (job("1").failures, job("1").last_error) == (0, "")


def test_somebody_who_asks_us_to_wait_is_heard() -> None:
    ask("1", do="fail", retry_after=900.0)
    ask("2", do="fail", retry_after=10**9)
    drain()
    assert timedelta(seconds=850) < job("1").due_at - now() <= timedelta(seconds=900)
    assert timedelta(seconds=3550) < job("2").due_at - now() <= timedelta(seconds=3600)


def test_a_recurring_job_is_due_again_at_its_slot() -> None:
    queue.enqueue(kind="obedient", key="1", due_at=now(), every_seconds=900)
    drain()
    assert job("1").state == State.QUEUED
    assert timedelta(seconds=440) < job("1").due_at - now() <= timedelta(seconds=1350)


class Thrice(Obedient):
    """Is through after the third run."""

    runs = 0

    def run(self, tasks: Sequence[Task], crew: Crew) -> None:
        for task in tasks:
            self.runs += 1
            crew.deliver(Result(task.claim, "done", again=self.runs < 3))


def test_a_job_that_is_not_through_runs_again_at_once() -> None:
    queue.enqueue(kind="obedient", key="1", due_at=now(), every_seconds=86_400)
    assert drain(Thrice()) == 3
    assert job("1").due_at - now() > timedelta(hours=10)


def test_what_is_asked_for_while_it_runs_runs_once_more() -> None:
    ask("1", do="wait for the end")
    one = runner(grace=0.3)
    one.drain(0.2)
    ask("1", do="nothing")
    one.stop()
    assert recorded() == ["1"]
    assert job("1").state == State.QUEUED
    assert drain() == 1
    assert recorded() == ["1", "1"]


class Simple(SimpleKind):
    name = "simple"
    at_once = 10
    seconds = 10.0

    def __init__(self) -> None:
        self.recorded: list[str] = []

    def record(self, results: Sequence[Result]) -> None:
        self.recorded += [result.claim.key for result in results]


def test_a_simple_kind_does_its_work_where_it_records() -> None:
    queue.enqueue(kind="simple", key="1", due_at=now())
    kind = Simple()
    one = started(Runner([kind, Obedient()], owner="test", mode="test"))
    assert one.drain(30) == 1
    assert kind.recorded == ["1"]


# ---- many at once


def test_no_more_than_at_once_run_side_by_side() -> None:
    ask(*map(str, range(40)), do="sleep", seconds=0.05)
    kind = Obedient(at_once=8)
    assert drain(kind) == 40
    assert max(kind.batches) <= 8
    assert len(kind.batches) <= 25  # not one by one as places become free


def test_a_kind_with_a_long_queue_does_not_hold_up_another() -> None:
    ask(*map(str, range(60)), do="sleep", seconds=0.2)
    queue.enqueue(kind="simple", key="1", due_at=now())
    kind = Simple()
    one = started(Runner([Obedient(at_once=4), kind], owner="test", mode="test"))
    one.drain(0.5)
    assert kind.recorded == ["1"]


def test_what_still_runs_when_the_time_of_a_drain_is_over_is_recorded_later() -> None:
    ask("1", do="sleep", seconds=0.5)
    one = runner()
    assert one.drain(0.2) == 0
    wait_until(lambda: recorded() == ["1"])
    one.stop()


def test_no_job_is_claimed_between_drains() -> None:
    one = runner()
    assert one.drain(30) == 0
    ask("1")
    time.sleep(0.3)
    assert job("1").state == State.QUEUED
    one.drain(5)
    one.stop()
    assert recorded() == ["1"]


# ---- leases


def test_a_lease_is_renewed_as_long_as_its_job_runs() -> None:
    ask("1", do="sleep", seconds=2.5)
    one = runner(lease=1.0)
    other = runner(owner="other")
    one.drain(0.5)
    assert other.drain(1.5) == 0
    wait_until(lambda: recorded() == ["1"])
    one.stop()
    other.stop()
    assert job("1").losses == 0
    assert effects()[0].fence == 1


def test_progress_is_seen_while_a_job_runs() -> None:
    ask("1", do="progress", seconds=3.0)
    one = runner(lease=2.0)
    one.drain(0.2)
    wait_until(lambda: job("1").progress_done == 3)
    found = job("1")
    assert (found.progress_total, found.progress_current) == (10, "targets.json")
    assert found.progress_since is not None
    one.stop()


def test_a_result_whose_job_was_taken_over_leaves_no_row_and_is_counted() -> None:
    ask("1", do="wait for the end")
    one = runner()
    one.drain(0.3)
    Job.objects.update(fence=2, lease_owner="other")  # as after a claim by somebody else
    one.stop()
    assert effects() == []
    assert (job("1").state, job("1").lease_owner) == (State.RUNNING, "other")
    assert Worker.objects.get().leases_lost == 1


def test_a_job_that_runs_too_long_wears_the_process_out() -> None:
    ask("stuck", do="be stuck")
    one = runner(Obedient(seconds=0.5))
    stop = threading.Event()
    assert one.run_forever(stop) == WORN
    assert one.is_worn
    UNSTUCK.set()
    assert effects() == []
    assert (job("stuck").state, job("stuck").losses) == (State.QUEUED, 1)
    assert job("stuck").last_error == "it ran longer than 0.5 s"


def test_a_worn_process_finishes_what_it_holds_and_claims_no_more() -> None:
    ask("stuck", do="be stuck")
    one = runner(Obedient(seconds=1.0))
    thread = threading.Thread(target=one.run_forever, args=(threading.Event(),))
    thread.start()
    wait_until(lambda: job("stuck").state == State.RUNNING)
    time.sleep(0.6)
    ask("slow", do="sleep", seconds=0.8)
    wait_until(lambda: job("slow").state == State.RUNNING)
    wait_until(lambda: one.is_worn)
    ask("new")
    thread.join()
    UNSTUCK.set()
    assert recorded() == ["slow"]
    assert job("new").state == State.QUEUED
