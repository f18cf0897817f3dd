"""A worker that ends at every place where something was, or was not quite, made durable."""

import sys
import time
from collections.abc import Sequence

import pytest

from tests.faults.conftest import EMBEDDED, MakeSystem
from tests.faults.harness import MOST_SECONDS, System, tell
from tests.servers import wait_until
from trustui.jobs.crash_points import POINTS

pytestmark = pytest.mark.faults

SOURCES = 10
LEASE = 2
ENTRY = (sys.executable, "-m", "tests.faults.entry", "worker", "--embedded")
LATER = {"jobs.handed_back", "jobs.died", "jobs.renewed"}
"""Reached with a signal, a death, or after seconds: tests/jobs/test_processes.py goes there."""
AT_POINTS = [f"point:{name}:1" for name in POINTS if name not in LATER]
AT_COMMITS = [f"commit:{when}:{number}" for number in range(1, 13) for when in ("before", "after")]


def crash_at(system: System, faults: Sequence[str]) -> None:
    """After each crash another worker, to which nothing was done, crawls everything."""
    seconds: list[float] = []
    for fault in faults:
        for name in system.served.names:
            system.served.change(name)
        system.driver.do("ask")
        crashed = system.start_worker(command=ENTRY, more={"FAULT": fault})
        wait_until(lambda: crashed.process.poll() is not None, f"{fault} is reached", MOST_SECONDS)  # noqa: B023  it is over before the next
        crashed_at = time.time()
        assert crashed.process.returncode == -9, (fault, crashed.said)
        system.driver.do("ask")
        other = system.start_worker(command=EMBEDDED)
        system.wait("crawled_since", SOURCES, at=crashed_at)
        seconds.append(time.time() - crashed_at)
        other.kill()
    tell("crashed, until all were crawled", seconds)
    assert max(seconds) <= MOST_SECONDS
    last = system.start_worker(command=EMBEDDED)
    system.crawl_all()
    last.stop()
    system.check()


def test_a_crash_at_any_point_of_a_job_loses_nothing_on_postgresql(
    with_postgresql: MakeSystem,
) -> None:
    crash_at(with_postgresql(SOURCES, lease=LEASE), AT_POINTS)


def test_a_crash_before_or_after_a_commit_loses_nothing_on_sqlite(with_sqlite: MakeSystem) -> None:
    crash_at(with_sqlite(SOURCES, lease=LEASE), AT_COMMITS[::3])


@pytest.mark.soak
def test_three_crashes_at_each_point_and_commit_lose_nothing_on_postgresql(
    with_postgresql: MakeSystem,
) -> None:
    crash_at(with_postgresql(SOURCES, lease=LEASE), 3 * (AT_POINTS + AT_COMMITS))


@pytest.mark.soak
def test_three_crashes_at_each_point_and_commit_lose_nothing_on_sqlite(
    with_sqlite: MakeSystem,
) -> None:
    crash_at(with_sqlite(SOURCES, lease=LEASE), 3 * (AT_POINTS + AT_COMMITS))
