"""Sources in the database and the repositories behind them, crawled and concluded as in use."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from tests.simulators.inventoried import DAY, START, Inventoried
from trustui.core.facts import ProblemKind
from trustui.demo.publisher import Publisher
from trustui.demo.roles import RolePlan
from trustui.inventory.models import Crawl, CrawlOutcome
from trustui.inventory.recording import Recorded, record
from trustui.inventory.values import CrawlResult
from trustui.verdicts.concluding import Concluded, conclude_crawls
from trustui.verdicts.models import SourceVerdict, Verdict

__all__ = ["DAY", "START", "WEEK", "Watched", "keep", "look_closely", "vendor"]

WEEK = 7 * DAY


def vendor(seed: str = "vendor", start: datetime = START) -> Publisher:
    """A repository whose timestamp lives a week, its snapshot a month, the rest a year."""
    plans = {
        "timestamp": RolePlan(lifetime=WEEK),
        "snapshot": RolePlan(lifetime=30 * DAY),
    }
    repo = Publisher(seed, start, plans=plans)
    repo.add_target("targets", "app.tar.gz", b"an application")
    repo.publish(start)
    return repo


class Watched:
    """One source. Crawled and concluded about at instants that the test names."""

    def __init__(self, repo: Publisher, *, is_pinned: bool = True, name: str = "") -> None:
        self.repo = repo
        inventoried = Inventoried(repo, is_pinned=is_pinned, name=name)
        self.source = inventoried.source
        self.pin = inventoried.pin
        self.look = inventoried.look

    def crawl(
        self,
        at: datetime,
        files: Mapping[str, bytes] | None = None,
        problems: Mapping[str, ProblemKind] | None = None,
        *,
        is_clock_doubted: bool = False,
        now: datetime | None = None,
    ) -> Concluded:
        """Crawl at an instant, record and conclude; `now` is the clock when that is done."""
        results = [self.look(at, files, problems)]
        return keep(results, now or at, is_clock_doubted=is_clock_doubted)[1]

    @property
    def standing(self) -> SourceVerdict:
        return SourceVerdict.objects.select_related("verdict").get(source=self.source)

    @property
    def verdicts(self) -> list[Verdict]:
        return list(Verdict.objects.filter(source=self.source).order_by("id"))

    @property
    def story(self) -> list[tuple[str, str]]:
        """Trust state and first failing check of each verdict, in order."""
        return [(one.trust_state, one.first_failing) for one in self.verdicts]


def look_closely() -> None:
    """No source is settled: the next crawls verify everything again."""
    Crawl.objects.update(outcome=CrawlOutcome.PARTIAL)


def keep(
    results: Sequence[CrawlResult], now: datetime, *, is_clock_doubted: bool = False
) -> tuple[list[Recorded], Concluded]:
    """Record crawls and conclude from them in one transaction, as the job does."""
    with transaction.atomic():
        recorded = record(results, now)
        return recorded, conclude_crawls(results, recorded, now, is_clock_doubted=is_clock_doubted)
