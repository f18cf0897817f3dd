"""Writing events, in the transaction of the change that they tell."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import TypeAlias

import msgspec
from django.db import connection
from django.db.transaction import TransactionManagementError

from trustui.core.primitives.canonical_json import JsonValue
from trustui.core.primitives.text import quoted, visible
from trustui.events.kinds import KINDS
from trustui.events.models import Event

WORKER = "worker"
"""The actor of what no person asked for at that moment."""
PERSON = "person:"

MAX_ACTOR = 200
MAX_SUBJECT = 500
"""As wide as their columns."""
MAX_TEXT = 2_000
MAX_ITEMS = 500
"""Of one list or object in `detail`: an event tells of a change, it does not carry it."""
MAX_DEPTH = 8
LARGEST_INTEGER = 2**53 - 1
"""What every reader of JSON gives back exactly (RFC 7493 §2.2)."""

_TAIL = 40

Detail: TypeAlias = Mapping[str, object]
"""Text, integers, booleans, None, and lists, tuples and mappings of them."""


class NewEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event to be recorded. `at` is aware; `actor` is `person:NAME` or `worker`."""

    kind: str
    at: datetime
    actor: str
    subject: str
    detail: Detail = {}
    team_id: int | None = None
    source_id: int | None = None
    reason: str = ""


def record(
    *,
    kind: str,
    at: datetime,
    actor: str,
    subject: str,
    detail: Detail,
    team_id: int | None = None,
    source_id: int | None = None,
    reason: str = "",
) -> Event:
    """Write one event; it gets its place in the log when it is sealed.

    Raises TransactionManagementError outside a transaction, and ValueError or TypeError for
    what no event may hold: an unknown kind or actor, a time without its zone, a float.
    """
    (event,) = record_many(
        [
            NewEvent(
                kind=kind,
                at=at,
                actor=actor,
                subject=subject,
                detail=detail,
                team_id=team_id,
                source_id=source_id,
                reason=reason,
            )
        ]
    )
    return event


def record_many(events: Sequence[NewEvent]) -> list[Event]:
    """Write events in this order, in one statement; raises as `record` does."""
    if not connection.in_atomic_block:
        raise TransactionManagementError(
            "an event is written in the transaction of the change that it tells"
        )
    return Event.objects.bulk_create([_row(event) for event in events])


def _row(event: NewEvent) -> Event:
    if event.kind not in KINDS:
        raise ValueError(f"{event.kind!r} is no kind of event: see events/kinds.py")
    is_person = event.actor.startswith(PERSON) and event.actor.removeprefix(PERSON).strip()
    if event.actor != WORKER and not is_person:
        raise ValueError(f"expected `person:NAME` or `worker`, found {event.actor!r}")
    if event.at.tzinfo is None:
        raise ValueError("the time of an event needs its zone")
    return Event(
        kind=event.kind,
        at=event.at,
        actor=storable(event.actor, MAX_ACTOR),
        team_id=event.team_id,
        source_id=event.source_id,
        subject=storable(event.subject, MAX_SUBJECT),
        reason=storable(" ".join(event.reason.split()), MAX_TEXT),
        detail=_storable_object(event.detail, MAX_DEPTH),
    )


def storable(text: str, limit: int) -> str:
    """Text that both databases give back as it was: no control, NUL or surrogate, at most `limit`."""
    if len(text) <= limit and text.isprintable():
        return text
    shown = visible(text, limit if len(text) <= limit else limit - _TAIL)
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}…"


def _storable_object(detail: Detail, depth: int) -> dict[str, JsonValue]:
    kept = {
        storable(name, MAX_TEXT): _storable_value(value, depth - 1)
        for name, value in islice(detail.items(), MAX_ITEMS)
    }
    more = len(detail) - MAX_ITEMS
    return {**kept, "…": f"and {more:,} more"} if more > 0 else kept


def _storable_value(value: object, depth: int) -> JsonValue:
    if depth < 0:
        raise ValueError(f"expected at most {MAX_DEPTH} levels in a detail")
    match value:
        case None | bool():
            return value
        case str():
            return storable(value, MAX_TEXT)
        case int():
            # A hostile version number may have thousands of digits.
            return int(value) if abs(value) <= LARGEST_INTEGER else quoted(int(value))
        case list() | tuple():
            kept = [_storable_value(one, depth - 1) for one in value[:MAX_ITEMS]]
            more = len(value) - len(kept)
            return [*kept, f"and {more:,} more"] if more else kept
        case Mapping():
            return _storable_object(value, depth)
        case _:
            raise TypeError(f"a {type(value).__name__} has no place in an event")
