"""A worker that stands still for longer than its lease: what it writes then comes too late."""

import signal
import time

import pytest

from tests.faults.conftest import MakeSystem
from tests.faults.harness import LEASE_SECONDS, System

pytestmark = pytest.mark.faults

SOURCES = 20


def stall(system: System) -> None:
    """Stop a worker with every answer on its way, let another do its work, let it go on."""
    stalled = system.start_worker()
    system.crawl_all()
    system.wait("is_settled", True)  # else a pinned root has everything crawled once more, later
    for name in system.served.names:
        system.served.change(name)
    system.served.delay = 3.0
    system.driver.do("ask")
    system.wait("states", {"running": SOURCES})
    stalled.send(signal.SIGSTOP)
    stopped_at = time.time()
    system.served.delay = 0.0
    system.start_worker()
    system.wait("crawled_since", SOURCES, at=stopped_at)
    assert time.time() - stopped_at >= LEASE_SECONDS - 2
    before = system.driver.do("crawls")
    stalled.send(signal.SIGCONT)
    system.wait("leases_lost", 1)
    time.sleep(1)
    assert system.driver.do("crawls") == before
    print(f"{system.driver.do('leases_lost')} late results refused")
    system.check()


def test_a_pool_that_stalled_writes_nothing_twice(with_postgresql: MakeSystem) -> None:
    stall(with_postgresql(SOURCES))


def test_an_embedded_worker_that_stalled_writes_nothing_twice(with_sqlite: MakeSystem) -> None:
    stall(with_sqlite(SOURCES))
