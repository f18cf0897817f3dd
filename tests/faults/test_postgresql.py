"""PostgreSQL is killed while crawls are written: what others could see stays, the rest is redone."""

import time
from random import Random

import pytest

from tests.faults.conftest import SEED, MakeSystem
from tests.faults.harness import MOST_SECONDS, System, tell
from tests.servers import PostgresServer, wait_until

pytestmark = pytest.mark.faults

SOURCES = 50
WATCHED_SECONDS = 1.5


def watch(system: System, seconds: float) -> set[int]:
    """Numbers of crawls that a second session saw meanwhile."""
    seen: set[int] = set()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        seen.update(system.driver.do("acknowledged").values())
        system.driver.do("ask")
    return seen


def kill_again_and_again(make: MakeSystem, postgres: PostgresServer, times: int) -> None:
    system, chance = make(SOURCES), Random(SEED)
    system.start_worker()
    system.crawl_all()
    healed: list[float] = []
    seen: set[int] = set()
    with system.served.changing():
        for _ in range(times):
            seen |= watch(system, chance.uniform(0.3, WATCHED_SECONDS))
            postgres.kill()
            killed_at = time.time()
            postgres.start()
            wait_until(system.can_be_asked, "it can be asked again", MOST_SECONDS)
            healed.append(system.wait("crawled_since", SOURCES, at=killed_at))
    tell("PostgreSQL killed, until all were crawled", healed)
    print(f"{len(seen)} acknowledged crawls")
    assert max(healed) <= MOST_SECONDS
    assert len(seen) > times
    assert system.driver.do("is_there", crawls=sorted(seen)) == []
    system.crawl_all()
    system.check()


def test_a_killed_postgresql_loses_nothing_that_was_seen(
    with_postgresql: MakeSystem, postgres_server: PostgresServer
) -> None:
    kill_again_and_again(with_postgresql, postgres_server, 3)


@pytest.mark.soak
def test_a_postgresql_that_is_killed_50_times_loses_nothing_that_was_seen(
    with_postgresql: MakeSystem, postgres_server: PostgresServer
) -> None:
    kill_again_and_again(with_postgresql, postgres_server, 50)
