"""Calendars of expiries: a person's own, and what one of them says at this moment."""

from collections.abc import Callable, Iterator
from datetime import datetime

import msgspec
from django.urls import reverse

from trustui.accounts.models import Calendar
from trustui.core.primitives.text import visible
from trustui.inventory.text import identity
from trustui.pages.dates import instant_words
from trustui.pages.due import DAY, KINDS, ROLE, Asked, Due
from trustui.pages.expiring import expiring
from trustui.pages.icalendar import Event, write
from trustui.pages.moment import Moment
from trustui.pages.signers import Listed, listed
from trustui.pages.stated import NOTHING, signing_begins
from trustui.pages.terms import TermDue
from trustui.pages.viewer import Viewer, viewer_of

MOST = 200
MOST_EVENTS = 1_000
"""Things in one calendar, the first to expire first."""
PAST, AHEAD = 30 * DAY, 400 * DAY
"""How far back and ahead of now a calendar reaches."""
_NARROWED = ("team", "source", "role", "source_id", "kind")

Link = Callable[[str], str]
"""The address of a path of this installation, as a calendar program can open it."""


class CalendarLine(msgspec.Struct, frozen=True):
    """One calendar; never its secret. Times in UTC."""

    calendar_id: int
    name: str
    hint: str
    what: str
    """Which expiries, in words."""
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class CalendarsPage(msgspec.Struct, frozen=True):
    """Newest first."""

    valid: list[CalendarLine]
    ended: list[CalendarLine]


def calendars(viewer: Viewer) -> CalendarsPage:
    """What this person made; whatever permissions, calendars are one's own. One query."""
    rows = Calendar.objects.filter(owner_id=viewer.user_id).order_by("-id")[:MOST]
    lines = [_line(row, viewer) for row in rows]
    return CalendarsPage(
        valid=[line for line in lines if line.revoked_at is None],
        ended=[line for line in lines if line.revoked_at is not None],
    )


def _line(row: Calendar, viewer: Viewer) -> CalendarLine:
    return CalendarLine(
        calendar_id=row.pk,
        name=row.name,
        hint=row.hint,
        what=what_of(narrowed(row), viewer),
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )


def narrowing(asked: Asked) -> dict[str, object]:
    """What of a question a calendar keeps: not its days, a calendar goes on."""
    kept = {name: getattr(asked, name) for name in _NARROWED}
    return {name: value for name, value in kept.items() if value not in {None, ""}}


def narrowed(calendar: Calendar) -> Asked:
    """The question of a calendar."""
    return Asked(**{name: calendar.narrowed.get(name, default) for name, default in _DEFAULTS})


_DEFAULTS = (("team", None), ("source", ""), ("role", ""), ("source_id", None), ("kind", ""))


def what_of(asked: Asked, viewer: Viewer) -> str:
    """`roles that begin with root, of sources named vendor`."""
    parts = [_kind_words(asked)]
    if asked.source_id is not None:
        parts.append(f"of source {asked.source_id}")
    if asked.source:
        what = "sources" if asked.kind == ROLE or asked.role else "sources and material"
        parts.append(f"of {what} whose names hold {visible(asked.source, 100)}")
    if asked.team is not None:
        parts.append(f"of the team {viewer.team_names.get(asked.team, 'that was left')}")
    return ", ".join(parts)


def _kind_words(asked: Asked) -> str:
    if asked.role:
        return f"roles that begin with {visible(asked.role, 100)}"
    return f"all {KINDS[asked.kind]}s" if asked.kind in KINDS else "everything that expires"


def feed(calendar: Calendar, now: datetime, host: str, link: Link) -> bytes:
    """The calendar as its owner may see it now: eight queries.

    Equal until something is replaced or goes out of its reach; `host` ends the events' ids.
    """
    viewer = viewer_of(calendar.owner)
    asked = narrowed(calendar)
    found = expiring(viewer, Moment(now, now, now), asked)
    assert found is not None  # of now there are never too many
    rows = found.page((now - PAST, now + AHEAD), None, MOST_EVENTS)
    about = listed([row for row in rows if isinstance(row, Due)], None)
    events = [
        event
        for row in rows
        for event in (
            _events(row, about, host, link) if isinstance(row, Due) else _event(row, host, link)
        )
    ]
    told = f"When it expires: {what_of(asked, viewer)}"
    if len(rows) == MOST_EVENTS:
        told = f"{told}; the first {MOST_EVENTS:,}"
    return write(calendar.name, told, events)


def _events(row: Due, about: Listed, host: str, link: Link) -> Iterator[Event]:
    role, source = visible(row.role, 100), visible(row.source, 100)
    signers = about.signers.get(row.id)
    told = [
        f"Version {visible(row.version, 40)} of {role} expires on {instant_words(row.expires_at)}."
    ]
    if signers is not None:
        told.append(f"Its successor is signed by {signers.words}.")
    event = Event(
        uid=f"expiry-{row.source_id}-{row.role_id[:32]}@{host}",
        at=row.expires_at,
        stamp=row.seen_at,
        summary=f"{role} of {source} expires",
        description="\n".join(told),
        url=link(reverse("role", args=[row.source_id, row.role_id])),
    )
    yield event
    begins = _renewal(row, about)
    if begins is not None:
        yield msgspec.structs.replace(
            event,
            uid=f"signing-{row.source_id}-{row.role_id[:32]}@{host}",
            at=begins,
            summary=f"{role} of {source} is to be signed anew",
        )


def _event(row: TermDue, host: str, link: Link) -> Iterator[Event]:
    name = visible(row.name, 100)
    yield Event(
        uid=f"expiry-{identity(row.key)[:32]}@{host}",
        at=row.expires_at,
        stamp=row.seen_at,
        summary=f"{name} ({row.what}) expires",
        description=f"{row.what} {name} of {row.where} expires on {instant_words(row.expires_at)}.",
        url=link(row.href),
    )


def _renewal(row: Due, about: Listed) -> datetime | None:
    own = about.own.get(row.blob_id, NOTHING)
    root = about.roots.get(row.source_id, NOTHING)
    return signing_begins(own, root, row.role, row.expires_at)
