from datetime import UTC, datetime, timedelta

import pytest

from trustui.jobs import workers
from trustui.jobs.models import Worker

pytestmark = pytest.mark.django_db

AT = datetime(2026, 1, 1, tzinfo=UTC)


def report(name: str = "host:1", now: datetime = AT, lost: int = 0, running: int = 0) -> None:
    workers.report(name, mode="embedded", running=running, claimed_at=None, lost=lost, now=now)


def test_a_worker_has_one_row() -> None:
    report(running=3, lost=2)
    report(now=AT + timedelta(seconds=5), running=1, lost=1)
    worker = Worker.objects.get()
    assert (worker.name, worker.mode, worker.running) == ("host:1", "embedded", 1)
    assert (worker.started_at, worker.beat_at) == (AT, AT + timedelta(seconds=5))


def test_lost_leases_are_added_up_also_after_a_restart_under_the_same_name() -> None:
    report(lost=2)
    report(lost=3)
    assert Worker.objects.get().leases_lost == 5


def test_a_worker_that_is_long_gone_is_forgotten_when_a_new_one_comes() -> None:
    report("gone", AT - timedelta(days=8))
    report("away", AT - timedelta(days=1))
    report("new")
    assert set(Worker.objects.values_list("name", flat=True)) == {"away", "new"}
