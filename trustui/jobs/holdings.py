"""What this process holds: which jobs, since when, how far they are. Safe for threads; no SQL."""

import threading
from collections import Counter
from collections.abc import Collection

import msgspec

from trustui.jobs.kinds import Claim, Kind
from trustui.jobs.leases import Holding


class Progress(msgspec.Struct, frozen=True):
    """How far a job is, as it was told last."""

    done: int
    total: int | None
    current: str


class Held(msgspec.Struct):
    """One job in hand. `deadline` is monotonic, in seconds."""

    claim: Claim
    kind: str
    deadline: float
    is_alone: bool
    """It runs in a process of its own, whose time is kept there."""
    told: Progress | None = None


class Holdings:
    """The jobs that this process claimed and did not bring to an end yet."""

    def __init__(self) -> None:
        self._held: dict[int, Held] = {}
        self._together: Counter[str] = Counter()
        """By kind, of those that run in this process."""
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._held)

    def take(self, claims: Collection[Claim], kind: Kind, now: float, *, is_alone: bool) -> None:
        """From here on these jobs are in hand."""
        with self._lock:
            for claim in claims:
                self._let_go(claim.job_id)
                self._held[claim.job_id] = Held(claim, kind.name, now + kind.seconds, is_alone)
                self._together[kind.name] += not is_alone

    def drop(self, claims: Collection[Claim]) -> None:
        """These jobs came to an end, or are somebody else's now."""
        with self._lock:
            for claim in claims:
                if self._is_current(claim):
                    self._let_go(claim.job_id)

    def _let_go(self, job_id: int) -> None:
        held = self._held.pop(job_id, None)
        if held is not None:
            self._together[held.kind] -= not held.is_alone

    def has(self, claim: Claim) -> bool:
        """Whether the job is in hand under this very claim."""
        with self._lock:
            return self._is_current(claim)

    def _is_current(self, claim: Claim) -> bool:
        held = self._held.get(claim.job_id)
        return held is not None and held.claim.fence == claim.fence

    def claims(self) -> list[Claim]:
        """All of them."""
        with self._lock:
            return [held.claim for held in self._held.values()]

    def ids(self) -> list[int]:
        """Their jobs, not to be claimed a second time."""
        with self._lock:
            return list(self._held)

    def count(self, kind: str) -> int:
        """How many of a kind run among others in this process."""
        with self._lock:
            return self._together[kind]

    def count_alone(self) -> int:
        """How many run in processes of their own."""
        with self._lock:
            return len(self._held) - self._together.total()

    def overdue(self, now: float) -> list[Claim]:
        """Those that ran longer than their kind allows, in threads that nothing can end."""
        with self._lock:
            return [
                held.claim
                for held in self._held.values()
                if not held.is_alone and now > held.deadline
            ]

    def tell(self, claim: Claim, progress: Progress) -> None:
        """Note how far a job is, to be written with the next renewal."""
        with self._lock:
            if self._is_current(claim):
                self._held[claim.job_id].told = progress

    def has_news(self) -> bool:
        """Whether progress waits to be written."""
        with self._lock:
            return any(held.told is not None for held in self._held.values())

    def renewable(self, now: float) -> list[Holding]:
        """Leases to be renewed: those within their time, with the progress told since last time."""
        with self._lock:
            found = []
            for held in self._held.values():
                if not held.is_alone and now > held.deadline:
                    continue
                told, held.told = held.told, None
                holding = Holding(held.claim.job_id, held.claim.fence)
                if told is not None:
                    holding = Holding(
                        holding.id, holding.fence, told.done, told.total, told.current
                    )
                found.append(holding)
            return found
