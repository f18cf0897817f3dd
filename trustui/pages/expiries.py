"""`/expiries/` and `/sources/…/timeline/`: what expires when, the first in front.

Documents that are served, what is in trust material, signatures on images.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from trustui.core.formats.tuf.states import is_soon
from trustui.pages.dates import day_words
from trustui.pages.due import (
    ALL,
    KINDS,
    LATER,
    OVERDUE,
    ROLE,
    WINDOWS,
    Asked,
    Due,
    instants,
    judged_at,
)
from trustui.pages.expiring import Counts, Expiring, Row, expiring, in_words, position_of
from trustui.pages.keeping import Keeper
from trustui.pages.moment import Moment
from trustui.pages.paging import ROWS, write_cursor
from trustui.pages.positions import checked_size, read_position
from trustui.pages.signers import Listed, Signers, listed
from trustui.pages.stated import NOTHING, signing_begins
from trustui.pages.terms import TermDue
from trustui.pages.viewer import Viewer
from trustui.pages.words import age

DEFAULT = "7"
MUCH = 10_000
"""Things whose counts may be a few seconds old."""
_counts: Keeper[Counts] = Keeper(lambda counts: counts.windows[ALL] >= MUCH)


class Choice(msgspec.Struct, frozen=True):
    """A window, in words, and how much it holds."""

    window: str
    word: str
    count: int
    is_chosen: bool


class Line(msgspec.Struct, frozen=True):
    """What expires: a role, or of what has a `href` that. Times in UTC."""

    source_id: int | None
    """None for what is in trust material, which belongs to no source."""
    source: str
    """The name of the source, the material, or the artefact that is signed."""
    role: str
    role_id: str
    version: str
    """These three are empty for all but roles."""
    expires_at: datetime
    left: int
    """Whole days; negative where it has expired."""
    left_word: str
    sign: str
    sha256: str = ""
    """Of the document that is served."""
    seen_at: datetime | None = None
    """When it was first seen, or published, or stated."""
    signing_begins: datetime | None = None
    """When its successor should be signed, where the publisher says so."""
    signers: Signers | None = None
    """Who has to sign its successor; None where nobody delegates to it."""
    kind: str = ROLE
    """`role`, `certificate`, `trusted_root`, `signature` or `revocation_list`."""
    what: str = "role"
    """In words: `certificate of the timestamp authority`."""
    name: str = ""
    """Of the role, the certificate, the authority, the log or the signer."""
    href: str = ""
    """Where it is shown; empty for roles."""
    fingerprint: str = ""
    """SHA-256 of the certificate in question, or of the key; empty for roles."""
    begins_at: datetime | None = None
    """From when on it counts; None for roles."""
    soon_at: datetime | None = None
    """From when on it expires soon; None for roles."""


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
    """How much the window or the days hold, on all pages."""
    days: dict[date, int] = {}
    """How much expires on each day of UTC, whatever the window."""
    counts: dict[str, int] = {}
    """How much of `count` is of which kind; kinds without any are left out."""
    kinds: tuple[str, ...] = ()
    """Of which kinds there is anything, whatever the window."""

    @property
    def has_roles(self) -> bool:
        """Whether any line of this page is a role."""
        return any(not line.href for line in self.lines)

    @property
    def has_others(self) -> bool:
        """Whether any line of this page is none."""
        return any(line.href for line in self.lines)


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
    """Twelve queries at most, one more in the past. Expiry is judged at `valid_at`. Raises PagingError.

    `asked` says more than `window` and counts instead of it.
    """
    wanted = Asked(window) if asked is None else asked
    position = read_position(after, datetime, int, int)
    size = checked_size(size)
    is_of_now = moment.at == moment.now
    found = expiring(viewer, moment, wanted)
    if found is None:
        title = "The past of so many sources is not looked at together"
        return ExpiriesPage(title, wanted.window, (), (), None, is_of_now, is_too_many=True)
    begin = judged_at(moment)
    counts = _counts.get(_counts_key(viewer, moment, wanted), lambda: found.counts(begin))
    rows, following = _rows(found, wanted, begin, position, size)
    lines = _lines(rows, begin, None if is_of_now else moment.at)
    windows, held = counts.windows, counts.within(wanted)
    return ExpiriesPage(
        title=_title(wanted, held, lines[:1] if after is None else (), counts),
        window="" if wanted.is_brushed else wanted.window,
        choices=tuple(
            Choice(
                one,
                _word(one),
                windows[one],
                one == wanted.window and not wanted.is_brushed,
            )
            for one in (*WINDOWS, LATER, ALL)
        ),
        lines=lines,
        after=following,
        is_of_now=is_of_now,
        count=sum(held.values()),
        days=counts.days,
        counts=held,
        kinds=tuple(kind for kind in KINDS if kind in counts.kinds),
    )


def _counts_key(viewer: Viewer, moment: Moment, asked: Asked) -> tuple[object, ...]:
    """What a count depends on; now it is the same for a moment."""
    when = () if moment.is_now else (moment.at, moment.valid_at)
    narrowed = asked.team, asked.source, asked.role, asked.source_id, asked.kind
    return *sorted(viewer.teams), narrowed, when


def _rows(
    found: Expiring,
    asked: Asked,
    begin: datetime,
    position: tuple[Any, ...] | None,
    size: int,
) -> tuple[list[Row], str | None]:
    after = None if position is None else (position[0], position[1], position[2])
    rows = found.page(instants(asked, begin), after, size + 1)
    if len(rows) <= size:
        return rows, None
    return rows[:size], write_cursor(position_of(rows[size - 1]))


def _lines(rows: Sequence[Row], begin: datetime, at: datetime | None) -> tuple[Line, ...]:
    about = listed([row for row in rows if isinstance(row, Due)], at)
    return tuple(
        _line(row, begin, about) if isinstance(row, Due) else _term_line(row, begin) for row in rows
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
        left=_days_left(left),
        left_word=_left_word(left),
        sign="bad" if is_over else sign,
        sha256=row.sha256,
        seen_at=row.seen_at,
        signing_begins=renewal,
        signers=about.signers.get(row.id),
        name=row.role,
    )


def _term_line(row: TermDue, begin: datetime) -> Line:
    left = row.expires_at - begin
    is_over = left <= timedelta()
    return Line(
        source_id=row.source_id,
        source=row.where,
        role="",
        role_id="",
        version="",
        expires_at=row.expires_at,
        left=_days_left(left),
        left_word=_left_word(left),
        sign="bad" if is_over else "soon" if begin >= row.soon_at else "ok",
        seen_at=row.seen_at,
        kind=row.kind,
        what=row.what,
        name=row.name,
        href=row.href,
        fingerprint=row.fingerprint,
        begins_at=row.begins_at,
        soon_at=row.soon_at,
    )


def _days_left(left: timedelta) -> int:
    return -(-left).days if left <= timedelta() else left.days


def _left_word(left: timedelta) -> str:
    return f"expired {age(-left)} ago" if left <= timedelta() else f"{age(left)} left"


# Words ------------------------------------------------------------------------------------------


def _word(window: str) -> str:
    match window:
        case "overdue" | "later":
            return window
        case "all":
            return "all"
        case "1":
            return "in 24 hours"
        case _:
            return f"in {window} days"


def _title(asked: Asked, held: Mapping[str, int], first: tuple[Line, ...], counts: Counts) -> str:
    if asked.is_brushed:
        return _of_what(held, _days_in_words(asked))
    match asked.window:
        case "overdue":
            return _lapsed(held)
        case "later":
            return _of_what(held, f"later than in {max(WINDOWS.values())} days")
        case "all":
            return _of_all(counts, first)
        case "1":
            return _ahead(counts, held, "within 24 hours")
        case window:
            return _ahead(counts, held, f"within {window} days")


def _ahead(counts: Counts, held: Mapping[str, int], when: str) -> str:
    """What has expired already comes first: a client refuses it now."""
    lapsed = counts.within(Asked(OVERDUE))
    if not lapsed:
        return _of_what(held, when)
    rest = _of_what(held, when) if held else f"nothing more expires {when}"
    return f"{_lapsed(lapsed)}, {rest}"


def _of_what(held: Mapping[str, int], when: str) -> str:
    if not held:
        return f"Nothing expires {when}"
    return f"{in_words(held)} expire{'s' if sum(held.values()) == 1 else ''} {when}"


def _lapsed(held: Mapping[str, int]) -> str:
    if not held:
        return "Nothing has expired"
    return f"{in_words(held)} {'has' if sum(held.values()) == 1 else 'have'} expired"


def _of_all(counts: Counts, first: tuple[Line, ...]) -> str:
    lapsed = counts.within(Asked(OVERDUE))
    if lapsed:
        return _lapsed(lapsed)
    if not counts.windows[ALL]:
        return "Nothing that expires is known"
    for line in first:
        return f"Nothing has expired; the first to expire has {line.left_word}"
    return "Nothing has expired"


def _days_in_words(asked: Asked) -> str:
    begins, ends = asked.begins, asked.ends
    if begins is None:
        return "" if ends is None else f"until {day_words(ends)}"
    if ends is None:
        return f"from {day_words(begins)} on"
    return (
        f"on {day_words(begins)}"
        if begins == ends
        else f"from {day_words(begins)} to {day_words(ends)}"
    )
