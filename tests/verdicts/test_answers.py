"""A stored verification as it is read."""

from datetime import UTC, datetime

import msgspec
import pytest

from tests.simulators.answers import FAILED, NOTED, PASSED, UNDECIDED, answer, step
from trustui.core.trace import Group, Outcome
from trustui.verdicts.answers import (
    MAX_ALIKE,
    MAX_EVERY,
    MAX_WRONG,
    MOST_GROUPS,
    MOST_OF_EVERY,
    Alike,
    counts_of,
    instant_in,
    laid_out,
    parts_of,
    read_answer,
)
from trustui.verdicts.condensing import condensed


def test_it_is_read_as_it_was_written() -> None:
    made = answer(step("x.a"), step("x.b", FAILED, evidence={"enforced": False}))
    assert read_answer(msgspec.json.encode(made)) == made
    with pytest.raises(msgspec.ValidationError):
        read_answer(b"[]")


def test_a_failure_comes_before_what_is_undecided_and_what_is_moot_decides_nothing() -> None:
    moot = step("x.a", FAILED, moot_because="x.z")
    logged = step("x.b", FAILED, evidence={"enforced": False})
    open_, broken = step("x.c", UNDECIDED), step("x.d", FAILED)
    assert answer(moot, logged, open_, broken).first_failing == broken
    assert answer(moot, logged, open_).first_failing == open_
    assert answer(moot, logged).first_failing is None


def test_a_group_that_the_verdict_does_not_need_fails_nothing() -> None:
    spare = Group("spare", "spare", FAILED, needed=False)
    assert answer(step("x.a", FAILED, group="spare"), groups=[spare]).first_failing is None


def test_steps_are_numbered_from_one_or_as_they_stood_in_the_whole() -> None:
    whole = answer(step("x.a"), step("x.b"))
    assert [number for number, _ in whole.numbered] == [1, 2]
    cut = msgspec.structs.replace(whole, numbers=(7, 9))
    assert [number for number, _ in cut.numbered] == [7, 9]


@pytest.mark.parametrize(
    ("outcome", "every", "most"),
    [(PASSED, False, MAX_ALIKE), (FAILED, False, MAX_WRONG), (FAILED, True, MAX_EVERY)],
)
def test_of_delegations_alike_only_some_are_laid_out(
    outcome: Outcome, every: bool, most: int
) -> None:
    edges = [step("x.a", outcome, group=f"pool → bin-{n}") for n in range(MAX_EVERY + 1)]
    shown, alike = laid_out(answer(step("x.a", group="root"), *edges), every=every)
    assert [one.id for one in shown[:2]] == ["root", "pool → bin-0"]
    assert len(shown) == 1 + most
    assert alike == [Alike(MAX_EVERY + 1 - most, outcome, "delegations of pool")]


def test_what_is_no_delegation_is_laid_out_whole() -> None:
    shown, alike = laid_out(answer(*(step(group=f"g-{n}") for n in range(9))), every=False)
    assert (len(shown), alike) == (9, [])


@pytest.mark.parametrize(("every", "most"), [(False, MOST_GROUPS), (True, MOST_OF_EVERY)])
def test_of_very_many_groups_a_page_shows_what_decides_and_says_how_many_are_left(
    every: bool, most: int
) -> None:
    outcomes = [FAILED if n % 3 == 0 else PASSED for n in range(1_800)]
    steps = [step("x.a", outcome, group=f"g-{n}") for n, outcome in enumerate(outcomes)]
    spare = [Group(f"g-{n}", "x", outcome, needed=False) for n, outcome in enumerate(outcomes)]
    deciding = Group("policy", "x", FAILED)
    told = answer(*steps, step("x.z", FAILED, group="policy"), groups=[*spare, deciding])
    shown, alike = laid_out(told, every=every)
    assert len(shown) == most
    assert shown[-1] == deciding
    assert {one.outcome for one in shown} == {FAILED}
    assert {one.outcome: one.count for one in alike} == {FAILED: 601 - most, PASSED: 1_200}
    assert laid_out(condensed(told), every=every) == (shown, alike)


def test_counts_tell_how_all_went() -> None:
    steps = [step(), step(outcome=FAILED), step(outcome=NOTED), step(moot_because="x.z")]
    assert counts_of(steps) == "1 passed, 1 failed, 1 noted, 1 rest on what does not hold"
    assert counts_of([]) == ""


def test_an_instant_is_told_from_other_text() -> None:
    assert instant_in("2026-11-20T12:00:00Z") == datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert instant_in("v12") is None
    assert instant_in(None) is None


def test_an_id_has_parts() -> None:
    assert parts_of("tuf.root.freeze.expired") == {"tuf", "root", "freeze", "expired"}
