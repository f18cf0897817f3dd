"""Leases: claiming jobs, holding them, ending them, and who is to blame when nobody does.

Every claim raises the fence of its job; nothing is written under an older fence. The clock is
that of the `queue`.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import msgspec
from django.db import connection, transaction
from django.db.models import F, QuerySet

from trustui.events.services import WORKER, NewEvent, record_many, storable
from trustui.jobs import schedule
from trustui.jobs.crash_points import reached
from trustui.jobs.kinds import Claim
from trustui.jobs.models import Job, State
from trustui.jobs.queue import MAX_ERROR, clock, released
from trustui.jobs.sql import (
    ids_for_database,
    instant_for_database,
    instant_from_database,
    instants_for_database,
    many,
    statements,
)

ATTEMPTS = 3
DEATHS = 2
"""Quarantine after so many attempts of which so many killed a process that ran nothing else."""
BLAMES = 10
"""Quarantine after so many leases that ran out or processes that died, whoever else was there."""
PAUSE = timedelta(seconds=1)
"""Before a job whose process died is tried again."""
TOO_FAR = timedelta(hours=1)
"""A due time or lease so far beyond what it can be comes from a clock that was wrong."""

_SILENT = "the process that held it went silent"


class Done(msgspec.Struct, frozen=True):
    """How a job's row stands after a run. Texts are storable, `due_at` is aware."""

    claim: Claim
    state: State
    due_at: datetime
    failures: int
    last_error: str
    last_outcome: str


class Locked(msgspec.Struct, frozen=True):
    """What a job's row says of the run that ends."""

    fence: int
    state: str
    every_seconds: int | None
    failures: int
    asked_again: bool
    started_at: datetime | None


class Holding(msgspec.Struct, frozen=True):
    """A lease to be renewed, with the progress to write, if any."""

    id: int
    fence: int
    done: int | None = None
    total: int | None = None
    current: str | None = None


# ---- holding


def claim(
    kind: str,
    *,
    owner: str,
    limit: int,
    lease_seconds: float,
    now: datetime,
    suspects: bool = False,
    exclude: Collection[int] = (),
) -> list[Claim]:
    """Take up to `limit` due jobs of a kind, in one statement; no other claim gets them.

    `suspects` takes only those whose holder went silent or died since they last came to an end,
    without it only others. `exclude` are ids that this process runs already. A suspect with too
    many blames is put into quarantine and not given.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                statements().claim_suspects if suspects else statements().claim,
                {
                    "kind": kind,
                    "owner": owner,
                    "limit": limit,
                    "silent": _SILENT,
                    "exclude": ids_for_database(exclude),
                    "lease": lease_seconds,
                    "now": instant_for_database(now),
                    "until": instant_for_database(now + timedelta(seconds=lease_seconds)),
                },
            )
            rows = cursor.fetchall()
        hopeless = [row[0] for row in rows if row[5] >= BLAMES]
        if hopeless:
            _put_aside(Job.objects.filter(pk__in=hopeless), now)
    return [
        Claim(id_, kind, key, msgspec.json.decode(payload), fence, attempts)
        for id_, key, payload, fence, attempts, blames in rows
        if blames < BLAMES
    ]


def held(job_id: int, fence: int) -> Claim | None:
    """A claim that was made by another process of ours, if it still holds."""
    job = Job.objects.filter(pk=job_id, fence=fence, state=State.RUNNING).first()
    if job is None:
        return None
    return Claim(job.pk, job.kind, job.key, job.payload, job.fence, job.attempts)


def renew(holdings: Sequence[Holding], *, lease_seconds: float, now: datetime) -> None:
    """Hold jobs for another `lease_seconds`, and write their progress; one statement.

    Those that somebody else took over meanwhile are left alone.
    """
    if not holdings:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            statements().renew,
            {
                "held": many(holdings),
                "lease": lease_seconds,
                "now": instant_for_database(now),
                "until": instant_for_database(now + timedelta(seconds=lease_seconds)),
            },
        )
    reached("jobs.renewed")


def locked(job_ids: Collection[int]) -> dict[int, Locked]:
    """Rows by id, locked until the transaction ends, in an order that cannot deadlock."""
    with connection.cursor() as cursor:
        cursor.execute(statements().locked, {"ids": ids_for_database(job_ids)})
        rows = cursor.fetchall()
    return {
        id_: Locked(
            fence,
            state,
            every_seconds,
            failures,
            bool(asked_again),
            None if started_at is None else instant_from_database(started_at),
        )
        for id_, fence, state, every_seconds, failures, asked_again, started_at in rows
    }


# ---- ending


def finish(done: Sequence[Done], *, now: datetime) -> None:
    """Write how jobs ended, in one statement; attempts and blames start from nothing again.

    Those that end in quarantine get their event.
    """
    if not done:
        return
    adapted = instants_for_database()
    rows = [
        {
            "id": one.claim.job_id,
            "fence": one.claim.fence,
            "state": str(one.state),
            "due_at": adapted(one.due_at),
            "failures": one.failures,
            "last_error": one.last_error,
            "last_outcome": one.last_outcome,
        }
        for one in done
    ]
    with connection.cursor() as cursor:
        cursor.execute(statements().finish, {"done": many(rows), "now": instant_for_database(now)})
    put_aside = [one.claim.job_id for one in done if one.state == State.QUARANTINED]
    if put_aside:
        _tell_quarantine(put_aside, now)


def hand_back(claims: Sequence[Claim], *, now: datetime) -> int:
    """Give jobs back untouched: they are due now, and the attempt does not count."""
    with transaction.atomic():
        locked([claim.job_id for claim in claims])
        waiting = released(clock(now))
        count = sum(
            _running(claim).update(**waiting, attempts=F("attempts") - 1) for claim in claims
        )
    reached("jobs.handed_back")
    return count


def lost(claim: Claim, because: str, *, now: datetime) -> bool:
    """Whoever ran it went silent, together with others: it is tried again, alone."""
    with transaction.atomic():
        return _blame(claim, because, now, losses=1)


def died(claim: Claim, because: str, *, now: datetime) -> bool:
    """A process that ran nothing else died with it. After the second time: quarantine.

    False when it was recorded before that, or is held by somebody else.
    """
    with transaction.atomic():
        did = _blame(claim, because, now, deaths=1)
        hopeless = Job.objects.filter(
            pk=claim.job_id, state=State.QUEUED, attempts__gte=ATTEMPTS, deaths__gte=DEATHS
        )
        if did and hopeless.exists():
            _put_aside(hopeless, now)
    reached("jobs.died")
    return did


def _blame(claim: Claim, because: str, now: datetime, losses: int = 0, deaths: int = 0) -> bool:
    count = _running(claim).update(
        **released(clock(now) + PAUSE),
        losses=F("losses") + losses,
        deaths=F("deaths") + deaths,
        last_error=storable(because, MAX_ERROR),
    )
    return bool(count)


def _running(claim: Claim) -> QuerySet[Job]:
    return Job.objects.filter(pk=claim.job_id, fence=claim.fence, state=State.RUNNING)


# ---- putting aside


def _put_aside(jobs: QuerySet[Job], now: datetime) -> None:
    ids = list(jobs.order_by("pk").values_list("pk", flat=True))
    Job.objects.filter(pk__in=ids).update(state=State.QUARANTINED, lease_owner="", lease_until=None)
    _tell_quarantine(ids, now)


def _tell_quarantine(job_ids: Sequence[int], now: datetime) -> None:
    record_many(
        [
            NewEvent(
                kind="job.quarantined",
                at=now,
                actor=WORKER,
                subject=str(job),
                reason=job.last_error,
                detail={
                    "job": job.pk,
                    "attempts": job.attempts,
                    "losses": job.losses,
                    "deaths": job.deaths,
                    "failures": job.failures,
                },
            )
            for job in Job.objects.filter(pk__in=job_ids).order_by("pk")
        ]
    )


# ---- clocks that were wrong


def heal(*, lease_seconds: float, now: datetime, slack: timedelta = TOO_FAR) -> int:
    """Bring back due times and leases that only a wrong clock can have set; gives how many.

    A lease ends within `lease_seconds`, a recurring job is due within two intervals, any other
    at once, each and `slack`. Less slack than an hour cuts short what a place asked us to wait.
    """
    at = clock(now)
    until = at + timedelta(seconds=lease_seconds)
    leases = Job.objects.filter(state=State.RUNNING, due_at__gt=until + slack)
    with transaction.atomic():
        healed = _free(leases).update(due_at=until, lease_until=until)
    waiting = Job.objects.filter(state=State.QUEUED, due_at__gt=at + slack)
    with transaction.atomic():
        healed += _free(waiting.filter(every_seconds=None)).update(due_at=at)
    recurring = waiting.exclude(every_seconds=None)
    for job in recurring.only("kind", "key", "due_at", "every_seconds"):
        every = job.every_seconds or 1
        if job.due_at > at + slack + timedelta(seconds=2 * every):
            slot = schedule.next_slot(job.kind, job.key, every, at, at)
            healed += recurring.filter(pk=job.pk).update(due_at=slot)
    return healed


def _free(jobs: QuerySet[Job]) -> QuerySet[Job]:
    """Those that nobody else locks: who heals waits for nobody, and looks again before long."""
    ids = jobs.select_for_update(skip_locked=True).values_list("pk", flat=True)
    return Job.objects.filter(pk__in=list(ids))
