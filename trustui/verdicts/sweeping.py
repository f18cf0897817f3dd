"""The jobs that conclude again: what time, an upgrade or another anchor made due.

Nobody is asked for anything: all of it is read from the store. One job takes sources in portions,
so that ten thousand that lapse at one instant wait for one another and not crawls for them.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from trustui.inventory.sources import lock_sources
from trustui.jobs.kinds import Claim, Crew, Result, Task
from trustui.verdicts.clock import Clock
from trustui.verdicts.concluding import conclude
from trustui.verdicts.conclusions import Conclusion
from trustui.verdicts.models import Cause, Held, SourceVerdict
from trustui.verdicts.remembering import Remembered, load
from trustui.verdicts.reverifying import verified_again
from trustui.verdicts.verifier import VERIFIER

logger = logging.getLogger(__name__)

AT_ONCE = 200
"""Sources of one portion: a few seconds, and a few megabytes."""
POSTPONED = timedelta(minutes=15)
"""How long a source waits that could not be verified again for a fault of ours."""
LAPSE, UPGRADE, AGAIN = "verdicts.lapse", "verdicts.upgrade", "verdicts.again"
EVERYTHING = "all"
"""The key of a job that finds out itself what to do."""


class Portion:
    """What a portion came to."""

    def __init__(self) -> None:
        self.conclusions: list[Conclusion] = []
        self.broken: list[int] = []


@dataclass(frozen=True)
class Sweep:
    """A recurring job that concludes again about whatever `choose` finds, portion by portion."""

    name: str
    cause: Cause
    choose: Callable[[datetime, int], list[int]]
    clock: Clock
    at_once: int = 1
    seconds: float = 120.0
    together: int = 1
    portion: int = AT_ONCE

    def prepare(self, claims: Sequence[Claim]) -> Sequence[Task]:
        """Nothing to do while the clock is in doubt: what lapsed stays due."""
        now = self.clock.believed()
        return [] if now is None else [Task(claim, self._chosen(claim, now)) for claim in claims]

    def _chosen(self, claim: Claim, now: datetime) -> list[Remembered]:
        """One alone where a process died with this job, and that one not again before long."""
        if claim.attempt == 1:
            return load(self.choose(now, self.portion))
        ids = self.choose(now, 1)
        postpone(ids, now)
        return load(ids)

    def run(self, tasks: Sequence[Task], crew: Crew) -> None:
        """Verify each source again; what is left when the process has to stop is due at once."""
        for task in tasks:
            portion = verify_portion(task.work, self.cause, self.clock, lambda: crew.is_stopping)
            is_full = len(task.work) >= (self.portion if task.claim.attempt == 1 else 1)
            is_unfinished = is_full and bool(portion.conclusions)
            crew.deliver(
                Result(
                    task.claim,
                    portion,
                    again=is_unfinished,
                )
            )

    def record(self, results: Sequence[Result]) -> None:
        """Write the verdicts."""
        record_portions(results, self.clock)


@dataclass(frozen=True)
class Again:
    """A job for one source, whose key is its number: what is trusted for it changed."""

    clock: Clock
    name: str = AGAIN
    cause: Cause = Cause.ANCHOR
    at_once: int = 16
    seconds: float = 120.0
    together: int = 16

    def prepare(self, claims: Sequence[Claim]) -> Sequence[Task]:
        """Read all sources of the batch."""
        by_source = {int(claim.key): claim for claim in claims}
        return [Task(by_source[one.order.source_id], [one]) for one in load(list(by_source))]

    def run(self, tasks: Sequence[Task], crew: Crew) -> None:
        """Verify each source again."""
        for task in tasks:
            portion = verify_portion(task.work, self.cause, self.clock, lambda: crew.is_stopping)
            failed = "it could not be verified again, see the log" if portion.broken else None
            if portion.conclusions or portion.broken:
                crew.deliver(Result(task.claim, portion, failed=failed))

    def record(self, results: Sequence[Result]) -> None:
        """Write the verdicts."""
        record_portions(results, self.clock)


def verify_portion(
    work: Sequence[Remembered], cause: Cause, clock: Clock, is_stopping: Callable[[], bool]
) -> Portion:
    """Verify sources again, one after the other. No database."""
    portion = Portion()
    for one in work:
        if is_stopping():
            break
        try:
            portion.conclusions.append(verified_again(one, cause, clock.now()))
        except Exception:
            # A check that breaks is a step; this is our own fault, and others must not wait for it.
            logger.exception("source %s could not be verified again", one.order.source_id)
            portion.broken.append(one.order.source_id)
    return portion


def record_portions(results: Sequence[Result], clock: Clock) -> None:
    """Write what portions came to, in the caller's transaction."""
    portions = [result.value for result in results if isinstance(result.value, Portion)]
    found = [one for portion in portions for one in portion.conclusions]
    broken = [source for portion in portions for source in portion.broken]
    if found or broken:
        if broken:
            lock_sources([*broken, *(one.source_id for one in found)])
        believed = clock.believed()
        conclude(found, believed or clock.now(), is_clock_doubted=believed is None)
        if believed is not None:
            postpone(broken, believed)


def postpone(source_ids: Sequence[int], now: datetime) -> None:
    """Leave sources for a while, so that they keep nobody from being verified again."""
    if source_ids:
        waiting = {"source__in": source_ids}
        SourceVerdict.objects.filter(**waiting, valid_until__lte=now).update(
            valid_until=now + POSTPONED
        )
        Held.objects.filter(**waiting).update(since=now)


# What is due --------------------------------------------------------------------------------


def lapsed(now: datetime, most: int) -> list[int]:
    """Sources whose verdict was valid until now at most, longest overdue first; two statements.

    Those whose evidence waited for the clock come before them.
    """
    waiting = Held.objects.filter(source__removed_at=None).order_by("since", "pk")
    found = list(waiting.values_list("pk", flat=True)[:most])
    due = _crawled().filter(valid_until__lte=now).exclude(pk__in=found)
    room = most - len(found)
    return [*found, *due.order_by("valid_until", "pk").values_list("pk", flat=True)[:room]]


def of_other_verifiers(_now: datetime, most: int) -> list[int]:
    """Sources whose verdict was made by other rules than today's."""
    found = _crawled().exclude(verdict__verifier=VERIFIER)
    return list(found.order_by("pk").values_list("pk", flat=True)[:most])


def _crawled() -> "QuerySet[SourceVerdict]":
    return SourceVerdict.objects.filter(source__removed_at=None)


def lapse(clock: Clock) -> Sweep:
    """What time changed, and what waited for the clock."""
    return Sweep(LAPSE, Cause.TIME, lapsed, clock)


def upgrade(clock: Clock) -> Sweep:
    """What other rules may change."""
    return Sweep(UPGRADE, Cause.VERIFIER, of_other_verifiers, clock)
