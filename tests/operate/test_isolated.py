"""The entry alone: what it serves is told in tests/jobs/test_fork_server.py and test_processes.py."""

import subprocess
import sys

import msgspec
import pytest

from tests.jobs.conftest import database_url
from trustui.jobs.isolation import Order, Report

pytestmark = [pytest.mark.servers, pytest.mark.django_db(transaction=True)]


def test_it_serves_the_kinds_of_the_product_until_its_input_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url())
    with subprocess.Popen(
        [sys.executable, "-m", "trustui.operate.isolated", "60.0"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(msgspec.json.encode(Order(job_id=1, fence=1, seconds=30.0)) + b"\n")
        server.stdin.flush()
        # Nobody holds such a job, so that there is nothing to do.
        answer = msgspec.json.decode(server.stdout.readline(), type=Report)
        assert answer == Report(job_id=1, fence=1, status=0, is_overdue=False)
        server.stdin.close()
        assert server.wait(10) == 0
