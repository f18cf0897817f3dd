"""Two transactions at the same time, on PostgreSQL."""

import time
from collections.abc import Callable
from threading import Thread

from django.db import connection, transaction

_MOST_SECONDS = 20


def start_beside(work: Callable[[], object]) -> Thread:
    """Do it in a transaction of its own, until it has ended or waits for a lock."""

    def run() -> None:
        try:
            with transaction.atomic():
                work()
        finally:
            connection.close()

    other = Thread(target=run)
    other.start()
    ends = time.monotonic() + _MOST_SECONDS
    while other.is_alive() and not _is_somebody_waiting() and time.monotonic() < ends:
        time.sleep(0.01)
    return other


def end(other: Thread) -> None:
    """What it waited for has ended."""
    other.join(_MOST_SECONDS)
    assert not other.is_alive()


def _is_somebody_waiting() -> bool:
    with connection.cursor() as cursor:
        # Whoever is in a transaction sees what its first look at the sessions saw.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])
