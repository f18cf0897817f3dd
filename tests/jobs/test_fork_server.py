import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.jobs.conftest import wait_until
from tests.simulators.fork_server import EXIT, LOOP, PRINT, RAISE, SEGFAULT, SLEEP
from trustui.jobs.isolation import Order, Report

PROJECT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def server() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.simulators.fork_server"],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    with process:
        yield process
        if process.poll() is None:
            process.kill()


def order(server: subprocess.Popen[bytes], *jobs: int, seconds: float = 30.0) -> None:
    assert server.stdin is not None
    for job in jobs:
        server.stdin.write(msgspec.json.encode(Order(job, 7, seconds)) + b"\n")
    server.stdin.flush()


def report(server: subprocess.Popen[bytes]) -> Report:
    assert server.stdout is not None
    return msgspec.json.decode(server.stdout.readline(), type=Report)


@pytest.mark.parametrize(
    ("job", "status"),
    [(0, 0), (SEGFAULT, -signal.SIGSEGV), (RAISE, 70), (EXIT, 9), (PRINT, 0)],
)
def test_each_end_is_reported_and_the_server_goes_on(
    job: int, status: int, server: subprocess.Popen[bytes]
) -> None:
    order(server, job)
    assert report(server) == Report(job, 7, status, is_overdue=False)
    order(server, 0)
    assert report(server) == Report(0, 7, 0, is_overdue=False)


def test_what_runs_too_long_is_ended(server: subprocess.Popen[bytes]) -> None:
    order(server, LOOP, seconds=0.3)
    assert report(server) == Report(LOOP, 7, -signal.SIGKILL, is_overdue=True)


def test_orders_run_side_by_side(server: subprocess.Popen[bytes]) -> None:
    order(server, SLEEP, 0)
    assert report(server).job_id == 0


def test_a_hundred_suspects_take_seconds(server: subprocess.Popen[bytes]) -> None:
    order(server, 0)
    report(server)
    began = time.monotonic()
    order(server, *range(100, 200))
    assert sorted(report(server).job_id for _ in range(100)) == list(range(100, 200))
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_everybody_ends_no_job(
    number: signal.Signals, server: subprocess.Popen[bytes]
) -> None:
    order(server, SLEEP, 0)
    report(server)
    server.send_signal(number)
    (child,) = children(server.pid)
    os.kill(child, number)
    order(server, 0)
    assert report(server).job_id == 0
    assert children(server.pid) == [child]


def children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(child) for child in found.split()]


def test_it_ends_with_its_input_and_its_jobs_end_with_it(server: subprocess.Popen[bytes]) -> None:
    order(server, SLEEP, 0)
    report(server)
    (child,) = children(server.pid)
    assert server.stdin is not None
    server.stdin.close()
    assert server.wait(5) == 0
    assert not is_alive(child)


def test_its_jobs_end_with_it_even_if_it_is_killed(server: subprocess.Popen[bytes]) -> None:
    order(server, SLEEP, 0)
    report(server)
    (child,) = children(server.pid)
    server.kill()
    wait_until(lambda: not is_alive(child), 5)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"  # an orphan waits for somebody to look at its status
