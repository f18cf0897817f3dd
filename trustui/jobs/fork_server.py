"""The process that forks one process a job, tells how it ended, and ends it when its time is over.

It has one thread and no connection to anything, so that a fork is safe. What jobs print goes to
standard error. It and its children end when its standard input does.
"""

import ctypes
import os
import selectors
import signal
import sys
import time
import traceback
from collections.abc import Callable
from typing import IO

import msgspec

from trustui.jobs.isolation import Order, Report

_PR_SET_PDEATHSIG = 1
_CRASHED = 70
"""EX_SOFTWARE (sysexits.h)."""
_MOST_BYTES = 65_536


class _Child(msgspec.Struct):
    order: Order
    pid: int
    deadline: float
    is_overdue: bool = False


class ForkServer:
    """Runs orders, each in a fork of this process. `run` gives the exit status of the fork."""

    def __init__(self, run: Callable[[Order], int]) -> None:
        self._run = run
        self._children: dict[int, _Child] = {}
        self._selector = selectors.DefaultSelector()
        self._buffer = b""
        self._reports: IO[bytes]

    def serve(self) -> None:
        """Until standard input ends."""
        # An interrupt from a terminal and a signal to the group go to everyone: the parent decides.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        self._reports = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        self._selector.register(sys.stdin.fileno(), selectors.EVENT_READ)
        while self._turn():
            pass
        for child in self._children.values():
            os.kill(child.pid, signal.SIGKILL)
        for child in self._children.values():
            os.waitpid(child.pid, 0)

    def _turn(self) -> bool:
        for key, _ in self._selector.select(self._seconds_left()):
            if key.fd == sys.stdin.fileno():
                if not self._take_orders():
                    return False
            else:
                self._reap(key.fd)
        for child in self._children.values():
            if time.monotonic() >= child.deadline and not child.is_overdue:
                child.is_overdue = True
                os.kill(child.pid, signal.SIGKILL)
        return True

    def _seconds_left(self) -> float | None:
        open_ = [one.deadline for one in self._children.values() if not one.is_overdue]
        return max(0.0, min(open_) - time.monotonic()) if open_ else None

    def _take_orders(self) -> bool:
        read = os.read(sys.stdin.fileno(), _MOST_BYTES)
        *lines, self._buffer = (self._buffer + read).split(b"\n")
        for line in lines:
            self._fork(msgspec.json.decode(line, type=Order))
        return bool(read)

    def _fork(self, order: Order) -> None:
        # The pipe ends with the child, however that ends.
        ours, theirs = os.pipe()
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            self._be_child(order, parent)
        os.close(theirs)
        self._children[ours] = _Child(order, pid, time.monotonic() + order.seconds)
        self._selector.register(ours, selectors.EVENT_READ)

    def _be_child(self, order: Order, parent: int) -> None:
        status = _CRASHED
        try:
            _die_with(parent)
            nothing = os.open(os.devnull, os.O_RDONLY)
            os.dup2(nothing, sys.stdin.fileno())
            self._reports.close()
            status = self._run(order)
        except BaseException:  # noqa: BLE001  it is told below, and the status tells the parent
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)

    def _reap(self, pipe: int) -> None:
        child = self._children.pop(pipe)
        self._selector.unregister(pipe)
        os.close(pipe)
        _, status = os.waitpid(child.pid, 0)
        report = Report(
            child.order.job_id,
            child.order.fence,
            os.waitstatus_to_exitcode(status),
            child.is_overdue,
        )
        self._reports.write(msgspec.json.encode(report) + b"\n")


def _die_with(parent: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it was gone before the kernel knew of our wish
        os._exit(_CRASHED)
