"""`/expiries/` and `/sources/…/timeline/`: which served documents expire when, the first in front."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from trustui.core.formats.tuf.states import is_soon
from trustui.core.primitives.text import counted
from trustui.pages.due import (
    ALL,
    LATER,
    OVERDUE,
    WINDOWS,
    Asked,
    Documents,
    Due,
    Tally,
    documents,
    instants,
    judged_at,
)
from trustui.pages.keeping import Keeper
from trustui.pages.moment import Moment
from trustui.pages.paging import ROWS, write_cursor
from trustui.pages.positions import checked_size, read_position
from trustui.pages.signers import Listed, Signers, listed
from trustui.pages.stated import NOTHING, signing_begins
from trustui.pages.viewer import Viewer
from trustui.pages.words import age

DEFAULT = "7"
MUCH = 10_000
"""Documents whose counts may be a few seconds old."""
_tallies: Keeper[Tally] = Keeper(lambda tally: tally.windows[ALL] >= MUCH)


class Choice(msgspec.Struct, frozen=True):
    """A window, in words, and how many roles it holds."""

    window: str
    word: str
    count: int
    is_chosen: bool


class Line(msgspec.Struct, frozen=True):
    """One role. `expires_at` in UTC; `left` is negative days where it has expired."""

    source_id: int
    source: str
    role: str
    role_id: str
    version: str
    expires_at: datetime
    left: int
    left_word: str
    sign: str
    sha256: str = ""
    """Of the document that is served."""
    seen_at: datetime | None = None
    """When it was first seen, or published."""
    signing_begins: datetime | None = None
    """When its successor should be signed, where the publisher says so."""
    signers: Signers | None = None
    """Who has to sign its successor; None where nobody delegates to it."""


class ExpiriesPage(msgspec.Struct, frozen=True):
    """The list; `title` is the answer."""

    title: str
    window: str
    """Empty where days are named instead."""
    choices: tuple[Choice, ...]
    lines: tuple[Line, ...]
    after: str | None
    is_of_now: bool
    is_too_many: bool = False
    """The past of so many sources is not looked at together: then there are no lines."""
    count: int = 0
    """How many roles the window or the days hold, on all pages."""
    days: dict[date, int] = {}
    """How many expire on each day of UTC, whatever the window."""


def window_of(given: Mapping[str, str]) -> str:
    """From a query string; what is no known choice is the default."""
    window = given.get("window", "")
    return window if window in {*WINDOWS, LATER, ALL} else DEFAULT


def expiries(
    viewer: Viewer,
    moment: Moment,
    window: str = DEFAULT,
    after: str | None = None,
    size: int = ROWS,
    *,
    asked: Asked | None = None,
) -> ExpiriesPage:
    """Eight queries at most, one more in the past. Expiry is judged at `valid_at`. Raises PagingError.

    `asked` says more than `window` and counts instead of it.
    """
    wanted = Asked(window) if asked is None else asked
    position = read_position(after, datetime, int)
    size = checked_size(size)
    is_of_now = moment.at == moment.now
    found = documents(viewer, moment, wanted)
    if found is None:
        title = "The past of so many sources is not looked at together"
        return ExpiriesPage(title, wanted.window, (), (), None, is_of_now, is_too_many=True)
    begin = judged_at(moment)
    tally = _tallies.get(_tally_key(viewer, moment, wanted), lambda: found.tally(begin))
    rows, following = _rows(found, wanted, begin, position, size)
    about = listed(rows, None if is_of_now else moment.at)
    lines = tuple(_line(row, begin, about) for row in rows)
    count = _count(wanted, tally)
    return ExpiriesPage(
        title=_title(wanted, count, lines[:1] if after is None else (), tally),
        window="" if wanted.is_brushed else wanted.window,
        choices=tuple(
            Choice(
                one,
                _word(one),
                tally.windows[one],
                one == wanted.window and not wanted.is_brushed,
            )
            for one in (*WINDOWS, LATER, ALL)
        ),
        lines=lines,
        after=following,
        is_of_now=is_of_now,
        count=count,
        days=dict(tally.days),
    )


def _tally_key(viewer: Viewer, moment: Moment, asked: Asked) -> tuple[object, ...]:
    """What a count depends on; now it is the same for a moment."""
    when = () if moment.is_now else (moment.at, moment.valid_at)
    return *sorted(viewer.teams), asked.team, asked.source, asked.role, asked.source_id, when


def _rows(
    found: Documents,
    asked: Asked,
    begin: datetime,
    position: tuple[Any, ...] | None,
    size: int,
) -> tuple[list[Due], str | None]:
    after = None if position is None else (position[0], position[1])
    rows = found.page(instants(asked, begin), after, size + 1)
    if len(rows) <= size:
        return rows, None
    last = rows[size - 1]
    return rows[:size], write_cursor((last.expires_at, last.id))


def _count(asked: Asked, tally: Tally) -> int:
    if not asked.is_brushed:
        return tally.windows[asked.window]
    return sum(
        count
        for day, count in tally.days.items()
        if (asked.begins is None or day >= asked.begins)
        and (asked.ends is None or day <= asked.ends)
    )


def _line(row: Due, begin: datetime, about: Listed) -> Line:
    left = row.expires_at - begin
    is_over = left <= timedelta()
    renewal = signing_begins(
        about.own.get(row.blob_id, NOTHING),
        about.roots.get(row.source_id, NOTHING),
        row.role,
        row.expires_at,
    )
    sign = "soon" if is_soon(row.seen_at, row.expires_at, begin, renewal) else "ok"
    return Line(
        source_id=row.source_id,
        source=row.source,
        role=row.role,
        role_id=row.role_id,
        version=row.version,
        expires_at=row.expires_at,
        left=-(-left).days if is_over else left.days,
        left_word=f"expired {age(-left)} ago" if is_over else f"{age(left)} left",
        sign="bad" if is_over else sign,
        sha256=row.sha256,
        seen_at=row.seen_at,
        signing_begins=renewal,
        signers=about.signers.get(row.id),
    )


# Words ------------------------------------------------------------------------------------------


def _word(window: str) -> str:
    match window:
        case "overdue" | "later":
            return window
        case "all":
            return "all"
        case "1":
            return "24 hours"
        case _:
            return f"{window} days"


def _title(asked: Asked, count: int, first: tuple[Line, ...], tally: Tally) -> str:
    if asked.is_brushed:
        return _of_roles(count, "expire", _days_in_words(asked), "Nothing expires")
    match asked.window:
        case "overdue":
            return _lapsed(count)
        case "later":
            return _of_roles(
                count, "expire", f"later than in {max(WINDOWS.values())} days", "Nothing expires"
            )
        case "all":
            return _of_all(tally, first)
        case "1":
            return _of_roles(count, "expire", "within 24 hours", "Nothing expires")
        case window:
            return _of_roles(count, "expire", f"within {window} days", "Nothing expires")


def _of_roles(count: int, verb: str, when: str, nothing: str) -> str:
    if not count:
        return f"{nothing} {when}"
    return f"{counted(count, 'role')} {verb}{'s' if count == 1 else ''} {when}"


def _lapsed(count: int) -> str:
    if not count:
        return "Nothing has expired"
    return f"{counted(count, 'role')} {'has' if count == 1 else 'have'} expired"


def _of_all(tally: Tally, first: tuple[Line, ...]) -> str:
    if tally.windows[OVERDUE]:
        return _lapsed(tally.windows[OVERDUE])
    if not tally.windows[ALL]:
        return "Nothing that expires is known"
    for line in first:
        return f"Nothing has expired; the first to expire has {line.left_word}"
    return "Nothing has expired"


def _days_in_words(asked: Asked) -> str:
    begins, ends = asked.begins, asked.ends
    if begins is None:
        return "" if ends is None else f"until {_day(ends)}"
    if ends is None:
        return f"from {_day(begins)} on"
    return f"on {_day(begins)}" if begins == ends else f"from {_day(begins)} to {_day(ends)}"


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
