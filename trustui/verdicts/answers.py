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
"""Groups of one kind that are shown where everything was asked for."""
MOST_GROUPS, MOST_OF_EVERY = 100, 250
"""Groups of all kinds that one page shows, and where everything was asked for: 250 signatures of 35
steps each are 4 MB of a page, which takes half a second to make."""

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
    def is_logged(self) -> bool:
        """Whether it does not hold, and whoever made the policy lets that pass."""
        is_bad = self.outcome in {Outcome.FAILED, Outcome.UNDECIDED}
        return is_bad and self.moot_because is None and not self.decides

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
    """The groups whose steps are shown, and those alike; `every` shows more of these.

    Where even those are too many for a page, those with something wrong come before the others.
    """
    wrong = {one.group for one in answer.steps if one.outcome in WRONG and one.decides}
    runs = [
        (sort, list(run)) for sort, run in groupby(answer.groups, key=lambda one: _sort(one, wrong))
    ]
    room = MOST_OF_EVERY if every else MOST_GROUPS
    most: dict[int, int] = {}
    for place, (sort, run) in sorted(enumerate(runs), key=lambda one: one[1][0].weight):
        most[place] = min(sort.most(every=every), len(run), room)
        room -= most[place]
    shown, left = list[Group](), Counter[tuple[Outcome, str]]()
    for place, (sort, run) in enumerate(runs):
        shown += run[: most[place]]
        if len(run) > most[place]:
            left[sort.outcome, sort.kind] += len(run) - most[place]
    return shown, [Alike(count, outcome, kind) for (outcome, kind), count in left.items()]


class _Sort(msgspec.Struct, frozen=True):
    """What groups have in common of which not all need be shown."""

    kind: str
    """Edges of one delegator are of one kind; empty for anything else."""
    outcome: Outcome
    is_wrong: bool
    is_needed: bool

    @property
    def weight(self) -> int:
        """Groups of the least one are shown first where there is little room."""
        return 2 - self.is_wrong - (self.is_wrong and self.is_needed)

    def most(self, *, every: bool) -> int:
        """So many of them are shown."""
        if every or not self.kind:
            return MAX_EVERY
        return MAX_WRONG if self.is_wrong else MAX_ALIKE


def _sort(group: Group, wrong: Container[str]) -> _Sort:
    delegator, arrow, _ = group.id.partition(EDGE)
    kind = f"delegations of {delegator}" if arrow else ""
    is_needed = group.needed and not arrow
    return _Sort(kind, group.outcome, group.id in wrong, is_needed)


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
