"""Each difference rule is shown by one small repository, and explained by nothing else."""

from pathlib import Path

import pytest

from tests.differential.clients import PythonTuf
from tests.differential.compare import Difference, compare
from tests.differential.predicates import Rule, rule_for
from tests.differential.rules import RULES
from tests.differential.scenario import Scenario
from tests.differential.vectors import FOUND, VECTORS, once


def against_python_tuf(scenario: Scenario, folder: Path) -> Difference | None:
    return compare(scenario, PythonTuf(scenario, folder))


def test_each_rule_has_a_vector_and_a_name_of_its_own() -> None:
    assert sorted(rule.name for rule in RULES) == sorted(VECTORS)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_vector_shows_the_difference_that_its_rule_names(rule: Rule, tmp_path: Path) -> None:
    vector = VECTORS[rule.name]
    difference = against_python_tuf(vector.build(), tmp_path)
    assert difference is not None
    assert (difference.ours.words, difference.peer.words) == (vector.ours, vector.peer)
    assert [one.name for one in RULES if rule_for(difference, (one,))] == [rule.name]


def test_a_repository_without_oddities_shows_no_difference(tmp_path: Path) -> None:
    scenario = once(lambda _: None)()
    assert against_python_tuf(scenario, tmp_path) is None


@pytest.mark.parametrize("name", VECTORS)
def test_a_vector_is_new_only_in_what_it_shows(name: str) -> None:
    """No vector is found wrong by both sides: at least one of them accepts it."""
    assert FOUND in {VECTORS[name].ours, VECTORS[name].peer}


def test_a_difference_that_no_rule_covers_has_no_rule(tmp_path: Path) -> None:
    difference = against_python_tuf(VECTORS["duplicate names"].build(), tmp_path)
    assert difference is not None
    others = tuple(rule for rule in RULES if rule.name != "duplicate names")
    assert rule_for(difference, others) is None
