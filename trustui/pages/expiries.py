"""`/expiries/`: which served documents expire when, the first to expire first."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec
from django.db.models import Count, Q

from trustui.core.primitives.text import counted
from trustui.inventory.listing import Expiring, expiring
from trustui.inventory.models import RoleState
from trustui.pages.moment import Moment
from trustui.pages.paging import ROWS, write_cursor
from trustui.pages.positions import checked_size, read_position
from trustui.pages.viewer import Viewer
from trustui.pages.words import age

OVERDUE = "overdue"
WINDOWS: Mapping[str, int] = {OVERDUE: 0, "7": 7, "14": 14, "28": 28, "90": 90}
"""Each choice of the address with its days; what has expired is a window of its own."""
DEFAULT = "7"
_TICK = timedelta(microseconds=1)
"""A document has expired at the instant that it names: windows end after it."""


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


class ExpiriesPage(msgspec.Struct, frozen=True):
    """The list; `title` is the answer."""

    title: str
    window: str
    choices: tuple[Choice, ...]
    lines: tuple[Line, ...]
    after: str | None
    is_of_now: bool
    """What was served at another instant is not counted again: then there are no lines."""


def window_of(given: Mapping[str, str]) -> str:
    """From a query string; what is no known choice is the default."""
    window = given.get("window", "")
    return window if window in WINDOWS else DEFAULT


def expiries(
    viewer: Viewer,
    moment: Moment,
    window: str = DEFAULT,
    after: str | None = None,
    size: int = ROWS,
) -> ExpiriesPage:
    """Two queries. Expiry is judged at `valid_at`, of what is served now. Raises PagingError."""
    position = read_position(after, datetime, int)
    size = checked_size(size)
    if moment.at != moment.now:
        return ExpiriesPage("Expiries are told of what is served now", window, (), (), None, False)
    begin = moment.valid_at
    counts = _counts(viewer, begin)
    found = expiring(
        begin + timedelta(days=WINDOWS[window]) + _TICK,
        since=None if window == OVERDUE else begin + _TICK,
        teams=viewer.teams,
        after=None if position is None else (position[0], position[1]),
        limit=size,
    )
    return ExpiriesPage(
        title=_title(window, counts[window]),
        window=window,
        choices=tuple(
            Choice(one, _word(one, days), counts[one], one == window)
            for one, days in WINDOWS.items()
        ),
        lines=tuple(_line(row, begin) for row in found.rows),
        after=None if found.next is None else write_cursor(found.next),
        is_of_now=True,
    )


def _counts(viewer: Viewer, begin: datetime) -> dict[str, int]:
    within = {
        f"within_{window}": Count(
            "pk",
            filter=Q(expires_at__lte=begin)
            if window == OVERDUE
            else Q(expires_at__gt=begin, expires_at__lte=begin + timedelta(days=days)),
        )
        for window, days in WINDOWS.items()
    }
    rows = RoleState.objects.filter(
        source__team__in=viewer.teams,
        source__removed_at=None,
        is_listed=True,
        expires_at__lte=begin + timedelta(days=max(WINDOWS.values())),
    )
    found = rows.aggregate(**within)
    return {window: found[f"within_{window}"] for window in WINDOWS}


def _title(window: str, count: int) -> str:
    if window == OVERDUE:
        if not count:
            return "Nothing has expired"
        return f"{counted(count, 'role')} {'has' if count == 1 else 'have'} expired"
    if not count:
        return f"Nothing expires within {window} days"
    return f"{counted(count, 'role')} {'expires' if count == 1 else 'expire'} within {window} days"


def _word(window: str, days: int) -> str:
    return "overdue" if window == OVERDUE else f"within {days} days"


def _line(row: Expiring, begin: datetime) -> Line:
    left = row.expires_at - begin
    is_over = left <= timedelta()
    sign = "none" if left.days >= WINDOWS[DEFAULT] else "soon"
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
    )
