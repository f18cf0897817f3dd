"""The worker's end, with small servers that the tests bring themselves."""

import os
import signal
import sys
import time
from collections.abc import Iterator

import pytest

from tests.jobs.conftest import wait_until
from trustui.jobs.inbox import Arrival, Ended, Fate, Inbox
from trustui.jobs.isolation import Isolation, Report, how_it_ended
from trustui.jobs.kinds import Claim

ANSWER_75 = """
import json, sys
for line in sys.stdin:
    order = json.loads(line)
    report = {"job_id": order["job_id"], "fence": order["fence"]}
    print(json.dumps(report | {"status": order["job_id"], "is_overdue": False}), flush=True)
"""
DIE = "import sys; sys.stdin.readline(); sys.exit(1)"
KEEP = "import sys, time; sys.stdin.read(); time.sleep(60)"

MADE: list[Isolation] = []


def claim(job: int, fence: int = 1) -> Claim:
    return Claim(job, "crawl", str(job), {}, fence, 1)


def isolation(script: str, inbox: Inbox) -> Isolation:
    made = Isolation([sys.executable, "-c", script], inbox)
    MADE.append(made)
    return made


@pytest.fixture(autouse=True)
def _every_server_ends() -> Iterator[None]:
    yield
    while MADE:
        MADE.pop().close()


def arrivals(inbox: Inbox, count: int) -> list[Arrival]:
    found: list[Arrival] = []

    def all_are_there() -> bool:
        found.extend(inbox.take())
        return len(found) >= count

    wait_until(all_are_there)
    return found


def test_reports_become_ends() -> None:
    inbox = Inbox()
    made = isolation(ANSWER_75, inbox)
    made.submit(claim(0), 1.0)
    made.submit(claim(75), 1.0)
    assert arrivals(inbox, 2) == [
        Ended(claim(0), Fate.DIED, "its process ended with status 0"),
        Ended(claim(75), Fate.GIVEN_BACK, "its process ended with status 75"),
    ]


def test_a_server_that_dies_loses_its_jobs_and_is_started_again() -> None:
    inbox = Inbox()
    made = isolation(DIE, inbox)
    for fence in (1, 2):
        made.submit(claim(1, fence), 1.0)
        assert arrivals(inbox, 1) == [
            Ended(claim(1, fence), Fate.LOST, "the server of processes ended")
        ]
        wait_until(lambda: made._process is not None and made._process.poll() is not None)


def test_a_server_that_is_gone_before_the_order_comes_loses_the_job() -> None:
    inbox = Inbox()
    made = isolation("import os; os.close(0); import time; time.sleep(60)", inbox)
    made._start()
    time.sleep(0.5)
    made.submit(claim(1), 1.0)
    assert arrivals(inbox, 1) == [Ended(claim(1), Fate.LOST, "the server of processes ended")]


def test_closing_takes_little_time_even_if_the_server_does_not_end() -> None:
    inbox = Inbox()
    made = isolation(KEEP, inbox)
    made.submit(claim(1), 1.0)
    assert made._process is not None
    pid = made._process.pid
    began = time.monotonic()
    made.close()
    assert time.monotonic() - began < 2
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert inbox.take() == []


def test_closing_what_never_started_is_nothing() -> None:
    Isolation(["absent"], Inbox()).close()


@pytest.mark.parametrize(
    ("status", "is_overdue", "words"),
    [
        (0, False, "its process ended with status 0"),
        (1, False, "its process ended with status 1"),
        (-signal.SIGSEGV, False, "its process was ended by SIGSEGV"),
        (-signal.SIGKILL, True, "it ran longer than 1.5 s"),
        (-63, False, "its process was ended by signal 63"),
    ],
)
def test_the_end_of_a_process_is_told_in_words(status: int, is_overdue: bool, words: str) -> None:
    assert how_it_ended(Report(1, 1, status, is_overdue), 1.5) == words
