"""An exception inside a check never passes: each check of each format is made to raise."""

from collections.abc import Callable
from importlib import import_module
from typing import Any, NoReturn

import pytest

from tests.vectors.scenario import Scenario
from tests.vectors.tuf.table import Vector
from trustui.core.registry import FORMATS
from trustui.core.trace import Chain, Check, Judgement, Outcome, Step

CHECKS = [(format_.name, check) for format_ in FORMATS for check in format_.checks]


def vectors_in_which_it_runs(format_name: str, check: str) -> list[Vector | Scenario]:
    """Those whose verdict is good come first: there only the exception can spoil it."""
    collection = import_module(f"tests.vectors.{format_name}.collection")
    vectors: tuple[Vector | Scenario, ...] = collection.VECTORS
    found = [vector for vector in vectors if vector.verdict.steps(check)]
    return sorted(found, key=lambda vector: vector.outcome is not Outcome.PASSED)


def raise_in(check: str, monkeypatch: pytest.MonkeyPatch) -> None:
    judge = Chain.judge

    def broken(*_: object, **__: object) -> NoReturn:
        raise ZeroDivisionError("forced by the test")

    def judge_or_break(
        self: Chain, asked: Check, answer: Callable[..., Judgement], *args: Any, **kwargs: Any
    ) -> Step:
        return judge(self, asked, broken if asked.id == check else answer, *args, **kwargs)

    monkeypatch.setattr(Chain, "judge", judge_or_break)


@pytest.mark.parametrize(("format_name", "check"), CHECKS, ids=[check.id for _, check in CHECKS])
def test_a_check_that_breaks_never_passes(
    format_name: str, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    vectors = vectors_in_which_it_runs(format_name, check.id)[:4]
    assert vectors, f"no vector exercises {check.id}"
    raise_in(check.id, monkeypatch)
    for vector in vectors:
        verdict = vector.run()
        steps = verdict.steps(check.id)
        assert steps
        assert {step.outcome for step in steps} == {Outcome.FAILED}
        assert all("ZeroDivisionError" in step.because for step in steps)
        assert verdict.outcome is not Outcome.PASSED
        assert verdict.trace.first_failing is not None


@pytest.mark.parametrize(("format_name", "check"), CHECKS, ids=[check.id for _, check in CHECKS])
def test_the_broken_check_is_the_first_failing_one_of_a_good_repository(
    format_name: str, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    vector = vectors_in_which_it_runs(format_name, check.id)[0]
    if vector.outcome is not Outcome.PASSED:
        only_when_wrong = import_module(f"tests.vectors.{format_name}.collection").ONLY_WHEN_WRONG
        assert check.id in only_when_wrong
        return
    raise_in(check.id, monkeypatch)
    verdict = vector.run()
    assert verdict.outcome is Outcome.FAILED
    assert verdict.first == check.id
