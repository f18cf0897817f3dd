"""The runner: a process's share of the work in the background (docs/operate/jobs.md)."""

import logging
import threading
import time
from collections.abc import Mapping, Sequence

from django.db import connection

from trustui.jobs import leases
from trustui.jobs.isolation import EX_TEMPFAIL, Order
from trustui.jobs.keeper import Keeper, Pulse, end_process
from trustui.jobs.kinds import Kind
from trustui.jobs.loop import Loop
from trustui.jobs.terms import ISOLATED, Terms
from trustui.jobs.trouble import is_trouble

_log = logging.getLogger(__name__)

WORN = EX_TEMPFAIL
"""The exit status of a process that must be replaced: a job in it cannot be ended."""
_GLANCE = 0.2


class Runner:
    """Runs due jobs of some kinds. Work goes on in its own threads until `stop`.

    `owner` names this process among all workers, `mode` says what it is (`embedded`, `celery`,
    …). `at_once` overrides the kinds' own numbers. Safe to call from several threads.
    """

    def __init__(
        self,
        kinds: Sequence[Kind],
        *,
        owner: str,
        mode: str,
        lease_seconds: float = 60.0,
        at_once: Mapping[str, int] | None = None,
        isolated: Sequence[str] = ISOLATED,
        terms: Terms | None = None,
    ) -> None:
        self._terms = terms or Terms(
            owner=owner,
            mode=mode,
            lease=lease_seconds,
            at_once=at_once or {},
            isolated=tuple(isolated),
        )
        self._loop = Loop(kinds, self._terms)
        self._thread: threading.Thread | None = None
        self._is_watched = False
        self._stop_at = float("inf")
        self._broken: BaseException | None = None
        self._changed = threading.Condition()
        self._asked = self._answered = 0

    @property
    def is_worn(self) -> bool:
        """A job could not be ended in time: the process shall exit, with status `WORN`."""
        return self._loop.is_worn

    def drain(self, seconds: float) -> int:
        """Run jobs until none is due and none is running, for at most `seconds`.

        Gives how many came to an end meanwhile. What still runs then goes on; its results are
        written as they come, but no more jobs are claimed until the next call.
        """
        before, deadline = self._loop.finished, time.monotonic() + seconds
        self._start(is_watched=False)
        with self._changed:
            self._asked += 1
            asked = self._asked
            self._loop.claim_until = deadline
            self._loop.inbox.ring()
            while self._answered < asked and self._goes_on() and time.monotonic() < deadline:
                self._changed.wait(min(_GLANCE, max(0.0, deadline - time.monotonic())))
        self._loop.stop_claiming(max(_GLANCE, deadline - time.monotonic()))
        self._raise_what_broke()
        return self._loop.finished - before

    def run_forever(self, stop: threading.Event) -> int:
        """Run jobs until `stop` is set; gives the exit status of the process: 0 or `WORN`.

        A runner that shows no sign of work for 30 s though jobs are due ends its process.
        """
        self._start(is_watched=True)
        self._loop.claim_until = float("inf")
        self._loop.inbox.ring()
        while not stop.wait(_GLANCE) and self._goes_on():
            pass
        self.stop()
        self._raise_what_broke()
        return WORN if self.is_worn else 0

    def stop(self) -> None:
        """Claim no more, wait for what runs as long as the terms say, hand back the rest.

        Threads that are still at work then are left behind; what they deliver is dropped.
        """
        if self._thread is None:
            return
        if not self._loop.stopping.is_set():
            self._stop_at = time.monotonic() + self._terms.grace
            self._loop.stopping.set()
            self._loop.inbox.ring()
        self._thread.join(max(0.0, self._stop_at - time.monotonic()) + 1.5)

    def _start(self, *, is_watched: bool) -> None:
        with self._changed:
            if self._loop.stopping.is_set():
                raise RuntimeError("this runner was stopped")
            self._is_watched |= is_watched
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="runner", daemon=True)
                self._thread.start()

    def _goes_on(self) -> bool:
        if self._thread is None or not self._thread.is_alive():
            return False
        return not self.is_worn or self._loop.has_work()

    def _raise_what_broke(self) -> None:
        if self._broken is not None:
            raise RuntimeError("the runner broke") from self._broken

    # ---- the thread

    def _run(self) -> None:
        loop = self._loop
        keeper = Keeper(
            self._terms, loop.holdings, loop.pulse, end_process if self._is_watched else None
        )
        keeper.start()
        try:
            while not self._is_over():
                if not keeper.is_alive():
                    raise RuntimeError("nobody renews the leases any more")  # noqa: TRY301
                asked = self._asked
                loop.turn()
                if loop.found_nothing:
                    self._answer(asked)
        except BaseException as error:  # noqa: BLE001  it is raised where somebody waits
            _log.critical("the runner broke", exc_info=error)
            self._broken = error
        finally:
            self._end(keeper)
            self._answer(self._asked)

    def _is_over(self) -> bool:
        if not self._loop.stopping.is_set():
            return False
        return not self._loop.has_work() or time.monotonic() >= self._stop_at

    def _answer(self, asked: int) -> None:
        with self._changed:
            self._answered = max(self._answered, asked)
            self._changed.notify_all()

    def _end(self, keeper: Keeper) -> None:
        loop = self._loop
        if self._broken is not None:
            connection.close()
        loop.isolation.close()
        keeper.end()
        now = self._terms.clock()
        claims = loop.holdings.claims()
        loop.holdings.drop(claims)
        try:
            if claims:
                count = leases.hand_back(claims, now=now)
                _log.info("handed back %d jobs", count)
            keeper.report(now)
        except Exception as error:
            if not is_trouble(error):
                raise
            _log.warning("jobs are not handed back, their leases run out: %s", error)
        finally:
            connection.close()


def run_alone(kinds: Sequence[Kind], order: Order, terms: Terms) -> int:
    """Run one job that another process of ours holds, in this thread; gives the exit status.

    0 when it came to an end, or is not ours any more. `EX_TEMPFAIL` when the database was not
    there for as long as a lease.
    """
    claim = leases.held(order.job_id, order.fence)
    if claim is None:
        return 0
    loop = Loop(kinds, terms)
    loop.adopt(claim)
    keeper = _ProgressKeeper(terms, loop.holdings, Pulse(), None)
    keeper.start()
    try:
        while loop.has_work():
            loop.turn()
            since = loop.trouble_since
            if since is not None and time.monotonic() - since > terms.lease:
                return EX_TEMPFAIL
    finally:
        keeper.end()
    return 0


class _ProgressKeeper(Keeper):
    """Renews and writes progress, and leaves the rest to the process that gave the order."""

    def report(self, now: object) -> None:
        """The other process reports both."""
