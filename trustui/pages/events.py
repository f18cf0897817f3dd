"""Who did what: the event log as this person may see it, with the proof that nobody edited it."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import chain, repeat
from typing import Any

import msgspec
from django.db.models import OuterRef, Q, QuerySet, Subquery

from trustui.accounts.permissions import Act
from trustui.core.errors import ParseError
from trustui.core.primitives.canonical_json import JsonValue
from trustui.core.primitives.instants import parse_instant
from trustui.core.primitives.text import visible
from trustui.events.kinds import KINDS, sentence
from trustui.events.models import Checkpoint, Event
from trustui.events.records import Record
from trustui.events.services import PERSON
from trustui.events.signing_key import log_verifiers
from trustui.inventory.models import Source
from trustui.pages.kept_query import KeptQuery
from trustui.pages.moment import Moment
from trustui.pages.paging import ROWS
from trustui.pages.viewer import Viewer
from trustui.settings.environment import Misconfigured

ORDER = ("-id",)
MOST_CHECKPOINTS = 20
MOST_SOURCES = 200
_FIRST, _CHUNK = 50, 2_000
"""Events of the first portion of an export, and of each other one."""
_SHORTENED, _SHORT = re.compile(r"\b([0-9a-f]{8})[0-9a-f]{52}([0-9a-f]{4})\b"), r"\1…\2"
"""Digests among other words; the record below has them whole."""
_TEXT = 300


class EventFilterError(ValueError):
    """A filter that cannot be used; the message says what was expected and found."""


class EventFilter(msgspec.Struct, frozen=True):
    """What a list is narrowed to. Instants in UTC; `until` is the first that is left out."""

    who: str = ""
    kind: str = ""
    source_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


class EventLine(msgspec.Struct, frozen=True):
    """One event in words. `at` in UTC; `position` None: it is not sealed yet."""

    event_id: int
    position: int | None
    kind: str
    sentence: str
    at: datetime
    actor: str
    is_person: bool
    source_id: int | None
    source: str
    reason: str
    note: str
    """What it tells, in a few words: `verified → failing`, or the versions that appeared."""


class EventsPage(msgspec.Struct, frozen=True):
    """A page of the list, newest first."""

    lines: tuple[EventLine, ...]
    after: str | None
    chosen: EventFilter
    kinds: tuple[str, ...]
    sources: tuple[tuple[int, str], ...]
    """Those that the list may be narrowed to; at most 200, by name."""


class Detail(msgspec.Struct, frozen=True):
    """One member of what an event tells besides; `lines` where it is a list."""

    name: str
    text: str
    lines: tuple[str, ...] = ()


class EventPage(msgspec.Struct, frozen=True):
    """One event with its place in the log."""

    line: EventLine
    details: tuple[Detail, ...]
    record: str
    """The canonical JSON whose bytes were hashed; empty until it is sealed."""
    leaf: str
    checkpoint_size: int | None
    """Of the smallest checkpoint that covers it."""


class CheckpointLine(msgspec.Struct, frozen=True):
    """One signed statement of the log's size and root. `at` in UTC."""

    size: int
    root: str
    at: datetime


class CheckpointPage(msgspec.Struct, frozen=True):
    """A checkpoint, those beside it, and the keys that verify it."""

    note: str
    """C2SP signed note; empty while nothing is sealed."""
    shown: CheckpointLine | None
    newest: tuple[CheckpointLine, ...]
    keys: tuple[str, ...]
    waiting: int
    """Events that are not sealed yet."""


def filter_of(given: Mapping[str, str]) -> EventFilter:
    """From the members of a query: who, kind, source, from, to. Raises EventFilterError."""
    kind, source = given.get("kind", ""), given.get("source", "")
    if kind and kind not in KINDS:
        raise EventFilterError(f"kind: expected a kind of event, found {visible(kind, 60)!r}")
    if source and not (source.isascii() and source.isdecimal() and len(source) < len(str(2**63))):
        raise EventFilterError(f"source: expected a number, found {visible(source, 60)!r}")
    return EventFilter(
        who=given.get("who", "").strip()[:200],
        kind=kind,
        source_id=int(source) if source else None,
        since=_instant("from", given.get("from", "")),
        until=_instant("to", given.get("to", ""), is_end=True),
    )


def events(
    viewer: Viewer,
    moment: Moment,
    chosen: EventFilter | None = None,
    after: str | None = None,
    size: int = ROWS,
) -> EventsPage:
    """The log, newest first: two queries. Raises PagingError."""
    chosen = chosen or EventFilter()
    found = _rows.sliced(viewer, moment, chosen, ORDER, after, size)
    return EventsPage(
        lines=tuple(_line(row, row.source) for row in found.rows),
        after=found.after,
        chosen=chosen,
        kinds=tuple(KINDS),
        sources=tuple(
            (one.id, one.name)
            for one in _sources.rows(viewer, moment, order=("name",), limit=MOST_SOURCES)
        ),
    )


def event(viewer: Viewer, moment: Moment, event_id: int) -> EventPage | None:
    """One event; None where it is not this person's to see. Three queries."""
    row = seen_by(viewer, moment).filter(pk=event_id).first()
    if row is None:
        return None
    named = Source.objects.filter(pk=row.source_id or 0).values_list("name", flat=True)
    return EventPage(
        line=_line(row, named.first()),
        details=tuple(_details(row.detail)),
        record=_record(row),
        leaf="" if row.leaf is None else bytes(row.leaf).hex(),
        checkpoint_size=_covering(row.position),
    )


def checkpoint(viewer: Viewer, moment: Moment, size: int | None = None) -> CheckpointPage | None:
    """The newest checkpoint, or the one of a size; None where there is none of it. Three queries.

    Everybody may see it: it tells how much was sealed, and nothing of what.
    """
    del viewer
    rows = Checkpoint.objects.filter(at__lte=moment.at).order_by("-size")
    newest = list(rows.defer("frontier")[:MOST_CHECKPOINTS])
    shown = rows.filter(size=size).first() if size is not None else next(iter(newest), None)
    if size is not None and shown is None:
        return None
    return CheckpointPage(
        note="" if shown is None else shown.note,
        shown=None if shown is None else _checkpoint_line(shown),
        newest=tuple(_checkpoint_line(one) for one in newest),
        keys=_keys(),
        waiting=Event.objects.filter(position__isnull=True).count(),
    )


def exported_events(
    viewer: Viewer, moment: Moment, chosen: EventFilter | None = None
) -> Iterator[bytes]:
    """JSON lines as docs/events.md describes them, oldest first, of what this person may see.

    Each sealed line can be hashed again; what is not sealed yet is left out. A query for each
    portion: the first lines wait for no others to be put in order.
    """
    rows = seen_by(viewer, moment, chosen or EventFilter()).order_by("position")
    last = -1
    for size in chain([_FIRST], repeat(_CHUNK)):
        portion = list(rows.filter(position__gt=last)[:size])
        for row in portion:
            leaf = b"" if row.leaf is None else bytes(row.leaf)
            line = {"position": row.position, "leaf": leaf.hex(), "record": _as_record(row).members}
            yield msgspec.json.encode(line) + b"\n"
            last = row.position or 0
        if len(portion) < size:
            return


def seen_by(viewer: Viewer, moment: Moment, chosen: EventFilter | None = None) -> "QuerySet[Event]":
    """The events that a person may see: of own teams, of oneself, and for administrators what
    belongs to no team.
    """
    mine = Q(team_id__in=viewer.teams) | Q(team_id=None, actor=f"{PERSON}{viewer.name}")
    if viewer.may_anywhere(Act.MANAGE_JOBS):
        mine |= Q(team_id=None)
    found = Event.objects.filter(mine, at__lte=moment.at)
    if chosen is None:
        return found
    if chosen.who:
        found = found.filter(actor__in=[chosen.who, f"{PERSON}{chosen.who}"])
    if chosen.kind:
        found = found.filter(kind=chosen.kind)
    if chosen.source_id is not None:
        found = found.filter(source_id=chosen.source_id)
    if chosen.since is not None:
        found = found.filter(at__gte=chosen.since)
    if chosen.until is not None:
        found = found.filter(at__lt=chosen.until)
    return found


# Parts of the above -----------------------------------------------------------------------------


def _instant(name: str, text: str, *, is_end: bool = False) -> datetime | None:
    """A day, whose end is the beginning of the next, or an instant."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
        begins = datetime(day.year, day.month, day.day, tzinfo=UTC)
        return begins + timedelta(days=1) if is_end else begins
    except (ValueError, OverflowError):
        pass
    try:
        return parse_instant(text).at
    except ParseError as error:
        raise EventFilterError(
            f"{name}: expected a day such as 2026-06-01, found {visible(text, 60)!r}"
        ) from error


class _Row(msgspec.Struct, frozen=True):
    """What a line is made of."""

    id: int
    position: int | None
    kind: str
    at: datetime
    actor: str
    source_id: int | None
    subject: str
    reason: str
    detail: Any
    source: str | None
    """Its name; None: it is about none, or about one that is no more."""


class _Source(msgspec.Struct, frozen=True):
    id: int
    name: str


def _own_sources(viewer: Viewer, _: Moment, __: None) -> "QuerySet[Source]":
    return Source.objects.filter(team__in=viewer.teams)


def _with_source(viewer: Viewer, moment: Moment, chosen: EventFilter) -> "QuerySet[Event]":
    named = Source.objects.filter(pk=OuterRef("source_id")).values("name")
    return seen_by(viewer, moment, chosen).annotate(source=Subquery(named[:1]))


_rows = KeptQuery(_with_source, _Row.__struct_fields__, _Row)
_sources = KeptQuery(_own_sources, _Source.__struct_fields__, _Source)


def _line(row: _Row | Event, source: str | None) -> EventLine:
    return EventLine(
        event_id=row.id,
        position=row.position,
        kind=row.kind,
        sentence=sentence(row.kind, row.subject),
        at=row.at,
        actor=row.actor.removeprefix(PERSON),
        is_person=row.actor.startswith(PERSON),
        source_id=None if source is None else row.source_id,
        source=source or "",
        reason=row.reason,
        note=_note(row.detail),
    )


_MOST_NOTED = 4


def _note(detail: object) -> str:
    if not isinstance(detail, dict):
        return ""
    before, after = detail.get("from"), detail.get("to")
    if isinstance(after, dict):
        was = before.get("trust_state", "") if isinstance(before, dict) else "unknown"
        told = f"{was} → {after.get('trust_state', '')}".replace("_", " ")
        return visible(f"{told}: {detail['because']}" if detail.get("because") else told, _TEXT)
    documents = detail.get("documents")
    if isinstance(documents, list):
        names = [
            f"{one.get('role')} v{one.get('version')}" for one in documents if isinstance(one, dict)
        ]
        more = f" and {len(names) - _MOST_NOTED:,} more" if len(names) > _MOST_NOTED else ""
        return visible(", ".join(names[:_MOST_NOTED]) + more, _TEXT)
    return ""


def _details(detail: object) -> Iterator[Detail]:
    if not isinstance(detail, dict):
        return
    for name, value in detail.items():
        if isinstance(value, list):
            yield Detail(visible(str(name), 60), "", tuple(_text(one) for one in value))
        else:
            yield Detail(visible(str(name), 60), _text(value))


def _text(value: object) -> str:
    if isinstance(value, str):
        return visible(value, _TEXT)
    if isinstance(value, dict):
        pairs = (
            f"{name.replace('_', ' ')} {_SHORTENED.sub(_SHORT, _text(one))}"
            for name, one in value.items()
            if one
        )
        return visible(", ".join(pairs), _TEXT)
    return visible(msgspec.json.encode(value).decode(), _TEXT)


def _as_record(row: Event) -> Record:
    detail: JsonValue = row.detail
    members = (row.kind, row.at, row.actor, row.team_id, row.source_id, row.subject, row.reason)
    return Record(row.position or 0, *members, detail)


def _record(row: Event) -> str:
    if row.position is None:
        return ""
    try:
        return _as_record(row).to_bytes().decode("utf-8", "replace")
    except ParseError:  # tampered with: `trustui events verify` names it
        return ""


def _covering(position: int | None) -> int | None:
    if position is None:
        return None
    covering = Checkpoint.objects.filter(size__gt=position).order_by("size")
    return covering.values_list("size", flat=True).first()


def _checkpoint_line(row: Checkpoint) -> CheckpointLine:
    return CheckpointLine(row.size, bytes(row.root).hex(), row.at)


def _keys() -> tuple[str, ...]:
    """The public keys of this log; none where its key cannot be read here."""
    try:
        return tuple(str(key) for key in log_verifiers())
    except (Misconfigured, OSError):
        return ()
