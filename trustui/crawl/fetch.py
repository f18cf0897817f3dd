"""The one door to the network: every request of the product goes through `Fetch`.

What it promises, with its limits: `docs/sources/fetch.md`.
"""

import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any, Self

from trustui.core.facts import Document, Problem, ProblemKind
from trustui.crawl.addresses import AddressPolicy
from trustui.crawl.transfer.answers import answer_of
from trustui.crawl.transfer.errand import Errand
from trustui.crawl.transfer.limits import FetchLimits
from trustui.crawl.transfer.loop import Loop
from trustui.crawl.transfer.request import Terms, Transfer
from trustui.crawl.transfer.schedule import Schedule

__all__ = ["AddressPolicy", "Fetch", "FetchLimits", "Resolve"]

Resolve = Callable[[str, int], Sequence[str]]
"""From a host name and port to addresses as text; OSError where there is no answer."""

_TICK_SECONDS = 0.05
"""How late a time limit may be noticed."""


class Fetch:
    """The door. One policy, one set of limits, and connections kept between requests.

    Connections are never shared between different policies or credentials: make one `Fetch` for
    each. Use it as a context manager, from one thread at a time.

    ``ca_file`` (PEM) replaces the system's authorities. ``resolve`` replaces libcurl's own
    resolver, which runs beside the transfers and within the limit for connecting; another one
    blocks. ``sleep`` and ``jitter`` (a number from 0 to 1) are for tests.
    """

    def __init__(
        self,
        policy: AddressPolicy | None = None,
        limits: FetchLimits | None = None,
        *,
        ca_file: str | None = None,
        resolve: Resolve | None = None,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._limits = limits or FetchLimits()
        self._terms = Terms(policy or AddressPolicy(), self._limits, ca_file)
        self._resolve = resolve
        self._sleep = sleep
        self._jitter = jitter
        self._loop = Loop(self._limits.at_once)
        self._running: dict[Any, tuple[Errand, Transfer]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all kept connections."""
        self._loop.close()

    def get(self, url: str, *, max_length: int, accept: str = "*/*") -> Document | Problem:
        """The document at ``url``, of at most ``max_length`` bytes once decoded, or why not.

        Never raises for what the remote does. `Document.seen_at` is when the answer was complete.
        """
        return self.get_many([(url, max_length)], accept=accept)[0]

    def get_many(
        self, requests: Sequence[tuple[str, int]], *, accept: str = "*/*"
    ) -> list[Document | Problem]:
        """As `get` for each (url, max_length), side by side; results in the order asked.

        All bodies are in memory at the end: at most the sum of the lengths.
        """
        errands = [Errand(url, max_length, self._terms) for url, max_length in requests]
        try:
            self._run(Schedule(errands, self._limits), accept)
        finally:
            for handle in list(self._running):  # only after an interruption
                self._finish(handle, 0, "")
        return [errand.result for errand in errands]

    def _run(self, schedule: Schedule, accept: str) -> None:
        while not schedule.is_over:
            now = time.monotonic()
            for errand in schedule.due(now):
                if not self._start(errand, accept):
                    schedule.leaves(errand, errand.host)
            pause = schedule.pause(now)
            if self._running:
                self._loop.turn(_TICK_SECONDS if pause is None else min(pause, _TICK_SECONDS))
            elif pause is not None:
                self._sleep(pause)
                schedule.wake()
            self._collect(schedule)

    def _start(self, errand: Errand, accept: str) -> bool:
        """Begin the errand's next request; False when it ended without one."""
        target = errand.target
        try:
            addresses = self._addresses(target.host, target.port)
        except (OSError, ValueError) as error:
            because = f"no address for {target.host}: {error}"
            errand.give_up(ProblemKind.UNREADABLE, because)
            return False
        transfer = Transfer(
            target,
            self._terms,
            max_length=errand.max_length,
            accept=accept,
            deadline=errand.begin(time.monotonic()),
            addresses=addresses,
        )
        self._running[transfer.handle] = errand, transfer
        self._loop.add(transfer.handle)
        return True

    def _addresses(self, host: str, port: int) -> list[str]:
        """What libcurl is told; empty leaves the resolving to it."""
        if self._resolve is None:
            return []
        addresses = [str(ip_address(address)) for address in self._resolve(host, port)]
        if not addresses:
            raise OSError("the name has none")
        return addresses

    def _collect(self, schedule: Schedule) -> None:
        for handle, error, words in self._loop.finished():
            self._deliver(handle, error, words, schedule)
        for handle, (_, transfer) in list(self._running.items()):
            if transfer.is_too_slow():
                self._deliver(handle, 0, "", schedule)

    def _deliver(self, handle: Any, error: int, words: str, schedule: Schedule) -> None:
        errand, transfer = self._finish(handle, error, words)
        answer = answer_of(transfer, errand.location, datetime.now(UTC))
        errand.take(answer, now=time.monotonic(), chance=self._jitter())
        schedule.leaves(errand, transfer.target.host)

    def _finish(self, handle: Any, error: int, words: str) -> tuple[Errand, Transfer]:
        self._loop.remove(handle)
        errand, transfer = self._running.pop(handle)
        transfer.finish(error, words)
        return errand, transfer
