"""The sweep rings for what is due, and notices when nobody comes."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import OperationalError as DatabaseAway
from django.db import connection

from tests.servers import wait_until
from trustui.celery import RedisAway
from trustui.jobs import workers
from trustui.jobs.models import Job, State, Worker
from trustui.operate.sweeper import Stuck, Sweeper

pytestmark = pytest.mark.django_db

NAME = "host:7"
PATIENCE = timedelta(seconds=0.05)


@dataclass
class Doorbell:
    """What was rung: for how many processes each time."""

    rung: list[int] = field(default_factory=list)
    is_away: bool = False

    def __call__(self, processes: int) -> None:
        if self.is_away:
            raise RedisAway("connection refused")
        self.rung.append(processes)


@pytest.fixture
def bell() -> Doorbell:
    return Doorbell()


@pytest.fixture
def sweeper(bell: Doorbell, tmp_path: Path) -> Sweeper:
    return Sweeper(
        NAME,
        kinds=["crawl"],
        concurrency=3,
        ring=bell,
        alive=tmp_path / "data" / "worker.alive",
        sweep_seconds=0.01,
        stuck=PATIENCE,
    )


def now() -> datetime:
    return datetime.now(UTC)


def make_due(count: int, kind: str = "crawl", since: float = 60) -> None:
    at = now()
    Job.objects.bulk_create(
        Job(
            kind=kind,
            key=str(number),
            state=State.QUEUED,
            due_at=at - timedelta(seconds=since),
            created_at=at,
        )
        for number in range(count)
    )


@contextmanager
def database_away() -> Iterator[None]:
    def fail(*_: object) -> None:
        raise DatabaseAway("gone")

    with connection.execute_wrapper(fail):
        yield


def sweep_past_patience(sweeper: Sweeper) -> None:
    sweeper.sweep(now())
    time.sleep(2 * PATIENCE.total_seconds())
    sweeper.sweep(now())


def test_it_rings_only_for_what_is_due(sweeper: Sweeper, bell: Doorbell) -> None:
    sweeper.sweep(now())
    make_due(1, since=-60)
    sweeper.sweep(now())
    assert bell.rung == []
    make_due(1, kind="unknown to us")
    sweeper.sweep(now())
    assert bell.rung == []


@pytest.mark.parametrize(("due", "processes"), [(1, 1), (49, 1), (50, 2), (1000, 3)])
def test_it_wakes_as_many_as_there_is_work_for(
    sweeper: Sweeper, bell: Doorbell, due: int, processes: int
) -> None:
    make_due(due, since=0)
    sweeper.sweep(now())
    assert bell.rung == [processes]


def test_it_reports_the_pool_and_touches_its_file(sweeper: Sweeper, tmp_path: Path) -> None:
    sweeper.sweep(now())
    assert Worker.objects.get(name=NAME).mode == "pool"
    assert (tmp_path / "data" / "worker.alive").exists()


def test_a_pool_that_takes_nothing_is_stuck(sweeper: Sweeper) -> None:
    make_due(1)
    with pytest.raises(Stuck, match=NAME):
        sweep_past_patience(sweeper)


def test_a_pool_with_its_hands_full_is_not_stuck(sweeper: Sweeper) -> None:
    make_due(1)
    workers.report(f"{NAME}/8", mode="process", running=5, claimed_at=None, lost=0, now=later())
    sweep_past_patience(sweeper)


def test_a_pool_that_took_something_lately_is_not_stuck(sweeper: Sweeper) -> None:
    make_due(1)
    at = later()
    workers.report(f"{NAME}/8", mode="process", running=0, claimed_at=at, lost=0, now=at)
    sweep_past_patience(sweeper)


def test_another_pool_does_not_excuse_this_one(sweeper: Sweeper) -> None:
    make_due(1)
    workers.report("host:77/8", mode="process", running=5, claimed_at=None, lost=0, now=later())
    with pytest.raises(Stuck):
        sweep_past_patience(sweeper)


def later() -> datetime:
    """Lately, also at the end of the test."""
    return now() + timedelta(minutes=1)


def test_without_redis_nobody_is_stuck(
    sweeper: Sweeper, bell: Doorbell, caplog: pytest.LogCaptureFixture
) -> None:
    make_due(1)
    bell.is_away = True
    with caplog.at_level(logging.WARNING):
        sweep_past_patience(sweeper)
    assert "Redis does not answer" in caplog.text
    bell.is_away = False
    sweeper.sweep(now())
    with pytest.raises(Stuck):
        sweep_past_patience(sweeper)


def test_without_a_database_nobody_is_stuck_and_the_file_grows_old(
    sweeper: Sweeper, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING), database_away():
        sweep_past_patience(sweeper)
    assert "the database does not answer" in caplog.text
    assert not (tmp_path / "data" / "worker.alive").exists()


@pytest.mark.django_db(transaction=True)
def test_its_thread_tells_the_main_one_what_ended_it(sweeper: Sweeper) -> None:
    make_due(1)
    sweeper.check()
    sweeper.start()
    wait_until(lambda: not sweeper.is_alive(), "the thread ended")
    with pytest.raises(Stuck):
        sweeper.check()
