"""Whether the sources answer, and how old what is known about them is."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db.models import Count, Min, OuterRef, QuerySet, Subquery

from trustui.core.primitives.text import counted, visible
from trustui.inventory.models import Crawl, CrawlOutcome
from trustui.pages.kept_query import KeptQuery
from trustui.pages.moment import Moment
from trustui.pages.standings import sources_of
from trustui.pages.viewer import Viewer
from trustui.pages.words import age

FEW = 5
_MINUTE = timedelta(minutes=1)


class Silent(msgspec.Struct, frozen=True):
    """A source whose newest crawl gave no usable answer. Times in UTC."""

    source_id: int
    source: str
    tried_at: datetime
    answered_at: datetime | None
    because: str


class Health(msgspec.Struct, frozen=True):
    """Of the newest crawl of each source. `oldest` is the oldest answer that still counts."""

    sources: int
    answered: int
    waiting: int
    """Never crawled."""
    partial: int
    oldest: datetime | None
    silent: tuple[Silent, ...]
    now: datetime

    @property
    def failed(self) -> int:
        """Sources that gave no usable answer."""
        return self.sources - self.answered - self.waiting

    @property
    def words(self) -> str:
        """A sentence."""
        if not self.sources:
            return ""
        if not self.answered:
            return "No source has answered yet."
        if self.answered < self.sources:
            told = f"{self.answered:,} of {counted(self.sources, 'source')} answered."
        else:
            told = "The source answered" if self.sources == 1 else "All sources answered"
            told += f" {_within(self.now - self.oldest)}." if self.oldest else "."
        if self.partial:
            has = "has" if self.partial == 1 else "have"
            told += f" {self.partial:,} {has} documents that were missing or refused."
        return told


def _within(span: timedelta) -> str:
    told = "minute" if span < _MINUTE else age(span).removeprefix("1 ")
    return f"within the last {told}"


def crawl_health(viewer: Viewer, moment: Moment) -> Health:
    """Two queries."""
    counts = {one.outcome: one for one in _counts.rows(viewer, moment)}
    count = {outcome: one.count for outcome, one in counts.items()}
    every, waiting = sum(count.values()), count.get(None, 0)
    answers = [
        one.oldest
        for outcome, one in counts.items()
        if outcome != CrawlOutcome.FAILED and one.oldest is not None
    ]
    return Health(
        sources=every,
        answered=every - waiting - count.get(CrawlOutcome.FAILED, 0),
        waiting=waiting,
        partial=count.get(CrawlOutcome.PARTIAL, 0),
        oldest=min(answers, default=None),
        silent=tuple(
            msgspec.structs.replace(one, because=visible(one.because, 200))
            for one in _silent.rows(viewer, moment, None, ("name",), FEW)
        ),
        now=moment.at,
    )


class _Count(msgspec.Struct, frozen=True):
    """Of sources whose newest crawl had one outcome; None: that had no crawl."""

    outcome: str | None
    count: int
    oldest: datetime | None
    """The oldest of their newest answers."""


def _crawled(viewer: Viewer, moment: Moment) -> "QuerySet[Any]":
    """Sources with `outcome`, `because` and `tried_at` of the newest crawl, and the newest answer."""
    tried = Crawl.objects.filter(
        source=OuterRef("pk"), origin="", finished_at__lte=moment.at
    ).order_by("-id")
    answered = tried.exclude(outcome=CrawlOutcome.FAILED)
    return sources_of(viewer, moment).annotate(
        outcome=Subquery(tried.values("outcome")[:1]),
        answered_at=Subquery(answered.values("finished_at")[:1]),
        tried_at=Subquery(tried.values("finished_at")[:1]),
        because=Subquery(tried.values("because")[:1]),
    )


def _by_outcome(viewer: Viewer, moment: Moment, _: None) -> "QuerySet[Any, Any]":
    sources = _crawled(viewer, moment)
    counts: QuerySet[Any, Any] = sources.values("outcome").annotate(
        count=Count("pk"), oldest=Min("answered_at")
    )
    return counts


def _not_answering(viewer: Viewer, moment: Moment, _: None) -> "QuerySet[Any]":
    return _crawled(viewer, moment).filter(outcome=CrawlOutcome.FAILED)


_counts = KeptQuery(_by_outcome, _Count.__struct_fields__, _Count)
_silent = KeptQuery(_not_answering, ("id", "name", "tried_at", "answered_at", "because"), Silent)
