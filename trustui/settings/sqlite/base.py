"""Django's backend for SQLite, whose writers begin as soon as the one before has ended.

SQLite's own wait asks again after 1, 2, 5, 10 and so on up to 100 ms: a writer sleeps on while
nobody writes, and who has just come is served before it.
"""

import sqlite3
import time

from django.db import OperationalError
from django.db.backends.sqlite3 import base

_EAGER_SECONDS = 0.05
"""Longer than a batch of results takes: until then each millisecond counts."""
_PAUSE, _LATER_PAUSE = 0.001, 0.01
_BUSY = 5
"""`SQLITE_BUSY`: the lower eight bits of each of its extended codes."""


class DatabaseWrapper(base.DatabaseWrapper):
    """As Django's."""

    def _start_transaction_under_autocommit(self) -> None:
        """As Django's. Raises OperationalError when others write for as long as `timeout`."""
        timeout: float = self.settings_dict["OPTIONS"]["timeout"]
        began_at = time.monotonic()
        self.connection.execute("PRAGMA busy_timeout = 0")
        try:
            while True:
                try:
                    super()._start_transaction_under_autocommit()  # type: ignore[misc]  # not in stubs
                except OperationalError as error:
                    waited = time.monotonic() - began_at
                    if waited >= timeout or not _is_busy(error):
                        raise
                    time.sleep(_PAUSE if waited < _EAGER_SECONDS else _LATER_PAUSE)
                else:
                    return
        finally:
            self.connection.execute(f"PRAGMA busy_timeout = {round(1000 * timeout)}")


def _is_busy(error: OperationalError) -> bool:
    cause = error.__cause__
    return isinstance(cause, sqlite3.Error) and cause.sqlite_errorcode & 0xFF == _BUSY
