"""trustui as it runs: its own commands as processes, on a folder and a database of their own."""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import msgspec
import psutil

from tests.servers import wait_until

STOP_SECONDS = 10.0
"""In which every process has to end when it is told to."""


@dataclass
class Running:
    """One command, and whatever it started."""

    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def descendants(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, *words: str) -> psutil.Process:
        """The child of its own whose command line has these words."""
        (found,) = [
            child
            for child in psutil.Process(self.process.pid).children()
            if all(word in child.cmdline() for word in words)
        ]
        return found

    def stop(self, number: int = signal.SIGTERM) -> float:
        """Send a signal and wait; gives the seconds until it and all its descendants had ended."""
        before = self.descendants() if self.process.poll() is None else []
        since = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(3 * STOP_SECONDS)
        wait_until(lambda: not any(map(is_there, before)), "all descendants ended", STOP_SECONDS)
        return time.monotonic() - since


def is_there(process: psutil.Process) -> bool:
    """Whether it still runs; one that waits for its parent's look does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@dataclass
class Installation:
    """Commands run with nothing in their environment but what is given here."""

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    started: list[Running] = field(default_factory=list, init=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for running in self.started:
            if running.process.poll() is None:
                running.stop()

    def environ(self) -> dict[str, str]:
        programs = Path(sys.executable).parent
        return {
            "PATH": f"{programs}:{os.defpath}",
            "HOME": str(self.folder),
            "TRUSTUI_DATA": str(self.folder / "data"),
            **self.environment,
        }

    def run(self, *arguments: object, timeout: float = 60) -> "subprocess.CompletedProcess[str]":
        """`trustui ARGUMENT…`, to its end."""
        return subprocess.run(
            ["trustui", *map(str, arguments)],  # noqa: S607  that of this environment
            env=self.environ(),
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
        )

    def do(self, *arguments: object) -> Any:
        """A verb that has to go well, with its JSON answer."""
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return msgspec.json.decode(done.stdout)

    def start(self, *arguments: object, command: Sequence[str] = ("trustui",)) -> Running:
        """`trustui ARGUMENT…` (or another command), left running until the end."""
        log = self.folder / f"log {len(self.started)}"
        with log.open("wb") as written:
            process = subprocess.Popen(
                [*command, *map(str, arguments)],
                env=self.environ(),
                cwd=self.folder,
                stdout=written,
                stderr=written,
            )
        running = Running(process, log)
        self.started.append(running)
        return running

    def wait(self, running: Running, is_so: Callable[[], bool], what: str, seconds: float) -> None:
        """Wait for something while a process runs; its log is in what is raised."""

        def look() -> bool:
            assert running.process.poll() is None, f"it ended while we waited until {what}"
            return is_so()

        try:
            wait_until(look, what, seconds)
        except (AssertionError, TimeoutError) as error:
            raise AssertionError(f"{error}; it said:\n{running.said[-4000:]}") from error


def get(url: str, headers: Mapping[str, str] | None = None) -> tuple[int, str]:
    """Status and body; status 0 when nobody answers."""
    parts = urlsplit(url)
    client = http.client.HTTPConnection(parts.netloc, timeout=5)
    try:
        client.request("GET", parts.path, headers=dict(headers or {}))
        answer = client.getresponse()
        return answer.status, answer.read().decode()
    except OSError:
        return 0, ""
    finally:
        client.close()
