"""What is done in the background, and who reacts to new events, in which order."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from django.conf import settings

from trustui.events.following import follow as follow_log
from trustui.events.models import Event
from trustui.events.sealing import LogBroken, seal
from trustui.events.signing_key import log_signer, log_verifiers
from trustui.inventory.crawl_job import CrawlJob
from trustui.inventory.recording import record
from trustui.inventory.values import CrawlResult
from trustui.jobs import queue
from trustui.jobs.kinds import Kind
from trustui.jobs.models import Job
from trustui.verdicts import following, pruning, sweeping
from trustui.verdicts.clock import Clock
from trustui.verdicts.concluding import conclude_crawls

logger = logging.getLogger(__name__)

CLOCK = Clock()
"""This process's clock and what is thought of it."""

CONSUMERS: tuple[tuple[str, Callable[[Sequence[Event]], None]], ...] = (
    (following.NAME, following.handle),
)
"""Who reads the log, in the order in which they do."""

RECURRING = {sweeping.LAPSE: 5, sweeping.UPGRADE: 300, pruning.PRUNE: 3600}
"""Jobs of the installation itself, and every how many seconds."""

PORTION = 500


def record_crawls(results: Sequence[CrawlResult], now: datetime) -> None:
    """Write what crawls saw and what follows from it, in the caller's transaction."""
    for result in results:
        if result.served_at is not None:
            CLOCK.witness(result.order.source_id, result.served_at, result.finished_at)
    recorded = record(results, now)
    if any(one.trace is not None for one in results):
        believed = CLOCK.believed()
        conclude_crawls(results, recorded, believed or now, is_clock_doubted=believed is None)


KINDS: tuple[Kind, ...] = (
    CrawlJob(
        record=record_crawls,
        at_once=settings.TRUSTUI.crawls_at_once,
        local_roots=settings.TRUSTUI.local_roots,
        clock=CLOCK.now,
    ),
    sweeping.lapse(CLOCK),
    sweeping.upgrade(CLOCK),
    sweeping.Again(CLOCK),
    pruning.Prune(CLOCK),
)
"""Every kind of job."""


def follow(now: datetime) -> int:
    """Seal what happened, then let every consumer read on; gives how many events were handled.

    Any process may call it at any time: sealing and each consumer take turns. A broken log is
    not sealed any further, which `trustui events verify` explains; what was sealed is followed.
    """
    schedule(now)
    try:
        while seal(now, log_signer(), earlier=log_verifiers()) is not None:
            pass
    except LogBroken:
        logger.exception("the event log is broken: nothing is sealed")
    return sum(_read_on(name, handle) for name, handle in CONSUMERS)


def _read_on(name: str, handle: Callable[[Sequence[Event]], None]) -> int:
    count = 0
    while read := follow_log(name, handle, PORTION):
        count += read
    return count


def schedule(now: datetime) -> None:
    """Ask for the recurring jobs of the installation that nobody asked for yet."""
    known = Job.objects.filter(kind__in=RECURRING, key=sweeping.EVERYTHING)
    there = set(known.exclude(every_seconds=None).values_list("kind", flat=True))
    at = queue.clock(now)  # the queue's own: this process may be wrong about the time
    queue.enqueue_many(
        [
            queue.Ask(kind=kind, key=sweeping.EVERYTHING, due_at=at, every_seconds=every)
            for kind, every in RECURRING.items()
            if kind not in there
        ]
    )
