"""kill -9 of a worker's whole process group, again and again, while a hundred sources are crawled."""

import time
from random import Random

import pytest

from tests.faults.conftest import SEED, MakeSystem
from tests.faults.harness import MOST_SECONDS, System, tell

pytestmark = [pytest.mark.faults, pytest.mark.timeout(900)]

SOURCES = 100
LONGEST_LIFE = 1.5
"""Seconds at work until the next kill, at most."""
ROUND = 10
"""After each so many kills everything has to be crawled before the next."""
ALL_SECONDS = 120
"""For that: what was in hand is crawled alone then, which takes as long as the machine is busy."""


def kill_again_and_again(system: System, times: int) -> None:
    """Print how long it took until crawls were recorded again, and until all were."""
    chance, resumed, recovered = Random(SEED), [], []
    worker = system.start_worker()
    system.crawl_all()
    with system.served.changing():
        for number in range(1, times + 1):
            system.driver.do("ask")
            time.sleep(chance.uniform(0, LONGEST_LIFE))
            killed_at = time.time()
            worker.kill()
            system.driver.do("ask")
            worker = system.start_worker()
            system.wait("crawled_since", 1, at=killed_at)
            resumed.append(time.time() - killed_at)
            if number % ROUND == 0 or number == times:
                system.wait("crawled_since", SOURCES, ALL_SECONDS, at=killed_at)
                recovered.append(time.time() - killed_at)
    tell("killed, until crawls went on", resumed)
    tell("killed, until all were crawled again", recovered)
    assert max(resumed) <= MOST_SECONDS
    system.crawl_all()
    system.check()


def test_a_killed_pool_loses_and_repeats_nothing(with_postgresql: MakeSystem) -> None:
    kill_again_and_again(with_postgresql(SOURCES), 20)


def test_a_killed_embedded_worker_loses_and_repeats_nothing(with_sqlite: MakeSystem) -> None:
    kill_again_and_again(with_sqlite(SOURCES), 5)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_pool_that_is_killed_200_times_loses_nothing(with_postgresql: MakeSystem) -> None:
    kill_again_and_again(with_postgresql(SOURCES), 200)


@pytest.mark.soak
def test_an_embedded_worker_that_is_killed_50_times_loses_nothing(
    with_sqlite: MakeSystem,
) -> None:
    kill_again_and_again(with_sqlite(SOURCES), 50)
