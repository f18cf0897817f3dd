"""A process that keeps other processes running: starts, watches, restarts and ends its children.

Children die with it: each asks the kernel for SIGTERM when its parent is gone (Linux), so that a
supervisor that is killed leaves nothing behind. It never signals a process that it did not start.
"""

import ctypes
import logging
import os
import runpy
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from types import FrameType

_log = logging.getLogger(__name__)

STOP_SECONDS = 9.0
"""From the first signal until whatever is left is killed."""
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
"""Seconds between restarts of a child that does not stay: doubling from the first to this."""
STEADY_SECONDS = 60.0
"""A child that lived for this long is restarted after the first pause again."""
_GLANCE_SECONDS = 0.2
_PR_SET_PDEATHSIG = 1


class Child:
    """One process: what to run, and when to run it again."""

    def __init__(self, name: str, module: str, arguments: Sequence[str]) -> None:
        self.name = name
        self._command = [
            sys.executable, "-P", "-m", __name__, str(os.getpid()), module, *arguments,
        ]  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._pause = FIRST_PAUSE
        self._start_after = 0.0

    @property
    def pid(self) -> int | None:
        """Its process, while one runs."""
        return None if self._process is None else self._process.pid

    def look(self, now: float) -> None:
        """Start it when it is time, notice its end. `now` is monotonic, in seconds."""
        if self._process is None:
            if now >= self._start_after:
                self._process = subprocess.Popen(self._command)  # noqa: S603  our own modules
                self._started_at = now
            return
        status = self._process.poll()
        if status is None:
            return
        self._process = None
        if now - self._started_at >= STEADY_SECONDS:
            self._pause = FIRST_PAUSE
        self._start_after = now + self._pause
        _log.warning("%s ended (%s); it starts again in %g s", self.name, status, self._pause)
        self._pause = min(2 * self._pause, LONGEST_PAUSE)

    def has_ended(self) -> bool:
        """No process of it is left."""
        return self._process is None or self._process.poll() is not None

    def signal(self, number: int) -> None:
        """Send a signal, if it runs."""
        if not self.has_ended() and self._process is not None:
            self._process.send_signal(number)


class Supervisor:
    """Children, kept running until a signal comes.

    `watch` is called about five times a second; it may be slow, and what it raises ends the
    supervisor with its children.
    """

    def __init__(self, children: Sequence[Child], watch: Callable[[], None] = lambda: None) -> None:
        self._children = children
        self._watch = watch
        self._is_stopping = False

    def run(self) -> int:
        """Until SIGTERM, SIGINT or SIGHUP; gives the exit status. To be called in the main thread."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        try:
            while not self._is_stopping:
                for child in self._children:
                    child.look(time.monotonic())
                self._watch()
                time.sleep(_GLANCE_SECONDS)
        finally:
            self._end_all()
        return 0

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._is_stopping = True

    def _end_all(self) -> None:
        deadline = time.monotonic() + STOP_SECONDS
        for child in self._children:
            child.signal(signal.SIGTERM)
        while not all(child.has_ended() for child in self._children):
            if time.monotonic() > deadline:
                for child in self._children:
                    child.signal(signal.SIGKILL)
                deadline += STOP_SECONDS
            time.sleep(_GLANCE_SECONDS / 4)


def end_with_parent(parent: int) -> None:
    """Have the kernel send SIGTERM to this process when `parent` dies. Raises SystemExit if it has.

    Other systems than Linux know no such thing; there a killed supervisor leaves its children.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit(1)


def main() -> None:
    """As a child: PARENT MODULE ARGUMENT…; runs the module as `python -m` would."""
    parent, module = int(sys.argv[1]), sys.argv[2]
    end_with_parent(parent)
    sys.argv[1:] = sys.argv[3:]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
