"""How the question about expiries is narrowed, and which documents that are served expire when.

Now it is what `RoleState` holds; for another instant it is the newest version of each role that had
been seen by then, of few sources.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Generic, Self, TypeAlias, TypeVar

import msgspec
from django.db.models import Case, Count, F, Q, QuerySet, Value, When, Window
from django.db.models.functions import RowNumber, TruncDate

from trustui.core.formats.tuf.metadata import TOP_LEVEL_ROLES
from trustui.core.trust_policy.terms import TermKind
from trustui.inventory.models import RoleState, RoleVersion, Source
from trustui.inventory.recognizing import IMAGE_KINDS
from trustui.pages.kept_query import KeptQuery
from trustui.pages.moment import Moment
from trustui.pages.viewer import Viewer

ROLE, REVOCATION_LIST = "role", "revocation_list"
KINDS: Mapping[str, str] = {
    ROLE: "role",
    TermKind.CERTIFICATE.value: "certificate",
    TermKind.TRUSTED_ROOT.value: "trust window",
    TermKind.SIGNATURE.value: "signature",
    REVOCATION_LIST: "revocation list",
}
"""Each kind of what expires, as the address names it, with the noun that counts it."""
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


T = TypeVar("T")
Bounds: TypeAlias = tuple[datetime | None, datetime | None]
"""The first instant that counts and the first after it that does not; None: no bound."""

_EARLIEST, _LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


class AskedError(ValueError):
    """A day or a number that cannot be used; the message says what was expected and found."""


class Asked(msgspec.Struct, frozen=True):
    """How the list is narrowed: what expires of which kind, when and where. Days are days of UTC, both of them counted in."""

    window: str = ALL
    begins: date | None = None
    ends: date | None = None
    team: int | None = None
    source: str = ""
    """A part of the name."""
    role: str = ""
    """How the name begins."""
    source_id: int | None = None
    kind: str = ""
    """Of `KINDS`; empty: every kind but revocation lists, whose next update comes by itself."""

    @property
    def is_brushed(self) -> bool:
        """Whether days are named; then the window says nothing."""
        return self.begins is not None or self.ends is not None

    @property
    def is_top_first(self) -> bool:
        """Whether roles come first that every repository has."""
        return False


class TopFirst(Asked, frozen=True):
    """A question about roles of which those come first that every repository has; it has one page."""

    @property
    def is_top_first(self) -> bool:
        """It is."""
        return True


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

    @property
    def stream(self) -> int:
        """Documents come before what expires at the same instant with them."""
        return 0


class Tally(msgspec.Struct, frozen=True):
    """How many documents expire: by the day of UTC, and by the shortest window that holds them."""

    days: Mapping[date, int]
    windows: Mapping[str, int]
    """Windows hold those that are shorter, but for `overdue`; `all` is everything."""


def judged_at(moment: Moment) -> datetime:
    """`valid_at`, or the year 1900 or 9000 where it is farther away than pictures go."""
    return min(max(moment.valid_at, _EARLIEST), _LATEST)


def asked_of(given: Mapping[str, str], default: str = ALL) -> Asked:
    """From a query string: `window`, `from`, `to`, `team`, `source`, `role`, `kind`.

    Raises AskedError.
    """
    window, kind = given.get("window", ""), given.get("kind", "")
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
        kind=kind if kind in KINDS else "",
    )


def of_source(asked: Asked, source_id: int | None) -> Asked:
    """The same, of one source alone."""
    return msgspec.structs.replace(asked, source_id=source_id)


def of_this(asked: Asked, source: Source) -> Asked:
    """The same, of one source alone; of registries signatures expire, of all others roles."""
    kind = TermKind.SIGNATURE.value if source.kind in IMAGE_KINDS else ROLE
    return msgspec.structs.replace(asked, source_id=source.pk, kind=kind)


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


def instants(asked: Asked, begin: datetime) -> Bounds:
    """Between which a question asks."""
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


class Cells(tuple[Any, ...]):
    """The columns of a row, in their order."""

    __slots__ = ()

    def __new__(cls, *cells: Any) -> Self:
        """From each of them."""
        return super().__new__(cls, cells)


class Statements:
    """What asks for rows that expire, and what counts them, each written once for each shape.

    `rows` makes a query of who asks, the instant, the question and the sources of the past, without
    any window; `kind` is the column of it that names the kind of a row.
    """

    def __init__(
        self,
        rows: "Callable[[Viewer, Moment, Asked, Sequence[int]], QuerySet[Any, Any]]",
        columns: Sequence[str],
        kind: str = "kind",
    ) -> None:
        self._rows = rows
        self._kind = kind
        self.listed = KeptQuery(self._list, columns, Cells)
        self.counted = KeptQuery(self._count, (kind, "day", "within", "count"), Cells)

    def _list(
        self, viewer: Viewer, moment: Moment, shape: "_Shape", *places: Any
    ) -> "QuerySet[Any, Any]":
        return shape.narrowed(self._rows, viewer, moment, places)

    def _count(
        self, viewer: Viewer, moment: Moment, shape: "_Shape", windows: Any, *places: Any
    ) -> "QuerySet[Any, Any]":
        days = zip(windows, WINDOWS.values(), strict=False)  # the last is told more than once
        classes = [When(expires_at__lte=until, then=within) for until, within in days]
        found = shape.narrowed(self._rows, viewer, moment, places).annotate(
            day=TruncDate("expires_at", tzinfo=UTC),
            within=Case(*classes, default=Value(_BEYOND)),
        )
        counted: QuerySet[Any, Any] = found.values(self._kind, "day", "within").annotate(
            count=Count("pk")
        )
        return counted


class _Shape(msgspec.Struct, frozen=True):
    """What of a question a statement is written for, and what it has places for, in their order."""

    asked: Asked
    places: tuple[str, ...]

    def narrowed(
        self,
        rows: "Callable[[Viewer, Moment, Asked, Sequence[int]], QuerySet[Any, Any]]",
        viewer: Viewer,
        moment: Moment,
        places: Sequence[Any],
    ) -> "QuerySet[Any, Any]":
        told = dict(zip(self.places, places, strict=True))
        asked = msgspec.structs.replace(self.asked, source_id=told.get("source"))
        found = rows(viewer, moment, asked, told.get("sources", ()))
        after = (told["after"], told["after id"]) if "after" in told else None
        return between(found, (told.get("since"), told.get("until")), after)


class Stream(msgspec.Struct, Generic[T], frozen=True):
    """A question to the database, whatever the window; `read` makes values of columns."""

    statements: Statements
    read: Callable[..., T]
    viewer: Viewer
    moment: Moment
    asked: Asked
    sources: tuple[int, ...] = ()
    """Of the past, those that are looked at."""

    def page(self, bounds: Bounds, after: tuple[datetime, int] | None, limit: int) -> list[T]:
        """The next of them, the first to expire first: one query."""
        shape, told = self._told(bounds, after)
        is_ranked = self.asked.is_top_first and self.read is Due
        order = ("rank", "expires_at", "id") if is_ranked else ("expires_at", "id")
        rows = self.statements.listed.rows(
            self.viewer, self.moment, shape, order, limit, about=told
        )
        return [self.read(*row) for row in rows]

    def tallies(self, begin: datetime, within: Bounds = (None, None)) -> dict[str, Tally]:
        """All of them between two instants by kind, counted in one query."""
        shape, told = self._told(within, None)
        windows = tuple(begin + days * DAY for days in WINDOWS.values())
        rows = self.statements.counted.rows(self.viewer, self.moment, shape, about=(windows, *told))
        return _tallies(rows)

    def _told(
        self, bounds: Bounds, after: tuple[datetime, int] | None
    ) -> tuple[_Shape, tuple[Any, ...]]:
        since, until = bounds
        at, id_ = after or (None, None)
        told = {
            "source": self.asked.source_id,
            "sources": self.sources or None,
            "since": since,
            "until": until,
            "after": at,
            "after id": id_,
        }
        told = {name: value for name, value in told.items() if value is not None}
        # Windows and days are bounds by now, and the source has a place.
        asked = msgspec.structs.replace(
            self.asked, window=ALL, begins=None, ends=None, source_id=None
        )
        return _Shape(asked, tuple(told)), tuple(told.values())


def between(
    query: "QuerySet[Any, Any]", bounds: Bounds, after: tuple[datetime, int] | None
) -> "QuerySet[Any, Any]":
    """Rows with an `expires_at` between two instants and after a position."""
    since, until = bounds
    if since is not None:
        query = query.filter(expires_at__gte=since)
    if until is not None:
        query = query.filter(expires_at__lt=until)
    if after is not None:
        at, id_ = after
        # The plain bound lets the index begin there; the pair would be filtered row by row.
        query = query.filter(expires_at__gte=at).filter(Q(expires_at__gt=at) | Q(id__gt=id_))
    return query


def _tallies(rows: Iterable[Sequence[Any]]) -> dict[str, Tally]:
    days: dict[str, dict[date, int]] = {}
    each: dict[str, dict[int, int]] = {}
    for of_kind, day, within, count in rows:
        own, classed = days.setdefault(of_kind, {}), each.setdefault(of_kind, {})
        own[day] = own.get(day, 0) + count
        classed[within] = classed.get(within, 0) + count
    return {one: Tally(days[one], _windows(each[one])) for one in days}


def _windows(each: Mapping[int, int]) -> dict[str, int]:
    held = {
        window: each.get(0, 0)
        if window == OVERDUE
        else sum(count for within, count in each.items() if 0 < within <= days)
        for window, days in WINDOWS.items()
    }
    return held | {LATER: each.get(_BEYOND, 0), ALL: sum(each.values())}


def documents(
    viewer: Viewer, moment: Moment, asked: Asked, sources: Sequence[int] = ()
) -> Stream[Due]:
    """What this person sees of what was served, of the past by these sources. No query.

    Roles that no client comes to any more are left out now; of the past nobody knows which those
    were.
    """
    of = _served_now if moment.at == moment.now else _served_then
    return Stream(of, Due, viewer, moment, asked, tuple(sources))


def _documents_now(
    viewer: Viewer, _: Moment, asked: Asked, __: Sequence[int]
) -> "QuerySet[Any, Any]":
    found = RoleState.objects.filter(_wanted(viewer, asked), is_standing(asked), is_listed=True)
    return found.annotate(counted_as=Value(ROLE), **_rank(asked))


def _documents_then(
    viewer: Viewer, moment: Moment, asked: Asked, sources: Sequence[int]
) -> "QuerySet[Any, Any]":
    seen = RoleVersion.objects.filter(
        _wanted(viewer, asked), source__pk__in=sources, first_seen_at__lte=moment.at
    )
    return newest(seen).annotate(counted_as=Value(ROLE), **_rank(asked))


def _rank(asked: Asked) -> dict[str, Any]:
    """What rows are ordered by before their instant, where that is asked for."""
    first = Case(When(role__in=TOP_LEVEL_ROLES, then=0), default=1)
    return {"rank": first} if asked.is_top_first else {}


def _wanted(viewer: Viewer, asked: Asked) -> Q:
    of_role = Q(role__startswith=asked.role) if asked.role else Q()
    return of_sources(viewer, asked, "source__") & of_role


def _columns(served: str) -> tuple[str, ...]:
    """Those of `Due`; `served` leads to the version's."""
    version = ("version", "blob__sha256", "blob_id", "first_seen_at")
    return (
        *("id", "source_id", "source__name", "role", "role_id"),
        *(f"{served}{column}" for column in version),
        "expires_at",
    )


_served_now = Statements(_documents_now, _columns("served__"), "counted_as")
_served_then = Statements(_documents_then, _columns(""), "counted_as")


def newest(seen: "QuerySet[RoleVersion, RoleVersion]") -> "QuerySet[RoleVersion, RoleVersion]":
    """Of each role the version that came last."""
    last = Window(
        RowNumber(),
        partition_by=[F("source"), F("role_id")],
        order_by=[F("first_seen_at").desc(), F("version_rank").desc(), F("id").desc()],
    )
    return RoleVersion.objects.filter(pk__in=seen.annotate(n=last).filter(n=1).values("pk"))


def teams_asked(viewer: Viewer, asked: Asked) -> list[int]:
    """The teams of this person that the question is about."""
    return [one for one in viewer.teams if asked.team in {None, one}]


def is_standing(asked: Asked) -> Q:
    """Of rows with a `source`: it is crawled now, or asked for by itself."""
    return Q() if asked.source_id is not None else Q(source__removed_at=None)


def of_sources(viewer: Viewer, asked: Asked, at: str) -> Q:
    """The sources of this person that the question is about; `at` leads to their columns."""
    found = Q(**{f"{at}team__in": teams_asked(viewer, asked)})
    if asked.source_id is not None:
        found &= Q(**{f"{at}pk": asked.source_id})
    if asked.source:
        found &= Q(**{f"{at}name__icontains": asked.source})
    return found


def sources_then(viewer: Viewer, moment: Moment, asked: Asked) -> list[int] | None:
    """Those that were crawled at a past instant; None where they are too many. One query.

    One that is asked for by itself counts even where it had been removed: none. Whether it is this
    person's, whoever asks for its rows says.
    """
    if asked.source_id is not None:
        return [asked.source_id]
    narrowed = Asked(team=asked.team, source=asked.source)
    rows = _sources.rows(viewer, moment, narrowed, limit=MOST_SOURCES + 1)
    return None if len(rows) > MOST_SOURCES else [source for (source,) in rows]


def _crawled_then(viewer: Viewer, moment: Moment, asked: Asked) -> "QuerySet[Source]":
    standing = Q(removed_at=None) | Q(removed_at__gt=moment.at)
    return Source.objects.filter(of_sources(viewer, asked, ""), standing)


_sources = KeptQuery(_crawled_then, ("pk",), Cells)
