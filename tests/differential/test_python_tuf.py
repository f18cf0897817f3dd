"""Generated repositories, judged by this project and by python-tuf 7.0.1: alike, or by rule."""

import pytest

from tests.differential.generator import generate
from tests.differential.rules import RULES
from tests.differential.run import AT, Tally, against_python_tuf
from tests.scale import so_many
from tests.simulators.tuf_places import Client, TufPlace
from tests.simulators.workers import spread


def test_repositories_are_judged_alike_or_differ_by_a_rule() -> None:
    count = so_many(60, 500)
    tally = against_python_tuf(range(count))
    print(f"\n{tally.report(RULES)}")
    assert not tally.unlisted
    assert tally.total == count


@pytest.mark.soak
def test_20_000_repositories_are_judged_alike_or_differ_by_a_rule() -> None:
    tally = Tally()
    for part in spread(against_python_tuf, range(20_000), batch=250):
        tally.add(part)
    print(f"\n{tally.report(RULES)}")
    assert not tally.unlisted
    assert tally.total == 20_000


def test_the_repositories_are_of_every_sort() -> None:
    """Neither all sound nor all broken: else the comparison would say nothing."""
    scenarios = [generate(seed, AT) for seed in range(200)]
    outcomes = [
        Client(one.root, AT).verify(TufPlace(one.visits[0].files), one.path).outcome.value
        for one in scenarios
    ]
    assert outcomes.count("passed") >= 50
    assert outcomes.count("failed") >= 50
    assert {len(one.visits) for one in scenarios} == {1, 2, 3}


def test_the_same_number_gives_the_same_repository() -> None:
    """Signatures of RSA keys apart, which are random."""
    for seed in range(30):
        one, again = generate(seed, AT), generate(seed, AT)
        assert (one.changes, one.path) == (again.changes, again.path)
        assert [list(visit.files) for visit in one.visits] == [
            list(visit.files) for visit in again.visits
        ]


@pytest.mark.parametrize("seed", range(0, so_many(30, 300), 3))
def test_going_on_after_a_failure_changes_no_verdict(seed: int) -> None:
    scenario = generate(seed, AT)
    explains = Client(scenario.root, AT)
    stops = Client(scenario.root, AT, goes_on=False)
    for visit in scenario.visits:
        place = TufPlace(visit.files)
        whole, short = explains.verify(place, scenario.path), stops.verify(place, scenario.path)
        assert (whole.outcome, whole.first) == (short.outcome, short.first)
        assert explains.trusted == stops.trusted
        assert explains.root == stops.root
