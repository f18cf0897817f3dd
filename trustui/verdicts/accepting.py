"""Living with a finding: who accepted it, why, and until which day. Each act is an event.

A finding is accepted as long as its day has not passed, nobody reopened it, and its severity is
the one that was accepted. All three are asked when it is looked at: no job has to run for it.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from trustui.events.services import PERSON, NewEvent, record_many
from trustui.inventory.sources import lock_sources
from trustui.inventory.text import storable
from trustui.verdicts.models import Acceptance, Finding

MOST_DAYS = 365
"""A finding is looked at again after a year at the latest."""
MOST_REASON = 1_000
MOST_AT_ONCE = 200

ACCEPTED, REOPENED = "finding.accepted", "finding.reopened"


class AcceptingError(ValueError):
    """What was asked for cannot be done; the message says what was expected and found."""


def day_of(at: datetime) -> date:
    """The day of UTC."""
    return at.astimezone(UTC).date()


def in_force(at: datetime, day: date | None = None) -> "QuerySet[Acceptance]":
    """What holds at an instant, whatever became of the findings meanwhile.

    `day` is the `day_of` it, for whom the instant is a place in a statement.
    """
    day = day_of(at) if day is None else day
    lasts = Q(ended_at=None) | Q(ended_at__gt=at)
    return Acceptance.objects.filter(lasts, accepted_at__lte=at, until__gte=day)


def is_accepted(at: datetime, day: date | None = None) -> Exists:
    """The condition that a row of `Finding` is accepted at an instant; `day` as of `in_force`."""
    return Exists(
        in_force(at, day).filter(
            source=OuterRef("source"),
            check_id=OuterRef("check_id"),
            on_id=OuterRef("on_id"),
            severity=OuterRef("severity"),
        )
    )


@transaction.atomic
def accept(
    *, finding_ids: Collection[int], reason: str, until: date, by: str, now: datetime
) -> int:
    """Accept open findings, also anew; gives how many. As many statements for all as for one.

    Raises AcceptingError without a reason, for a day that has passed or is more than a year ahead,
    and for too many at once.
    """
    reason = _checked(reason, until, now)
    found = _locked(finding_ids)
    _end(found, now)
    Acceptance.objects.bulk_create(
        Acceptance(
            source_id=one.source_id,
            check_id=one.check_id,
            on_id=one.on_id,
            severity=one.severity,
            reason=reason,
            by_name=by,
            accepted_at=now,
            until=until,
        )
        for one in found
    )
    record_many([_event(ACCEPTED, one, by, now, reason, until) for one in found])
    return len(found)


@transaction.atomic
def reopen(*, finding_ids: Collection[int], by: str, now: datetime, reason: str = "") -> int:
    """End what holds of these findings; gives how many were accepted. Raises AcceptingError."""
    found = _locked(finding_ids)
    ended = _end(found, now)
    reopened = [one for one in found if _key(one) in ended]
    record_many([_event(REOPENED, one, by, now, reason.strip()[:MOST_REASON]) for one in reopened])
    return len(reopened)


def last_day(now: datetime) -> date:
    """The last day until which something can be accepted."""
    return now.astimezone(UTC).date() + timedelta(days=MOST_DAYS)


def _checked(reason: str, until: date, now: datetime) -> str:
    reason = storable(" ".join(reason.split()), 2 * MOST_REASON)
    if not reason:
        raise AcceptingError("accepting a finding needs a reason: why can it stay as it is?")
    if len(reason) > MOST_REASON:
        raise AcceptingError(
            f"expected a reason of at most {MOST_REASON:,} characters, found {len(reason):,}"
        )
    first, last = now.astimezone(UTC).date(), last_day(now)
    if not first <= until <= last:
        raise AcceptingError(f"expected a last day from {first} to {last}, found {until}")
    return reason


def _locked(finding_ids: Collection[int]) -> list[Finding]:
    """Locked in one order, after their sources, as who concludes about those does."""
    if len(finding_ids) > MOST_AT_ONCE:
        raise AcceptingError(
            f"expected at most {MOST_AT_ONCE} findings at once, found {len(finding_ids):,}"
        )
    wanted = Finding.objects.filter(pk__in=finding_ids, gone_at=None)
    lock_sources(wanted.values_list("source_id", flat=True))
    rows = wanted.select_related("source")
    return list(rows.select_for_update(of=("self",)).order_by("id"))


def _end(found: Sequence[Finding], now: datetime) -> set[tuple[int, str, str]]:
    """End what stands about these findings; gives those for which it still held."""
    wanted = {_key(one) for one in found}
    standing = Acceptance.objects.filter(
        ended_at=None,
        source__in={one.source_id for one in found},
        on_id__in={one.on_id for one in found},
    )
    met = [one for one in standing if (one.source_id, one.check_id, one.on_id) in wanted]
    Acceptance.objects.filter(pk__in=[one.pk for one in met]).update(ended_at=now)
    day = now.astimezone(UTC).date()
    return {(one.source_id, one.check_id, one.on_id) for one in met if one.until >= day}


def _key(finding: Finding) -> tuple[int, str, str]:
    return finding.source_id, finding.check_id, finding.on_id


def _event(
    kind: str, finding: Finding, by: str, now: datetime, reason: str, until: date | None = None
) -> NewEvent:
    detail = {"check": finding.check_id, "on": finding.on, "severity": finding.severity}
    return NewEvent(
        kind=kind,
        at=now,
        actor=f"{PERSON}{by}",
        subject=finding.source.name,
        reason=reason,
        team_id=finding.source.team_id,
        source_id=finding.source_id,
        detail=detail if until is None else {**detail, "until": until.isoformat()},
    )
