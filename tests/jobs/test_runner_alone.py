"""Jobs that run alone in a process of their own, and what the worker says of itself."""

from collections.abc import Callable

import pytest
from django.db import OperationalError, connection

from tests.jobs.conftest import ask, job, now, wait_until
from tests.simulators.job_kinds import Obedient, effects
from tests.simulators.job_runner import drain, recorded, runner
from trustui.jobs import leases, queue
from trustui.jobs.isolation import Order
from trustui.jobs.models import Job, State, Worker
from trustui.jobs.runner import run_alone
from trustui.jobs.terms import Terms

pytestmark = pytest.mark.usefixtures("runners_stop")


@pytest.mark.usefixtures("database_for_children")
def test_a_suspect_runs_alone_in_a_process_of_its_own() -> None:
    ask("1", "2")
    Job.objects.filter(key="1").update(losses=1)
    assert drain() == 2
    one, two = effects()
    assert one.process != two.process
    assert (job("1").state, job("1").losses) == (State.IDLE, 0)


def order_for(key: str) -> Order:
    (claim,) = leases.claim("obedient", owner="a", limit=1, lease_seconds=60, now=now())
    assert claim.key == key
    return Order(claim.job_id, claim.fence, 60.0)


def alone(order: Order) -> int:
    return run_alone([Obedient()], order, Terms(owner="alone", mode="alone", lease=1.0))


def test_a_job_that_another_process_claimed_is_brought_to_its_end() -> None:
    ask("1", do="progress", seconds=0.5)
    assert alone(order_for("1")) == 0
    assert recorded() == ["1"]
    assert job("1").state == State.IDLE
    assert not Worker.objects.exists()


def test_a_job_that_is_not_held_any_more_is_not_run() -> None:
    ask("1")
    order = order_for("1")
    queue.cancel("obedient", "1")
    assert alone(order) == 0
    assert recorded() == []


def test_a_process_without_its_database_gives_its_job_back(
    crash_point: Callable[[Callable[[str], None]], None],
) -> None:
    def visit(name: str) -> None:
        if name == "jobs.recorded":
            raise OperationalError("the connection is lost")

    ask("1")
    order = order_for("1")
    crash_point(visit)
    assert alone(order) == 75
    assert recorded() == []


def test_the_worker_reports_itself() -> None:
    ask("1", do="wait for the end")
    one = runner()
    one.drain(0.3)
    wait_until(lambda: Worker.objects.filter(running=1).exists())
    worker = Worker.objects.get()
    assert (worker.name, worker.mode) == ("test", "test")
    assert worker.claimed_at is not None
    one.stop()
    assert Worker.objects.get().running == 0
    connection.close()
