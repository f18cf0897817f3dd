"""The database breaks connections, forgets to answer, is full: nothing is lost, nothing twice."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from tests.jobs.conftest import StartWorker, ask, wait_until
from tests.simulators.forgetful_proxy import ForgetfulProxy
from tests.simulators.job_kinds import Obedient, effects
from tests.simulators.job_worker import ALONE
from trustui.jobs.models import Job, State, Worker
from trustui.jobs.runner import Runner
from trustui.jobs.terms import Terms
from trustui.jobs.trouble import start_afresh

pytestmark = pytest.mark.servers

only_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has no connections that break"
)
only_sqlite = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="a full PostgreSQL takes a file system of its own"
)


def assert_each_ran_once(count: int) -> None:
    keys = [effect.key for effect in effects()]
    assert len(keys) == len(set(keys)) == count
    assert not Job.objects.exclude(state=State.IDLE).exists()


@only_postgresql
def test_a_commit_without_an_answer_is_recorded_once(start_worker: StartWorker) -> None:
    ask(*map(str, range(200)))
    given = connection.settings_dict
    proxy = ForgetfulProxy(str(given["HOST"]), int(given["PORT"]), each=5)
    worker = start_worker("a", port=proxy.port, until="idle", at_once=8, lease=4)
    try:
        assert worker.wait(120) == 0
    finally:
        proxy.close()
    print(f"{proxy.lost} commits without an answer")
    assert proxy.lost >= 5
    assert_each_ran_once(200)


@only_postgresql
def test_connections_that_the_server_ends_lose_nothing(start_worker: StartWorker) -> None:
    ask(*map(str, range(300)), do="sleep", seconds=0.02)
    worker = start_worker("a", at_once=8, lease=10)
    wait_until(lambda: len(effects()) > 0)
    ended = 0
    while Job.objects.exclude(state=State.IDLE).exists():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            ended += cursor.fetchone()[0]
        time.sleep(0.2)
    start_afresh()  # connections of this process were ended too
    assert worker.poll() is None
    print(f"{ended} connections ended")
    assert ended > 5
    assert_each_ran_once(300)
    assert not Worker.objects.filter(leases_lost__gt=0).exists()


@contextmanager
def full_disk() -> Iterator[None]:
    """New connections to SQLite may not make its file larger."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA page_count")
        (pages,) = cursor.fetchone()

    def limit(connection: BaseDatabaseWrapper, **_more: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA max_page_count = {pages}")

    connection_created.connect(limit)
    try:
        yield
    finally:
        connection_created.disconnect(limit)


def is_in_trouble(runner: Runner) -> bool:
    return runner._loop.trouble_since is not None


@only_sqlite
@pytest.mark.usefixtures("effect_table")
def test_on_a_full_disk_it_waits_and_goes_on_alone_when_there_is_space() -> None:
    ask(*(f"{n:090}" for n in range(3000)))
    terms = Terms(owner="a", mode="test", lease=60.0, isolated=ALONE, longest_pause=0.2)
    runner = Runner([Obedient(at_once=500)], owner="a", mode="test", terms=terms)
    with full_disk():
        runner.drain(3.0)
        assert is_in_trouble(runner)
        before = len(effects())
        assert before < 3000
        Job.objects.count()  # reading goes on
    while Job.objects.exclude(state=State.IDLE).exists():
        runner.drain(1.0)
    runner.stop()
    assert not is_in_trouble(runner)
    assert_each_ran_once(3000)
