"""Calendars as RFC 5545 writes them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.simulators.calendar_reader import read
from trustui.core.primitives.text import visible
from trustui.pages.icalendar import LINE, Event, escaped, folded, instant, write

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def event(**given: object) -> Event:
    known = {
        "uid": "u@h", "at": AT, "stamp": AT, "summary": "s", "description": "d",
        "url": "https://h/",
    } | given  # fmt: skip
    return Event(**known)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        # RFC 5545 §3.3.11: its own example, and the characters that it names
        ("Project XYZ Final Review\nConference Room - 3B\nCome Prepared.",
         "Project XYZ Final Review\\nConference Room - 3B\\nCome Prepared."),
        ("a;b,c\\d", "a\\;b\\,c\\\\d"),
        ('a:b"c', 'a:b"c'),
        # Hostile names: a line break of another kind, and what would turn the text around
        ("a\r\nEND:VEVENT", "a\\\\u{000D}\\nEND:VEVENT"),
        ("\u202ex\u2028y\x00", "\\\\u{202E}x\\\\u{2028}y\\\\u{0000}"),
    ],
)  # fmt: skip
def test_text_is_escaped(text: str, written: str) -> None:
    assert escaped(text) == written


def test_an_instant_is_written_in_utc() -> None:
    # RFC 5545 §3.3.5: 19980119T070000Z
    at = datetime(1998, 1, 19, 2, tzinfo=timezone(timedelta(hours=-5)))
    assert instant(at) == "19980119T070000Z"
    assert instant(datetime(1, 1, 1, tzinfo=UTC)) == "00010101T000000Z"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=400))
def test_a_folded_line_has_75_octets_and_unfolds_to_itself(text: str) -> None:
    line = f"SUMMARY:{escaped(text)}"
    written = folded(line)
    assert written.endswith(b"\r\n")
    pieces = written[:-2].split(b"\r\n")
    assert all(len(piece) <= LINE for piece in pieces)
    assert all(piece.startswith(b" ") for piece in pieces[1:])
    for piece in pieces:
        piece.decode()  # no character is cut in two
    assert b"".join([pieces[0], *(piece[1:] for piece in pieces[1:])]).decode() == line


def test_a_line_of_just_75_octets_is_not_folded() -> None:
    assert folded("x" * 75).count(b"\r\n") == 1
    assert folded("x" * 76) == b"x" * 75 + b"\r\n x\r\n"
    assert folded("x" * 74 + "é") == b"x" * 74 + b"\r\n " + "é".encode() + b"\r\n"


@given(st.lists(st.text(max_size=60), max_size=4), st.text(max_size=60))
def test_whatever_names_say_it_stays_one_calendar_with_its_events(
    names: list[str], title: str
) -> None:
    events = [event(summary=name, description=name, uid=f"{n}@h") for n, name in enumerate(names)]
    found = read(write(title, "d", events))
    assert [one["UID"] for one in found.events] == [f"{n}@h" for n in range(len(names))]
    for one, name in zip(found.events, names, strict=True):
        assert one["SUMMARY"] == "\n".join(visible(line, 2_000) for line in name.split("\n"))


def test_an_event_says_when_what_and_where_and_rings_no_bell() -> None:
    (found,) = read(write("c", "d", [event(summary="root expires")])).events
    assert found == {
        "UID": "u@h",
        "DTSTAMP": "20260301T120000Z",
        "LAST-MODIFIED": "20260301T120000Z",
        "DTSTART": "20260301T120000Z",
        "SUMMARY": "root expires",
        "DESCRIPTION": "d",
        "URL": "https://h/",
        "TRANSP": "TRANSPARENT",
    }
    assert b"VALARM" not in write("c", "d", [event()])


def test_a_calendar_says_what_it_is() -> None:
    found = read(write("signing days", "all", []))
    assert found.properties["VERSION"] == "2.0"
    assert found.properties["PRODID"].startswith("-//trustui//")
    assert found.properties["X-WR-CALNAME"] == found.properties["NAME"] == "signing days"
