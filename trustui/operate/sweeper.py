"""The sweep: whoever watches a pool rings for what is due, and sees whether it is done.

A ring may be lost with Redis, and a consumer may silently stop; neither may cost more than
seconds.
"""

import logging
import threading
import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.db import DatabaseError, connection
from django.db.models import Q, QuerySet

from trustui.celery import RedisAway
from trustui.jobs import queue, workers
from trustui.jobs.models import Job, State, Worker

_log = logging.getLogger(__name__)

SWEEP_SECONDS = 5.0
STUCK = timedelta(seconds=30)
"""A job that we could take is due for so long, and no process of the pool took any."""
_JOBS_FOR_ANOTHER = 50
"""With so many more due, one more process is woken at once."""


class Stuck(Exception):  # noqa: N818  it ends the process
    """The pool takes nothing though something is due; it has to be started anew."""


class Sweeper(threading.Thread):
    """Sweeps every five seconds until the process ends. `ring(n)` wakes up to n processes."""

    def __init__(
        self,
        name: str,
        *,
        kinds: Collection[str],
        concurrency: int,
        ring: Callable[[int], None],
        alive: Path,
        sweep_seconds: float = SWEEP_SECONDS,
        stuck: timedelta = STUCK,
    ) -> None:
        super().__init__(name="sweeper", daemon=True)
        self._worker = name
        self._kinds = kinds
        self._concurrency = concurrency
        self._ring = ring
        self._alive = alive
        self._every = sweep_seconds
        self._stuck = stuck
        self._idle_since: float | None = None
        self._broken: BaseException | None = None

    def check(self) -> None:
        """From the main thread. Raises Stuck, or what ended this thread."""
        if self._broken is not None:
            raise self._broken

    def run(self) -> None:
        """The thread."""
        try:
            while True:
                self.sweep(datetime.now(UTC))
                time.sleep(self._every)
        except BaseException as error:  # noqa: BLE001  `check` raises it where it can end the process
            self._broken = error

    def sweep(self, now: datetime) -> None:
        """Ring if something is due, report this pool, and see whether it works. Raises Stuck."""
        try:
            now = queue.clock(now)
            due = self._due(now).count()
            if due:
                self._ring(min(self._concurrency, 1 + due // _JOBS_FOR_ANOTHER))
            workers.report(self._worker, mode="pool", running=0, claimed_at=None, lost=0, now=now)
            self._watch(now)
            touch(self._alive)
        except DatabaseError as error:
            self._idle_since = None
            connection.close()
            _log.warning("the database does not answer: %s", error)
        except RedisAway as error:
            self._idle_since = None
            _log.warning("Redis does not answer: %s", error)

    def _watch(self, now: datetime) -> None:
        late = self._due(now - self._stuck).exists()
        if not late or self._is_working(now):
            self._idle_since = None
        elif self._idle_since is None:
            self._idle_since = time.monotonic()
        elif time.monotonic() - self._idle_since > self._stuck.total_seconds():
            raise Stuck(f"jobs are due and rung for, and no process of {self._worker} takes any")

    def _due(self, now: datetime) -> QuerySet[Job]:
        waiting = Job.objects.filter(state__in=[State.QUEUED, State.RUNNING], due_at__lte=now)
        return waiting.filter(kind__in=self._kinds)

    def _is_working(self, now: datetime) -> bool:
        """Whether a process of the pool has its hands full, or took something lately."""
        ours = Worker.objects.filter(
            name__startswith=f"{self._worker}/", beat_at__gt=now - self._stuck
        )
        return ours.filter(Q(running__gt=0) | Q(claimed_at__gt=now - self._stuck)).exists()


def touch(alive: Path) -> None:
    """Say to health checks that the work goes on (`probe`)."""
    alive.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    alive.touch()
