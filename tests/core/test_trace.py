"""Steps, standing, groups and the verdict."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import product

import msgspec
import pytest

from trustui.core.trace import (
    Chain,
    Check,
    Event,
    Finding,
    Group,
    Judgement,
    NotReached,
    Outcome,
    Planned,
    Severity,
    Step,
    Trace,
    Verification,
    collect,
    failed,
    noted,
    passed,
    trace,
    undecided,
    worst,
)

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
A, B, C = (Check(f"demo.{name}", f"Demo §{number}") for number, name in enumerate("abc"))


def concluded(*events: Event) -> Trace:
    return trace("a subject", AT, AT, list(events))


def step(check: Check, judgement: Judgement, chain: Chain | None = None) -> Step:
    return (chain or Chain("group", "thing")).judge(check, lambda: judgement)


def plan(*checks: Check, group: str = "group", on: str = "thing", needed: bool = True) -> Planned:
    return Planned(group, on, tuple(check.id for check in checks), needed=needed)


# Judging


def test_a_step_says_what_was_asked_of_what_and_why() -> None:
    chain = Chain("group", "thing")
    result = chain.judge(
        A, lambda n: passed(f"{n} is enough", expected="1", found="2", extra=["x"]), 2
    )
    assert result == Step(
        check="demo.a",
        outcome=Outcome.PASSED,
        on="thing",
        because="2 is enough",
        spec="Demo §0",
        group="group",
        expected="1",
        found="2",
        evidence={"extra": ["x"]},
    )


@pytest.mark.parametrize(
    ("make", "outcome"),
    [
        (passed, Outcome.PASSED),
        (failed, Outcome.FAILED),
        (undecided, Outcome.UNDECIDED),
        (noted, Outcome.NOTED),
    ],
)
def test_each_judgement_has_its_outcome(make: Callable[[str], Judgement], outcome: Outcome) -> None:
    assert make("why").outcome is outcome


def test_everything_is_kept_as_it_was_said() -> None:
    judgement = noted("why", finding=Severity.LOW, expected="e", found="f", count=3, yes=True)
    assert msgspec.to_builtins(judgement) == {
        "outcome": "noted",
        "because": "why",
        "expected": "e",
        "found": "f",
        "evidence": {"count": 3, "yes": True},
        "severity": "low",
    }


def test_an_exception_in_a_check_is_a_failed_step_that_names_it() -> None:
    def broken() -> Judgement:
        raise KeyError("x" * 1_000)

    result = Chain("group", "thing").judge(A, broken)
    assert result.outcome is Outcome.FAILED
    assert result.because.startswith("the check itself broke: KeyError")
    assert len(result.because) <= 300
    assert result.found == "KeyError"


def test_running_out_of_memory_or_stack_is_a_failed_step_too() -> None:
    def endless() -> Judgement:
        return endless()

    def huge() -> Judgement:
        raise MemoryError

    assert {Chain("g", "t").judge(A, judge).outcome for judge in (endless, huge)} == {
        Outcome.FAILED
    }


def test_an_interrupt_by_the_user_is_not_swallowed() -> None:
    def interrupted() -> Judgement:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Chain("group", "thing").judge(A, interrupted)


# Standing


@pytest.mark.parametrize("trouble", [failed, undecided])
def test_what_follows_a_broken_check_is_moot(trouble: Callable[[str], Judgement]) -> None:
    chain = Chain("group", "thing")
    assert step(A, trouble("no"), chain).moot_because is None
    assert step(B, passed("would hold"), chain).moot_because == "demo.a"
    assert step(C, failed("no"), chain).moot_because == "demo.a"
    assert chain.broken_by == "demo.a"
    assert chain.troubles == 2


@pytest.mark.parametrize("harmless", [passed, noted])
def test_what_follows_a_good_check_stands(harmless: Callable[[str], Judgement]) -> None:
    chain = Chain("group", "thing")
    step(A, harmless("yes"), chain)
    assert step(B, passed("yes"), chain).moot_because is None
    assert (chain.broken_by, chain.troubles) == (None, 0)


def test_a_chain_that_rests_on_something_broken_is_moot_from_its_start() -> None:
    assert step(A, passed("yes"), Chain("group", "thing", "demo.z")).moot_because == "demo.z"


def test_a_failed_check_that_is_not_enforced_breaks_nothing() -> None:
    chain = Chain("group", "thing")
    logged = step(A, failed("only logged", enforced=False), chain)
    after = step(B, passed("yes"), chain)
    assert not logged.decides
    assert after.moot_because is None
    assert concluded(plan(A, B), logged, after).outcome is Outcome.PASSED


# Groups


@pytest.mark.parametrize(
    ("judgements", "outcome"),
    [
        ([passed("yes"), passed("yes")], Outcome.PASSED),
        ([passed("yes"), noted("aside")], Outcome.PASSED),
        ([noted("aside"), noted("aside")], Outcome.PASSED),
        ([passed("yes"), undecided("who knows")], Outcome.UNDECIDED),
        ([undecided("who knows"), failed("no")], Outcome.UNDECIDED),
        ([failed("no"), undecided("who knows")], Outcome.FAILED),
        ([passed("yes"), failed("no")], Outcome.FAILED),
    ],
)
def test_a_group_is_as_good_as_its_worst_step_that_stands(
    judgements: list[Judgement], outcome: Outcome
) -> None:
    chain = Chain("group", "thing")
    steps = [step(check, said, chain) for check, said in zip((A, B), judgements, strict=True)]
    result = concluded(plan(A, B), *steps)
    assert result.groups == (Group("group", "thing", outcome),)
    assert result.outcome is outcome


def test_a_moot_pass_leaves_its_group_undecided() -> None:
    moot = step(A, passed("would hold"), Chain("group", "thing", "demo.z"))
    assert concluded(plan(A), moot).outcome is Outcome.UNDECIDED


def test_a_moot_failure_decides_nothing_either() -> None:
    moot = step(A, failed("no"), Chain("group", "thing", "demo.z"))
    result = concluded(plan(A), moot)
    assert result.outcome is Outcome.UNDECIDED
    assert result.first_failing is None


def test_the_verdict_follows_the_groups_that_are_needed() -> None:
    good, bad = Chain("first", "x"), Chain("second", "y")
    result = concluded(
        plan(A, group="first", on="x"),
        step(A, passed("yes"), good),
        plan(A, group="second", on="y", needed=False),
        step(A, failed("no"), bad),
    )
    assert result.outcome is Outcome.PASSED
    assert [group.outcome for group in result.groups] == [Outcome.PASSED, Outcome.FAILED]


def test_a_group_is_named_by_what_it_was_last_about() -> None:
    chain = Chain("group", "thing")
    first = step(A, passed("yes"), chain)
    chain.on = "thing v7"
    result = concluded(plan(A, B), first, step(B, passed("yes"), chain))
    assert result.groups[0].on == "thing v7"
    assert result.not_reached == ()


def test_nothing_planned_is_nothing_verified() -> None:
    assert concluded().outcome is Outcome.UNDECIDED


def test_steps_of_a_group_that_nobody_planned_cannot_make_a_verdict_pass() -> None:
    assert concluded(step(A, passed("yes"))).outcome is Outcome.UNDECIDED


# What was not reached


def test_a_planned_check_that_never_ran_is_told_and_undecides_its_group() -> None:
    result = concluded(plan(A, B), step(A, passed("yes")))
    assert result.not_reached == (NotReached("demo.b", "thing"),)
    assert result.outcome is Outcome.UNDECIDED


def test_a_failure_outweighs_what_was_not_reached() -> None:
    assert concluded(plan(A, B), step(A, failed("no"))).outcome is Outcome.FAILED


def test_a_plan_for_a_role_is_met_by_steps_on_one_of_its_versions() -> None:
    done = step(A, passed("yes"), Chain("group", "my v1 role v12"))
    assert concluded(plan(A, on="my v1 role"), done).not_reached == ()
    assert concluded(plan(A, on="my"), done).not_reached == (NotReached("demo.a", "my"),)


def test_the_same_check_in_another_group_does_not_meet_a_plan() -> None:
    elsewhere = step(A, passed("yes"), Chain("another", "thing"))
    assert concluded(plan(A), elsewhere).not_reached == (NotReached("demo.a", "thing"),)


# The first failing check


def test_the_first_failing_check_is_the_first_failure_that_stands() -> None:
    chain = Chain("group", "thing")
    steps = [step(check, failed("no"), chain) for check in (A, B)]
    assert concluded(plan(A, B), *steps).first_failing == steps[0]


def test_a_failure_comes_before_an_earlier_undecided_step() -> None:
    unsure, bad = Chain("first", "x"), Chain("second", "y")
    steps = [step(A, undecided("who knows"), unsure), step(B, failed("no"), bad)]
    assert concluded(*steps).first_failing == steps[1]


def test_without_a_failure_the_first_undecided_step_is_the_one_to_look_at() -> None:
    steps = [step(A, passed("yes")), step(B, undecided("who knows"))]
    assert concluded(*steps).first_failing == steps[1]


def test_nothing_is_failing_when_all_is_well() -> None:
    assert concluded(plan(A), step(A, passed("yes"))).first_failing is None


# Findings


def test_findings_come_from_events_and_from_steps_in_their_order() -> None:
    told = Finding("demo.lint.x", "thing", "unwise", Severity.HIGH)
    raised = step(A, noted("odd", finding=Severity.LOW))
    result = concluded(plan(A), raised, told)
    assert result.findings == (Finding("demo.a", "thing", "odd", Severity.LOW), told)
    assert result.outcome is Outcome.PASSED


# The worst of several


@pytest.mark.parametrize(("one", "other"), list(product(Outcome, Outcome)))
def test_the_worst_of_two_never_depends_on_their_order(one: Outcome, other: Outcome) -> None:
    assert worst(iter([one, other])) is worst(iter([other, one]))


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([], Outcome.UNDECIDED),
        ([Outcome.NOTED], Outcome.PASSED),
        ([Outcome.PASSED, Outcome.NOTED], Outcome.PASSED),
        ([Outcome.PASSED, Outcome.UNDECIDED], Outcome.UNDECIDED),
        ([Outcome.UNDECIDED, Outcome.FAILED], Outcome.FAILED),
    ],
)
def test_failed_comes_before_undecided_before_passed(
    outcomes: list[Outcome], expected: Outcome
) -> None:
    assert worst(iter(outcomes)) is expected


# Collecting


def counting(end: int) -> Verification[str]:
    for check in (A, B, C)[:end]:
        yield step(check, passed("yes"))
    return f"counted {end}"


def test_collecting_gives_all_events_and_the_result() -> None:
    events, result = collect(counting, 2)
    assert [event.check for event in events if isinstance(event, Step)] == ["demo.a", "demo.b"]
    assert result == "counted 2"


def test_a_trace_survives_json() -> None:
    chain = Chain("group", "thing")
    steps = [
        step(A, noted("odd", finding=Severity.LOW), chain),
        step(B, failed("no", files=["a", "b"]), chain),
    ]
    result = concluded(plan(A, B, C), *steps)
    assert msgspec.json.decode(msgspec.json.encode(result), type=Trace) == result
