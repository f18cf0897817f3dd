import sqlite3
from contextlib import closing

import psycopg.errors
import pytest
from django.db import DataError, IntegrityError, InterfaceError, OperationalError, connection

from trustui.jobs.trouble import is_trouble, start_afresh


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "cause",
    [
        psycopg.OperationalError("the connection is lost"),
        psycopg.errors.AdminShutdown(),
        psycopg.errors.CannotConnectNow(),
        psycopg.errors.DeadlockDetected(),
        psycopg.errors.SerializationFailure(),
        psycopg.errors.DiskFull(),
        psycopg.errors.TooManyConnections(),
        psycopg.errors.LockNotAvailable(),
        psycopg.errors.IoError(),
        psycopg.errors.ReadOnlySqlTransaction(),
    ],
    ids=lambda cause: type(cause).__name__,
)
def test_what_postgresql_may_get_over_is_trouble(cause: Exception) -> None:
    assert is_trouble(caused(OperationalError(), cause))


@pytest.mark.parametrize(
    "cause",
    [psycopg.errors.QueryCanceled(), psycopg.errors.ProgramLimitExceeded()],
    ids=lambda cause: type(cause).__name__,
)
def test_what_fails_again_each_time_is_the_fault_of_the_job(cause: Exception) -> None:
    assert not is_trouble(caused(OperationalError(), cause))


def test_a_full_or_locked_sqlite_is_trouble_and_a_missing_table_is_not() -> None:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("PRAGMA max_page_count = 2")
        database.execute("CREATE TABLE filled (text)")
        with pytest.raises(sqlite3.OperationalError) as full:
            database.execute("INSERT INTO filled VALUES (zeroblob(100000))")
        with pytest.raises(sqlite3.OperationalError) as missing:
            database.execute("SELECT * FROM missing")
    assert is_trouble(caused(OperationalError(), full.value))
    assert not is_trouble(caused(OperationalError(), missing.value))


def test_a_closed_connection_is_trouble() -> None:
    assert is_trouble(InterfaceError("connection already closed"))


@pytest.mark.parametrize("error", [IntegrityError(), DataError(), ValueError(), MemoryError()])
def test_everything_else_is_the_fault_of_the_job(error: Exception) -> None:
    assert not is_trouble(error)


def test_trouble_is_seen_behind_another_error() -> None:
    lost = OperationalError("the connection is lost")
    assert is_trouble(caused(ValueError("could not store"), lost))
    hidden = ValueError("could not store")
    hidden.__context__ = lost
    assert is_trouble(hidden)
    around = ValueError()
    around.__cause__ = around
    assert not is_trouble(around)


@pytest.mark.django_db(transaction=True)
def test_after_trouble_every_connection_is_a_new_one() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    before = connection.connection
    start_afresh()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
    assert connection.connection is not before
