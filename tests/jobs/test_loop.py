"""Turns of the loop, called one by one."""

import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import OperationalError, connection

from trustui.jobs import crash_points, leases, queue
from trustui.jobs.kinds import Claim, Crew, Result, SimpleKind, Task
from trustui.jobs.loop import Loop
from trustui.jobs.models import Job, State
from trustui.jobs.terms import Terms

pytestmark = pytest.mark.django_db(transaction=True)


class Counting(SimpleKind):
    at_once = 8
    seconds = 10.0

    def __init__(self, name: str = "one") -> None:
        self.name = name
        self.prepared: list[int] = []
        self.recorded: list[str] = []

    def prepare(self, claims: Sequence[Claim]) -> Sequence[Task]:
        self.prepared.append(len(claims))
        return super().prepare(claims)

    def record(self, results: Sequence[Result]) -> None:
        self.recorded += [result.claim.key for result in results]


def loop_of(*kinds: Counting, **terms: Any) -> Loop:
    chosen = {"owner": "a", "mode": "test", "lease": 60.0, "poll": 0.01, **terms}
    loop = Loop(kinds, Terms(**chosen))
    loop.claim_until = float("inf")
    return loop


def ask(count: int, kind: str = "one") -> None:
    now = datetime.now(UTC)
    queue.enqueue_many([queue.Ask(kind=kind, key=str(n), due_at=now) for n in range(count)])


def turn_until_nothing_is_left(loop: Loop) -> None:
    end = time.monotonic() + 30
    while not loop.found_nothing:
        loop.turn()
        assert time.monotonic() < end


@pytest.fixture(autouse=True)
def _no_crash_points_stay() -> Iterator[None]:
    yield
    crash_points.install(None)


def test_every_kind_gets_its_turn_however_long_the_queue_of_another_is() -> None:
    ask(100, "one")
    ask(8, "two")
    one, two = Counting("one"), Counting("two")
    loop = loop_of(one, two)
    for _ in range(3):
        loop.turn()
    assert two.prepared == [8]
    turn_until_nothing_is_left(loop)
    assert (len(one.recorded), len(two.recorded)) == (100, 8)
    assert loop.finished == 108


def test_jobs_are_claimed_together_as_places_become_free() -> None:
    ask(64)
    kind = Counting()
    turn_until_nothing_is_left(loop_of(kind))
    assert sum(kind.prepared) == 64
    assert min(kind.prepared) >= 2  # a quarter of the places


def test_an_empty_queue_costs_one_statement_a_turn(
    django_assert_num_queries: Any,
) -> None:
    loop = loop_of(Counting("one"), Counting("two"))
    with django_assert_num_queries(1):
        loop.turn()
    assert loop.found_nothing


class Trickling(Counting):
    """One result comes at once, the others when it is told to go on."""

    def __init__(self) -> None:
        super().__init__()
        self.began, self.goes_on = threading.Event(), threading.Event()

    def run(self, tasks: Sequence[Task], crew: Crew) -> None:
        super().run(tasks[:1], crew)
        self.began.set()
        assert self.goes_on.wait(30)
        super().run(tasks[1:], crew)


def test_while_results_trickle_in_a_turn_costs_no_statement(
    django_assert_num_queries: Any,
) -> None:
    ask(4)
    kind = Trickling()
    loop = loop_of(kind, linger=60.0, poll=60.0)
    loop.turn()
    loop.turn()
    assert kind.began.wait(30)
    with django_assert_num_queries(0):
        for _ in range(3):
            loop.turn()
    kind.goes_on.set()
    end = time.monotonic() + 30
    while len(kind.recorded) < 4:
        loop.turn()
        assert time.monotonic() < end


def test_nothing_is_claimed_without_permission() -> None:
    ask(1)
    loop = loop_of(Counting())
    loop.claim_until = 0.0
    loop.inbox.ring()
    loop.turn()
    assert Job.objects.get().state == State.QUEUED
    assert not loop.found_nothing


def test_the_pause_grows_with_trouble_and_ends_with_it() -> None:
    troubles = iter(range(3))

    def visit(name: str) -> None:
        if name == "jobs.checked" and next(troubles, None) is not None:
            raise OperationalError("the connection is lost")

    crash_points.install(visit)
    ask(5)
    kind = Counting()
    loop = loop_of(kind, longest_pause=0.3)
    pauses = set()
    while not loop.found_nothing:
        loop.turn()
        pauses.add(loop._pause)
    assert pauses == {0.0, 0.1, 0.2, 0.3}
    assert sorted(kind.recorded) == ["0", "1", "2", "3", "4"]
    assert loop.trouble_since is None
    connection.close()


def test_a_claim_that_could_not_be_prepared_for_trouble_is_prepared_later() -> None:
    class Unlucky(Counting):
        def prepare(self, claims: Sequence[Claim]) -> Sequence[Task]:
            if not self.prepared:
                self.prepared.append(0)
                raise OperationalError("the connection is lost")
            return super().prepare(claims)

    ask(3)
    kind = Unlucky()
    turn_until_nothing_is_left(loop_of(kind))
    assert kind.prepared == [0, 3]
    assert len(kind.recorded) == 3
    assert not Job.objects.exclude(state=State.IDLE).exists()


def test_what_arrives_for_a_job_that_is_not_in_hand_any_more_is_dropped() -> None:
    ask(1)
    kind = Counting()
    loop = loop_of(kind)
    loop.turn()
    (claim,) = loop.holdings.claims()
    loop.holdings.drop([claim])
    leases.hand_back([claim], now=datetime.now(UTC))
    loop.claim_until = 0.0
    time.sleep(0.1)
    loop.inbox.ring()
    loop.turn()
    assert kind.recorded == []


class Noting(Counting):
    """What one transaction recorded, as `kind: keys`."""

    def __init__(self, name: str, together: int, noted: list[str]) -> None:
        super().__init__(name)
        self.together = together
        self.noted = noted

    def record(self, results: Sequence[Result]) -> None:
        super().record(results)
        self.noted.append(f"{self.name}: {len(results)}")


def test_a_transaction_records_one_kind_and_at_most_as_many_results_as_that_wants() -> None:
    noted: list[str] = []
    crash_points.install(lambda name: noted.append(".") if name == "jobs.committed" else None)
    ask(3, "one")
    ask(4, "two")
    loop = loop_of(Noting("one", 500, noted), Noting("two", 3, noted), linger=60.0)
    turn_until_nothing_is_left(loop)
    assert noted == ["one: 3", ".", "two: 3", ".", "two: 1", "."]
    assert loop.finished == 7
    assert not Job.objects.exclude(state=State.IDLE).exists()


def test_trouble_with_one_kind_writes_nothing_of_it_twice_and_nothing_else_late() -> None:
    noted: list[str] = []
    troubles = iter(range(1))

    def visit(name: str) -> None:
        if name == "jobs.recorded" and noted[-1] == "two: 3" and next(troubles, None) is not None:
            noted.append("trouble")
            raise OperationalError("deadlock detected")

    crash_points.install(visit)
    ask(3, "one")
    ask(3, "two")
    one, two = Noting("one", 500, noted), Noting("two", 500, noted)
    loop = loop_of(one, two, linger=60.0, longest_pause=0.1)
    turn_until_nothing_is_left(loop)
    assert noted[:3] == ["one: 3", "two: 3", "trouble"]
    assert len(one.recorded) == 3
    assert sorted(two.recorded[3:]) == ["0", "1", "2"]
    assert loop.finished == 6
    connection.close()
