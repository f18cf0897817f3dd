"""The disk of the database is full: crawls wait, reading goes on, and it heals with the space."""

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from tests.faults.conftest import MakeSystem
from tests.faults.harness import MOST_SECONDS, Away, Process, System
from tests.faults.small_disk import SmallDisk
from tests.servers import wait_until

pytestmark = pytest.mark.faults

SOURCES = 20
FULL_SECONDS = 3.0
FULL_WITHIN = 60.0


def change_all(system: System) -> None:
    for name in system.served.names:
        system.served.change(name)


def meets_trouble(system: System, worker: Process) -> bool:
    """Pages that have room left are still written: it takes a few changes until they are full."""
    with suppress(Away):
        change_all(system)
        system.driver.do("ask")
    return "trouble with the database" in worker.said


@contextmanager
def no_larger_files(worker: Process, most: int) -> Iterator[None]:
    """What the worker writes beyond is refused, as on a full disk."""
    soft, hard = resource.prlimit(worker.process.pid, resource.RLIMIT_FSIZE, (most, -1))
    try:
        yield
    finally:
        resource.prlimit(worker.process.pid, resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_waited_for_on_sqlite(with_sqlite: MakeSystem) -> None:
    system = with_sqlite(SOURCES)
    worker = system.start_worker()
    system.crawl_all()
    most = max(file.stat().st_size for file in (system.installation.folder / "data").iterdir())
    since = time.time()
    with no_larger_files(worker, min(most, 4096)):
        change_all(system)
        system.driver.do("ask")
        time.sleep(FULL_SECONDS)
        assert system.driver.do("crawled_since", at=since) < SOURCES
        assert worker.process.poll() is None
        assert "trouble with the database" in worker.said
    healed = system.wait("crawled_since", SOURCES, at=since)
    print(f"healed {healed:.1f} s after there was space")
    assert system.driver.do("states").get("quarantined", 0) == 0
    system.check()


def test_a_full_disk_is_waited_for_on_postgresql(
    with_small_disk: MakeSystem, small_disk: SmallDisk
) -> None:
    system = with_small_disk(SOURCES)
    worker = system.start_worker()
    system.crawl_all()
    with small_disk.full():
        wait_until(
            lambda: meets_trouble(system, worker), "the worker meets the full disk", FULL_WITHIN
        )
        assert worker.process.poll() is None
        assert system.driver.do("crawls") >= SOURCES
    since = time.time()
    wait_until(system.can_be_asked, "it can be asked again", MOST_SECONDS)
    healed = system.wait("crawled_since", SOURCES, at=since)
    print(f"healed {healed:.1f} s after there was space")
    assert system.driver.do("states").get("quarantined", 0) == 0
    system.check()
