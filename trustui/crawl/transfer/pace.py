"""Whether a place answers fast enough. The time is an argument."""

from trustui.core.facts import ProblemKind
from trustui.crawl.transfer.limits import Fault, FetchLimits


class Pace:
    """Watches one transfer: silence, rate and the end of the time given.

    The rate is judged over windows, not since the start: a fast first megabyte does not buy
    half an hour of one byte per second. ``heard_at`` is when the connection stood, or a whole
    header or a part of the body came; whoever hears it writes it down.
    """

    def __init__(self, limits: FetchLimits, *, now: float, deadline: float) -> None:
        self._limits = limits
        self._deadline = deadline
        self.heard_at = now
        self._window_from: float | None = None
        self._window_bytes = 0

    def received(self, now: float, count: int) -> None:
        """Bytes of the body came."""
        self.heard_at = now
        if self._window_from is None:
            self._window_from = now
        self._window_bytes += count

    def judge(self, now: float) -> Fault | None:
        if now >= self._deadline:
            return _slow(f"not finished within {self._limits.total_seconds:g} s in all")
        if now - self.heard_at >= self._limits.stall_seconds:
            return _slow(f"nothing came for {self._limits.stall_seconds:g} s")
        return self._judge_rate(now)

    def due(self, now: float) -> float:
        """When to judge again: before that nothing can be wrong, whatever comes or does not."""
        window_from = now if self._window_from is None else self._window_from
        return min(
            self._deadline,
            self.heard_at + self._limits.stall_seconds,
            window_from + self._limits.rate_grace_seconds,
        )

    def _judge_rate(self, now: float) -> Fault | None:
        grace = self._limits.rate_grace_seconds
        if self._window_from is None or now - self._window_from < grace:
            return None
        if self._window_bytes < self._limits.minimum_rate * grace:
            return _slow(
                f"slower than {self._limits.minimum_rate} bytes per second over {grace:g} s"
            )
        self._window_from, self._window_bytes = now, 0
        return None


def _slow(because: str) -> Fault:
    return Fault(ProblemKind.TOO_SLOW, because)
