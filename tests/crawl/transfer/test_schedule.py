"""Lanes per host, without any request."""

from trustui.core.facts import Document
from trustui.crawl.addresses import AddressPolicy
from trustui.crawl.transfer.errand import Errand
from trustui.crawl.transfer.limits import FetchLimits
from trustui.crawl.transfer.request import Terms
from trustui.crawl.transfer.schedule import Schedule

LIMITS = FetchLimits(at_once_per_host=2, at_once=3)
TERMS = Terms(AddressPolicy(), LIMITS, ca_file=None)


def errand(host: str) -> Errand:
    return Errand(f"https://{host}.test/", 100, TERMS)


def ended(one: Errand) -> Errand:
    one.take(Document(one.location, b""), now=0.0, chance=0.0)
    return one


def test_a_host_has_so_many_lanes_and_no_more() -> None:
    errands = [errand("a") for _ in range(4)]
    schedule = Schedule(errands, LIMITS)
    assert list(schedule.due(0.0)) == errands[:2]
    assert list(schedule.due(0.0)) == []
    schedule.leaves(ended(errands[0]), "a.test")
    assert list(schedule.due(0.0)) == [errands[2]]


def test_a_busy_host_does_not_hold_back_another() -> None:
    a, b = [errand("a") for _ in range(4)], [errand("b") for _ in range(4)]
    schedule = Schedule(a + b, LIMITS)
    assert list(schedule.due(0.0)) == [*a[:2], b[0]]


def test_what_was_refused_at_once_is_never_due() -> None:
    assert Schedule([Errand("file:///x", 100, TERMS)], LIMITS).is_over


def test_an_errand_that_is_put_off_waits_for_its_time() -> None:
    one = errand("a")
    schedule = Schedule([one], LIMITS)
    assert schedule.pause(0.0) is None
    assert list(schedule.due(0.0)) == [one]
    one.not_before = 5.0
    schedule.leaves(one, "a.test")
    assert (schedule.pause(2.0), schedule.pause(9.0), schedule.is_over) == (3.0, 0.0, False)
    assert list(schedule.due(4.9)) == []
    assert list(schedule.due(5.0)) == [one]
    schedule.leaves(ended(one), "a.test")
    assert schedule.is_over


def test_it_can_be_woken_before_the_time() -> None:
    one = errand("a")
    schedule = Schedule([one], LIMITS)
    list(schedule.due(0.0))
    one.not_before = 5.0
    schedule.leaves(one, "a.test")
    schedule.wake()
    assert list(schedule.due(0.0)) == [one]
