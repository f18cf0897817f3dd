"""A verification as its JSON tells it, and what of a very long one is told at all.

Made from what `trustui verify --json` prints, whatever the format: nothing here knows a check by its
name.
"""

from collections import Counter
from collections.abc import Container, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import groupby

import msgspec

from trustui.core.errors import ParseError
from trustui.core.primitives.instants import parse_instant
from trustui.core.trace import Finding, Group, NotReached, Outcome, TrustState

MAX_ALIKE = 3
"""Groups of one kind that are shown when nothing is wrong with them."""
MAX_WRONG = 40
"""Groups of one kind that are shown when something is."""
MAX_EVERY = 200
"""Groups that are shown where everything was asked for."""

FRESH = frozenset({"freeze", "expiry", "expired"})
"""Parts of ids of checks of expiry."""
EDGE = " → "
"""Between the two names of a delegation, in the id of its group."""
WRONG = frozenset({Outcome.FAILED, Outcome.UNDECIDED})


@lru_cache(maxsize=1024)
def parts_of(check_id: str) -> frozenset[str]:
    """The parts of an id between its dots; ids are few and steps are many."""
    return frozenset(check_id.split("."))


class AnswerStep(msgspec.Struct, frozen=True, gc=False):
    """A step as JSON tells it. Nothing in it points back: half a million cost the collector nothing."""

    check: str
    outcome: Outcome
    on: str
    because: str
    spec: str
    group: str
    expected: str | None = None
    found: str | None = None
    moot_because: str | None = None
    evidence: dict[str, object] = {}

    @property
    def decides(self) -> bool:
        """As `trace.Step.decides`."""
        return self.moot_because is None and self.evidence.get("enforced", True) is not False

    @property
    def parts(self) -> frozenset[str]:
        """The parts of its id."""
        return parts_of(self.check)


class Answer(msgspec.Struct, frozen=True):
    """A whole verification, as `trustui verify --json` prints it. Times in UTC."""

    subject: str
    kind: str
    at: datetime
    valid_at: datetime
    outcome: Outcome
    trust_state: TrustState
    steps: tuple[AnswerStep, ...]
    groups: tuple[Group, ...]
    not_reached: tuple[NotReached, ...] = ()
    findings: tuple[Finding, ...] = ()
    numbers: tuple[int, ...] = ()
    """Of the steps among all of the verification, from 1, where only some are held here."""
    counts: str = ""
    """How all of them went, where only some are held here."""

    @property
    def is_cut(self) -> bool:
        """Whether only some of its steps are held here."""
        return bool(self.numbers)

    @property
    def numbered(self) -> Iterator[tuple[int, AnswerStep]]:
        """The steps with their numbers."""
        return zip(self.numbers or range(1, len(self.steps) + 1), self.steps, strict=True)

    @property
    def first_failing(self) -> AnswerStep | None:
        """The first failed step that is not moot, or else the first undecided one.

        As `trace.Trace.first_failing`: groups that the verdict does not need decide nothing.
        """
        spare = {group.id for group in self.groups if not group.needed}
        for wanted in (Outcome.FAILED, Outcome.UNDECIDED):
            for step in self.steps:
                if step.outcome is wanted and step.decides and step.group not in spare:
                    return step
        return None


class Alike(msgspec.Struct, frozen=True):
    """Groups that went as those before them and are only counted."""

    count: int
    outcome: Outcome
    kind: str


def read_answer(trace: bytes) -> Answer:
    """Read a stored trace. Raises msgspec.ValidationError."""
    return msgspec.json.decode(trace, type=Answer)


@lru_cache(maxsize=1024)
def instant_in(text: str | None) -> datetime | None:
    """The instant that a text is, if it is one."""
    try:
        return parse_instant(text).at if text else None
    except ParseError:
        return None


def laid_out(answer: Answer, *, every: bool) -> tuple[list[Group], list[Alike]]:
    """The groups whose steps are shown, and those alike; `every` shows more of these."""
    shown, counted_only = list[Group](), list[Alike]()
    wrong = {one.group for one in answer.steps if one.outcome in WRONG and one.decides}
    for (kind, outcome, is_wrong), run in groupby(
        answer.groups, key=lambda one: _alike(one, wrong)
    ):
        alike = list(run)
        most = MAX_EVERY if every or not kind else MAX_WRONG if is_wrong else MAX_ALIKE
        shown += alike[:most]
        if len(alike) > most:
            counted_only.append(Alike(len(alike) - most, outcome, kind))
    return shown, counted_only


def _alike(group: Group, wrong: Container[str]) -> tuple[str, Outcome, bool]:
    """Edges of one delegator with one outcome are alike; anything else is not."""
    delegator, arrow, _ = group.id.partition(EDGE)
    kind = f"delegations of {delegator}" if arrow else ""
    return kind, group.outcome, group.id in wrong


def counts_of(steps: Sequence[AnswerStep]) -> str:
    """`29 passed, 1 failed, 11 rest on what does not hold`."""
    rest = Counter(step.outcome if step.moot_because is None else None for step in steps)
    moot = rest[None]
    told = [
        f"{rest[outcome]:,} {outcome}"
        for outcome in (Outcome.PASSED, Outcome.FAILED, Outcome.UNDECIDED, Outcome.NOTED)
        if rest[outcome]
    ]
    if moot:
        told.append(f"{moot:,} rest on what does not hold")
    return ", ".join(told)
