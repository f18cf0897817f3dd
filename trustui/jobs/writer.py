"""Recording what runs gave: one transaction a batch, under the fences, with the end of the jobs."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from django.db import transaction

from trustui.events.services import storable
from trustui.jobs import leases, schedule
from trustui.jobs.crash_points import reached
from trustui.jobs.crews import failure
from trustui.jobs.inbox import Finished
from trustui.jobs.kinds import Kind, Result
from trustui.jobs.leases import Done, Locked
from trustui.jobs.models import Outcome, State
from trustui.jobs.queue import MAX_ERROR, clock
from trustui.jobs.trouble import is_trouble

_log = logging.getLogger(__name__)


class Written(msgspec.Struct):
    """How many jobs came to an end, and of how many results somebody else holds the job."""

    finished: int = 0
    lost: int = 0

    def add(self, other: "Written") -> None:
        """Count another batch in."""
        self.finished += other.finished
        self.lost += other.lost


def write(finished: Sequence[Finished], kind: Kind, now: datetime) -> Written:
    """Record a batch of one kind in one transaction; when that raises, each of it alone.

    A result whose job somebody else claimed meanwhile leaves no row. One that cannot be recorded
    fails, and no other. Raises what `is_trouble`, with nothing written.
    """
    try:
        return _write(finished, kind, now)
    except Exception as error:
        if is_trouble(error):
            raise
        if len(finished) == 1 and finished[0].is_ours:
            raise
        _log.exception("%d results could not be recorded together", len(finished))
    written = Written()
    for one in finished:
        written.add(_write_alone(one, kind, now))
    return written


def _write_alone(one: Finished, kind: Kind, now: datetime) -> Written:
    try:
        return _write([one], kind, now)
    except Exception as error:
        if is_trouble(error) or one.is_ours:
            raise
        claim = one.claim
        _log.exception("the result of %s %s could not be recorded", claim.kind, claim.key)
        return _write([failure(claim, error)], kind, now)


def _write(finished: Sequence[Finished], kind: Kind, now: datetime) -> Written:
    with transaction.atomic():
        rows = leases.locked([one.claim.job_id for one in finished])
        live = [one for one in finished if _is_held(one.result, rows)]
        reached("jobs.checked")
        results = [one.result for one in live if _has_something(one)]
        if results:
            kind.record(results)
        reached("jobs.recorded")
        at = clock(now)
        leases.finish([_done(one, rows[one.claim.job_id], at) for one in live], now=at)
        reached("jobs.finished")
    reached("jobs.committed")
    return Written(len(live), sum(_is_lost(one.result, rows) for one in finished))


def _is_held(result: Result, rows: Mapping[int, Locked]) -> bool:
    row = rows.get(result.claim.job_id)
    return row is not None and row.fence == result.claim.fence and row.state == State.RUNNING


def _is_lost(result: Result, rows: Mapping[int, Locked]) -> bool:
    # Same fence and not running: this very result was committed before, without an answer.
    row = rows.get(result.claim.job_id)
    return row is None or row.fence != result.claim.fence


def _has_something(one: Finished) -> bool:
    is_bare_failure = one.result.failed is not None and one.result.value is None
    return not (one.is_ours or is_bare_failure)


def _done(one: Finished, row: Locked, now: datetime) -> Done:
    result = one.result
    failures = 0 if result.failed is None else row.failures + 1
    is_once = row.every_seconds is None and not result.again
    state, due_at = State.QUEUED, _due_at(result, row, now)
    if failures >= schedule.FAILURES_OF_ONE and is_once:
        state = State.QUARANTINED
    elif row.asked_again:
        due_at = now
    elif is_once and result.failed is None:
        state = State.IDLE
    return Done(
        claim=result.claim,
        state=state,
        due_at=due_at,
        failures=failures,
        last_error=storable(result.failed or "", MAX_ERROR),
        last_outcome=Outcome.DONE if result.failed is None else Outcome.FAILED,
    )


def _due_at(result: Result, row: Locked, now: datetime) -> datetime:
    if result.again:
        return now
    kind, key = result.claim.kind, result.claim.key
    if result.failed is not None:
        wait = schedule.back_off(kind, key, row.failures, row.every_seconds, result.retry_after)
        return now + wait
    if row.every_seconds is None:
        return now
    slot = schedule.next_slot(kind, key, row.every_seconds, row.started_at or now, now)
    return max(slot, now + timedelta(seconds=schedule.asked_wait(result.retry_after)))
