"""Calendars as RFC 5545 writes them: lines of at most 75 octets, text escaped, no alarms."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import msgspec

from trustui.core.primitives.text import visible

CONTENT_TYPE = "text/calendar; charset=utf-8"
LINE = 75
"""Octets of a line, without its end (RFC 5545 §3.1)."""
_PRODUCT = "-//trustui//expiries//EN"
_LONGEST = 2_000


class Event(msgspec.Struct, frozen=True):
    """An instant worth knowing. Times in UTC; texts are foreign and may hold line breaks."""

    uid: str
    """The same for as long as it is the same thing that moves."""
    at: datetime
    stamp: datetime
    """When what is told was told first (§3.8.7.2)."""
    summary: str
    description: str
    url: str


def write(name: str, description: str, events: Iterable[Event]) -> bytes:
    """A calendar in UTF-8; equal values give equal bytes."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{_PRODUCT}",
        "CALSCALE:GREGORIAN",
        f"NAME:{escaped(name)}",
        f"X-WR-CALNAME:{escaped(name)}",
        f"DESCRIPTION:{escaped(description)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        *(line for event in events for line in _event(event)),
        "END:VCALENDAR",
    ]
    return b"".join(folded(line) for line in lines)


def _event(event: Event) -> Iterator[str]:
    """An event without an end takes no time (§3.6.1); it blocks nobody's day."""
    yield "BEGIN:VEVENT"
    yield f"UID:{escaped(event.uid)}"
    yield f"DTSTAMP:{instant(event.stamp)}"
    yield f"LAST-MODIFIED:{instant(event.stamp)}"
    yield f"DTSTART:{instant(event.at)}"
    yield f"SUMMARY:{escaped(event.summary)}"
    yield f"DESCRIPTION:{escaped(event.description)}"
    yield f"URL:{event.url}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def instant(at: datetime) -> str:
    """A date with UTC time (§3.3.5, form 2)."""
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}".zfill(16)


def escaped(text: str) -> str:
    r"""A value of the type TEXT (§3.3.11): `\\`, `\;`, `\,` and `\n`; what hides is made visible."""
    lines = (visible(line, _LONGEST) for line in text.split("\n"))
    return "\\n".join(
        line.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,") for line in lines
    )


def folded(line: str) -> bytes:
    """A content line with its end; no character is cut in two (§3.1)."""
    rest = line.encode("utf-8", "backslashreplace")
    pieces = []
    room = LINE
    while len(rest) > room:
        cut = room
        while rest[cut] & 0xC0 == 0x80:  # noqa: PLR2004  inside a character of UTF-8
            cut -= 1
        pieces.append(rest[:cut])
        rest = rest[cut:]
        room = LINE - 1
    return b"\r\n ".join([*pieces, rest]) + b"\r\n"
