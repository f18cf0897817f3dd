"""When a job is due again: slots of a recurring one, back-off after a failure. Pure."""

import hashlib
import math
from datetime import UTC, datetime, timedelta

FIRST_BACK_OFF = 15.0
LONGEST_WAIT = 3600.0
"""Seconds. As long as a place may ask us to wait, and as a job that runs once ever does."""
FAILURES_OF_ONE = 10
"""A job that runs once is put into quarantine after so many failures in a row: about two hours."""
_LARGEST_DOUBLING = 30
_JITTER = 0.25


def next_slot(
    kind: str, key: str, every_seconds: int, started_at: datetime, now: datetime
) -> datetime:
    """When a recurring job is due after a run that started at `started_at` and ends `now`.

    Slots lie `every_seconds` apart, at a phase of the job's own, so that jobs of one interval are
    spread evenly and stay where they are whatever happens. The slot is later than now, and at
    least half an interval after the start. Missed ones are not made up for.
    """
    half = timedelta(seconds=every_seconds / 2)
    earliest = max(now, min(started_at, now) + half).timestamp()
    offset = _share(kind, key, "slot") * every_seconds
    slot = offset + math.ceil((earliest - offset) / every_seconds) * every_seconds
    return datetime.fromtimestamp(max(slot, earliest), UTC)


def back_off(
    kind: str, key: str, failures: int, every_seconds: int | None, retry_after: float | None
) -> timedelta:
    """How long to wait after a failure that `failures` others in a row came before.

    15 s, doubled for each, up to the interval (or an hour), less up to a quarter so that jobs
    that failed together do not come back together. Longer when somebody asked for it.
    """
    longest = float(every_seconds or LONGEST_WAIT)
    wait = min(longest, FIRST_BACK_OFF * 2.0 ** min(failures, _LARGEST_DOUBLING))
    wait *= 1 - _JITTER * _share(kind, key, f"failure {failures}")
    return timedelta(seconds=max(wait, asked_wait(retry_after)))


def asked_wait(retry_after: float | None) -> float:
    """Seconds that somebody asked us to wait, kept to what is reasonable: 0 to an hour."""
    if retry_after is None or math.isnan(retry_after):
        return 0.0
    return min(max(retry_after, 0.0), LONGEST_WAIT)


def _share(kind: str, key: str, purpose: str) -> float:
    """A number from 0 to 1 that is always the same for the same words."""
    digest = hashlib.sha256(f"{kind}\0{key}\0{purpose}".encode()).digest()
    return int.from_bytes(digest[:7], "big") / 2**56
