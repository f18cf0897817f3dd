"""How a runner works: numbers that processes and tests choose."""

import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import msgspec

ISOLATED = (sys.executable, "-P", "-m", "trustui.operate.isolated")
"""What forks a process a suspect; the lease is added as its argument."""


def utc_now() -> datetime:
    """The clock of this process."""
    return datetime.now(UTC)


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What holds for one runner. Durations in seconds."""

    owner: str
    mode: str
    lease: float
    at_once: Mapping[str, int] = {}
    """By kind, instead of the kind's own number."""
    alone_at_once: int = 2
    """Suspects side by side, each in its process."""
    isolated: tuple[str, ...] = ISOLATED
    clock: Callable[[], datetime] = utc_now
    poll: float = 0.05
    """Between looks at an empty queue."""
    linger: float = 0.1
    """For more results, so that they are written together."""
    patience: float = 0.2
    """For more free places, so that jobs are claimed and prepared together."""
    batch: int = 500
    """Jobs claimed, and results written, in one transaction."""
    keep: float = 600.0
    """A result that the database does not take for so long is thrown away, and its job run again."""
    grace: float = 8.0
    """From a request to stop until what is unfinished is handed back."""
    stuck: float = 30.0
    """Without any sign of work, though jobs are due."""
    longest_pause: float = 5.0
    """Between tries while there is trouble with the database."""
