"""The Celery application. Redis is a doorbell: a message says only that something is due.

What is due stands in the job table, so that a message that is lost, doubled or late costs seconds
and never a job (docs/operate/processes.md).
"""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Self

import kombu
from celery import Celery
from celery.app.amqp import AMQP
from django.conf import settings
from django.db import DatabaseError, close_old_connections
from kombu.exceptions import KombuError

from trustui.jobs.runner import WORN, Runner
from trustui.jobs.terms import Terms
from trustui.pipeline import KINDS, follow

_log = logging.getLogger(__name__)

QUEUE = "trustui"
RING = "trustui.ring"
DRAIN_SECONDS = 20.0
"""How long one ring may keep a process; the next one goes on."""
GRACE_SECONDS = 4.5
"""For jobs that run when a worker is told to end; the pool takes up to three more to end itself,
longer on a busy machine, and all of it has ten."""
LONGEST_RECONNECT = 2.0
"""Seconds between attempts while Redis is away; Celery's own thirty would delay jobs by as much."""
VISIBILITY_SECONDS = 60
HARD_LIMIT_SECONDS = 900
"""The last resort against a process that hangs in a ring; the runner gives up on jobs long before."""


class _Connection(kombu.Connection):
    def ensure_connection(self, *args: Any, **options: Any) -> Self:
        steps = {"interval_start": 0.5, "interval_step": 0.5, "interval_max": LONGEST_RECONNECT}
        return super().ensure_connection(*args, **{**steps, **options})


class _Amqp(AMQP):
    Connection = _Connection


app = Celery("trustui", amqp=_Amqp, fixups=[], set_as_current=True)
app.conf.update(
    broker_url=settings.TRUSTUI.redis_url or "memory://",
    broker_transport_options={
        # A message that a dead process held is given to another one within about a minute; the
        # library's own settings take an hour, and sweep only each hundred seconds.
        "visibility_timeout": VISIBILITY_SECONDS,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 3,
        "socket_timeout": 10,
        "socket_keepalive": True,
        "health_check_interval": 10,
    },
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    task_default_queue=QUEUE,
    task_acks_late=True,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    result_backend=None,
    task_time_limit=HARD_LIMIT_SECONDS,
    worker_prefetch_multiplier=1,
    worker_enable_remote_control=False,
    worker_send_task_events=False,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
    beat_max_loop_interval=5,
    enable_utc=True,
    timezone="UTC",
)


class RedisAway(Exception):  # noqa: N818  it says what is the matter
    """Redis does not answer, or answers what makes no sense. Nothing is lost: ring again later."""


def ring(processes: int = 1) -> None:
    """Wake up to so many processes of the pools. Raises RedisAway.

    What rings already is not rung again, so that nothing piles up while all are busy.
    """
    with app.connection_for_write() as connection:
        trouble: tuple[type[BaseException], ...] = (
            *connection.connection_errors,
            *connection.channel_errors,
            KombuError,
        )
        try:
            connection.connect()
            channel: Any = connection.default_channel
            waiting: int = channel.queue_declare(QUEUE).message_count
            for _ in range(processes - waiting):
                app.send_task(RING, connection=connection, retry=False)
        except trouble as error:
            raise RedisAway(str(error)) from error


class Bell:
    """Rings from a thread of its own, so that whoever asks never waits for Redis."""

    def __init__(self, ring: Callable[[], None] = ring) -> None:
        self._ring = ring
        self._asked = threading.Event()
        threading.Thread(target=self._serve, name="doorbell", daemon=True).start()

    def ask(self) -> None:
        """Ring soon; many that ask at once are one ring."""
        self._asked.set()

    def _serve(self) -> None:
        while True:
            self._asked.wait()
            self._asked.clear()
            try:
                self._ring()
            except RedisAway as error:
                _log.warning("Redis does not answer; the workers' sweep takes over: %s", error)


def make_runner(owner: str, mode: str) -> Runner:
    """A runner of every kind as the settings say, which leaves time for its process to end."""
    lease = float(settings.TRUSTUI.lease)
    terms = Terms(owner=owner, mode=mode, lease=lease, grace=GRACE_SECONDS)
    return Runner(KINDS, owner=owner, mode=mode, terms=terms)


class PoolProcess:
    """What a process of the pool is while it lives: one runner, or none before the first ring."""

    def __init__(self) -> None:
        self.name = ""
        self._runner: Runner | None = None
        self._is_stopping = False
        self._lock = threading.Lock()

    def drain(self) -> None:
        """Do what is due, then tell what happened."""
        runner = self._made_runner()
        if runner is None:
            return
        try:
            runner.drain(DRAIN_SECONDS)
            if runner.is_worn:
                runner.stop()
                raise SystemExit(WORN)  # the pool starts another process
            follow(datetime.now(UTC))
        except DatabaseError as error:
            _log.warning("the database does not answer: %s", error)
        finally:
            close_old_connections()

    def stop(self) -> None:
        """From another thread: take nothing more, and hand back what cannot be finished soon."""
        with self._lock:
            self._is_stopping = True
            runner = self._runner
        if runner is not None:
            runner.stop()

    def _made_runner(self) -> Runner | None:
        with self._lock:
            if self._is_stopping:
                return None
            if self._runner is None:
                self._runner = make_runner(self.name, "process")
            return self._runner


process = PoolProcess()
"""This process's own; of no use in the main process of a pool."""


@app.task(name=RING, ignore_result=True)
def drain() -> None:
    """A ring arrived."""
    process.drain()
