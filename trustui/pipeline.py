"""What is done in the background, and who reacts to new events, in which order."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from django.conf import settings

from trustui.crawl.switchboard import Switchboard
from trustui.events.following import follow as follow_log
from trustui.events.models import Event
from trustui.events.sealing import LogBroken, seal
from trustui.events.signing_key import log_signer, log_verifiers
from trustui.images.crawl_job import IMAGES_AT_ONCE, ImageCrawlJob
from trustui.images.recording import record as record_images
from trustui.images.values import ImageResult
from trustui.inventory.crawl_job import CrawlJob
from trustui.inventory.recording import record
from trustui.inventory.values import CrawlResult
from trustui.jobs import queue
from trustui.jobs.kinds import Kind
from trustui.jobs.models import Job
from trustui.revocation.refreshing import REFRESH, RevocationRefresh
from trustui.verdicts import (
    following,
    image_following,
    image_sweeping,
    pruning,
    root_job,
    sweeping,
)
from trustui.verdicts.clock import Clock
from trustui.verdicts.concluding import conclude_crawls
from trustui.verdicts.image_concluding import conclude_images
from trustui.verdicts.image_verifying import verifiers

logger = logging.getLogger(__name__)

CLOCK = Clock()
"""This process's clock and what is thought of it."""

CONSUMERS: tuple[tuple[str, Callable[[Sequence[Event]], None]], ...] = (
    (following.NAME, following.handle),
    (image_following.NAME, image_following.handle),
)
"""Who reads the log, in the order in which they do."""

RECURRING = {
    sweeping.LAPSE: 5,
    sweeping.UPGRADE: 300,
    image_sweeping.VERIFY: 5,
    image_sweeping.UPGRADE: 300,
    root_job.FOLLOW: 3600,
    REFRESH: 60,
    pruning.PRUNE: 3600,
}
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


def record_image_crawls(results: Sequence[ImageResult], now: datetime) -> None:
    """The same for what crawls of registries saw."""
    recorded = record_images(results, now)
    believed = CLOCK.believed()
    conclude_images(recorded, believed or now, is_clock_doubted=believed is None)


SWITCHBOARD = Switchboard()
"""All crawls of this process: what a host wishes holds for every kind of them."""

KINDS: tuple[Kind, ...] = (
    CrawlJob(
        record=record_crawls,
        at_once=settings.TRUSTUI.crawls_at_once,
        local_roots=settings.TRUSTUI.local_roots,
        switchboard=SWITCHBOARD,
        clock=CLOCK.now,
    ),
    ImageCrawlJob(
        record=record_image_crawls,
        verifiers=verifiers,
        at_once=min(settings.TRUSTUI.crawls_at_once, IMAGES_AT_ONCE),
        local_roots=settings.TRUSTUI.local_roots,
        switchboard=SWITCHBOARD,
        clock=CLOCK.now,
    ),
    sweeping.lapse(CLOCK),
    sweeping.upgrade(CLOCK),
    sweeping.Again(CLOCK),
    image_sweeping.verify_again(CLOCK),
    image_sweeping.upgrade(CLOCK),
    root_job.RootsFollow(CLOCK, settings.TRUSTUI.local_roots),
    RevocationRefresh(CLOCK.believed),
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
