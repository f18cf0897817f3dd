"""Every vector shows what it is about: one signature each, one thing wrong with it or none."""

import pytest

from tests.vectors.notation.collection import VECTORS
from tests.vectors.scenario import Scenario
from tests.vectors.tuf.table import said
from trustui.core.formats.notation import FORMAT

every_vector = pytest.mark.parametrize("vector", VECTORS, ids=str)
CLAUSES = {check.id: check.spec for check in FORMAT.checks}


@every_vector
def test_the_verdict_names_what_is_wrong_first(vector: Scenario) -> None:
    verdict = vector.verdict
    assert (verdict.outcome, verdict.first) == (vector.outcome, vector.first)


@every_vector
def test_each_check_says_what_the_vector_shows(vector: Scenario) -> None:
    said_by = {check: list(map(said, vector.verdict.steps(check))) for check in vector.shows}
    assert [check for check in vector.shows if vector.shows[check] not in said_by[check]] == []


@every_vector
def test_a_failed_or_undecided_step_says_more_than_that_it_failed(vector: Scenario) -> None:
    troubled = [
        step
        for step in vector.verdict.trace.steps
        if step.outcome in {"failed", "undecided"} and step.decides
    ]
    assert [step.check for step in troubled if not step.because] == []


@every_vector
def test_every_step_cites_the_clause_of_its_check(vector: Scenario) -> None:
    steps = [step for step in vector.verdict.trace.steps if step.check in CLAUSES]
    assert [step.check for step in steps if step.spec != CLAUSES[step.check]] == []


def test_sentences_are_unique() -> None:
    assert len({vector.sentence for vector in VECTORS}) == len(VECTORS)
