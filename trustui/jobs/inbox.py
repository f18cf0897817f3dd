"""What threads hand to the one that writes: finished runs and ended processes."""

import threading
from collections import deque
from enum import Enum
from typing import TypeAlias

import msgspec

from trustui.jobs.kinds import Claim, Result


class Finished(msgspec.Struct):
    """A run that ended. `at` is monotonic, in seconds."""

    result: Result
    at: float
    is_ours: bool = False
    """The runner made this result, for a run that gave none: there is nothing to record."""

    @property
    def claim(self) -> Claim:
        """The job."""
        return self.result.claim


class Fate(Enum):
    """What the end of a process means for its job."""

    DIED = "died"
    """To blame, unless it was recorded before that."""
    LOST = "lost"
    """Another process took it along."""
    GIVEN_BACK = "given back"
    """Not to blame."""


class Ended(msgspec.Struct, frozen=True):
    """A process that ran one job alone has ended, well or not; `because` says how."""

    claim: Claim
    fate: Fate
    because: str


Arrival: TypeAlias = Finished | Ended


class Inbox:
    """A queue that one thread empties and that can be rung without anything in it."""

    def __init__(self) -> None:
        self._arrived: deque[Arrival] = deque()
        self._bell = threading.Event()

    def post(self, arrival: Arrival) -> None:
        """Hand something over."""
        self._arrived.append(arrival)
        # A bell that still rings is heard after this: whoever clears it takes what is there then.
        if not self._bell.is_set():
            self._bell.set()

    def ring(self) -> None:
        """Wake the one that waits."""
        self._bell.set()

    def wait(self, seconds: float | None) -> bool:
        """Wait for an arrival or a ring; whether there was one."""
        rang = self._bell.wait(seconds)
        self._bell.clear()
        return rang

    def take(self) -> list[Arrival]:
        """Everything that arrived since the last time."""
        return [self._arrived.popleft() for _ in range(len(self._arrived))]
