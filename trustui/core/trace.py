"""An explained verification: steps with evidence, the groups they form, and the verdict.

A verification is a generator of events: `Planned` (what a group is going to check), `Step` (what
one check concluded) and `Finding`. `collect` turns the events into a `Trace`. No check concludes
without leaving a Step, and an exception inside a check is a failed step, never a pass.
"""

from collections.abc import Callable, Generator, Iterable
from datetime import datetime
from enum import StrEnum
from typing import ParamSpec, TypeAlias, TypeVar

import msgspec

P = ParamSpec("P")
T = TypeVar("T")


class Outcome(StrEnum):
    """What a check, a group or a whole verification concluded."""

    PASSED = "passed"
    FAILED = "failed"
    UNDECIDED = "undecided"
    NOTED = "noted"


class TrustState(StrEnum):
    """The words for a thing as a whole, the same on every page and in every answer."""

    VERIFIED = "verified"
    EXPIRES_SOON = "expires_soon"
    NOT_TRUSTED = "not_trusted"
    FAILING = "failing"
    NOT_SIGNED = "not_signed"
    UNKNOWN_FORMAT = "unknown_format"
    STALE = "stale"
    COULD_NOT_CHECK = "could_not_check"
    NOT_COVERED = "not_covered"
    INHERITED = "inherited"


class Severity(StrEnum):
    """How much a finding should worry."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


EvidenceValue: TypeAlias = str | int | bool | list[str] | None
Evidence: TypeAlias = dict[str, EvidenceValue]


class Check(msgspec.Struct, frozen=True):
    """One question that a verification asks: a stable id and the clause that demands it."""

    id: str
    spec: str


class Judgement(msgspec.Struct, frozen=True):
    """The answer of one check, before it has a place in a trace."""

    outcome: Outcome
    because: str
    expected: str | None = None
    found: str | None = None
    evidence: Evidence = {}
    severity: Severity | None = None
    """Raises a finding of the check's own id beside the step."""


def passed(
    because: str,
    *,
    expected: str | None = None,
    found: str | None = None,
    **evidence: EvidenceValue,
) -> Judgement:
    """The check holds."""
    return _judgement(Outcome.PASSED, because, expected, found, evidence)


def failed(
    because: str,
    *,
    expected: str | None = None,
    found: str | None = None,
    **evidence: EvidenceValue,
) -> Judgement:
    """The check does not hold."""
    return _judgement(Outcome.FAILED, because, expected, found, evidence)


def undecided(
    because: str,
    *,
    expected: str | None = None,
    found: str | None = None,
    **evidence: EvidenceValue,
) -> Judgement:
    """What would decide the check could not be had."""
    return _judgement(Outcome.UNDECIDED, because, expected, found, evidence)


def noted(
    because: str,
    *,
    finding: Severity | None = None,
    expected: str | None = None,
    found: str | None = None,
    **evidence: EvidenceValue,
) -> Judgement:
    """Worth knowing; never decides a verdict. `finding` also raises a finding."""
    return _judgement(Outcome.NOTED, because, expected, found, evidence, finding)


def _judgement(
    outcome: Outcome,
    because: str,
    expected: str | None,
    found: str | None,
    evidence: Evidence,
    severity: Severity | None = None,
) -> Judgement:
    return Judgement(outcome, because, expected, found, evidence, severity)


class Step(msgspec.Struct, frozen=True):
    """What one check concluded about one thing, in its place in the verification."""

    check: str
    outcome: Outcome
    on: str
    because: str
    spec: str
    group: str
    expected: str | None = None
    found: str | None = None
    moot_because: str | None = None
    """The failed or undecided check that this step rests on; a moot step decides nothing."""
    evidence: Evidence = {}
    severity: Severity | None = None

    @property
    def decides(self) -> bool:
        """Whether this step may decide its group: not moot, and enforced."""
        is_enforced = not self.evidence or self.evidence.get("enforced", True) is not False
        return self.moot_because is None and is_enforced


class Finding(msgspec.Struct, frozen=True):
    """Something worth repairing that decides no verdict."""

    id: str
    on: str
    because: str
    severity: Severity


class Planned(msgspec.Struct, frozen=True):
    """A group begins: what it is about, what it will check, whether the verdict needs it."""

    group: str
    on: str
    checks: tuple[str, ...]
    needed: bool = True


Event: TypeAlias = Planned | Step | Finding
Verification: TypeAlias = Generator[Event, None, T]


class Group(msgspec.Struct, frozen=True, omit_defaults=True):
    """Steps about one thing (a role, a delegation edge, a signature) and their outcome."""

    id: str
    on: str
    outcome: Outcome
    needed: bool = True
    """Whether the verdict rests on it; of several signatures that would do, one may be enough."""


class NotReached(msgspec.Struct, frozen=True):
    """A check that was planned and never ran."""

    check: str
    on: str


class Trace(msgspec.Struct, frozen=True):
    """The whole of a verification; the only thing that may be shown as a verdict."""

    subject: str
    at: datetime
    valid_at: datetime
    outcome: Outcome
    steps: tuple[Step, ...]
    groups: tuple[Group, ...]
    not_reached: tuple[NotReached, ...]
    findings: tuple[Finding, ...]

    @property
    def first_failing(self) -> Step | None:
        """The first failed step that is not moot, or else the first undecided one.

        A group that the verdict does not need has failing steps of its own, which decide nothing.
        """
        spare = {group.id for group in self.groups if not group.needed}
        for wanted in (Outcome.FAILED, Outcome.UNDECIDED):
            for step in self.steps:
                if step.outcome is wanted and step.decides and step.group not in spare:
                    return step
        return None


class Chain:
    """Steps of one group, each resting on those before it.

    After a failed or undecided step the later ones are moot. `rests_on` is the check of an
    earlier group that already broke, if any; `broken_by` is where the chain stands now.
    """

    def __init__(self, group: str, on: str, rests_on: str | None = None) -> None:
        self.group = group
        self.on = on
        self.broken_by = rests_on
        self.troubles = 0
        """Failed and undecided steps so far, moot or not."""

    def judge(
        self, check: Check, judge: Callable[P, Judgement], *args: P.args, **kwargs: P.kwargs
    ) -> Step:
        """Run one check and give it its place."""
        judgement = _safely(judge, *args, **kwargs)
        step = Step(
            check=check.id,
            outcome=judgement.outcome,
            on=self.on,
            because=judgement.because,
            spec=check.spec,
            group=self.group,
            expected=judgement.expected,
            found=judgement.found,
            moot_because=self.broken_by,
            evidence=judgement.evidence,
            severity=judgement.severity,
        )
        if step.outcome is Outcome.FAILED or step.outcome is Outcome.UNDECIDED:
            self.troubles += 1
            if step.decides:
                self.broken_by = check.id
        return step


def _safely(judge: Callable[P, Judgement], *args: P.args, **kwargs: P.kwargs) -> Judgement:
    """An exception inside a check is our own mistake or an attack on it: it never passes."""
    try:
        return judge(*args, **kwargs)
    except Exception as error:  # noqa: BLE001  whatever it is, it must become a step
        return failed(
            f"the check itself broke: {type(error).__name__}: {error}"[:300],
            expected="a check that comes to a conclusion",
            found=type(error).__name__,
        )


def collect(
    verification: Callable[P, Verification[T]], *args: P.args, **kwargs: P.kwargs
) -> tuple[list[Event], T]:
    """Run a verification to its end; give its events and its result."""
    events: list[Event] = []
    running = verification(*args, **kwargs)
    try:
        while True:
            events.append(next(running))
    except StopIteration as end:
        result: T = end.value
    return events, result


def trace(subject: str, at: datetime, valid_at: datetime, events: list[Event]) -> Trace:
    """Conclude: compare what was planned with what ran, judge the groups, then the whole."""
    steps, plans, findings = _sorted_out(events)
    missing = _not_reached(plans, steps)
    outcomes = _group_outcomes(steps, {plan.group for plan, _ in missing})
    last = {plan.group: plan.on for plan in plans} | {step.group: step.on for step in steps}
    needed = {plan.group for plan in plans if plan.needed}
    groups = tuple(
        Group(group, last[group], outcomes.get(group, Outcome.UNDECIDED), group in needed)
        for group in dict.fromkeys(plan.group for plan in plans)
    )
    return Trace(
        subject=subject,
        at=at,
        valid_at=valid_at,
        outcome=worst(group.outcome for group in groups if group.id in needed),
        steps=tuple(steps),
        groups=groups,
        not_reached=tuple(NotReached(check, plan.on) for plan, check in missing),
        findings=tuple(findings),
    )


def _sorted_out(events: list[Event]) -> tuple[list[Step], list[Planned], list[Finding]]:
    """Steps, plans and findings, each in their order; some findings stand beside a step."""
    steps: list[Step] = []
    plans: list[Planned] = []
    findings: list[Finding] = []
    for event in events:
        if isinstance(event, Step):
            steps.append(event)
            if event.severity is not None:
                findings.append(Finding(event.check, event.on, event.because, event.severity))
        elif isinstance(event, Planned):
            plans.append(event)
        else:
            findings.append(event)
    return steps, plans, findings


def _not_reached(plans: list[Planned], steps: list[Step]) -> list[tuple[Planned, str]]:
    """What was planned and never ran. A plan for `snapshot` is met by steps on `snapshot v3`."""
    reached = {(step.group, step.check, step.on) for step in steps}
    reached |= {(group, check, on.rpartition(" v")[0]) for group, check, on in reached}
    return [
        (plan, check)
        for plan in plans
        for check in plan.checks
        if (plan.group, check, plan.on) not in reached
    ]


def _group_outcomes(steps: list[Step], incomplete: set[str]) -> dict[str, Outcome]:
    outcomes = {group: {Outcome.UNDECIDED} for group in incomplete}
    for step in steps:
        found = outcomes.get(step.group)
        if found is None:
            found = outcomes[step.group] = set()
        found.add(_weight(step))
    return {group: worst(found) for group, found in outcomes.items()}


def _weight(step: Step) -> Outcome:
    """What a step contributes: a moot one can only leave its group undecided."""
    if step.moot_because is not None:
        return Outcome.UNDECIDED
    return step.outcome if step.decides else Outcome.NOTED


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """Failed before undecided before passed; nothing at all is undecided."""
    found = set(outcomes)
    for outcome in (Outcome.FAILED, Outcome.UNDECIDED, Outcome.PASSED):
        if outcome in found:
            return outcome
    return Outcome.UNDECIDED if not found else Outcome.PASSED
