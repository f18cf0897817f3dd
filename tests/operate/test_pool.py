"""The pipe by which the processes of a pool know that it ends; the pool at work: test_worker.py."""

import os
import time

import pytest

from tests.servers import wait_until
from trustui.operate import pool
from trustui.operate.pool import Lifeline

pytestmark = pytest.mark.servers


class Stopped:
    """Stands in for the process whose runner is stopped."""

    def __init__(self) -> None:
        self.count = 0

    def stop(self) -> None:
        self.count += 1


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch) -> Stopped:
    stopped = Stopped()
    monkeypatch.setattr(pool, "process", stopped)
    return stopped


def test_a_child_goes_on_while_its_pool_lives(stopped: Stopped) -> None:
    lifeline = Lifeline()
    main = os.dup(lifeline._write_end)  # the main process's end stays open
    lifeline.hold()
    time.sleep(0.1)
    assert stopped.count == 0
    os.close(main)
    wait_until(lambda: stopped.count == 1, "it was stopped")


def test_to_cut_it_twice_means_nothing() -> None:
    lifeline = Lifeline()
    lifeline.cut()
    lifeline.cut()
