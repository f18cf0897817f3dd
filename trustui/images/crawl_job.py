"""The job that crawls places of artefacts: a portion of a round at a time, until it is over."""

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TypeAlias

import msgspec

from trustui.core.facts import Problem, ProblemKind
from trustui.crawl.fetch import AddressPolicy
from trustui.crawl.image_source import ImageOptions, Registry
from trustui.crawl.registry import open_registry
from trustui.crawl.switchboard import Switchboard, SwitchboardClosed
from trustui.images.budget import ImageLimits
from trustui.images.crawling import Clock, crawl_images
from trustui.images.remembering import StoredMemory, orders_for
from trustui.images.values import ImageOrder, ImageResult, Verifiers
from trustui.inventory.open_lines import OpenLines
from trustui.inventory.recognizing import REGISTRY
from trustui.inventory.sources import CRAWL_IMAGES
from trustui.jobs.kinds import Claim, Crew, Result, Task

Record: TypeAlias = Callable[[Sequence[ImageResult], datetime], object]
"""Writes what crawls saw and what follows from it, in the caller's transaction."""

IMAGES_AT_ONCE = 4
"""Sources of artefacts side by side in one process: each holds the bytes of a whole portion."""
JOB_SECONDS = 300.0
BATCH_SECONDS = 210.0
"""From when a batch begins until its last request has ended, as for `inventory.crawl_job`."""
_GLANCE_SECONDS = 0.5


def utc_now() -> datetime:
    """The clock of this process."""
    return datetime.now(UTC)


class ImageCrawlJob:
    """The kind `crawl_images`; the key of a job is the number of its source.

    `verifiers` reads what artefacts of sources are judged by. Local paths are read below
    `local_roots` only. `clock` gives aware times in UTC. A round that is not over is due again at once.
    """

    name = CRAWL_IMAGES
    seconds = JOB_SECONDS
    together = 1
    """What several sources share is written for each by itself, in no common order."""

    def __init__(
        self,
        record: Record,
        *,
        verifiers: Verifiers,
        at_once: int,
        local_roots: tuple[Path, ...] | None,
        switchboard: Switchboard | None = None,
        limits: ImageLimits | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self.at_once = at_once
        self.local_roots = local_roots
        self.switchboard = switchboard or Switchboard()
        self.limits = limits or ImageLimits()
        self.clock = clock
        self._record = record
        self._verifiers = verifiers

    def prepare(self, claims: Sequence[Claim]) -> Sequence[Task]:
        """Orders from the store; a source that is not crawled any more has nothing to do."""
        asked = [int(one.key) for one in claims]
        orders = orders_for(asked, self._verifiers(asked), self.clock())
        return [Task(one, orders[int(one.key)]) for one in claims if int(one.key) in orders]

    def run(self, tasks: Sequence[Task], crew: Crew) -> None:
        """Crawl side by side, each source in a thread of its own, which reads the store meanwhile."""
        lines = OpenLines(self.switchboard)
        ends_at = time.monotonic() + BATCH_SECONDS
        ended: SimpleQueue[None] = SimpleQueue()

        def work(task: Task) -> Result:
            try:
                return self._crawled(task, crew, lines, ends_at)
            finally:
                ended.put(None)

        for task in tasks:
            crew.submit(task, work)
        left = len(tasks)
        while left:
            with contextlib.suppress(Empty):
                ended.get(timeout=_GLANCE_SECONDS)
                left -= 1
            lines.close_overdue()

    def record(self, results: Sequence[Result]) -> None:
        """As `Record`."""
        found = [result.value for result in results if result.value is not None]
        self._record(found, self.clock())

    def _crawled(self, task: Task, crew: Crew, lines: OpenLines, ends_at: float) -> Result:
        order: ImageOrder = task.work
        told = _teller(crew, task.claim)
        if order.refused:
            return concluded(task.claim, _refused(order, self.clock(), order.refused))
        with self._opened(order, lines, ends_at) as registry:
            memory = StoredMemory(order.source_id)
            limits = self._limits(ends_at)
            began_at = self.clock()
            try:
                result = crawl_images(order, registry, memory, self.clock, limits=limits, told=told)
            except SwitchboardClosed:
                because = "no answer in the time that one portion of a crawl may take"
                result = _refused(order, began_at, because)
        return concluded(task.claim, result)

    def _limits(self, ends_at: float) -> ImageLimits:
        seconds = min(self.limits.seconds, ends_at - time.monotonic())
        return msgspec.structs.replace(self.limits, seconds=seconds)

    @contextmanager
    def _opened(self, order: ImageOrder, lines: OpenLines, ends_at: float) -> Iterator[Registry]:
        hosts = frozenset(order.allow_addresses)
        options = ImageOptions(local_roots=self.local_roots, allowed_hosts=hosts, login=order.login)
        if order.kind != REGISTRY:
            yield open_registry(order.location, options)
            return
        account = "" if order.login is None else f"source {order.source_id}"
        with lines.line(AddressPolicy(allowed_hosts=hosts), ends_at, account=account) as line:
            options = msgspec.structs.replace(options, door=line)
            yield open_registry(order.location, options)


def _teller(crew: Crew, claim: Claim) -> Callable[[int, int, str], None]:
    def told(done: int, total: int, current: str) -> None:
        crew.progress(claim, done, total, current)

    return told


def _refused(order: ImageOrder, at: datetime, because: str) -> ImageResult:
    problem = Problem(order.location, ProblemKind.REFUSED, because)
    return ImageResult(order, at, at, problems=(("place", problem),), failed=because)


def concluded(claim: Claim, result: ImageResult) -> Result:
    """A portion without a usable answer is tried again soon; what is left goes on at once."""
    failed = result.failed or None
    again = failed is None and not result.is_over
    return Result(claim, result, failed=failed, retry_after=result.retry_after, again=again)
