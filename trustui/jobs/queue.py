"""The queue of record: asking for jobs, looking at them, putting them aside (docs/operate/jobs.md).

Times are aware. `now` is the caller's clock; on PostgreSQL the database's own decides what is due
and how long leases last, so that workers need not agree about the time.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection, transaction
from django.db.models import F, Min, QuerySet

from trustui.events.services import storable
from trustui.jobs import doorbell
from trustui.jobs.models import Job, State
from trustui.jobs.sql import instant_for_database, instant_from_database, many, statements

MAX_ERROR = 2_000
MAX_CURRENT = 200
URGENT = 10
"""The priority of what a person waits for."""


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """A job that shall be done."""

    kind: str
    key: str
    due_at: datetime
    payload: dict[str, Any] = {}
    every_seconds: int | None = None
    priority: int = 0
    requested_by: str = ""


class Due(msgspec.Struct, frozen=True):
    """A kind of which jobs are due."""

    kind: str
    has_queued: bool
    has_suspects: bool
    """Jobs whose holder went silent or died."""


# ---- asking


def enqueue(
    *,
    kind: str,
    key: str,
    due_at: datetime,
    payload: dict[str, Any] | None = None,
    every_seconds: int | None = None,
    priority: int = 0,
    requested_by: str = "",
) -> None:
    """Ask for a job; one statement, in the caller's transaction.

    There is one job per kind and key. An idle one is queued; a queued one becomes due at the
    earlier time; one that runs, runs once more afterwards; one in quarantine stays there. The
    newest payload counts. Without `every_seconds` an interval that it has stays.
    """
    asked = Ask(
        kind=kind,
        key=key,
        due_at=due_at,
        payload=payload or {},
        every_seconds=every_seconds,
        priority=priority,
        requested_by=requested_by,
    )
    enqueue_many([asked])


def enqueue_many(asks: Sequence[Ask]) -> None:
    """Ask for many jobs in one statement. Of several for one job, the last counts."""
    if not asks:
        return
    rows = [
        {**msgspec.structs.asdict(ask), "due_at": instant_for_database(ask.due_at)}
        for ask in {(ask.kind, ask.key): ask for ask in asks}.values()
    ]
    with connection.cursor() as cursor:
        cursor.execute(statements().enqueue, {"asked": many(rows)})
    doorbell.ring_on_commit()


def cancel(kind: str, key: str) -> bool:
    """Forget a job, its interval too; a run that is under way is not recorded. False: none."""
    return bool(
        Job.objects.filter(kind=kind, key=key).update(
            state=State.IDLE,
            every_seconds=None,
            asked_again=False,
            priority=0,
            fence=F("fence") + 1,
            lease_owner="",
            lease_until=None,
        )
    )


def hold(kind: str, key: str) -> None:
    """Until the transaction ends nobody else writes this job.

    To be called before anything is locked that its results are written to: who records them holds
    the job first, and two who began at opposite ends would wait for one another.
    """
    list(Job.objects.select_for_update().filter(kind=kind, key=key).values_list("pk"))


# ---- looking


def clock(now: datetime) -> datetime:
    """What time it is for the queue: the database's clock, on SQLite `now`."""
    text = statements().clock
    if text is None:
        return now
    with connection.cursor() as cursor:
        cursor.execute(text)
        return instant_from_database(cursor.fetchone()[0])


def due_count(now: datetime) -> int:
    """How many jobs wait for a worker, also those whose lease ran out."""
    return _due(now).count()


def oldest_due(now: datetime) -> datetime | None:
    """Since when the job waits that has waited longest."""
    oldest: datetime | None = _due(now).aggregate(oldest=Min("due_at"))["oldest"]
    return oldest


def _due(now: datetime) -> QuerySet[Job]:
    return Job.objects.filter(state__in=[State.QUEUED, State.RUNNING], due_at__lte=now)


def due_kinds(kinds: Collection[str], now: datetime) -> list[Due]:
    """What is due of these kinds. One statement, which writes nothing."""
    is_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute(
            statements().due_kinds,
            {
                "kinds": many(sorted(kinds)) if is_sqlite else sorted(kinds),
                "now": instant_for_database(now),
            },
        )
        found = [Due(kind, bool(queued), bool(suspect)) for kind, queued, suspect in cursor]
    return [due for due in found if due.has_queued or due.has_suspects]


# ---- quarantine


def quarantine(*, job_id: int, because: str, now: datetime) -> bool:
    """Put a job aside until it is retried; the caller tells the event. False: it is there already.

    A run that is under way is not recorded.
    """
    found = Job.objects.filter(pk=job_id).exclude(state=State.QUARANTINED)
    return bool(
        found.update(
            **{**released(clock(now)), "state": State.QUARANTINED},
            fence=F("fence") + 1,
            last_error=storable(because, MAX_ERROR),
        )
    )


def retry(*, job_id: int, now: datetime) -> bool:
    """Make a job due now, with a clean slate; the caller tells the event.

    One that runs, runs once more afterwards. False: there is none.
    """
    found = Job.objects.filter(pk=job_id)
    with transaction.atomic():
        running = found.filter(state=State.RUNNING).update(asked_again=True, priority=URGENT)
        waiting = found.exclude(state=State.RUNNING).update(
            **released(clock(now)), attempts=0, losses=0, deaths=0, failures=0, priority=URGENT
        )
    doorbell.ring_on_commit()
    return bool(running or waiting)


def released(due_at: datetime) -> dict[str, Any]:
    """What makes a row that somebody held wait again."""
    return {"state": State.QUEUED, "due_at": due_at, "lease_owner": "", "lease_until": None}
