"""Telling trouble with the database from faults of a job."""

import sqlite3

from django.db import InterfaceError, OperationalError, connection
from django.db.utils import Error

_CLASSES = frozenset({"08", "40", "53", "55", "57", "58"})
"""PostgreSQL, Appendix A: connection, rollback (deadlock), resources (full disk), objects not in
the right state (locks), intervention (shutdown), system errors (input, output)."""
_STATES = frozenset({"25006"})
"""Read-only: the server became a standby."""
_OWN_FAULT = frozenset({"57014"})
"""A statement that took too long takes too long again."""
_SQLITE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_READONLY,
    }
)


def is_trouble(error: BaseException) -> bool:
    """Whether the database is to blame, so that the same statement may go well later.

    Also when the error was wrapped by another one.
    """
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        if isinstance(cause, Error):
            return _is_trouble(cause)
        cause = cause.__cause__ or cause.__context__
    return False


def _is_trouble(error: Error) -> bool:
    if isinstance(error, InterfaceError):  # the connection is closed
        return True
    if not isinstance(error, OperationalError):
        return False
    code = getattr(error.__cause__, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in _SQLITE
    state = getattr(error.__cause__, "sqlstate", None)
    if state is None:  # no answer at all
        return True
    return state not in _OWN_FAULT and (state[:2] in _CLASSES or state in _STATES)


def start_afresh() -> None:
    """Let go of this thread's connection and of the pool, whose idle ones are dead by now too.

    A pool would hand out its dead connections one by one, and wait ever longer between attempts
    to make new ones.
    """
    connection.close()
    close_pool = getattr(connection, "close_pool", None)
    if close_pool is not None:
        close_pool()
