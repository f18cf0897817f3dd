"""Lanes per host and turns among parties, without any request."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustui.core.facts import Document
from trustui.crawl.addresses import AddressPolicy
from trustui.crawl.transfer.errand import Errand, Wanted
from trustui.crawl.transfer.limits import FetchLimits
from trustui.crawl.transfer.request import Terms
from trustui.crawl.transfer.schedule import Schedule

LIMITS = FetchLimits(at_once_per_host=2, at_once=3)
TERMS = Terms(AddressPolicy(), LIMITS, ca_file=None)


class Party:
    def take(self, errand: Errand) -> None: ...


ALICE, BOB = Party(), Party()


def errand(host: str, party: Party = ALICE) -> Errand:
    return Errand(Wanted(f"https://{host}.test/", 100), TERMS, party)


def ended(one: Errand) -> Errand:
    one.take(Document(one.location, b""), now=0.0, chance=0.0)
    return one


def scheduled(errands: Iterable[Errand], limits: FetchLimits = LIMITS) -> Schedule:
    schedule = Schedule(limits)
    for one in errands:
        schedule.add(one)
    return schedule


def test_a_host_has_so_many_lanes_and_no_more() -> None:
    errands = [errand("a") for _ in range(4)]
    schedule = scheduled(errands)
    assert list(schedule.due(0.0)) == errands[:2]
    assert list(schedule.due(0.0)) == []
    schedule.leaves(ended(errands[0]), "a.test")
    assert list(schedule.due(0.0)) == [errands[2]]


def test_hosts_take_turns() -> None:
    a, b = [errand("a") for _ in range(4)], [errand("b") for _ in range(4)]
    assert list(scheduled(a + b).due(0.0)) == [a[0], b[0], a[1]]


def test_parties_take_turns_at_one_host() -> None:
    many, one = [errand("a", ALICE) for _ in range(1000)], errand("a", BOB)
    schedule = scheduled([*many, one])
    assert list(schedule.due(0.0)) == [many[0], one]


def test_the_last_quarter_is_for_hosts_that_have_nothing_yet() -> None:
    limits = FetchLimits(at_once_per_host=4, at_once=8)
    crowd = [errand(name) for name in "ab" for _ in range(4)]
    schedule = scheduled(crowd, limits)
    assert len(list(schedule.due(0.0))) == 6
    newcomers = [errand(name) for name in "cdef"]
    for one in newcomers:
        schedule.add(one)
    assert list(schedule.due(0.0)) == newcomers[:2]


def test_nothing_scheduled_is_over() -> None:
    assert scheduled([]).is_over


def test_an_errand_that_is_put_off_waits_for_its_time() -> None:
    one = errand("a")
    schedule = scheduled([one])
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
    schedule = scheduled([one])
    list(schedule.due(0.0))
    one.not_before = 5.0
    schedule.leaves(one, "a.test")
    schedule.wake()
    assert list(schedule.due(0.0)) == [one]


def test_a_party_can_be_dropped_and_others_stay() -> None:
    alices = [errand(host, ALICE) for host in "aab"]
    bobs = [errand(host, BOB) for host in "ac"]
    schedule = scheduled(alices)
    [put_off, *_] = list(schedule.due(0.0))
    put_off.not_before = 9.0
    schedule.leaves(put_off, put_off.host)
    for one in bobs:
        schedule.add(one)
    schedule.drop(ALICE)
    assert schedule.pause(0.0) is None
    assert list(schedule.due(0.0)) == bobs[:1]  # two of Alice's are still under way


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.sampled_from("abc"), st.sampled_from([ALICE, BOB])),
        st.tuples(st.just("end"), st.integers(0, 9), st.none()),
        st.tuples(st.just("later"), st.integers(0, 9), st.none()),
        st.tuples(st.just("drop"), st.none(), st.sampled_from([ALICE, BOB])),
    ),
    max_size=60,
)


@pytest.mark.parametrize("at_once", [1, 3, 8])
@given(STEPS)
def test_whatever_happens_nothing_is_lost_and_no_limit_is_passed(
    at_once: int, steps: list[tuple[str, object, Party | None]]
) -> None:
    schedule = Schedule(FetchLimits(at_once_per_host=2, at_once=at_once))
    waiting: list[Errand] = []
    running: list[Errand] = []

    def start_due() -> None:
        for one in schedule.due(1.0):
            waiting.remove(one)
            running.append(one)
        assert len(running) <= at_once
        hosts = [one.host for one in running]
        assert all(hosts.count(host) <= 2 for host in hosts)

    for what, which, party in steps:
        if what == "add":
            assert party is not None
            waiting.append(errand(str(which), party))
            schedule.add(waiting[-1])
        elif what == "drop":
            assert party is not None
            schedule.drop(party)
            waiting[:] = [one for one in waiting if one.party is not party]
        elif running:
            assert isinstance(which, int)
            one = running.pop(which % len(running))
            if what == "later":
                waiting.append(one)
                schedule.leaves(one, one.host)
            else:
                schedule.leaves(ended(one), one.host)
        start_due()
    while running:
        one = running.pop()
        schedule.leaves(ended(one), one.host)
        start_due()
    assert waiting == []
    assert schedule.is_over
