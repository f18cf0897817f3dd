"""Redis forgets everything, or dies: a doorbell that is gone costs seconds and never a job."""

import time
from random import Random

import pytest

from tests.faults.conftest import SEED, MakeSystem
from tests.faults.harness import tell
from tests.servers import RedisServer

pytestmark = pytest.mark.faults

MOST_DELAY = 15.0


def starve_again_and_again(make: MakeSystem, redis: RedisServer, times: int) -> None:
    """Half of the times it forgets, else it dies and comes back."""
    system, chance = make(20), Random(SEED)
    system.start_worker()
    system.crawl_all()
    delays: list[float] = []
    with system.served.changing():
        for number in range(times):
            asked_at = time.time()
            system.driver.do("ask")
            time.sleep(chance.uniform(0, 0.2))
            if number % 2:
                redis.flush()
            else:
                redis.kill()
                system.driver.do("ask")
                redis.start()
            delays.append(system.wait("crawled_since", 20, at=asked_at))
    tell("Redis lost, until all were crawled", delays)
    assert max(delays) <= MOST_DELAY
    system.crawl_all()
    system.check()


def test_a_redis_that_forgets_or_dies_loses_no_job(
    with_postgresql: MakeSystem, redis_server: RedisServer
) -> None:
    starve_again_and_again(with_postgresql, redis_server, 5)


@pytest.mark.soak
def test_a_redis_that_forgets_or_dies_50_times_loses_no_job(
    with_postgresql: MakeSystem, redis_server: RedisServer
) -> None:
    starve_again_and_again(with_postgresql, redis_server, 50)
