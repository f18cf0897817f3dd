"""What changed just before a verdict, and how it went before: its lines, its strip."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from statistics import median
from typing import NamedTuple

import msgspec
from django.db.models import QuerySet

from trustui.check_pages import load_pages
from trustui.core.primitives.text import counted, visible, with_short_digests
from trustui.core.trace import Outcome, TrustState
from trustui.inventory.models import RoleVersion
from trustui.inventory.text import identity
from trustui.pages.components import ChangeLine, Part
from trustui.pages.dates import day_words, minute_words
from trustui.pages.kept_query import KeptQuery
from trustui.pages.waterfall import readable
from trustui.pages.words import SIGNS, age, ago
from trustui.verdicts.answers import FRESH, Answer, AnswerStep
from trustui.verdicts.models import Verdict

MOST_VERDICTS = 400
"""Of one source that a strip shows."""
STRIP = 1000
"""Units that a strip is wide."""
_NARROWEST = 4.0
_RHYTHM = 12
"""Versions that a rhythm is read from."""


class Row(msgspec.Struct, frozen=True):
    """One verdict of a source, without its trace. `at` in UTC."""

    id: int
    at: datetime
    outcome: str
    trust_state: str
    first_failing: str

    @property
    def meaning(self) -> tuple[str, str, str]:
        """What makes two verdicts one span."""
        return self.outcome, self.trust_state, self.first_failing


class Segment(msgspec.Struct, frozen=True):
    """A stretch of a strip, in units of `STRIP`."""

    x: str
    width: str
    sign: str
    title: str


class Strip(msgspec.Struct, frozen=True):
    """How a source went over time, and the same in words."""

    segments: tuple[Segment, ...]
    words: str
    begins: datetime


class Compared(msgspec.Struct, frozen=True):
    """The step that fails now as it was in the last passing verdict."""

    verdict_id: int
    at: datetime
    then: str
    now: str


def rows_until(source_id: int, at: datetime) -> list[Row]:
    """The newest verdicts up to an instant, oldest first: one query, no traces."""
    return _rows.rows(order=("-at", "-id"), limit=MOST_VERDICTS, about=(source_id, at))[::-1]


def _until(_: object, __: object, ___: object, source: int, at: datetime) -> "QuerySet[Verdict]":
    return Verdict.objects.filter(source__pk=source, at__lte=at)


_rows = KeptQuery(_until, ("id", "at", "outcome", "trust_state", "first_failing"), Row)


def streak(rows: Sequence[Row], verdict_id: int) -> tuple[Row, Row | None, Row | None]:
    """The first verdict that said what this one says without a break, the first after it that does
    not, and the last passing one before. Raises LookupError where the verdict is not among them.
    """
    here = next((n for n, row in enumerate(rows) if row.id == verdict_id), -1)
    if here < 0:
        raise LookupError(verdict_id)
    first = here
    while first > 0 and rows[first - 1].meaning == rows[here].meaning:
        first -= 1
    ended = next((row for row in rows[here:] if row.meaning != rows[here].meaning), None)
    passed = next((row for row in rows[:first][::-1] if row.outcome == Outcome.PASSED), None)
    return rows[first], ended, passed


def strip(rows: Sequence[Row], until: datetime) -> Strip | None:
    """The strip from the first of these verdicts to an instant."""
    if not rows:
        return None
    begins = rows[0].at
    whole = max((until - begins).total_seconds(), 1.0)
    spans = _spans(rows, until)
    segments = [
        Segment(
            x=f"{STRIP * (since - begins).total_seconds() / whole:.1f}",
            width=f"{max(_NARROWEST, STRIP * (end - since).total_seconds() / whole):.1f}",
            sign=SIGNS[TrustState(state)],
            title=f"{state.replace('_', ' ')} from {since:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC",
        )
        for since, end, state in spans
    ]
    # The narrow ones are drawn last: a short lapse must not vanish under its neighbour.
    segments.sort(key=lambda one: one.sign == "bad")
    return Strip(tuple(segments), _strip_words(spans), begins)


def _spans(rows: Sequence[Row], until: datetime) -> list[tuple[datetime, datetime, str]]:
    spans: list[tuple[datetime, datetime, str]] = []
    for row, following in zip(rows, [*(one.at for one in rows[1:]), until], strict=True):
        if spans and spans[-1][2] == row.trust_state:
            spans[-1] = (spans[-1][0], following, row.trust_state)
        else:
            spans.append((row.at, following, row.trust_state))
    return spans


def _strip_words(spans: Sequence[tuple[datetime, datetime, str]]) -> str:
    since, _, state = spans[-1]
    told = f"{state.replace('_', ' ')} since {day_words(since)}"
    lapses = [end - begin for begin, end, one in spans[:-1] if one == TrustState.FAILING]
    if lapses:
        longest = age(max(lapses))
        told += f", {counted(len(lapses), 'failure')} before, the longest of {longest}"
    first = spans[0][0]
    if first != since:
        told += f"; known since {day_words(first)}"
    return told


# Changes ----------------------------------------------------------------------------------------


MOST_CHANGES = 8
"""Lines that are read at once; the others are folded."""

_ROUTINE = (": expiry of ", ": file version of ")
_TRUST = " trust"
"""How a sentence ends that says whether trust is widened or narrowed."""
_LOOK = (
    "a rollback",
    "another document of one version",
    "vanished",
    "could not",
    "no longer",
    "was refused",
)
_STEP = re.compile(r" v\S+ → v\S+$")
_OF_ITSELF = re.compile(r"^(?P<role>.{1,60}?): (?P<kind>[a-z ]{1,40}) of (?P=role): ")


def change_lines(
    sentences: Sequence[str],
) -> tuple[tuple[ChangeLine, ...], tuple[ChangeLine, ...]]:
    """The sentences that a verdict keeps about its evidence: those to read, and those to fold.

    What is suspicious comes first; expiries and versions, which every renewal moves, last. Versions
    are read where nothing else is.
    """
    ranked = sorted(
        (_weight(line.sign, sentence), number, line)
        for number, (sentence, line) in enumerate((one, _change_line(one)) for one in sentences)
    )
    worth = _VERSIONS if ranked and ranked[0][0] < _VERSIONS else _FOLDED
    told = [line for weight, _, line in ranked if weight < worth][:MOST_CHANGES]
    return tuple(told), tuple(line for *_, line in ranked[len(told) :])


_VERSIONS, _FOLDED = 2, 3


def may_tell(sentences: Sequence[str]) -> bool:
    """Whether `change_lines` may find what widens or narrows trust, or is suspicious: at a glance."""
    told = "\n".join(sentences)
    if any(words in told for words in _LOOK):
        return True
    return _TRUST in told and any(
        one.endswith(_TRUST) and not any(words in one for words in _ROUTINE) for one in sentences
    )


def _weight(sign: str, sentence: str) -> int:
    if any(words in sentence for words in _ROUTINE):
        return _FOLDED
    if _STEP.search(sentence):
        return _VERSIONS
    return 0 if sign == "bad" else 1


@lru_cache(maxsize=4_096)
def _change_line(sentence: str) -> ChangeLine:
    """Kept by its sentence: most verdicts tell the same few."""
    head, comma, tail = sentence.rpartition(", which ")
    effect = tail.removesuffix(" trust") if comma and tail.endswith(" trust") else ""
    text = head if effect else sentence
    mark = "~"
    if "seen for the first time" in text or " was published" in text or "nothing → " in text:
        mark = "+"
    elif " expired " in text or text.endswith("→ nothing"):
        mark = "-"
    if effect:
        sign = "bad" if effect == "widens" else "ok"
        return ChangeLine(mark, _parts(text), badge=f"{effect} trust", sign=sign)
    if " expired " in text:
        return ChangeLine(mark, _parts(text), badge="expired", sign="bad")
    if any(words in text for words in _LOOK):
        return ChangeLine(mark, _parts(text), badge="look here", sign="bad")
    if " expires soon" in text:
        return ChangeLine(mark, _parts(text), badge="expires soon", sign="soon")
    return ChangeLine(mark, _parts(text))


def _parts(text: str) -> tuple[Part, ...]:
    """The first word is what it is about: a role, or a place."""
    short = readable(with_short_digests(_once(text)))
    subject, space, rest = short.partition(" ")
    name = subject.removesuffix(":")
    return (Part(name, "name"), Part(f"{subject[len(name) :]}{space}{rest}"))


def _once(text: str) -> str:
    """Without what is said twice: the role that a change is of, and that there was nothing."""
    told = _OF_ITSELF.sub(r"\g<role>: \g<kind>: ", text).replace(": nothing → ", ": ", 1)
    return told.removesuffix(" → nothing")


def stopped(
    source_id: int, step: AnswerStep, at: datetime, now: datetime
) -> tuple[ChangeLine, str] | None:
    """That a document which used to come has stopped coming, as a line and as a likely cause.

    As known at `at`, told to whoever looks at `now`. For a failed check of expiry: one query. None
    for others, and where the document was never seen.
    """
    if not FRESH & step.parts or step.outcome is not Outcome.FAILED:
        return None
    role = step.on.rpartition(" v")[0].removeprefix("final ")
    order = ("-version_rank", "-id")
    seen = _versions.rows(order=order, limit=_RHYTHM, about=(source_id, identity(role), at))
    if not seen:
        return None
    last, newest = seen[0]
    rhythm = _rhythm([one.first_seen_at for one in seen])
    told = f" since v{newest} ({minute_words(last)})."
    until = f" Until then one came every {rhythm}." if rhythm else ""
    line = ChangeLine(
        "-",
        (Part("No new "), Part(visible(role, 60), "name"), Part(told + until)),
        badge="stopped",
        sign="bad",
    )
    cause = f"The last {visible(role, 60)} came {ago(last, now)}{', and until then one every ' + rhythm if rhythm else ''}: whatever renews it has stopped, or lost its key."
    return line, cause


class _Version(NamedTuple):
    first_seen_at: datetime
    version: str


def _seen_until(
    _: object, __: object, ___: object, source: int, role: str, at: datetime
) -> "QuerySet[RoleVersion]":
    return RoleVersion.objects.filter(source__pk=source, role_id=role, first_seen_at__lte=at)


_versions = KeptQuery(_seen_until, _Version._fields, _Version)


def _rhythm(seen: Sequence[datetime]) -> str:
    """How long it usually was from one to the next; newest first."""
    spans = [(after - before).total_seconds() for after, before in pairwise(seen)]
    spans = [span for span in spans if span > 0]
    if len(spans) < 2:  # noqa: PLR2004  one interval is no rhythm
        return ""
    hours = timedelta(seconds=median(spans)) / timedelta(hours=1)
    if hours < 1:
        return f"{round(hours * 60)} min"
    return f"{round(hours)} h" if hours < 72 else f"{round(hours / 24)} days"  # noqa: PLR2004


def compared(now: AnswerStep, before: Answer, verdict_id: int) -> Compared | None:
    """What the step that fails now was in an earlier verdict; None where it was not asked then."""
    group = now.group
    for step in before.steps:
        if step.check == now.check and step.group == group:
            page = load_pages().get(step.check)
            then = visible(step.because, 200)
            return Compared(
                verdict_id,
                before.at,
                then=f"{step.outcome}: {then}" if page is not None else then,
                now=f"{now.outcome}: {visible(now.because, 200)}",
            )
    return None
