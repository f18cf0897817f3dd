"""The thread that renews leases, writes progress, reports the worker and watches its work."""

import logging
import os
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection

from trustui.jobs import leases, queue, workers
from trustui.jobs.holdings import Holdings
from trustui.jobs.terms import Terms
from trustui.jobs.trouble import is_trouble

_log = logging.getLogger(__name__)

_RENEWALS = 4
"""So often a lease is renewed within its length."""
_TICK = 1.0
_REPORT_SECONDS = 5.0
_HEAL_SECONDS = 60.0
_JUMP = timedelta(seconds=30)
"""A clock that goes back by more was set."""
_WARY_SECONDS, _WARY_EVERY = 30.0, 5.0
"""After a jump: what was under way may still be written with the time of before."""


def end_process(because: str) -> None:
    """Exit at once with status 1, for the supervisor to start anew; leases run out by themselves."""
    _log.critical("this worker is stuck: %s", because)
    os._exit(1)


class Pulse:
    """When the work last showed that it goes on. Monotonic seconds."""

    def __init__(self) -> None:
        self.claimed_at: datetime | None = None
        self.lost = 0
        self._beat_at = time.monotonic()
        self._allowed = 0.0

    def beat(self, allowed: float = 0.0) -> None:
        """The work goes on, and the next step may take `allowed` seconds longer than others."""
        self._allowed = allowed
        self._beat_at = time.monotonic()

    def silence(self) -> float:
        """Seconds without a sign of work beyond what was allowed."""
        return time.monotonic() - self._beat_at - self._allowed


class Keeper(threading.Thread):
    """Ticks until it is ended. Trouble with the database makes it try again at the next tick."""

    def __init__(
        self,
        terms: Terms,
        holdings: Holdings,
        pulse: Pulse,
        on_stuck: Callable[[str], None] | None,
    ) -> None:
        super().__init__(name="keeper", daemon=True)
        self._terms = terms
        self._holdings = holdings
        self._pulse = pulse
        self._on_stuck = on_stuck
        self._end = threading.Event()
        self._renew_at = self._report_at = 0.0
        self._heal_at = 0.0
        self._began_by_clock: datetime | None = None
        self._wary_until = 0.0

    def run(self) -> None:
        """The thread."""
        tick = min(_TICK, self._terms.lease / (2 * _RENEWALS))
        try:
            while not self._end.wait(tick):
                self.tick()
        finally:
            connection.close()

    def end(self) -> None:
        """No more ticks; waits for the one that is under way, not for long."""
        self._end.set()
        self.join(1.0)

    def tick(self) -> None:
        """Everything whose time has come."""
        try:
            self._tick(time.monotonic(), self._terms.clock())
        except Exception as error:
            if not is_trouble(error):
                raise
            _log.warning("leases could not be renewed: %s", error)
            connection.close()

    def _tick(self, at: float, now: datetime) -> None:
        if at >= self._renew_at or self._holdings.has_news():
            leases.renew(self._holdings.renewable(at), lease_seconds=self._terms.lease, now=now)
            self._renew_at = at + self._terms.lease / _RENEWALS
        if at >= self._report_at:
            self.report(now)
            self._report_at = at + min(_REPORT_SECONDS, self._terms.lease)
        self._notice_a_jump(at, now)
        if at >= self._heal_at:
            self._heal(at, now)
        if self._on_stuck is not None and self._pulse.silence() > self._terms.stuck:
            self._look_for_reasons(now)

    def _notice_a_jump(self, at: float, now: datetime) -> None:
        """What was asked for before the clock went back is due too late by so much."""
        began = now - timedelta(seconds=at)
        if self._began_by_clock is not None and began < self._began_by_clock - _JUMP:
            self._wary_until, self._heal_at = at + _WARY_SECONDS, at
        self._began_by_clock = began

    def _heal(self, at: float, now: datetime) -> None:
        is_wary = at <= self._wary_until
        slack = _JUMP if is_wary else leases.TOO_FAR
        healed = leases.heal(lease_seconds=self._terms.lease, now=now, slack=slack)
        if healed:
            _log.warning("%d jobs were due at a time that only a wrong clock can set", healed)
        self._heal_at = at + (_WARY_EVERY if is_wary else _HEAL_SECONDS)

    def report(self, now: datetime) -> None:
        """Write the row of this worker."""
        lost, self._pulse.lost = self._pulse.lost, 0
        workers.report(
            self._terms.owner,
            mode=self._terms.mode,
            running=len(self._holdings),
            claimed_at=self._pulse.claimed_at,
            lost=lost,
            now=now,
        )

    def _look_for_reasons(self, now: datetime) -> None:
        oldest = queue.oldest_due(now - timedelta(seconds=self._terms.stuck))
        if oldest is not None and self._on_stuck is not None:
            silent = self._pulse.silence()
            self._on_stuck(f"no sign of work for {silent:.0f} s, a job is due since {oldest}")
