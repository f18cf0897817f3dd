"""Lines of a switchboard that are closed in time, so that nobody waits on for the lane of a host."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from trustui.crawl.fetch import AddressPolicy
from trustui.crawl.switchboard import Line, Switchboard


class OpenLines:
    """The lines that one batch of crawls has open. Safe to call from every thread."""

    def __init__(
        self, switchboard: Switchboard, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._switchboard = switchboard
        self._monotonic = monotonic
        self._open: dict[Line, float] = {}
        self._lock = threading.Lock()

    @contextmanager
    def line(self, policy: AddressPolicy, until: float, *, account: str = "") -> Iterator[Line]:
        """A line that is closed on leaving, or `until` a time of the monotonic clock.

        `account` as for `Switchboard.line`.
        """
        line = self._switchboard.line(policy, account=account)
        with self._lock:
            self._open[line] = until
        try:
            yield line
        finally:
            with self._lock:
                del self._open[line]
            line.close()

    def close_overdue(self) -> None:
        """Close those whose time is over; who waits on one of them hears it."""
        now = self._monotonic()
        with self._lock:
            overdue = [line for line, until in self._open.items() if until <= now]
        for line in overdue:
            line.close()
