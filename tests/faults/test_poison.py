"""A source that crashes whoever crawls it is put aside after three tries, while others go on."""

import sys
import time

import pytest

from tests.faults.conftest import MakeSystem
from tests.faults.harness import MOST_SECONDS, Process, System
from tests.servers import wait_until

pytestmark = pytest.mark.faults

SOURCES = 20
POISONED = "7"
ENTRY = (sys.executable, "-m", "tests.faults.entry", "worker", "--embedded")


def poison(system: System) -> None:
    """The worker is started anew when it dies, as its supervisor does."""
    began_at = time.time()
    worker = start_poisoned(system)
    wait_until(lambda: worker.process.poll() is not None, "it died", MOST_SECONDS)
    second = start_poisoned(system)
    system.wait("crawled_since", SOURCES - 1, at=began_at)
    others = time.time() - began_at
    wait_until(lambda: state(system)["state"] == "quarantined", "it is put aside", MOST_SECONDS)
    print(f"others crawled after {others:.1f} s, put aside after {time.time() - began_at:.1f} s")
    job = state(system)
    assert (job["attempts"], job["losses"], job["deaths"]) == (3, 1, 2)
    assert job["last_error"] == "its process was ended by SIGKILL"
    assert second.process.poll() is None
    assert system.driver.do("events", kind="job.quarantined") == 1
    again = time.time()
    system.driver.do("ask")
    system.wait("crawled_since", SOURCES - 1, at=again)
    system.check(quarantined=[POISONED])


def start_poisoned(system: System) -> Process:
    return system.start_worker(command=ENTRY, more={"FAULT": f"poison:/{POISONED}/"})


def state(system: System) -> dict[str, object]:
    found: dict[str, object] = system.driver.do("state_of", name=POISONED)
    return found


def test_a_poisoned_source_is_put_aside_on_postgresql(with_postgresql: MakeSystem) -> None:
    poison(with_postgresql(SOURCES))


def test_a_poisoned_source_is_put_aside_on_sqlite(with_sqlite: MakeSystem) -> None:
    poison(with_sqlite(SOURCES))
