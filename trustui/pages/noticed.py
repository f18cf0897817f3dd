"""What is noticed about what a person sees, what was repaired of it, and how much there is of each."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any, TypeAlias

import msgspec
from django.db.models import Count, Q, QuerySet

from trustui.inventory.models import Source
from trustui.pages.keeping import Keeper
from trustui.pages.kept_query import KeptQuery
from trustui.pages.moment import Moment
from trustui.pages.standings import sources_of
from trustui.pages.viewer import Viewer
from trustui.verdicts.accepting import is_accepted
from trustui.verdicts.models import Finding

MOST_SOURCES = 50
"""Sources that the choice offers, those with the most findings."""
MUCH = 10_000
"""Findings, from which on they are counted every few seconds only, and searched in their order."""


def noticed(viewer: Viewer, moment: Moment) -> "QuerySet[Finding]":
    """What is not repaired, accepted or not."""
    of_mine = Finding.objects.filter(source__in=sources_of(viewer, moment))
    if moment.at == moment.now:
        return of_mine.filter(gone_at=None)
    still = Q(gone_at=None) | Q(gone_at__gt=moment.at)
    return of_mine.filter(still, first_seen_at__lte=moment.at)


def ended(viewer: Viewer, moment: Moment) -> "QuerySet[Finding]":
    """What was repaired by then."""
    of_mine = Finding.objects.filter(source__in=sources_of(viewer, moment))
    return of_mine.filter(gone_at__isnull=False, gone_at__lte=moment.at)


# How much ----------------------------------------------------------------------------------------

Counts: TypeAlias = dict[tuple[str, str], int]
"""By severity and check."""


class Tally(msgspec.Struct, frozen=True):
    """Of all that is not repaired."""

    noticed: Counts
    sources: tuple[tuple[int, str, int], ...]


def tally(viewer: Viewer, moment: Moment) -> Tally:
    """At most three queries; where there is much, of some seconds ago."""

    def make() -> Tally:
        most = _most.rows(viewer, moment, None, ("-count", "source_id"), MOST_SOURCES)
        counts = {one.source_id: one.count for one in most}
        names = _names.rows(about=(tuple(counts),))
        sources = sorted(((one.id, one.name, counts[one.id]) for one in names), key=_by_count)
        return Tally(_in_dict(_noticed.rows(viewer, moment)), tuple(sources))

    return _tallies.get(_asked(viewer, moment), make)


def ended_counts(viewer: Viewer, moment: Moment) -> Counts:
    """Of what was repaired: one query, or of some seconds ago."""

    def make() -> Counts:
        return _in_dict(_ended.rows(viewer, moment))

    return _ended_counts.get(_asked(viewer, moment), make)


def accepted_counts(viewer: Viewer, moment: Moment, today: date) -> Counts:
    """Of what is not repaired and somebody lives with on this day, that of the instant: one query."""
    return _in_dict(_accepted.rows(viewer, moment, about=(today,)))


def _asked(viewer: Viewer, moment: Moment) -> tuple[object, ...]:
    return (None if moment.at == moment.now else moment.at), *sorted(viewer.teams)


def _by_count(one: tuple[int, str, int]) -> tuple[int, str]:
    return -one[2], one[1]


def _is_much(counts: Counts) -> bool:
    return sum(counts.values()) >= MUCH


_tallies: Keeper[Tally] = Keeper(lambda tally: _is_much(tally.noticed))
_ended_counts: Keeper[Counts] = Keeper(_is_much)


class _Count(msgspec.Struct, frozen=True):
    severity: str
    check_id: str
    count: int


def _in_dict(rows: Iterable[_Count]) -> Counts:
    return {(one.severity, one.check_id): one.count for one in rows}


def _counted(rows: "QuerySet[Finding]") -> "QuerySet[Any, Any]":
    counts: QuerySet[Any, Any] = rows.values("severity", "check_id").annotate(count=Count("pk"))
    return counts


def _of_noticed(viewer: Viewer, moment: Moment, _: None) -> "QuerySet[Any, Any]":
    return _counted(noticed(viewer, moment))


def _of_ended(viewer: Viewer, moment: Moment, _: None) -> "QuerySet[Any, Any]":
    return _counted(ended(viewer, moment))


def _of_accepted(viewer: Viewer, moment: Moment, _: None, today: date) -> "QuerySet[Any, Any]":
    return _counted(noticed(viewer, moment).filter(is_accepted(moment.at, today)))


class _Most(msgspec.Struct, frozen=True):
    """A source, and how much of it is not repaired."""

    source_id: int
    count: int


class _Named(msgspec.Struct, frozen=True):
    id: int
    name: str


def _by_source(viewer: Viewer, moment: Moment, _: None) -> "QuerySet[Any, Any]":
    rows = noticed(viewer, moment).values("source_id")
    counts: QuerySet[Any, Any] = rows.annotate(count=Count("pk"))
    return counts


def _sources(_: None, __: Moment, ___: None, ids: Collection[int]) -> "QuerySet[Source]":
    return Source.objects.filter(pk__in=ids)


_noticed = KeptQuery(_of_noticed, _Count.__struct_fields__, _Count)
_ended = KeptQuery(_of_ended, _Count.__struct_fields__, _Count)
_accepted = KeptQuery(_of_accepted, _Count.__struct_fields__, _Count)
_most = KeptQuery(_by_source, _Most.__struct_fields__, _Most)
_names = KeptQuery(_sources, _Named.__struct_fields__, _Named)
