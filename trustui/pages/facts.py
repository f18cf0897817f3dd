"""Four facts that are often confused: signatures, anchor, freshness, reach. Of any format."""

import re
from collections.abc import Sequence
from datetime import datetime

import msgspec

from trustui.core.primitives.text import counted, visible
from trustui.core.trace import Outcome, TrustState
from trustui.pages.components import Fact
from trustui.pages.dates import day_words, minute_words
from trustui.pages.words import ago
from trustui.verdicts.answers import FRESH, Answer, AnswerStep, instant_in, parts_of

SIGNATURES = frozenset(
    {"signature", "threshold", "threshold_old", "threshold_new", "self_signed", "authenticity"}
)
ANCHOR = frozenset({"anchor", "load", "store", "root_readable", "key_readable"})
ORDER = frozenset({"rollback"})
REACH = frozenset({"fetch", "find", "resolve", "blob"})
"""Parts of the ids of the checks that decide each fact."""

_NOTE = 160
_NEEDED = re.compile(r"([0-9]{1,9}) of [0-9,]+ keys?")
_VALID = re.compile(r"([0-9]{1,9}) valid")
"""How `core.checks.threshold` says what it expected and found."""


class Pinned(msgspec.Struct, frozen=True):
    """Whose root it is verified from. `at` in UTC."""

    version: str
    by: str
    at: datetime
    origin: str


class Reached(msgspec.Struct, frozen=True):
    """How the last look at the place went. `at` in UTC."""

    at: datetime
    outcome: str
    requests: int
    missing: int
    """Documents that it did not give."""
    because: str = ""


def facts(
    answer: Answer, pinned: Pinned | None, reached: Reached | None, now: datetime
) -> tuple[Fact, ...]:
    """The four, always in this order."""
    return (
        _signatures(answer),
        _anchor(answer, pinned),
        _freshness(answer, now),
        _reach(answer, reached, now),
    )


def _of(answer: Answer, parts: frozenset[str]) -> list[AnswerStep]:
    checks = {one.check for one in answer.steps}
    wanted = {check for check in checks if parts & parts_of(check)}
    return [one for one in answer.steps if one.check in wanted and one.outcome is not Outcome.NOTED]


def _broken(steps: Sequence[AnswerStep]) -> AnswerStep | None:
    """The first that fails, moot or not, or else the first undecided one."""
    for outcome in (Outcome.FAILED, Outcome.UNDECIDED):
        for step in steps:
            if step.outcome is outcome:
                return step
    return None


def _signatures(answer: Answer) -> Fact:
    steps = _of(answer, SIGNATURES)
    broken = _broken(steps)
    if not steps:
        return Fact("Signatures", "unknown", "not seen", "nothing signed could be read")
    if broken is None:
        return Fact("Signatures", "ok", "sound", "every threshold met")
    if broken.outcome is Outcome.FAILED:
        return Fact("Signatures", "bad", _short_of(broken), visible(broken.on, _NOTE))
    return Fact("Signatures", "unknown", "not known", visible(broken.because, _NOTE))


def _short_of(broken: AnswerStep) -> str:
    """`1 of 2 needed keys`, of a check that counts them; what was found, of any other."""
    needed = _NEEDED.fullmatch(broken.expected or "")
    valid = _VALID.fullmatch(broken.found or "")
    if needed is None or valid is None:
        return visible(broken.found, 60) if broken.found else "not enough"
    return f"{valid[1]} of {needed[1]} needed key{'' if needed[1] == '1' else 's'}"


def _anchor(answer: Answer, pinned: Pinned | None) -> Fact:
    broken = _broken(_of(answer, ANCHOR))
    if pinned is not None and broken is None:
        day = day_words(pinned.at)
        what = f"root v{visible(pinned.version, 40)}" if pinned.version else "root"
        return Fact("Anchor", "ok", f"{what} pinned", f"by {visible(pinned.by, 60)}, {day}")
    if broken is None:
        steps = _of(answer, ANCHOR)
        note = visible(steps[-1].because, _NOTE) if steps else ""
        return Fact("Anchor", "ok" if steps else "unknown", "given" if steps else "not asked", note)
    if broken.outcome is Outcome.FAILED:
        return Fact("Anchor", "bad", "cannot be used", visible(broken.because, _NOTE))
    if "anchor" not in parts_of(broken.check):
        return Fact("Anchor", "unknown", "not known", visible(broken.because, _NOTE))
    return Fact("Anchor", "unknown", "nobody pinned a root", "it vouches only for itself")


def _freshness(answer: Answer, now: datetime) -> Fact:
    at = max(answer.valid_at, now)
    lapsed = _broken(_of(answer, FRESH))
    if lapsed is not None:
        expires = instant_in(lapsed.found)
        word = f"expired {minute_words(expires)}" if expires else "expired"
        note = (
            f"{visible(lapsed.on, 80)}, {ago(expires, at)}" if expires else visible(lapsed.on, 80)
        )
        return Fact("Freshness", "bad", word, note)
    older = _broken(_of(answer, ORDER))
    if older is not None:
        return Fact("Freshness", "bad", "went back", visible(older.because, _NOTE))
    times = [(instant_in(one.found), one) for one in _of(answer, FRESH)]
    known = [(expires, one) for expires, one in times if expires is not None]
    if not known:
        return Fact("Freshness", "unknown", "not known", "nothing with an expiry could be read")
    expires, first = min(known, key=lambda pair: pair[0])
    sign = "soon" if answer.trust_state is TrustState.EXPIRES_SOON else "ok"
    word = f"until {minute_words(expires)}"
    return Fact("Freshness", sign, word, f"{visible(first.on, 80)}, {ago(expires, at)}")


def _reach(answer: Answer, reached: Reached | None, now: datetime) -> Fact:
    broken = _broken(_of(answer, REACH))
    if reached is None:
        sign = "ok" if broken is None else "unknown"
        return Fact("Reach", sign, "answered" if broken is None else "not all of it", "")
    told = f"{ago(reached.at, now)}, {counted(reached.requests, 'request')}"
    if reached.outcome == "failed":
        return Fact(
            "Reach",
            "unknown",
            "no usable answer",
            f"{ago(reached.at, now)}: {visible(reached.because, _NOTE)}",
        )
    if reached.missing:
        return Fact("Reach", "unknown", f"{reached.missing:,} missing", told)
    if reached.outcome == "partial":
        return Fact(
            "Reach",
            "unknown",
            "partly",
            f"{ago(reached.at, now)}: {visible(reached.because, _NOTE)}",
        )
    return Fact("Reach", "ok", "answered", told)
