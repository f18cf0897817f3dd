"""Forgetting what says nothing any more, so that tables grow with what happens and not with time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from trustui.inventory.models import Crawl, CrawlOutcome
from trustui.jobs.kinds import Result, SimpleKind
from trustui.verdicts.clock import Clock
from trustui.verdicts.models import ClockDoubt

PRUNE = "maintenance.prune"
UNCHANGED_FOR = timedelta(days=7)
"""How long crawls that found everything as before are listed one by one: their sightings tell from
when to when it was so, for ever."""
MACHINE_GONE = timedelta(days=1)
AT_ONCE = 5_000
"""Rows that one run takes out; some 100 ms of a lock."""


def prune(now: datetime, most: int = AT_ONCE) -> int:
    """Take out old crawls that found nothing new, but each source's last; gives how many went.

    Doubts about the clock of machines that look no more go too.
    """
    ClockDoubt.objects.filter(looked_at__lt=now - MACHINE_GONE).delete()
    later = Crawl.objects.filter(source=OuterRef("source"), pk__gt=OuterRef("pk"))
    old = Crawl.objects.filter(
        Exists(later), outcome=CrawlOutcome.UNCHANGED, finished_at__lt=now - UNCHANGED_FOR
    )
    ids = list(old.order_by("pk").values_list("pk", flat=True)[:most])
    Crawl.objects.filter(pk__in=ids).delete()
    return len(ids)


class Prune(SimpleKind):
    """The job that prunes, once an hour."""

    name = PRUNE
    at_once = 1
    seconds = 60.0

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def record(self, results: Sequence[Result]) -> None:
        """Prune, unless a wrong clock would take out what is young."""
        now = self._clock.believed() if results else None
        if now is not None:
            prune(now)
