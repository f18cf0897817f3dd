"""A fork server whose jobs do what their number says: `python -m tests.simulators.fork_server`."""

import ctypes
import os
import signal
import sys
import time

from trustui.jobs.fork_server import ForkServer
from trustui.jobs.isolation import Order

SEGFAULT, LOOP, RAISE, PRINT, EXIT, SLEEP = 1, 2, 3, 4, 5, 6


def run(order: Order) -> int:
    if order.job_id == SEGFAULT:
        ctypes.string_at(0)
    elif order.job_id == LOOP:
        while True:
            pass
    elif order.job_id == RAISE:
        raise ValueError("it was asked to")
    elif order.job_id == PRINT:
        print("not a report")
        sys.stdout.flush()
        assert sys.stdin.read() == ""
    elif order.job_id == EXIT:
        os._exit(9)
    elif order.job_id == SLEEP:
        time.sleep(60)
    return 0


if __name__ == "__main__":
    signal.signal(signal.SIGSEGV, signal.SIG_DFL)  # a test run may watch for it
    ForkServer(run).serve()
