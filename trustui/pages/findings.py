"""`/findings/`: what verifications noticed, what people live with, and what was repaired."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

import msgspec
from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from trustui.accounts.permissions import Act
from trustui.check_pages import load_pages
from trustui.core.primitives.text import counted, visible
from trustui.core.trace import Severity
from trustui.inventory.models import Source
from trustui.pages.accepted import Accepted, accepted
from trustui.pages.containing import holds
from trustui.pages.images.answer import with_place_names
from trustui.pages.kept_query import KeptQuery
from trustui.pages.moment import Moment
from trustui.pages.noticed import MUCH, accepted_counts, ended, ended_counts, noticed, tally
from trustui.pages.paging import ROWS
from trustui.pages.viewer import Viewer
from trustui.pages.words import SEVERITY_SIGNS
from trustui.verdicts.accepting import day_of, is_accepted, last_day
from trustui.verdicts.models import Finding

OPEN, ACCEPTED, ENDED = "open", "accepted", "ended"
STATES = (OPEN, ACCEPTED, ENDED)
ORDERS: Mapping[str, tuple[str, ...]] = {
    OPEN: ("-first_seen_at", "-id"),
    ACCEPTED: ("-first_seen_at", "-id"),
    ENDED: ("-gone_at", "-id"),
}
SEVERITIES: tuple[str, ...] = tuple(reversed(Severity))
"""The gravest first."""
FEW = 6
"""Findings that the page of a repository shows."""
_LONGEST_ID = 100
_LONGEST_TEXT = 200


class Filter(msgspec.Struct, frozen=True):
    """What to show; the default is all that is open."""

    severity: str = ""
    check: str = ""
    state: str = OPEN
    source: int | None = None
    text: str = ""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One finding. Times in UTC."""

    finding_id: int
    source_id: int
    source: str
    check: str
    title: str
    has_help: bool
    clause: str
    """Of the specification; where it demands nothing, after which the advice is."""
    on: str
    because: str
    """What was found."""
    severity: str
    sign: str
    since: datetime
    """When it was first seen."""
    ended_at: datetime | None
    accepted: Accepted | None
    may_accept: bool


class FindingsPage(msgspec.Struct, frozen=True, kw_only=True):
    """The list; `title` is the answer, of all in this state."""

    title: str
    lines: tuple[Line, ...]
    after: str | None
    state: str
    open: int
    accepted: int
    severities: tuple[tuple[str, int], ...]
    """Of all in this state, with how many."""
    checks: tuple[tuple[str, str, int], ...]
    """Id, title and how many, by id."""
    sources: tuple[tuple[int, str, int], ...]
    """Id, name and how many are not repaired, those with the most first."""
    all: int
    """How many there are in this state."""
    until: date
    """The last day until which something can be accepted, UTC."""

    @property
    def may_accept(self) -> bool:
        """Whether there is a finding on this page that this person may accept or reopen."""
        return any(line.may_accept for line in self.lines)


class OfSource(msgspec.Struct, frozen=True):
    """What there is about one source: the gravest of it."""

    lines: tuple[Line, ...]
    open: int
    accepted: int


def filter_of(given: Mapping[str, str]) -> Filter:
    """From a query string; what is no known choice narrows nothing."""
    severity, state, source = (given.get(name, "") for name in ("severity", "state", "source"))
    is_number = source.isascii() and source.isdecimal() and len(source) < len(str(2**63))
    return Filter(
        severity=severity if severity in SEVERITIES else "",
        check=given.get("check", "").replace("\0", "")[:_LONGEST_ID],
        state=state if state in STATES else OPEN,
        source=int(source) if is_number else None,
        text=given.get("text", "").replace("\0", "").strip()[:_LONGEST_TEXT],
    )


def findings(
    viewer: Viewer,
    moment: Moment,
    chosen: Filter | None = None,
    after: str | None = None,
    size: int = ROWS,
) -> FindingsPage:
    """At most seven queries. Raises PagingError."""
    chosen = chosen or Filter()
    today = (day_of(moment.at),)
    all_noticed = tally(viewer, moment)
    lived_with = accepted_counts(viewer, moment, *today)
    opened = {one: n - lived_with.get(one, 0) for one, n in all_noticed.noticed.items()}
    if chosen.state == ENDED:
        counts = ended_counts(viewer, moment)
    else:
        counts = opened if chosen.state == OPEN else lived_with
    if chosen.text and sum(counts.values()) < MUCH:
        shown = _searched.sliced(viewer, moment, chosen, SEARCHED, after, size, about=today)
    else:
        order = ORDERS[chosen.state]
        shown = _rows.sliced(viewer, moment, chosen, order, after, size, about=today)
    severities = _sums((severity, n) for (severity, _), n in counts.items())
    checks = _sums((check, n) for (_, check), n in counts.items())
    return FindingsPage(
        title=_title(chosen.state, opened, sum(counts.values())),
        lines=lines_of(viewer, moment, shown.rows),
        after=shown.after,
        state=chosen.state,
        open=sum(opened.values()),
        accepted=sum(lived_with.values()),
        severities=tuple((one, severities.get(one, 0)) for one in SEVERITIES),
        checks=tuple((one, check_title(one), checks[one]) for one in sorted(checks) if checks[one]),
        sources=all_noticed.sources,
        all=sum(counts.values()),
        until=last_day(moment.now),
    )


def every(viewer: Viewer, moment: Moment, chosen: Filter) -> Iterator["Row"]:
    """The rows of the whole list, a statement for each portion."""
    today = (day_of(moment.at),)
    return _rows.every(viewer, moment, chosen, ORDERS[chosen.state], about=today)


def found(
    viewer: Viewer, moment: Moment, chosen: Filter, today: date | None = None
) -> "QuerySet[Finding]":
    """Every finding that a filter lets through, in no order; `today` is the day of the instant."""
    rows = _narrowed(viewer, moment, chosen, today)
    if chosen.text:
        named = Source.objects.filter(holds("name", chosen.text)).values("pk")
        rows = rows.filter(_says(chosen.text) | Q(source__in=named))
    return rows


def _narrowed(
    viewer: Viewer, moment: Moment, chosen: Filter, today: date | None
) -> "QuerySet[Finding]":
    """The same, whatever they say."""
    if chosen.state == ENDED:
        rows = ended(viewer, moment)
    elif chosen.state == ACCEPTED:
        rows = noticed(viewer, moment).filter(is_accepted(moment.at, today))
    else:
        rows = noticed(viewer, moment).exclude(is_accepted(moment.at, today))
    if chosen.severity:
        rows = rows.filter(severity=chosen.severity)
    if chosen.check:
        rows = rows.filter(check_id=chosen.check)
    if chosen.source is not None:
        rows = rows.filter(source=chosen.source)
    return rows


SEARCHED = ("-newest", "-id")


def _found_of_few(
    viewer: Viewer, moment: Moment, chosen: Filter, today: date
) -> "QuerySet[Finding]":
    """As `found`, with `newest`: the same order, for which there is no index.

    All that this person sees is read and searched then; by the index the newest of everybody's would
    be searched, until enough of it turns out to be this person's.
    """
    says = _says(chosen.text) | holds("source__name", chosen.text)
    seen = ("gone_at", "first_seen_at") if chosen.state == ENDED else ("first_seen_at", "gone_at")
    rows = _narrowed(viewer, moment, chosen, today).filter(says)
    return rows.annotate(newest=Coalesce(*seen))


class Row(msgspec.Struct, frozen=True):
    """What a line is made of."""

    id: int
    source_id: int
    source: str
    team_id: int
    check_id: str
    on: str
    on_id: str
    because: str
    severity: str
    first_seen_at: datetime
    gone_at: datetime | None
    newest: datetime | None = None
    """By what it is ordered where it is searched."""


COLUMNS = (
    *("id", "source_id", "source__name", "source__team_id", "check_id", "on", "on_id"),
    *("because", "severity", "first_seen_at", "gone_at"),
)


_rows = KeptQuery(found, COLUMNS, Row)
_searched = KeptQuery(_found_of_few, COLUMNS, Row)


def lines_of(viewer: Viewer, moment: Moment, rows: Collection[Row]) -> tuple[Line, ...]:
    """Findings as they are told: one query."""
    lived_with = accepted({row.source_id for row in rows}, moment.at) if rows else {}
    return tuple(
        _line(
            viewer,
            moment,
            row,
            lived_with.get((row.source_id, row.check_id, row.on_id, row.severity)),
        )
        for row in rows
    )


def of_source(viewer: Viewer, moment: Moment, source_id: int) -> OfSource:
    """What is noticed about a source, the open and gravest first: three queries."""
    return _of(viewer, moment, _OF_SOURCE, source_id)


def _of(viewer: Viewer, moment: Moment, names: tuple[str, ...], *values: int | str) -> OfSource:
    """Of the findings whose columns of these names have these values."""
    about = (day_of(moment.at), *values)
    counts = {
        one.is_lived_with: one.count for one in _told.rows(viewer, moment, names, about=about)
    }
    order = ("is_lived_with", "graveness", "-first_seen_at", "-id")
    rows = _gravest.rows(viewer, moment, names, order, FEW, about=about) if counts else []
    return OfSource(lines_of(viewer, moment, rows), counts.get(0, 0), counts.get(1, 0))


_OF_SOURCE, _OF_REPOSITORY, _OF_ARTEFACT = ("source",), ("repository",), ("repository", "digest")


class _Told(msgspec.Struct, frozen=True):
    """How many are accepted (1), or not (0)."""

    is_lived_with: int
    count: int


def _told_of(
    viewer: Viewer, moment: Moment, names: tuple[str, ...], today: date, *values: Any
) -> "QuerySet[Any, Any]":
    graveness = Case(
        *(When(severity=one, then=Value(n)) for n, one in enumerate(SEVERITIES)),
        default=Value(len(SEVERITIES)),
        output_field=IntegerField(),
    )
    is_lived_with = Case(
        When(is_accepted(moment.at, today), then=Value(1)),
        default=Value(0),
        output_field=IntegerField(),
    )
    rows = noticed(viewer, moment).filter(**dict(zip(names, values, strict=True)))
    return rows.annotate(is_lived_with=is_lived_with, graveness=graveness)


def _counts_of(
    viewer: Viewer, moment: Moment, names: tuple[str, ...], today: date, *values: Any
) -> "QuerySet[Any, Any]":
    told = _told_of(viewer, moment, names, today, *values)
    counts: QuerySet[Any, Any] = told.values("is_lived_with").annotate(count=Count("pk"))
    return counts


_gravest = KeptQuery(_told_of, COLUMNS, Row)
_told = KeptQuery(_counts_of, _Told.__struct_fields__, _Told)


def of_repository(viewer: Viewer, moment: Moment, repository_id: int, digest: str = "") -> OfSource:
    """The same about a repository of images, or one artefact of it: three queries."""
    if digest:
        return _of(viewer, moment, _OF_ARTEFACT, repository_id, digest)
    return _of(viewer, moment, _OF_REPOSITORY, repository_id)


def check_title(check: str) -> str:
    """What a finding of this id says; the id where this version does not know it."""
    page = load_pages().get(check)
    return visible(check, _LONGEST_ID) if page is None else page.noticed


# What there is -----------------------------------------------------------------------------------


def _says(text: str) -> Q:
    """Whether a finding holds a text, whatever its source is called."""
    wanted = text.casefold()
    titled = [one.id for one in load_pages().values() if wanted in one.noticed.casefold()]
    return (
        holds("on", text)
        | holds("because", text)
        | holds("check_id", text)
        | Q(check_id__in=titled)
    )


def _sums(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for name, count in pairs:
        sums[name] = sums.get(name, 0) + count
    return sums


# In words ----------------------------------------------------------------------------------------


def _line(viewer: Viewer, moment: Moment, row: Row, lived_with: Accepted | None) -> Line:
    page = load_pages().get(row.check_id)
    is_ended = row.gone_at is not None and row.gone_at <= moment.at
    may = viewer.may(Act.ACCEPT_FINDING, row.team_id)
    return Line(
        finding_id=row.id,
        source_id=row.source_id,
        source=row.source,
        check=row.check_id,
        title=check_title(row.check_id),
        has_help=page is not None,
        clause="" if page is None else page.rule,
        on=with_place_names(row.on),
        because=visible(row.because, 300),
        severity=row.severity,
        sign=SEVERITY_SIGNS[Severity(row.severity)],
        since=row.first_seen_at,
        ended_at=row.gone_at if is_ended else None,
        accepted=None if is_ended else lived_with,
        may_accept=may and moment.is_now and not is_ended,
    )


def _title(state: str, opened: Mapping[tuple[str, str], int], found: int) -> str:
    total = sum(opened.values())
    if state == ACCEPTED and found:
        told = f"{counted(found, 'finding')} {'is' if found == 1 else 'are'} accepted for a while"
        return f"{told}, {total:,} {'is' if total == 1 else 'are'} open" if total else told
    if state == ENDED and found:
        return f"{counted(found, 'finding')} {'was' if found == 1 else 'were'} repaired"
    high = sum(n for (severity, _), n in opened.items() if severity == Severity.HIGH)
    if not total:
        return "No finding is open"
    told = f"{counted(total, 'finding')} {'is' if total == 1 else 'are'} open"
    if not high:
        return told
    return f"{told}, {'it is' if total == 1 else f'{high:,} of them'} high"
