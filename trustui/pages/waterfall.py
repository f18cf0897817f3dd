"""The steps of a verification, ready to be shown: groups, sentences, the first failing one open.

Made from the JSON that `trustui verify --json` prints and from the texts of docs/formats, whatever
the format: nothing here knows a check by its name.
"""

import re
from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import TypeAlias

import msgspec
from django.urls import reverse

from trustui.check_pages import CheckPage
from trustui.core.errors import ParseError
from trustui.core.primitives.instants import parse_instant
from trustui.core.primitives.text import counted, visible
from trustui.core.trace import Finding, Group, NotReached, Outcome, Severity, TrustState
from trustui.pages.accepted import Accepted
from trustui.pages.components import Labelled, StepGroup, StepLine
from trustui.pages.words import OUTCOME_SIGNS, SEVERITY_SIGNS, age, ago

MAX_ALIKE = 3
"""Groups of one kind that are shown when nothing is wrong with them."""
MAX_WRONG = 40
"""Groups of one kind that are shown when something is."""
MAX_EVERY = 200
"""Groups that are shown where everything was asked for."""
MAX_FINDINGS = 50
_TEXT = 300

ROUTINE = frozenset({"meta", "key", "sig", "fetch", "equivocation", "persist", "not_in_snapshot"})
"""Parts of ids of checks that are shown alone only when they do not hold."""
FRESH = frozenset({"freeze", "expiry", "expired"})
"""Parts of ids of checks of expiry."""

ATTACK, CAUSES = "Attack it answers", "Likely causes"

_VERSION = re.compile(r" v([0-9]{1,40})$")
_EDGE = " → "
_WRONG = frozenset({Outcome.FAILED, Outcome.UNDECIDED})


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


class GroupLines(msgspec.Struct, frozen=True):
    """Steps about one thing."""

    head: StepGroup
    """With the steps that the specification's workflow asks, and all that do not hold."""
    quiet: tuple[StepLine, ...]
    """Steps of reading, form and keys that hold."""
    quiet_words: str


class MoreGroups(msgspec.Struct, frozen=True):
    """Groups that went alike and are counted."""

    words: str
    sign: str


class FindingLine(msgspec.Struct, frozen=True):
    """Something worth repairing that decides nothing."""

    id: str
    on: str
    because: str
    severity: str
    sign: str
    title: str
    accepted: Accepted | None = None
    """Who lives with it, until when."""


class Waterfall(msgspec.Struct, frozen=True):
    """All of it."""

    counts: str
    first: int
    """The number of the first step that does not hold; 0: all do."""
    groups: tuple[GroupLines, ...]
    alike: tuple[MoreGroups, ...]
    """Groups that went as those above, counted."""
    not_reached: str
    findings: tuple[FindingLine, ...]
    more_findings: int


def read_answer(trace: bytes) -> Answer:
    """Read a stored trace. Raises msgspec.ValidationError."""
    return msgspec.json.decode(trace, type=Answer)


def waterfall(
    answer: Answer,
    pages: Mapping[str, CheckPage],
    now: datetime,
    *,
    every: bool = False,
    first_more: Sequence[Labelled] = (),
    excerpt: str = "",
    accepted_as: Callable[[Finding], Accepted | None] = lambda _: None,
) -> Waterfall:
    """Lay a verification out; with `every` also the groups that went alike.

    `first_more` and `excerpt` are what is known besides of the first step that does not hold;
    `accepted_as` says who lives with a finding.
    """
    first = answer.first_failing
    groups, alike = laid_out(answer, every=every)
    steps: dict[str, list[tuple[int, AnswerStep]]] = {group.id: [] for group in groups}
    number = 0
    for n, step in answer.numbered:
        if step.group in steps:
            steps[step.group].append((n, step))
        if step is first:
            number = n
    noticed = frozenset((one.id, one.on) for one in answer.findings)
    teller = _Teller(answer, pages, now, number, tuple(first_more), excerpt, noticed)
    shown = [_group(group, steps[group.id], teller) for group in groups]
    order = list(Severity)
    findings = sorted(answer.findings, key=lambda one: -order.index(one.severity))
    return Waterfall(
        counts=answer.counts or counts_of(answer.steps),
        first=number,
        groups=tuple(shown),
        alike=tuple(alike),
        not_reached=_not_reached(answer.not_reached),
        findings=tuple(_finding(one, pages, accepted_as(one)) for one in findings[:MAX_FINDINGS]),
        more_findings=max(0, len(findings) - MAX_FINDINGS),
    )


# Steps ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Teller:
    """Makes the lines of the steps that are shown; a large repository has a hundred thousand more."""

    answer: Answer
    pages: Mapping[str, CheckPage]
    now: datetime
    first: int
    first_more: tuple[Labelled, ...]
    excerpt: str
    noticed: frozenset[tuple[str, str]]
    """Checks that raised a finding, and on what."""

    def line(self, number: int, step: AnswerStep) -> StepLine:
        """One step, ready to be shown."""
        page = self.pages.get(step.check)
        is_wrong = step.outcome in _WRONG
        more = _more(step, page, self.now) if is_wrong and step.moot_because is None else ()
        is_first = number == self.first
        return StepLine(
            number=number,
            outcome=step.outcome,
            name=page.title if page is not None else step.check,
            check_id=step.check,
            found=_told(step, is_wrong=is_wrong),
            clause=step.spec[step.spec.find("§") :] if "§" in step.spec else step.spec,
            rests_on=step.moot_because or "",
            more=_in_order(more, self.first_more) if is_first else more,
            excerpt=self.excerpt if is_first else "",
            href="" if page is None else help_address(step.check),
        )


@lru_cache(maxsize=1024)
def help_address(check_id: str) -> str:
    """Of the page of a check; there are a few hundred."""
    return reverse("help-check", args=[check_id])


def _told(step: AnswerStep, *, is_wrong: bool) -> str:
    because = visible(step.because, _TEXT)
    if step.moot_because is not None:
        return because if is_wrong else ""
    if not is_wrong:
        return because
    both = (("expected", step.expected), ("found", step.found))
    return ", ".join(f"{word} {readable(text)}" for word, text in both if text) or because


def _more(step: AnswerStep, page: CheckPage | None, now: datetime) -> tuple[Labelled, ...]:
    found = Labelled("Found", _found(step, now))
    if page is None:
        return (found,)
    return (
        found,
        Labelled(ATTACK, unmarked(page.attack)),
        Labelled(CAUSES, unmarked(page.causes)),
        Labelled("What to do", unmarked(page.fix)),
    )


def _found(step: AnswerStep, now: datetime) -> str:
    """How it was; of an expiry, how long ago that is for whoever looks now."""
    expired = instant_in(step.found) if FRESH & step.parts else None
    if expired is None or expired > now:
        return visible(step.because, _TEXT)
    return f"expired {readable(step.found or '')}, {ago(expired, now)}"


def _in_order(more: Sequence[Labelled], others: Sequence[Labelled]) -> tuple[Labelled, ...]:
    """With what is known of the subject itself before the causes that are likely everywhere."""
    if not more or not others:
        return (*more, *others)
    place = next((n for n, one in enumerate(more) if one.label == CAUSES), len(more))
    *before, last = (*more[:place], *others, *more[place:])
    return (*before, msgspec.structs.replace(last, is_wide=len(before) % 2 == 0))


def unmarked(markdown: str) -> str:
    """A paragraph of a page without the marks of code."""
    return markdown.replace("`", "")


_STAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


def readable(text: str) -> str:
    """A step's own text with its instants as people write them, hidden characters visible."""

    def written(match: re.Match[str]) -> str:
        at = instant_in(match.group())
        return match.group() if at is None else f"{at.day} {at:%b %Y %H:%M} UTC"

    return visible(_STAMP.sub(written, text[: 4 * _TEXT]), _TEXT)


@lru_cache(maxsize=1024)
def instant_in(text: str | None) -> datetime | None:
    """The instant that a text is, if it is one."""
    try:
        return parse_instant(text).at if text else None
    except ParseError:
        return None


# Groups -----------------------------------------------------------------------------------------

_Steps: TypeAlias = Sequence[tuple[int, AnswerStep]]


def laid_out(answer: Answer, *, every: bool) -> tuple[list[Group], list[MoreGroups]]:
    """The groups whose steps are shown, and what is said of those alike."""
    shown, counted_only = list[Group](), list[MoreGroups]()
    wrong = {one.group for one in answer.steps if one.outcome in _WRONG and one.decides}
    for (kind, outcome, is_wrong), run in groupby(
        answer.groups, key=lambda one: _alike(one, wrong)
    ):
        alike = list(run)
        most = MAX_EVERY if every or not kind else MAX_WRONG if is_wrong else MAX_ALIKE
        shown += alike[:most]
        if len(alike) > most:
            words = f"and {len(alike) - most:,} more, all {outcome}: {visible(kind, 120)}"
            counted_only.append(MoreGroups(words, OUTCOME_SIGNS[outcome]))
    return shown, counted_only


def _alike(group: Group, wrong: Container[str]) -> tuple[str, Outcome, bool]:
    """Edges of one delegator with one outcome are alike; anything else is not."""
    delegator, arrow, _ = group.id.partition(_EDGE)
    kind = f"delegations of {delegator}" if arrow else ""
    return kind, group.outcome, group.id in wrong


def _group(group: Group, numbered: _Steps, teller: _Teller) -> GroupLines:
    answer, steps = teller.answer, [step for _, step in numbered]
    loud, quiet = list[StepLine](), list[StepLine]()
    for number, step in numbered:
        (quiet if _is_quiet(step, teller.noticed) else loud).append(teller.line(number, step))
    rests_on = next((step.moot_because for step in steps if step.moot_because), None)
    is_moot = bool(steps) and all(step.moot_because is not None for step in steps)
    head = StepGroup(
        name=_title(group, steps),
        sign="moot" if is_moot else OUTCOME_SIGNS[group.outcome],
        tail=_rests_on(rests_on, answer) if is_moot else _tail(group, steps, answer.valid_at),
        steps=tuple(loud),
        is_open=_is_open(group, is_moot=is_moot),
        told="" if is_moot else counts_of(steps),
    )
    return GroupLines(head, tuple(quiet), _quiet_words(quiet))


def _is_open(group: Group, *, is_moot: bool) -> bool:
    """What passed is folded, so that what did not is seen; delegations also where they rest on it."""
    if group.outcome is Outcome.FAILED:
        return True
    return _EDGE not in group.id and (is_moot or group.outcome is Outcome.UNDECIDED)


def _title(group: Group, steps: Sequence[AnswerStep]) -> str:
    found = (_VERSION.search(step.on) for step in steps)
    versions = sorted({int(match.group(1)) for match in found if match is not None})
    name = group.id.rpartition(_EDGE)[2]
    shown = visible(name[:1].upper() + name[1:] if _EDGE not in group.id else name, 120)
    if not versions:
        return shown
    if len(versions) == 1:
        return f"{shown}, v{versions[0]}"
    return f"{shown}, v{versions[0]} to v{versions[-1]}"


def _tail(group: Group, steps: Sequence[AnswerStep], at: datetime) -> str:
    return _expiry(steps, at) or ("" if group.needed else "decides nothing here")


def _expiry(steps: Sequence[AnswerStep], at: datetime) -> str:
    for step in reversed(steps):
        expires = instant_in(step.found) if FRESH & step.parts else None
        if expires is not None:
            return f"expires in {age(expires - at)}" if expires > at else "expired"
    return ""


def _rests_on(check: str | None, answer: Answer) -> str:
    broken = next((one.group for one in answer.steps if one.check == check and one.decides), check)
    return f"rests on {visible((broken or '').rpartition(_EDGE)[2], 80)}"


def _is_quiet(step: AnswerStep, noticed: frozenset[tuple[str, str]]) -> bool:
    """What holds and only asks about form, and what is noted without being a finding."""
    if step.outcome is Outcome.NOTED:
        return (step.check, step.on) not in noticed
    return step.outcome is Outcome.PASSED and not ROUTINE.isdisjoint(step.parts)


def _quiet_words(quiet: Sequence[StepLine]) -> str:
    """`19 checks of reading, form and keys passed, 6 noted`."""
    noted = sum(line.outcome is Outcome.NOTED for line in quiet)
    moot = sum(line.is_moot and line.outcome is Outcome.PASSED for line in quiet)
    passed = len(quiet) - noted - moot
    told = [
        f"{counted(count, 'check')} of reading, form and keys {word}"
        for count, word in ((passed, "passed"), (moot, "would pass"))
        if count
    ]
    return ", ".join([*told, *([f"{noted:,} noted"] if noted else [])])


# The whole --------------------------------------------------------------------------------------


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


def _not_reached(missing: Sequence[NotReached]) -> str:
    if not missing:
        return ""
    on = ", ".join(dict.fromkeys(visible(one.on, 40) for one in missing))
    return f"Not reached: {counted(len(missing), 'planned check')} on {visible(on, 300)}"


def _finding(
    one: Finding, pages: Mapping[str, CheckPage], accepted: Accepted | None
) -> FindingLine:
    page = pages.get(one.id)
    return FindingLine(
        id=one.id,
        on=visible(one.on, 120),
        because=visible(one.because, _TEXT),
        severity=str(one.severity),
        sign=SEVERITY_SIGNS[one.severity],
        title=page.title if page is not None else one.id,
        accepted=accepted,
    )
