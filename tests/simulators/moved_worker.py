"""A worker in the test's own process, whose clock the test moves; jobs and rows are the real ones."""

from datetime import datetime, timedelta
from pathlib import Path

from trustui import pipeline
from trustui.crawl.switchboard import Switchboard
from trustui.inventory.crawl_job import CrawlJob
from trustui.inventory.models import Crawl, Source
from trustui.inventory.sources import request_crawl
from trustui.jobs import queue
from trustui.jobs.runner import Runner
from trustui.jobs.terms import Terms
from trustui.verdicts.clock import Clock
from trustui.verdicts.sweeping import EVERYTHING, LAPSE, lapse

SECONDS = 60.0
"""In which everything that is due has to be done."""


class MovedWorker:
    """Crawls when it is told to. `clock` has to take the place of the pipeline's own.

    The queue keeps the real time, so that whatever is asked for at the test's time is due.
    """

    def __init__(
        self,
        at: datetime,
        switchboard: Switchboard,
        local_roots: tuple[Path, ...] = (),
    ) -> None:
        self.at = at
        self._began_at = at
        self.clock = Clock(
            "worker.example",
            wall=lambda: self.at,
            running=self._running,
            database=lambda: None,
        )
        crawls = CrawlJob(
            pipeline.record_crawls,
            at_once=256,
            local_roots=local_roots,
            switchboard=switchboard,
            clock=lambda: self.at,
        )
        terms = Terms(
            owner="worker", mode="test", lease=SECONDS, poll=0.002, linger=0.002, patience=0.0
        )
        self.runner = Runner([crawls, lapse(self.clock)], owner="worker", mode="test", terms=terms)

    def _running(self) -> float:
        return (self.at - self._began_at).total_seconds()

    def wait(self, duration: timedelta) -> None:
        """Time passes."""
        self.at += duration

    def crawl(self, *sources: Source) -> list[Crawl]:
        """Look at sources now, all together; gives what each look came to."""
        for source in sources:
            request_crawl(source=source, actor="person:alice", now=self.at)
        self.drain()
        crawls = [source.crawls.latest("pk") for source in sources]
        assert all(one.started_at == self.at for one in crawls), "a crawl was not recorded"
        return crawls

    def notice_time(self) -> None:
        """Conclude again about whatever lapsed meanwhile."""
        queue.enqueue(kind=LAPSE, key=EVERYTHING, due_at=self.at)
        self.drain()

    def drain(self) -> None:
        """Do everything that is due."""
        self.runner.drain(SECONDS)
        assert queue.due_count(self.at) == 0
