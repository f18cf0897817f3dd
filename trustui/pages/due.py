"""Which documents are served, when they expire, and how that question is narrowed.

Now it is what `RoleState` holds; for another instant it is the newest version of each role that had
been seen by then, of few sources.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import msgspec
from django.db.models import Case, Count, F, Q, QuerySet, Value, When, Window
from django.db.models.functions import RowNumber, TruncDate

from trustui.inventory.models import RoleState, RoleVersion, Source
from trustui.pages.moment import Moment
from trustui.pages.viewer import Viewer

OVERDUE, LATER, ALL = "overdue", "later", "all"
WINDOWS: Mapping[str, int] = {OVERDUE: 0, "1": 1, "7": 7, "14": 14, "28": 28, "90": 90}
"""Each window of the address with its days; what has expired is a window of its own, and so are
`later` and `all`."""
MOST_SOURCES = 100
"""Sources whose past is looked at together."""
TICK = timedelta(microseconds=1)
"""A document has expired at the instant that it names: windows end after it."""
DAY = timedelta(days=1)
_LONGEST = 200
_YEARS = range(1970, 9000)
_BEYOND = max(WINDOWS.values()) + 1


_EARLIEST, _LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


class AskedError(ValueError):
    """A day or a number that cannot be used; the message says what was expected and found."""


class Asked(msgspec.Struct, frozen=True):
    """How the list is narrowed. Days are days of UTC, both of them counted in."""

    window: str = ALL
    begins: date | None = None
    ends: date | None = None
    team: int | None = None
    source: str = ""
    """A part of the name."""
    role: str = ""
    """How the name begins."""
    source_id: int | None = None

    @property
    def is_brushed(self) -> bool:
        """Whether days are named; then the window says nothing."""
        return self.begins is not None or self.ends is not None


class Due(msgspec.Struct, frozen=True):
    """A served document; times in UTC, names fit to be shown."""

    id: int
    source_id: int
    source: str
    role: str
    role_id: str
    version: str
    sha256: str
    blob_id: int
    seen_at: datetime
    expires_at: datetime


class Tally(msgspec.Struct, frozen=True):
    """How many documents expire: by the day of UTC, and by the shortest window that holds them."""

    days: Mapping[date, int]
    windows: Mapping[str, int]
    """Windows hold those that are shorter, but for `overdue`; `all` is everything."""


def judged_at(moment: Moment) -> datetime:
    """`valid_at`, or the year 1900 or 9000 where it is farther away than pictures go."""
    return min(max(moment.valid_at, _EARLIEST), _LATEST)


def asked_of(given: Mapping[str, str], default: str = ALL) -> Asked:
    """From a query string: `window`, `from`, `to`, `team`, `source`, `role`. Raises AskedError."""
    window = given.get("window", "")
    begins, ends = _day("from", given.get("from", "")), _day("to", given.get("to", ""))
    if begins is not None and ends is not None and begins > ends:
        begins, ends = ends, begins
    return Asked(
        window=window if window in {*WINDOWS, LATER, ALL} else default,
        begins=begins,
        ends=ends,
        team=_number("team", given.get("team", "")),
        source=given.get("source", "").strip()[:_LONGEST],
        role=given.get("role", "").strip()[:_LONGEST],
    )


def of_source(asked: Asked, source_id: int | None) -> Asked:
    """The same, of one source alone."""
    return msgspec.structs.replace(asked, source_id=source_id)


def source_given(asked: Asked, text: str) -> Asked:
    """As `of_source`, from a form. Raises AskedError."""
    return of_source(asked, _number("source_id", text))


def _day(name: str, text: str) -> date | None:
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.year not in _YEARS:
        raise AskedError(f"{name}: expected a day such as 2026-06-01, found {text[:40]!r}")
    return found


def _number(name: str, text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < len(str(2**63))):
        raise AskedError(f"{name}: expected a number, found {text[:40]!r}")
    return int(text)


def instants(asked: Asked, begin: datetime) -> tuple[datetime | None, datetime | None]:
    """The first instant that counts and the first after it that does not; None: no bound."""
    if asked.is_brushed:
        ends = None if asked.ends is None else _midnight(asked.ends) + DAY
        return None if asked.begins is None else _midnight(asked.begins), ends
    if asked.window == ALL:
        return None, None
    if asked.window == OVERDUE:
        return None, begin + TICK
    if asked.window == LATER:
        return begin + max(WINDOWS.values()) * DAY + TICK, None
    return begin + TICK, begin + WINDOWS[asked.window] * DAY + TICK


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


class Documents(msgspec.Struct, frozen=True):
    """A question to the database, whatever the window; `served` leads to the version's columns."""

    query: "QuerySet[Any, Any]"
    served: str

    def page(
        self,
        bounds: tuple[datetime | None, datetime | None],
        after: tuple[datetime, int] | None,
        limit: int,
    ) -> list[Due]:
        """The next documents, the first to expire first: one query."""
        since, until = bounds
        query = self.query
        if since is not None:
            query = query.filter(expires_at__gte=since)
        if until is not None:
            query = query.filter(expires_at__lt=until)
        if after is not None:
            at, id_ = after
            # The plain bound lets the index begin there; the pair would be filtered row by row.
            query = query.filter(expires_at__gte=at).filter(Q(expires_at__gt=at) | Q(id__gt=id_))
        columns = ("version", "blob__sha256", "blob_id", "first_seen_at")
        found = query.order_by("expires_at", "id").values_list(
            *("id", "source_id", "source__name", "role", "role_id"),
            *(f"{self.served}{column}" for column in columns),
            "expires_at",
        )
        return [Due(*row) for row in found[:limit]]

    def tally(self, begin: datetime) -> Tally:
        """All of them, counted in one query."""
        classes = [When(expires_at__lte=begin + days * DAY, then=days) for days in WINDOWS.values()]
        found = (
            self.query.annotate(
                day=TruncDate("expires_at", tzinfo=UTC),
                within=Case(*classes, default=Value(_BEYOND)),
            )
            .order_by()
            .values_list("day", "within")
            .annotate(Count("pk"))
        )
        days: dict[date, int] = {}
        each: dict[int, int] = {}
        for day, within, count in found:
            days[day] = days.get(day, 0) + count
            each[within] = each.get(within, 0) + count
        return Tally(days, _windows(each))


def _windows(each: Mapping[int, int]) -> dict[str, int]:
    held = {
        window: each.get(0, 0)
        if window == OVERDUE
        else sum(count for within, count in each.items() if 0 < within <= days)
        for window, days in WINDOWS.items()
    }
    return held | {LATER: each.get(_BEYOND, 0), ALL: sum(each.values())}


def documents(viewer: Viewer, moment: Moment, asked: Asked) -> Documents | None:
    """What this person sees of what was served; None where that is the past of too many sources.

    Roles that no client comes to any more are left out now; of the past nobody knows which those
    were. One query for the past, none for now.
    """
    wanted = _of_sources(viewer, asked, "source__")
    if asked.role:
        wanted &= Q(role__startswith=asked.role)
    if moment.at == moment.now:
        standing = Q() if asked.source_id is not None else Q(source__removed_at=None)
        return Documents(RoleState.objects.filter(wanted, standing, is_listed=True), "served__")
    sources = _standing_sources(viewer, moment, asked)
    if len(sources) > MOST_SOURCES:
        return None
    seen = RoleVersion.objects.filter(wanted, source__in=sources, first_seen_at__lte=moment.at)
    return Documents(newest(seen), "")


def newest(seen: "QuerySet[RoleVersion, RoleVersion]") -> "QuerySet[RoleVersion, RoleVersion]":
    """Of each role the version that came last."""
    last = Window(
        RowNumber(),
        partition_by=[F("source"), F("role_id")],
        order_by=[F("first_seen_at").desc(), F("version_rank").desc(), F("id").desc()],
    )
    return RoleVersion.objects.filter(pk__in=seen.annotate(n=last).filter(n=1).values("pk"))


def _of_sources(viewer: Viewer, asked: Asked, at: str) -> Q:
    teams = [one for one in viewer.teams if asked.team in {None, one}]
    found = Q(**{f"{at}team__in": teams})
    if asked.source_id is not None:
        found &= Q(**{f"{at}pk": asked.source_id})
    if asked.source:
        found &= Q(**{f"{at}name__icontains": asked.source})
    return found


def _standing_sources(viewer: Viewer, moment: Moment, asked: Asked) -> list[int]:
    standing = Q(removed_at=None) | Q(removed_at__gt=moment.at)
    if asked.source_id is not None:
        standing = Q()
    rows = Source.objects.filter(_of_sources(viewer, asked, ""), standing)
    return list(rows.values_list("pk", flat=True)[: MOST_SOURCES + 1])
