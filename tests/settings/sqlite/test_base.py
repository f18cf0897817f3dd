"""How a writer waits for its turn at SQLite."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from django.db import OperationalError

from trustui.settings import TRUSTUI, _database
from trustui.settings.sqlite.base import DatabaseWrapper

pytestmark = pytest.mark.django_db

HELD = 0.25
"""Seconds that another holds the database: SQLite itself then looks after 228 and 328 ms."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.sqlite3"
    with closing(sqlite3.connect(path)) as new:
        new.execute("PRAGMA journal_mode=WAL")
        new.execute("CREATE TABLE told (word TEXT)")
    return path


@pytest.fixture
def ours(file: Path) -> Iterator[DatabaseWrapper]:
    yield from opened(file, 30)


@pytest.fixture
def hasty(file: Path) -> Iterator[DatabaseWrapper]:
    yield from opened(file, 0.2)


def opened(file: Path, timeout: float) -> Iterator[DatabaseWrapper]:
    """A connection of our own, as the settings make it, but for how long it waits."""
    found = _database(msgspec.structs.replace(TRUSTUI, database_url=f"sqlite:///{file}"))
    settings = {
        **found,
        "OPTIONS": {**found["OPTIONS"], "timeout": timeout},
        "ATOMIC_REQUESTS": False,
        "AUTOCOMMIT": True,
        "CONN_HEALTH_CHECKS": False,
        "CONN_MAX_AGE": 0,
        "TIME_ZONE": None,
    }
    wrapper = DatabaseWrapper(settings, "another")
    yield wrapper
    wrapper.close()


def held(file: Path, seconds: float) -> tuple[threading.Thread, list[float]]:
    """Another writer, which has begun, and in the list when it will have ended."""
    begun, ended = threading.Event(), list[float]()

    def write() -> None:
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            begun.set()
            time.sleep(seconds)
            other.execute("COMMIT")
            ended.append(time.monotonic())

    thread = threading.Thread(target=write)
    thread.start()
    assert begun.wait(10)
    return thread, ended


def test_a_writer_begins_soon_after_the_one_before_has_ended(
    file: Path, ours: DatabaseWrapper
) -> None:
    late = []
    for _ in range(5):
        thread, ended = held(file, HELD)
        ours.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
        began_at = time.monotonic()
        ours.rollback()
        ours.set_autocommit(True)
        thread.join()
        late.append(began_at - ended[0])
    assert min(late) < 0.03


def test_a_writer_waits_no_longer_than_it_is_told(file: Path, hasty: DatabaseWrapper) -> None:
    thread, _ = held(file, 1)
    since = time.monotonic()
    with pytest.raises(OperationalError, match="locked"):
        hasty.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    assert 0.2 <= time.monotonic() - since < 0.9
    thread.join()


def test_other_statements_wait_as_long_as_before(hasty: DatabaseWrapper) -> None:
    with hasty.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        before = cursor.fetchone()
        hasty.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
        cursor.execute("PRAGMA busy_timeout")
        assert cursor.fetchone() == before == (200,)


def test_what_is_no_waiting_is_told_at_once(hasty: DatabaseWrapper) -> None:
    hasty.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    with pytest.raises(OperationalError, match="within a transaction"):
        hasty._start_transaction_under_autocommit()
