"""Real processes, and what is done to them: started, killed, stopped, and looked at meanwhile."""

import base64
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from types import TracebackType
from typing import Any, Self

import msgspec

from tests.conftest import PROJECT
from tests.faults.server import Repositories
from tests.servers import wait_until
from tests.simulators.installation import Installation

LEASE_SECONDS = 5
MOST_SECONDS = 30.0
"""In which everything has to go on again."""
HOUR = 3600


class Away(Exception):  # noqa: N818  it says what is the matter
    """The database did not answer."""


@dataclass
class Process:
    """A process group."""

    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-3000:]

    def send(self, number: int) -> None:
        """To the whole group."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def kill(self) -> None:
        """The whole group at once, without a last word."""
        self.send(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """As a service manager does."""
        self.process.terminate()
        try:
            self.process.wait(15)
        finally:
            self.kill()


class Driver:
    """Asks `tests.faults.driver`."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process

    def do(self, act: str, **given: object) -> Any:
        """Raises Away when the database does not answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(msgspec.json.encode([act, given]) + b"\n")
        self._process.stdin.flush()
        answer = msgspec.json.decode(self._process.stdout.readline() or b"{}")
        if "away" in answer:
            raise Away(answer["away"])
        return answer["is"]

    def end(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


@dataclass
class System:
    """An installation with many sources, its database with tables and the server that they stand on."""

    installation: Installation
    served: Repositories
    worker_command: Sequence[str]
    every: int = HOUR
    processes: list[Process] = field(default_factory=list, init=False)

    def __enter__(self) -> Self:
        self.driver = Driver(
            subprocess.Popen(
                [sys.executable, "-m", "tests.faults.driver", str(self.served.log)],
                cwd=PROJECT,
                env=self.installation.environ(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        )
        for name in self.served.names:
            root = base64.b64encode(self.served.root(name)).decode()
            self.driver.do("add", name=name, url=self.served.url(name), root=root, every=self.every)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in self.processes:
            process.send(signal.SIGCONT)
            process.kill()
        self.driver.end()

    def start_worker(
        self, *before: str, command: Sequence[str] = (), more: Mapping[str, str] | None = None
    ) -> Process:
        """Start the worker in a group of its own; `before` its command stands what wraps it."""
        path = self.installation.folder / f"worker {len(self.processes)}"
        with path.open("wb") as log:
            process = subprocess.Popen(
                [*before, *(command or self.worker_command)],
                env={**self.installation.environ(), **(more or {})},
                cwd=self.installation.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes.append(Process(process, path))
        return self.processes[-1]

    def wait(
        self, act: str, wanted: object, seconds: float = MOST_SECONDS, **given: object
    ) -> float:
        """Look until an act gives this, or so much; gives the seconds that it took."""
        since = time.monotonic()
        found: object = None

        def is_so() -> bool:
            nonlocal found
            with suppress(Away):
                found = self.driver.do(act, **given)
                if isinstance(wanted, int) and isinstance(found, int):
                    return found >= wanted
                return found == wanted
            return False

        try:
            wait_until(is_so, f"{act} gives {wanted}", seconds)
        except TimeoutError as error:
            said = self.processes[-1].said if self.processes else ""
            states = self.driver.do("states")
            raise AssertionError(f"{error}, found {found}; {states}; it said:\n{said}") from error
        return time.monotonic() - since

    def crawl_all(self, seconds: float = 2 * MOST_SECONDS) -> float:
        """Ask for a crawl of everything and wait; gives the seconds that it took."""
        since = time.time()
        self.driver.do("ask")
        return self.wait("crawled_since", len(self.served.names), seconds, at=since)

    def can_be_asked(self) -> bool:
        """Ask for a crawl of everything; a session that broke is noticed once."""
        with suppress(Away):
            self.driver.do("ask")
            return True
        return False

    def check(self, quarantined: Sequence[str] = ()) -> None:
        """After everything has ended: what must hold, holds."""
        for process in self.processes:
            if process.process.poll() is None:
                process.stop()
        wrong = self.driver.do("check", quarantined=list(quarantined))
        if wrong:
            raise AssertionError("\n".join([f"{len(wrong)} violations", *wrong[:20]]))


def tell(what: str, seconds: Sequence[float]) -> None:
    """The figures of a run."""
    print(
        f"{what}: {len(seconds)} times, median {median(seconds):.1f} s, worst {max(seconds):.1f} s"
    )
