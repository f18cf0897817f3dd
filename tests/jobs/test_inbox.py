import threading
import time

from trustui.jobs.inbox import Ended, Fate, Finished, Inbox
from trustui.jobs.kinds import Claim, Result

CLAIM = Claim(1, "crawl", "1", {}, 1, 1)
ENDED = Ended(CLAIM, Fate.DIED, "because")


def test_what_arrives_is_taken_in_its_order_and_once() -> None:
    inbox = Inbox()
    finished = Finished(Result(CLAIM), 0.0)
    assert finished.claim == CLAIM
    inbox.post(finished)
    inbox.post(ENDED)
    assert inbox.take() == [finished, ENDED]
    assert inbox.take() == []


def test_an_arrival_and_a_ring_wake_the_one_that_waits() -> None:
    inbox = Inbox()
    assert not inbox.wait(0.0)
    for wake in (inbox.ring, lambda: inbox.post(ENDED)):
        timer = threading.Timer(0.05, wake)
        timer.start()
        began = time.monotonic()
        assert inbox.wait(10.0)
        assert time.monotonic() - began < 5
        timer.join()


def test_what_arrived_before_the_wait_is_not_slept_through() -> None:
    inbox = Inbox()
    inbox.post(ENDED)
    assert inbox.wait(None)
