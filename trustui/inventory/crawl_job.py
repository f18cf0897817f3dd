"""The job that crawls sources: many at once, without the database while they run."""

import contextlib
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TypeAlias

import msgspec
from django.db import connection

from trustui.crawl.switchboard import Switchboard
from trustui.inventory.asking import CrawlLimits, Place
from trustui.inventory.crawling import Clock, crawl
from trustui.inventory.models import CrawlOutcome, Source
from trustui.inventory.open_lines import OpenLines
from trustui.inventory.places import orders_for
from trustui.inventory.probing import HTTP, Look, may_probe, place_behind, policy_of, probe
from trustui.inventory.recognizing import kind_named
from trustui.inventory.settled import settled_orders
from trustui.inventory.sources import CRAWL, place_options
from trustui.inventory.values import CrawlOrder, CrawlResult
from trustui.jobs.kinds import Claim, Crew, Result, Task

Record: TypeAlias = Callable[[Sequence[CrawlResult], datetime], object]
"""Writes what crawls saw and what follows from it, in the caller's transaction."""

JOB_SECONDS = 300.0
PROBE_SECONDS = 60.0
"""From when a batch begins until its settled sources have answered, or count as silent."""
BATCH_SECONDS = 210.0
"""Until its last request has ended: what was read is to be recorded before the job's own limit."""
_GLANCE_SECONDS = 0.5


def utc_now() -> datetime:
    """The clock of this process."""
    return datetime.now(UTC)


class CrawlJob:
    """The kind `crawl`; the key of a job is the number of its source.

    One switchboard serves all its crawls, also in several threads; it comes to life with the
    first one, so that a process that forks takes no connections along. Local paths are read
    below `local_roots` only. `clock` gives aware times in UTC.
    """

    name = CRAWL
    seconds = JOB_SECONDS
    together = 500

    def __init__(
        self,
        record: Record,
        *,
        at_once: int,
        local_roots: tuple[Path, ...] | None,
        switchboard: Switchboard | None = None,
        limits: CrawlLimits | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self.at_once = at_once
        self.local_roots = local_roots
        self.switchboard = switchboard or Switchboard()
        self.limits = limits or CrawlLimits()
        self.clock = clock
        self._record = record
        self._reading = threading.Lock()

    def prepare(self, claims: Sequence[Claim]) -> Sequence[Task]:
        """Orders from the store; a source that is not crawled any more has nothing to do.

        What is settled is only to be looked at: most of it did not change, and reading all that
        is trusted would cost more than the look.
        """
        asked = [int(one.key) for one in claims]
        orders = settled_orders(asked)
        others = [pk for pk in asked if pk not in orders]
        orders |= {order.source_id: order for order in whole_orders(others)}
        return [Task(one, orders[int(one.key)]) for one in claims if int(one.key) in orders]

    def run(self, tasks: Sequence[Task], crew: Crew) -> None:
        """Look at settled sources in one stream, crawl the others side by side.

        No crawl uses the database; this thread alone reads the orders of those that a look found
        changed, in short reads, one at a time in this process.
        """
        _Batch(self, crew).run(tasks)

    def record(self, results: Sequence[Result]) -> None:
        """As `Record`."""
        found = [result.value for result in results if result.value is not None]
        self._record(found, self.clock())

    def read_orders(self, source_ids: Sequence[int]) -> list[CrawlOrder]:
        """Whole orders, for a thread that keeps no connection to the database."""
        with self._reading:
            try:
                return whole_orders(source_ids)
            finally:
                connection.close()


Arrival: TypeAlias = tuple[Task, Look] | Exception | None
"""A settled source that changed; None or an exception: one thread less is at work."""


class _Batch:
    """One call of `run`: its own thread starts the others, and sees that they end in time."""

    def __init__(self, job: CrawlJob, crew: Crew) -> None:
        self._job = job
        self._crew = crew
        self._lines = OpenLines(job.switchboard)
        self._began_at = time.monotonic()
        self._arrivals: SimpleQueue[Arrival] = SimpleQueue()
        self._at_work = 0
        self._raised: Exception | None = None

    def run(self, tasks: Sequence[Task]) -> None:
        """Until all threads have ended. Raises what a look at settled sources raised."""
        settled: dict[tuple[str, ...], list[Task]] = defaultdict(list)
        for task in tasks:
            order: CrawlOrder = task.work
            if may_probe(order):
                settled[order.allow_addresses].append(task)
            else:
                self._submit(task, order, Look({}))
        for group in settled.values():
            self._at_work += 1
            threading.Thread(target=self._probe, args=(group,), name="probe", daemon=True).start()
        while self._at_work:
            self._take_arrivals()
            self._lines.close_overdue()
        if self._raised is not None:
            raise self._raised

    def _take_arrivals(self) -> None:
        """What came meanwhile, so that the orders of many that changed are read together."""
        changed: dict[int, tuple[Task, Look]] = {}
        with contextlib.suppress(Empty):
            arrival = self._arrivals.get(timeout=_GLANCE_SECONDS)
            while True:
                match arrival:
                    case (task, look):
                        changed[task.work.source_id] = task, look
                    case None | Exception():
                        self._at_work -= 1
                        self._raised = arrival or self._raised
                arrival = self._arrivals.get_nowait()
        if changed:
            self._crawl_changed(changed)

    def _crawl_changed(self, changed: Mapping[int, tuple[Task, Look]]) -> None:
        orders = {order.source_id: order for order in self._job.read_orders(list(changed))}
        for pk, (task, look) in changed.items():
            if pk in orders:
                self._submit(task, orders[pk], look)
            else:
                self._crew.deliver(Result(task.claim))

    def _probe(self, tasks: Sequence[Task]) -> None:
        orders = [task.work for task in tasks]
        ended: Exception | None = None
        try:
            with self._lines.line(policy_of(orders[0]), self._began_at + PROBE_SECONDS) as line:
                for number, found in probe(orders, line.each, self._job.clock):
                    if isinstance(found, Look):
                        self._arrivals.put((tasks[number], found))
                    else:
                        self._crew.deliver(concluded(tasks[number].claim, found))
        except Exception as error:  # noqa: BLE001  it is raised in the thread that waits
            ended = error
        self._arrivals.put(ended)

    def _submit(self, task: Task, order: CrawlOrder, look: Look) -> None:
        self._at_work += 1
        self._crew.submit(task, partial(self._crawl, order=order, look=look))

    def _crawl(self, task: Task, order: CrawlOrder, look: Look) -> Result:
        try:
            result = self._crawled(task, order, look)
            began_at = look.started_at or result.started_at  # the look belongs to the crawl
            return concluded(task.claim, msgspec.structs.replace(result, started_at=began_at))
        finally:
            self._arrivals.put(None)

    def _crawled(self, task: Task, order: CrawlOrder, look: Look) -> CrawlResult:
        ends_at = self._began_at + BATCH_SECONDS
        seconds = min(self._job.limits.seconds, ends_at - time.monotonic())
        crawled = partial(
            crawl,
            order,
            clock=self._job.clock,
            limits=msgspec.structs.replace(self._job.limits, seconds=seconds),
            in_hand=look.in_hand,
            told=partial(self._crew.progress, task.claim),
        )
        if order.kind == HTTP:
            with self._lines.line(policy_of(order), ends_at) as line:
                return crawled(place=place_behind(line.each, order.location))
        options = place_options(
            order.allow_addresses, self._job.local_roots, order.branch, order.folder
        )
        source = kind_named(order.kind).open(order.location, options)
        try:
            return crawled(place=Place.of(source))
        finally:
            source.close()


def whole_orders(source_ids: Sequence[int]) -> list[CrawlOrder]:
    """The orders of those of these sources that are still crawled."""
    if not source_ids:
        return []
    there = Source.objects.filter(pk__in=source_ids, removed_at=None)
    return orders_for(list(there.values_list("pk", flat=True)))


def concluded(claim: Claim, result: CrawlResult) -> Result:
    """A crawl without a usable answer is tried again soon; what it saw is written all the same."""
    failed = result.because if result.outcome is CrawlOutcome.FAILED else None
    return Result(claim, result, failed=failed, retry_after=result.retry_after)
