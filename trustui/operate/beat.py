"""`trustui beat`: rings every few seconds, so that work goes on even when nobody asks for it.

Workers sweep by themselves; a beat makes what is due start sooner when few of them run. It keeps
nothing and needs no database, so any number may run.
"""

import argparse
import logging
import time
from pathlib import Path
from typing import Any

from celery import beat
from django.conf import settings

from trustui import celery
from trustui.operate.arguments import Refused
from trustui.operate.sweeper import touch

_log = logging.getLogger(__name__)

EVERY_SECONDS = 5.0


class Scheduler(beat.Scheduler):
    """Rings by a clock that nobody can set.

    Celery's own goes by the time of day and stands still for as long as that is set back.
    """

    _clock = staticmethod(time.monotonic)
    _next_at = 0.0

    def tick(self, *_: Any, **__: Any) -> float:
        """Ring if it is time; gives the seconds until the next time."""
        now = self._clock()
        if now >= self._next_at:
            self._next_at = now + EVERY_SECONDS
            self._ring()
        return max(0.0, self._next_at - self._clock())

    def _ring(self) -> None:
        try:
            celery.ring()
        except celery.RedisAway as error:
            _log.warning("Redis does not answer, trying again: %s", error)
        touch(alive_file())


def alive_file() -> Path:
    """What a beat touches at each turn, with Redis or without: it heals by itself."""
    path: Path = settings.TRUSTUI.data / "beat.alive"
    return path


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`beat`."""
    parser = verbs.add_parser("beat", help="ring for what is due, for workers with Redis")
    parser.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    """Until SIGTERM or SIGINT."""
    if not settings.TRUSTUI.redis_url:
        raise Refused("expected REDIS_URL; workers without Redis need no beat")
    celery.app.Beat(
        scheduler_cls=f"{__name__}:Scheduler",
        loglevel="WARNING",
        quiet=True,
        redirect_stdouts=False,
    ).run()
    return 0
