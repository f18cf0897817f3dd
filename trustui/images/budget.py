"""What one portion of a round may take, and what it has taken."""

import time
from collections.abc import Callable

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

    def take(self, *, repositories: int = 0, size: int = 0) -> None:
        """Say that these many more were taken; `size` is in bytes."""
        self._repositories += repositories
        self._bytes += size

    @property
    def is_over(self) -> bool:
        """Whether any of the limits is reached."""
        is_full = self._repositories >= self._limits.repositories
        return is_full or self._bytes >= self._limits.bytes or self._monotonic() >= self._ends_at
