"""The clock of a worker's machine jumps: no work is done twice, nobody is told that all expired."""

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.conftest import missing
from tests.faults.conftest import MakeSystem
from tests.faults.harness import Process, System

pytestmark = pytest.mark.faults

ENTRY = (sys.executable, "-m", "tests.faults.entry", "worker", "--embedded")
SOURCES = 10
EVERY = 4
"""Seconds between two crawls of a source: each jump lasts two rounds."""
JUMPS = ("+3600", "+0", "-3600", "+0", "+10y", "+0")
GOES_ON_SECONDS = 120


class MovedClock:
    """The time of day of the processes that are started with it, as a file tells."""

    def __init__(self, folder: Path) -> None:
        found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
        self._library = found[0] if found else missing("faketime is not installed")
        self._file = folder / "clock"
        self.move("+0")

    def move(self, by: str) -> None:
        """Against the right time."""
        new = self._file.with_suffix(".new")
        new.write_text(f"{by}\n", encoding="ascii")
        new.rename(self._file)

    def environment(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(self._library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAULT": "sleep",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }


def jump(system: System, clock: MovedClock, jumps: Sequence[str]) -> None:
    """Forth and back; at each time of day everything is crawled a few more times."""
    worker = system.start_worker(command=ENTRY, more=clock.environment())
    system.crawl_all()
    verdicts = system.driver.do("verdicts")
    assert verdicts == {"verified": SOURCES}
    told = system.driver.do("events", kind="verdict.changed")
    for by in jumps:
        clock.move(by)
        goes_on(system, worker)
        assert system.driver.do("verdicts") == verdicts, by
    assert system.driver.do("events", kind="verdict.changed") == told
    doubted = system.driver.do("events", kind="clock.doubted")
    system.wait("events", doubted, GOES_ON_SECONDS, kind="clock.confirmed")
    confirmed = system.driver.do("events", kind="clock.confirmed")
    print(f"{doubted} doubts, {confirmed} ended, {system.driver.do('crawls')} crawls")
    assert doubted == confirmed > 0
    assert system.driver.do("doubts") == []
    assert system.driver.do("states").get("quarantined", 0) == 0
    worker.stop()


def goes_on(system: System, worker: Process) -> None:
    """By schedule, without anybody who asks: nothing waits for another time of day."""
    before = system.driver.do("crawls")
    system.wait("crawls", before + 2 * SOURCES, GOES_ON_SECONDS)
    assert worker.process.poll() is None


def test_a_clock_that_jumps_is_doubted_on_postgresql(
    with_postgresql: MakeSystem, tmp_path: Path
) -> None:
    jump(with_postgresql(SOURCES, every=EVERY), MovedClock(tmp_path), JUMPS)


def test_a_clock_that_jumps_is_doubted_on_sqlite(with_sqlite: MakeSystem, tmp_path: Path) -> None:
    jump(with_sqlite(SOURCES, every=EVERY), MovedClock(tmp_path), JUMPS)
