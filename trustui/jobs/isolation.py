"""Running a job alone in a process, so that its death is blamed on nobody else.

The processes are forked by a server (`fork_server`) that was started with everything loaded, so
that a hundred suspects take seconds. Orders and reports are lines of JSON on its pipes.
"""

import logging
import signal
import subprocess
import threading
from collections.abc import Sequence
from typing import IO

import msgspec

from trustui.jobs.inbox import Ended, Fate, Inbox
from trustui.jobs.kinds import Claim

_log = logging.getLogger(__name__)

EX_TEMPFAIL = 75
"""The exit status of a process that could not do its work for no fault of the job (sysexits.h)."""
_END_SECONDS = 0.5


class Order(msgspec.Struct, frozen=True):
    """Run one job, for at most `seconds`."""

    job_id: int
    fence: int
    seconds: float


class Report(msgspec.Struct, frozen=True):
    """Its process ended. `status` is an exit status, or less than 0: a signal's number."""

    job_id: int
    fence: int
    status: int
    is_overdue: bool


class Isolation:
    """The server's other end. It starts with the first order, again when it died."""

    def __init__(self, command: Sequence[str], inbox: Inbox) -> None:
        self._command = command
        self._inbox = inbox
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None
        self._running: dict[int, tuple[Claim, float]] = {}
        self._lock = threading.Lock()

    def submit(self, claim: Claim, seconds: float) -> None:
        """Have a job run; the inbox gets how its process ended."""
        if self._process is None or self._process.poll() is not None:
            self._start()
        with self._lock:
            self._running[claim.job_id] = claim, seconds
        order = msgspec.json.encode(Order(claim.job_id, claim.fence, seconds))
        assert self._process is not None
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(order + b"\n")
        except BrokenPipeError:
            self._end_all()

    def close(self) -> None:
        """End the server and all that it runs; nothing is reported any more."""
        with self._lock:
            self._running.clear()
        if self._process is None:
            return
        self._close_input(self._process)
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._reader is not None:
            self._reader.join(_END_SECONDS)
        self._process = None

    @staticmethod
    def _close_input(process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        try:
            process.stdin.close()
        except BrokenPipeError:
            _log.debug("the server of processes had ended before")

    def _start(self) -> None:
        if self._process is not None and self._reader is not None:  # it ended
            self._close_input(self._process)
            self._reader.join()
        self._process = subprocess.Popen(  # noqa: S603  our own module
            list(self._command), bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._process.stdout is not None
        self._reader = threading.Thread(
            target=self._read, args=(self._process.stdout,), name="isolation", daemon=True
        )
        self._reader.start()

    def _read(self, reports: IO[bytes]) -> None:
        with reports:
            for line in reports:
                self._ended(msgspec.json.decode(line, type=Report))
        self._end_all()

    def _ended(self, report: Report) -> None:
        with self._lock:
            claim, seconds = self._running.pop(report.job_id, (None, 0.0))
        if claim is not None and claim.fence == report.fence:
            fate = Fate.GIVEN_BACK if report.status == EX_TEMPFAIL else Fate.DIED
            self._inbox.post(Ended(claim, fate, how_it_ended(report, seconds)))

    def _end_all(self) -> None:
        with self._lock:
            left = [claim for claim, _ in self._running.values()]
            self._running.clear()
        for claim in left:
            self._inbox.post(Ended(claim, Fate.LOST, "the server of processes ended"))


def how_it_ended(report: Report, seconds: float) -> str:
    """The end of a process in words."""
    if report.is_overdue:
        return f"it ran longer than {seconds:g} s"
    if report.status >= 0:
        return f"its process ended with status {report.status}"
    try:
        name = signal.Signals(-report.status).name
    except ValueError:
        name = f"signal {-report.status}"
    return f"its process was ended by {name}"
