"""A calendar program: reads RFC 5545 strictly, as much of it as a feed of events needs."""

import re
from dataclasses import dataclass, field

_LINE = re.compile(r"([A-Z0-9-]+)((?:;[A-Z0-9-]+=[^;:]+)*):(.*)", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_TEXT = {"UID", "SUMMARY", "DESCRIPTION", "NAME", "X-WR-CALNAME"}
LONGEST = 75


@dataclass(frozen=True)
class ReadCalendar:
    properties: dict[str, str] = field(default_factory=dict)
    events: list[dict[str, str]] = field(default_factory=list)


def read(body: bytes) -> ReadCalendar:
    """Raises AssertionError for whatever the RFC does not allow (§3.1, §3.3.11, §3.4, §3.6)."""
    assert body.endswith(b"\r\n")
    pieces = body[:-2].split(b"\r\n")
    assert all(len(one) <= LONGEST and b"\n" not in one and b"\r" not in one for one in pieces)
    lines = b"\r\n".join(pieces).replace(b"\r\n ", b"").decode().split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-1] == "END:VCALENDAR"
    found = ReadCalendar()
    into = found.properties
    for line in lines[1:-1]:
        if line == "BEGIN:VEVENT":
            assert into is found.properties
            into = {}
        elif line == "END:VEVENT":
            assert {"UID", "DTSTAMP", "DTSTART"} <= into.keys()
            found.events.append(into)
            into = found.properties
        else:
            match = _LINE.fullmatch(line)
            assert match, line
            name, _, value = match.groups()
            assert name not in into
            into[name] = _text(value) if name in _TEXT else value
    assert into is found.properties
    return found


def _text(value: str) -> str:
    assert all(one in "\\;,nN" for one in _ESCAPE.findall(value))
    assert "," not in _ESCAPE.sub("", value)
    assert ";" not in _ESCAPE.sub("", value)
    return _ESCAPE.sub(lambda one: "\n" if one[1] in "nN" else one[1], value)
