"""Whether the sources answer, and how old what is known about them is."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery

from trustui.core.primitives.text import counted, visible
from trustui.inventory.models import Crawl, CrawlOutcome
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
            told += f" {self.partial:,} gave only a part."
        return told


def _within(span: timedelta) -> str:
    told = "minute" if span < _MINUTE else age(span).removeprefix("1 ")
    return f"within the last {told}"


def crawl_health(viewer: Viewer, moment: Moment) -> Health:
    """Two queries."""
    tried = Crawl.objects.filter(
        source=OuterRef("pk"), origin="", finished_at__lte=moment.at
    ).order_by("-id")
    answered = tried.exclude(outcome=CrawlOutcome.FAILED)
    sources: QuerySet[Any] = sources_of(viewer, moment).annotate(
        outcome=Subquery(tried.values("outcome")[:1]),
        answered_at=Subquery(answered.values("finished_at")[:1]),
    )
    is_failed = Q(outcome=CrawlOutcome.FAILED)
    found = sources.aggregate(
        all=Count("pk"),
        waiting=Count("pk", filter=Q(outcome=None)),
        failed=Count("pk", filter=is_failed),
        partial=Count("pk", filter=Q(outcome=CrawlOutcome.PARTIAL)),
        oldest=Min("answered_at", filter=~is_failed),
    )
    silent = sources.filter(is_failed).annotate(
        tried_at=Subquery(tried.values("finished_at")[:1]),
        because=Subquery(tried.values("because")[:1]),
    )
    return Health(
        sources=found["all"],
        answered=found["all"] - found["waiting"] - found["failed"],
        waiting=found["waiting"],
        partial=found["partial"],
        oldest=found["oldest"],
        silent=tuple(
            Silent(row.pk, row.name, row.tried_at, row.answered_at, visible(row.because, 200))
            for row in silent.order_by("name")[:FEW]
        ),
        now=moment.at,
    )
