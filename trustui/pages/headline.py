"""The answer in one line, and what it means for a client and for whoever has to act."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from trustui.check_pages import CheckPage
from trustui.core.primitives.text import visible
from trustui.core.trace import Outcome, TrustState
from trustui.pages.components import Fact
from trustui.pages.waterfall import unmarked
from trustui.pages.words import SIGNS, age
from trustui.verdicts.answers import Answer, AnswerStep

_SPANS = {
    TrustState.FAILING: ("Failing", "Failed"),
    TrustState.COULD_NOT_CHECK: ("Could not be checked", "Could not be checked"),
    TrustState.NOT_TRUSTED: ("Signed, not trusted", "Signed, not trusted"),
    TrustState.VERIFIED: ("Verified", "Verified"),
    TrustState.EXPIRES_SOON: ("Verified, expires soon", "Verified, expired soon"),
}
"""The word while it lasts, and once it is over."""
_TOP = "A client that updates now refuses everything from here, as it must."


class Headline(msgspec.Struct, frozen=True):
    """What is the largest thing on the page, and the sentences below it."""

    sign: str
    title: str
    lead: str


class Span(msgspec.Struct, frozen=True):
    """From when to when a verdict says the same; `until` None: it still does. Times in UTC."""

    since: datetime
    until: datetime | None = None


def headline(
    answer: Answer,
    facts: tuple[Fact, ...],
    pages: Mapping[str, CheckPage],
    span: Span | None,
    now: datetime,
) -> Headline:
    """The answer; `span` None: it was only asked this once."""
    state = answer.trust_state
    first = answer.first_failing
    page = None if first is None else pages.get(first.check)
    title = _begins(state, span, now)
    if first is not None:
        title = f"{title}: {what_is_wrong(first, page)}"
    elif state is TrustState.EXPIRES_SOON:
        title = f"{title}: {facts[2].note}"
    return Headline(SIGNS[state], title, _lead(state, first, page, facts))


def what_is_wrong(step: AnswerStep, page: CheckPage | None) -> str:
    """A step that does not hold, as a clause: `the timestamp has expired`."""
    if page is None:
        return visible(step.because, 160)
    return page.failing_on(visible(step.on.rpartition(" v")[0] or step.on, 60))


def _begins(state: TrustState, span: Span | None, now: datetime) -> str:
    present, past = _SPANS.get(state, (str(state).capitalize().replace("_", " "),) * 2)
    if span is None:
        return present
    ended = span.until is not None
    word = past if ended else present
    lasted = age((span.until or now) - span.since)
    if state is TrustState.EXPIRES_SOON or lasted.startswith("less"):
        return word
    return f"{word} for {lasted}"


def _lead(
    state: TrustState, first: AnswerStep | None, page: CheckPage | None, facts: tuple[Fact, ...]
) -> str:
    told = [_for_a_client(state, first)]
    if first is not None and first.outcome is Outcome.FAILED:
        told += [_what_holds(facts)]
    if page is not None:
        told.append(unmarked(page.advice))
    return " ".join(one for one in told if one)


def _for_a_client(state: TrustState, first: AnswerStep | None) -> str:
    if state is TrustState.FAILING and first is not None:
        _, edge, role = first.group.rpartition(" → ")
        if edge:
            name = visible(role, 60)
            return f"A client refuses every file that {name} lists, as it must; the rest is judged apart."
        return _TOP
    match state:
        case TrustState.COULD_NOT_CHECK:
            return "Nobody knows what a client would say: what decides could not be had."
        case TrustState.NOT_TRUSTED:
            return "It agrees with itself, but nobody has said that its root is the right one."
        case TrustState.EXPIRES_SOON:
            return "Everything verifies. When it expires before it is renewed, clients refuse it."
        case TrustState.VERIFIED:
            return "A client that starts from the pinned root accepts all that it was served."
        case _:
            return ""


def _what_holds(facts: tuple[Fact, ...]) -> str:
    """Which of the other facts are sound, so that nobody looks there."""
    signatures, anchor, freshness, _ = facts
    holds = [
        word
        for fact, word in (
            (signatures, "signatures and keys"),
            (anchor, "the anchor"),
            (freshness, "expiries"),
        )
        if fact.sign == "ok"
    ]
    if not holds:
        return ""
    words = holds[0] if len(holds) == 1 else f"{', '.join(holds[:-1])} and {holds[-1]}"
    are = "is" if holds == ["the anchor"] else "are"
    return f"{words[0].upper()}{words[1:]} {are} sound."
