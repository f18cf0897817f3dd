"""Jobs on a real database, and worker processes that share it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import quote

import pytest
from django.db import connection

from tests.simulators.job_kinds import UNSTUCK, table_of_effects
from tests.simulators.job_runner import stop_all
from trustui.jobs import crash_points, queue
from trustui.jobs.models import Job
from trustui.jobs.queue import Ask

PROJECT = Path(__file__).resolve().parent.parent.parent

StartWorker: TypeAlias = Callable[..., subprocess.Popen[bytes]]


def now() -> datetime:
    return datetime.now(UTC)


def ask(*keys: str, do: str = "nothing", **payload: Any) -> None:
    """Jobs of the obedient kind, due now."""
    at = now()
    asks = [Ask(kind="obedient", key=key, due_at=at, payload={"do": do, **payload}) for key in keys]
    queue.enqueue_many(asks)


def job(key: str) -> Job:
    return Job.objects.get(key=key)


def wait_until(is_so: Callable[[], bool], seconds: float = 30.0) -> None:
    """Look until something holds; fails after so many seconds."""
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            raise AssertionError(f"it did not become so within {seconds:g} s")
        time.sleep(0.02)


def database_url(port: int | None = None) -> str:
    """The test's own database, for another process; PostgreSQL perhaps through another port."""
    given = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{given['NAME']}"
    where = f"{given['HOST']}:{port or given['PORT']}"
    password = f":{quote(given['PASSWORD'], safe='')}" if given["PASSWORD"] else ""
    return f"postgresql://{given['USER']}{password}@{where}/{given['NAME']}"


@pytest.fixture
def effect_table(transactional_db: None) -> Iterator[None]:  # noqa: ARG001  it asks for it
    UNSTUCK.clear()
    with table_of_effects():
        yield
    UNSTUCK.set()


@pytest.fixture
def start_worker(effect_table: None) -> Iterator[StartWorker]:  # noqa: ARG001  it asks for it
    """Start worker processes (tests/simulators/job_worker.py); each is ended after the test."""
    started: list[subprocess.Popen[bytes]] = []

    def start(owner: str, port: int | None = None, **options: object) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.simulators.job_worker", owner),
                *(f"{name}={value}" for name, value in options.items()),
            ],
            cwd=PROJECT,
            env={**os.environ, "DATABASE_URL": database_url(port)},
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture
def database_for_children(
    monkeypatch: pytest.MonkeyPatch,
    transactional_db: None,  # noqa: ARG001  it asks for it
) -> None:
    """Processes that the product starts itself find the test's database too."""
    monkeypatch.setenv("DATABASE_URL", database_url())
    monkeypatch.setenv("PYTHONPATH", str(PROJECT))


@pytest.fixture
def runners_stop(effect_table: None) -> Iterator[None]:  # noqa: ARG001  it ends first
    """Every runner that the test started is stopped after it."""
    yield
    stop_all()


@pytest.fixture
def crash_point() -> Iterator[Callable[[Callable[[str], None]], None]]:
    """What to visit at each crash point, until the test ends."""
    yield crash_points.install
    crash_points.install(None)
