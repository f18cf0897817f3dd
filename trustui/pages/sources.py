"""`/sources/`: what is crawled, narrowed, sorted and a page at a time; and the same as CSV."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import Case, F, IntegerField, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from trustui.core.primitives.text import counted, visible
from trustui.core.trace import TrustState
from trustui.crawl.registry import IMAGE_SOURCES, SOURCES
from trustui.inventory.models import Crawl, CrawlOutcome
from trustui.inventory.recognizing import IMAGE_KINDS
from trustui.pages.containing import holds
from trustui.pages.images.shares import Share, of_sources, sign_of
from trustui.pages.kept_query import KeptQuery
from trustui.pages.moment import Moment
from trustui.pages.paging import MOST_ROWS, ROWS
from trustui.pages.standings import standing_sources, state_counts
from trustui.pages.viewer import Viewer
from trustui.pages.words import State, state_of

NEVER = "never"
"""The filter for sources of which nothing is concluded yet."""
STATES: tuple[str, ...] = (
    TrustState.FAILING,
    TrustState.COULD_NOT_CHECK,
    TrustState.NOT_TRUSTED,
    TrustState.EXPIRES_SOON,
    TrustState.VERIFIED,
    NEVER,
)
"""In the order of urgency, in which the list is sorted by state."""
SORTS: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "id"),
    "state": ("urgency", "name", "id"),
    "newest": ("-created_at", "-id"),
}
LONGEST_TEXT = 200


class Filter(msgspec.Struct, frozen=True):
    """What to show; empty shows everything."""

    team: int | None = None
    state: str = ""
    kind: str = ""
    text: str = ""
    sort: str = "name"


class Line(msgspec.Struct, frozen=True):
    """One source. Times in UTC."""

    source_id: int
    name: str
    team: str
    kind: str
    location: str
    state: State
    since: datetime | None
    crawled_at: datetime | None
    crawl_word: str
    is_silent: bool
    """Its newest crawl gave no usable answer."""
    has_anchor: bool
    tags: Share | None = None
    """Of a registry, whose artefacts stand each for themselves."""


class Exported(msgspec.Struct, frozen=True):
    """One source as CSV and JSON give it. Times in UTC."""

    source_id: int
    name: str
    team: str
    kind: str
    location: str
    trust_state: str
    """Empty where nothing is concluded yet."""
    since: datetime | None
    crawled_at: datetime | None
    crawl_outcome: str
    root_sha256: str
    """Of the pinned root; empty: none."""
    every_seconds: int
    added_at: datetime


class SourcesPage(msgspec.Struct, frozen=True):
    """The list; `title` is the answer."""

    title: str
    lines: tuple[Line, ...]
    after: str | None
    teams: tuple[tuple[int, str], ...]
    kinds: tuple[str, ...]
    all: int

    @property
    def has_failing_tags(self) -> bool:
        """Whether a line here is red that the title does not count: no source fails with its tags."""
        return any(one.tags is not None and one.tags.failing for one in self.lines)


def filter_of(given: Mapping[str, str]) -> Filter:
    """From a query string; what is no known choice narrows nothing."""
    team, state, sort = given.get("team", ""), given.get("state", ""), given.get("sort", "")
    is_number = team.isascii() and team.isdecimal() and len(team) < len(str(2**63))
    return Filter(
        team=int(team) if is_number else None,
        state=state if state in STATES else "",
        kind=given.get("kind", "")[:LONGEST_TEXT],
        text=given.get("text", "").replace("\0", "").strip()[:LONGEST_TEXT],
        sort=sort if sort in SORTS else "name",
    )


def sources(
    viewer: Viewer, moment: Moment, chosen: Filter, after: str | None = None, size: int = ROWS
) -> SourcesPage:
    """Three queries. Raises PagingError."""
    counts = state_counts(viewer, moment)
    shown = _rows.sliced(viewer, moment, chosen, SORTS[chosen.sort], after, size)
    shares = of_sources([row.id for row in shown.rows if row.kind in IMAGE_KINDS], moment)
    return SourcesPage(
        title=_title(counts),
        lines=tuple(_line(row, shares.get(row.id)) for row in shown.rows),
        after=shown.after,
        teams=tuple(sorted(viewer.team_names.items(), key=lambda team: team[1])),
        kinds=(*(kind.name for kind in SOURCES), *(kind.name for kind in IMAGE_SOURCES)),
        all=sum(counts.values()),
    )


def exported(viewer: Viewer, moment: Moment, chosen: Filter) -> Iterator[Exported]:
    """Every row of the list: by name a statement for each portion, else one."""
    if chosen.sort == "name":
        yield from _exported.every(viewer, moment, chosen, ("name", "source_id"))
        return
    rows = _standing(viewer, moment, chosen).order_by(*SORTS[chosen.sort])
    for cells in rows.values_list(*_EXPORTED).iterator(MOST_ROWS):
        yield Exported(*cells)


def _found(viewer: Viewer, moment: Moment, chosen: Filter) -> "QuerySet[Any]":
    newest = Crawl.objects.filter(
        source=OuterRef("pk"), origin="", finished_at__lte=moment.at
    ).order_by("-id")
    rows: QuerySet[Any] = standing_sources(viewer, moment).annotate(
        crawled_at=Subquery(newest.values("finished_at")[:1]),
        crawl_outcome=Subquery(newest.values("outcome")[:1]),
        urgency=_urgency(),
    )
    if chosen.team is not None:
        rows = rows.filter(team=chosen.team)
    if chosen.state == NEVER:
        # Of a registry nothing is concluded but of its tags, each for itself.
        rows = rows.filter(trust_state=None).exclude(kind__in=IMAGE_KINDS)
    elif chosen.state:
        rows = rows.filter(trust_state=chosen.state)
    if chosen.kind:
        rows = rows.filter(kind=chosen.kind)
    if chosen.text:
        rows = rows.filter(holds("name", chosen.text) | holds("location", chosen.text))
    return rows


def _standing(viewer: Viewer, moment: Moment, chosen: Filter) -> "QuerySet[Any]":
    """The same, with nothing instead of what is not known."""
    nothing = Value("")
    rows: QuerySet[Any] = _found(viewer, moment, chosen).annotate(
        source_id=F("pk"),
        told_state=Coalesce("trust_state", nothing),
        told_outcome=Coalesce("crawl_outcome", nothing),
        root_sha256=Coalesce("anchor__sha256", nothing),
    )
    return rows


_EXPORTED = (
    *("source_id", "name", "team__name", "kind", "location", "told_state", "since", "crawled_at"),
    *("told_outcome", "root_sha256", "every_seconds", "created_at"),
)
_exported = KeptQuery(_standing, _EXPORTED, Exported)


class _Row(msgspec.Struct, frozen=True):
    """What a line is made of."""

    id: int
    name: str
    team: str
    kind: str
    location: str
    anchor_id: int | None
    trust_state: str | None
    since: datetime | None
    crawled_at: datetime | None
    crawl_outcome: str | None
    urgency: int = len(STATES)
    created_at: datetime | None = None
    """These two where they are ordered by."""


_rows = KeptQuery(
    _found,
    (
        *("id", "name", "team__name", "kind", "location", "anchor_id"),
        *("trust_state", "since", "crawled_at", "crawl_outcome"),
    ),
    _Row,
)


def _urgency() -> Case:
    return Case(
        *(When(trust_state=state, then=Value(number)) for number, state in enumerate(STATES)),
        default=Value(len(STATES)),
        output_field=IntegerField(),
    )


def _line(row: _Row, tags: Share | None) -> Line:
    is_registry = row.kind in IMAGE_KINDS
    tags = tags or Share() if is_registry else None
    return Line(
        source_id=row.id,
        name=row.name,
        team=row.team,
        kind=row.kind,
        location=visible(row.location, 300),
        state=state_of(row.trust_state) if tags is None else State(sign_of(tags), _word(tags)),
        since=row.since,
        crawled_at=row.crawled_at,
        crawl_word="" if row.crawl_outcome is None else str(CrawlOutcome(row.crawl_outcome).label),
        is_silent=row.crawl_outcome == CrawlOutcome.FAILED,
        has_anchor=is_registry or row.anchor_id is not None,
        tags=tags,
    )


def _word(tags: Share) -> str:
    """Of a registry: it is its tags that fail, not the source."""
    if tags.failing:
        return f"{counted(tags.failing, 'tag')} {'fails' if tags.failing == 1 else 'fail'}"
    return tags.in_short


def _title(counts: Mapping[str, int]) -> str:
    every = sum(counts.values())
    if not every:
        return "Nothing is watched yet"
    told = [counted(every, "source")]
    failing = counts.get(TrustState.FAILING, 0)
    if failing:
        told.append(f"{failing:,} of them {'fails' if failing == 1 else 'fail'}")
    unknown = counts.get(TrustState.COULD_NOT_CHECK, 0)
    if unknown:
        told.append(f"{unknown:,} could not be checked")
    return ", ".join(told)
