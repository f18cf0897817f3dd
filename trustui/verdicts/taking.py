"""Who looks after a failure: said in the event log, where it stays, and read from there.

A failure is taken as long as it lasts: when the source verifies or fails otherwise, nobody has it.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import QuerySet

from trustui.events.models import Event
from trustui.events.services import PERSON, record
from trustui.inventory.models import Source

TAKEN, RELEASED = "failure.taken", "failure.released"


class Taken(msgspec.Struct, frozen=True):
    """Who took a failure, when, and what they said. UTC."""

    by: str
    at: datetime
    note: str


@transaction.atomic
def take(*, source: Source, check: str, by: str, now: datetime, note: str = "") -> None:
    """Say that a person looks after what fails at a source. `check` is the first failing one."""
    _tell(TAKEN, source, check, by, now, note)


@transaction.atomic
def release(*, source: Source, check: str, by: str, now: datetime, note: str = "") -> None:
    """Say that nobody does any more."""
    _tell(RELEASED, source, check, by, now, note)


TAKING = ("kind", "source_id", "actor", "at", "reason")
"""Columns that tell who took what."""


def takings(
    source_ids: "Collection[int] | QuerySet[Any, Any]", at: datetime
) -> "QuerySet[Event, Event]":
    """What was said about who looks after these sources, up to an instant.

    A query of many ids spares telling them one by one. The caller compares `at` with the beginning
    of the failure.
    """
    return Event.objects.filter(kind__in=(TAKEN, RELEASED), source_id__in=source_ids, at__lte=at)


def taken(told: Iterable[tuple[str, int | None, str, datetime, str]]) -> dict[int, Taken]:
    """By source, who has it after all that was said, the oldest first; in the order of `TAKING`."""
    found: dict[int, Taken] = {}
    for kind, source_id, actor, when, reason in told:
        if kind == TAKEN and source_id is not None:
            found[source_id] = Taken(actor.removeprefix(PERSON), when, reason)
        elif source_id is not None:
            found.pop(source_id, None)
    return found


def _tell(kind: str, source: Source, check: str, by: str, now: datetime, note: str) -> None:
    record(
        kind=kind,
        at=now,
        actor=f"{PERSON}{by}",
        subject=source.name,
        reason=note.strip(),
        team_id=source.team_id,
        source_id=source.pk,
        detail={"check": check},
    )
