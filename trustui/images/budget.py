"""What one portion of a round may take, and what it has taken."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec

from trustui.core.limits import MIB


class ImageLimits(msgspec.Struct, frozen=True):
    """What one portion may take; the next one goes on."""

    repositories: int = 100
    bytes: int = 64 * MIB
    """Of documents that wait in memory to be recorded."""
    seconds: float = 60.0
    batch: int = 20
    """Repositories whose past is read from the store together."""


MOST_AHEAD = 16
"""Artefacts whose questions are asked together at most..."""
FEW_AHEAD = 2
"""...and to begin with: of a place that answers as slowly as it may these are over within minutes."""
QUICK_SECONDS = 1.0
"""After so many that took no longer, twice as many are asked for..."""
SLOW_SECONDS = 5.0
"""...and after so many that took longer, one at a time, so that little is lost where time is up."""


class Budget:
    """What is left of the limits of one portion, from now on."""

    def __init__(
        self, limits: ImageLimits, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._limits = limits
        self._monotonic = monotonic
        self._ends_at = monotonic() + limits.seconds
        self._repositories = 0
        self._bytes = 0
        self.ahead = FEW_AHEAD
        """Artefacts whose questions may be asked together now."""

    def take(self, *, repositories: int = 0, size: int = 0) -> None:
        """Say that these many more were taken; `size` is in bytes."""
        self._repositories += repositories
        self._bytes += size

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Around the questions of artefacts that are asked together: says how many the next are."""
        since = self._monotonic()
        yield
        took = self._monotonic() - since
        if took > SLOW_SECONDS:
            self.ahead = 1
        elif took <= QUICK_SECONDS:
            self.ahead = min(2 * self.ahead, MOST_AHEAD)

    @property
    def bytes_left(self) -> int:
        """Not more than 0 where no more may wait in memory."""
        return self._limits.bytes - self._bytes

    @property
    def is_over(self) -> bool:
        """Whether any of the limits is reached."""
        is_full = self._repositories >= self._limits.repositories or self.bytes_left <= 0
        return is_full or self._monotonic() >= self._ends_at
