"""A worker that crawls for long: neither its memory nor its descriptors grow."""

import os
import time
from itertools import cycle, islice
from statistics import linear_regression

import psutil
import pytest

from tests.faults.conftest import MakeSystem
from tests.faults.harness import Process

pytestmark = pytest.mark.faults

SOURCES = 100
RENEWED = 10
"""Sources that publish anew before each round, by turns; their documents stay as large."""
MINUTES = float(os.environ.get("TRUSTUI_SOAK_MINUTES", "30"))
WARM = 0.2
"""The share of the time in which caches and pools may fill."""
BETWEEN_LOOKS = 10.0
MOST_GROWTH = 1024 * 1024
"""Bytes in ten minutes."""


def look(worker: Process) -> tuple[int, int]:
    """Bytes and descriptors of the worker with all that it started."""
    parent = psutil.Process(worker.process.pid)
    family = [parent, *parent.children(recursive=True)]
    return sum(one.memory_info().rss for one in family), sum(one.num_fds() for one in family)


@pytest.mark.soak
def test_thirty_minutes_of_crawling_leak_nothing(with_sqlite: MakeSystem) -> None:
    """Every source is asked for again as soon as all were crawled; each time some have changed."""
    system = with_sqlite(SOURCES, lease=60)
    worker = system.start_worker()
    began, crawls = time.monotonic(), 0
    looks: list[tuple[float, int, int]] = []
    system.crawl_all()
    turns = cycle(system.served.names)
    while (passed := time.monotonic() - began) < 60 * MINUTES:
        for name in islice(turns, RENEWED):
            system.served.renew(name)
        system.crawl_all()
        crawls += SOURCES
        if not looks or passed - looks[-1][0] >= BETWEEN_LOOKS:
            looks.append((passed, *look(worker)))
    settled = [one for one in looks if one[0] >= 60 * MINUTES * WARM]
    slope, _ = linear_regression([one[0] for one in settled], [one[1] for one in settled])
    growth, descriptors = slope * 600, [one[2] for one in settled]
    print(
        f"{crawls:,} crawls in {MINUTES:g} minutes: {settled[0][1] >> 10:,} kB at first, "
        f"{settled[-1][1] >> 10:,} kB at last, {growth / 1024:+,.0f} kB in ten minutes; "
        f"descriptors {min(descriptors)} to {max(descriptors)}"
    )
    assert growth < MOST_GROWTH
    assert max(descriptors) - min(descriptors) <= SOURCES // 10
