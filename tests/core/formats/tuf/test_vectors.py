"""Every vector shows what it is about: one repository each, one thing wrong with it or none."""

from collections import Counter

import pytest

from tests.vectors.tuf.collection import MODULES, VECTORS
from tests.vectors.tuf.table import Vector, said
from trustui.core.formats.tuf import FORMAT

every_vector = pytest.mark.parametrize("vector", VECTORS, ids=str)


@every_vector
def test_the_verdict_names_what_is_wrong_first(vector: Vector) -> None:
    verdict = vector.verdict
    assert (verdict.outcome, verdict.first) == (vector.outcome, vector.first)


@every_vector
def test_each_check_says_what_the_vector_shows(vector: Vector) -> None:
    said_by = {check: list(map(said, vector.verdict.steps(check))) for check in vector.shows}
    assert [check for check in vector.shows if vector.shows[check] not in said_by[check]] == []


@every_vector
def test_a_check_that_raises_a_finding_raises_it_under_its_own_id(vector: Vector) -> None:
    raised = {check for check, shown in vector.shows.items() if shown == "finding"}
    assert raised <= vector.verdict.findings


@every_vector
def test_a_failed_or_undecided_step_says_more_than_that_it_failed(vector: Vector) -> None:
    troubled = [step for check in vector.shows for step in vector.showing(check) if step.decides]
    assert [step.check for step in troubled if not step.because] == []


@every_vector
def test_every_step_cites_the_clause_of_its_check(vector: Vector) -> None:
    clauses: dict[str, set[str]] = {}
    for step in vector.verdict.trace.steps:
        clauses.setdefault(step.check, set()).add(step.spec)
    declared = {check.id: check.spec for check in FORMAT.checks}
    # Equivocation and slowness are judged of every document, each under its own clause.
    anywhere = {"tuf.equivocation", "tuf.fetch.slow"}
    wrong = {
        check: specs
        for check, specs in clauses.items()
        if check not in anywhere and specs != {declared[check]}
    }
    assert wrong == {}


@every_vector
def test_nothing_is_verified_that_rests_on_something_broken(vector: Vector) -> None:
    trace = vector.verdict.trace
    broken = {step.check for step in trace.steps if step.outcome in {"failed", "undecided"}}
    assert {step.moot_because for step in trace.steps if step.moot_because} <= broken


def test_sentences_are_unique_and_no_module_is_empty() -> None:
    assert [name for name, count in Counter(map(str, VECTORS)).items() if count > 1] == []
    assert {vector.run.__module__ for vector in VECTORS} == {module.__name__ for module in MODULES}
