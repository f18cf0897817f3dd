"""The steps of a verification, ready to be shown: groups, sentences, the first failing one open.

Made from the JSON that `trustui verify --json` prints and from the texts of docs/formats, whatever
the format: nothing here knows a check by its name.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TypeAlias

import msgspec
from django.urls import reverse

from trustui.check_pages import CheckPage
from trustui.core.formats.tuf import FORMAT
from trustui.core.primitives.text import counted, visible
from trustui.core.trace import Finding, Group, NotReached, Outcome, Severity
from trustui.pages.accepted import Accepted
from trustui.pages.components import Labelled, StepGroup, StepLine
from trustui.pages.dates import instant_words
from trustui.pages.words import OUTCOME_SIGNS, SEVERITY_SIGNS, age, ago
from trustui.verdicts.answers import (
    EDGE,
    FRESH,
    WRONG,
    Alike,
    Answer,
    AnswerStep,
    counts_of,
    instant_in,
    laid_out,
)

MAX_FINDINGS = 50
_TEXT = 300

ROUTINE = frozenset({"meta", "key", "sig", "fetch", "equivocation", "persist", "not_in_snapshot"})
"""Parts of ids of checks that are shown alone only when they do not hold."""

ATTACK, CAUSES = "Attack it answers", "Likely causes"

_VERSION = re.compile(r" v([0-9]{1,40})$")


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


def waterfall(
    answer: Answer,
    pages: Mapping[str, CheckPage],
    now: datetime,
    *,
    every: bool = False,
    is_in_short: bool = False,
    first_more: Sequence[Labelled] = (),
    excerpt: str = "",
    accepted_as: Callable[[Finding], Accepted | None] = lambda _: None,
) -> Waterfall:
    """Lay a verification out; with `every` also the groups that went alike, `is_in_short` none but
    that of the first step that does not hold.

    `first_more` and `excerpt` are what is known besides of the first step that does not hold;
    `accepted_as` says who lives with a finding.
    """
    first = answer.first_failing
    groups, alike = laid_out(answer, every=every)
    if is_in_short:
        groups = [one for one in groups if first is not None and one.id == first.group]
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
        alike=tuple(_counted(one) for one in alike),
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
        is_wrong = step.outcome in WRONG
        more = _more(step, page, self.now) if is_wrong and step.moot_because is None else ()
        is_first = number == self.first
        return StepLine(
            number=number,
            outcome=step.outcome,
            name=page.title if page is not None else step.check,
            check_id=step.check,
            found=_told(step, is_wrong=is_wrong),
            clause=_clause(step.spec),
            rests_on=step.moot_because or "",
            more=_in_order(more, self.first_more) if is_first else more,
            excerpt=self.excerpt if is_first else "",
            href="" if page is None else help_address(step.check),
        )


@lru_cache(maxsize=1024)
def help_address(check_id: str) -> str:
    """Of the page of a check; there are a few hundred."""
    return reverse("help-check", args=[check_id])


def _clause(spec: str) -> str:
    """Of TUF the number alone; a signature's steps follow several texts, so these are named."""
    return spec.removeprefix(f"{FORMAT.spec} ")


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
        return match.group() if at is None else instant_words(at)

    return visible(_STAMP.sub(written, text[: 4 * _TEXT]), _TEXT)


# Groups -----------------------------------------------------------------------------------------

_Steps: TypeAlias = Sequence[tuple[int, AnswerStep]]


def _counted(one: Alike) -> MoreGroups:
    kind = f": {visible(one.kind, 120)}" if one.kind else ""
    words = f"and {one.count:,} more, all {one.outcome}{kind}"
    return MoreGroups(words, OUTCOME_SIGNS[one.outcome])


def _group(group: Group, numbered: _Steps, teller: _Teller) -> GroupLines:
    answer, steps = teller.answer, [step for _, step in numbered]
    loud, quiet = list[StepLine](), list[StepLine]()
    for number, step in numbered:
        (quiet if _is_quiet(step, teller.noticed) else loud).append(teller.line(number, step))
    rests_on = next((step.moot_because for step in steps if step.moot_because), None)
    is_moot = bool(steps) and all(step.moot_because is not None for step in steps)
    head = StepGroup(
        name=_title(group, steps),
        sign="moot" if is_moot else _sign_of(group, steps),
        tail=_rests_on(rests_on, answer) if is_moot else _tail(group, steps, answer.valid_at),
        steps=tuple(loud),
        is_open=_is_open(group, is_moot=is_moot) or _is_logged(group, steps),
        told="" if is_moot else counts_of(steps),
    )
    return GroupLines(head, tuple(quiet), _quiet_words(quiet))


def _is_logged(group: Group, steps: Sequence[AnswerStep]) -> bool:
    """Whether it passed although something does not hold that the policy only logs."""
    return group.outcome is Outcome.PASSED and any(step.is_logged for step in steps)


def _sign_of(group: Group, steps: Sequence[AnswerStep]) -> str:
    """What is only logged never looks good."""
    return "soon" if _is_logged(group, steps) else OUTCOME_SIGNS[group.outcome]


def _is_open(group: Group, *, is_moot: bool) -> bool:
    """What passed is folded, so that what did not is seen; delegations also where they rest on it."""
    if group.outcome is Outcome.FAILED:
        return True
    return EDGE not in group.id and (is_moot or group.outcome is Outcome.UNDECIDED)


def _title(group: Group, steps: Sequence[AnswerStep]) -> str:
    found = (_VERSION.search(step.on) for step in steps)
    versions = sorted({int(match.group(1)) for match in found if match is not None})
    name = group.id.rpartition(EDGE)[2]
    shown = visible(name[:1].upper() + name[1:] if EDGE not in group.id else name, 120)
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
    return f"rests on {visible((broken or '').rpartition(EDGE)[2], 80)}"


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
        title=page.noticed if page is not None else one.id,
        accepted=accepted,
    )
