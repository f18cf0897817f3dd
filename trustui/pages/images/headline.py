"""The answer about an artefact in one line, and what it means for whoever pulls it."""

from collections.abc import Mapping
from datetime import datetime

from trustui.check_pages import CheckPage, load_pages
from trustui.core.trace import Outcome, TrustState
from trustui.pages.headline import Headline, Span, what_is_wrong
from trustui.pages.images.answer import ImageAnswer
from trustui.pages.images.standing import Stood
from trustui.pages.waterfall import unmarked
from trustui.pages.words import SIGNS, age
from trustui.verdicts.answers import AnswerStep

_BEGINS = {
    TrustState.VERIFIED: "Verified",
    TrustState.EXPIRES_SOON: "Verified, expires soon",
    TrustState.FAILING: "Failing",
    TrustState.COULD_NOT_CHECK: "Could not be checked",
    TrustState.NOT_TRUSTED: "Signed, not trusted",
    TrustState.NOT_SIGNED: "Not signed",
    TrustState.NOT_COVERED: "No policy covers it",
    TrustState.UNKNOWN_FORMAT: "Signed in a format that is not read here",
    TrustState.INHERITED: "Trusted through the index that lists it",
    TrustState.STALE: "Not checked yet",
}
_OVER = {TrustState.FAILING: "Failed"}
_TOLD = frozenset({TrustState.FAILING, TrustState.COULD_NOT_CHECK, TrustState.NOT_TRUSTED})
"""States whose title also says what is wrong."""

_CLIENTS = {
    TrustState.VERIFIED: "A client with this policy accepts it: what was expected is signed.",
    TrustState.EXPIRES_SOON: "A client with this policy accepts it now, and soon no longer.",
    TrustState.FAILING: "A client with this policy refuses it, as it must.",
    TrustState.COULD_NOT_CHECK: "Nobody knows what a client would say: what decides could not be had.",
    TrustState.NOT_TRUSTED: "It is signed, but nobody has said whose signature would count.",
    TrustState.NOT_SIGNED: "Every place answered, and none has a signature for it.",
    TrustState.NOT_COVERED: "Nobody said what to expect of this repository.",
    TrustState.UNKNOWN_FORMAT: "Something is attached that may be a signature, and nothing here reads it.",
    TrustState.INHERITED: "Nothing of its own is signed. Who pulls it by the index is protected; who "
    "pulls it by this digest alone is not.",
    TrustState.STALE: "It was not looked at to the end yet.",
}


def artefact_title(standing: Stood, answer: ImageAnswer | None, at: datetime) -> str:
    """Of the verdict that was in force, or of what it would be at another instant."""
    if answer is None:
        return _BEGINS[TrustState.STALE]
    if standing.trust_state == TrustState.INHERITED and standing.state.sign != "ok":
        return f"Nothing of its own is signed; {standing.state.word}"
    span = None if standing.since is None else Span(standing.since)
    return title(answer, span, load_pages(), at)


def title(
    answer: ImageAnswer, span: Span | None, pages: Mapping[str, CheckPage], now: datetime
) -> str:
    """`Failing for 2 days: the signer is another`."""
    state = answer.trust_state
    told = _BEGINS[state]
    if span is not None and span.until is not None:
        told = _OVER.get(state, told)
    if span is not None and state in _TOLD:
        lasted = age((span.until or now) - span.since)
        told += "" if lasted.startswith("less") else f" for {lasted}"
    first = answer.first_failing
    first = first or only_logged(answer)
    if state in _TOLD and first is not None:
        return f"{told}: {what_is_wrong(first, pages.get(first.check))}"
    if state is TrustState.VERIFIED:
        return f"{told}{_by(answer)}"
    return told


def _by(answer: ImageAnswer) -> str:
    good = [one for one in answer.signatures if one.outcome is Outcome.PASSED]
    names = list(dict.fromkeys(one.identity or f"key {one.key[:12]}…" for one in good))
    if not names:
        return ""
    more = f" and {len(names) - 1:,} more" if len(names) > 1 else ""
    return f": signed by {names[0][:120]}{more}"


def only_logged(answer: ImageAnswer) -> AnswerStep | None:
    """What keeps an artefact from being trusted although a client would accept it; None: nothing."""
    if answer.trust_state is not TrustState.NOT_TRUSTED or answer.first_failing is not None:
        return None
    return next((step for step in answer.steps if step.is_logged), None)


def _for_clients(state: TrustState, answer: ImageAnswer | None) -> str:
    if answer is not None and state is answer.trust_state and only_logged(answer) is not None:
        return "A client with this policy accepts it all the same: the policy only logs this."
    return _CLIENTS[state]


def what_for_clients(standing: Stood, answer: ImageAnswer | None) -> str:
    """The sentences below the answer, on the page of the artefact."""
    state = TrustState(standing.trust_state) if standing.trust_state else TrustState.STALE
    if state is TrustState.INHERITED and standing.state.sign != "ok":
        return "Who pulls it by the index is told what the index is told; it bears no signature itself."
    told = [_for_clients(state, answer)]
    first = None if answer is None else answer.first_failing
    page = None if first is None else load_pages().get(first.check)
    if page is not None and state in _TOLD:
        told.append(unmarked(page.advice))
    return " ".join(told)


def artefact_headline(
    answer: ImageAnswer, span: Span | None, pages: Mapping[str, CheckPage], now: datetime
) -> Headline:
    """Of a verdict's own page."""
    first: AnswerStep | None = answer.first_failing
    page = None if first is None else pages.get(first.check)
    told = [_for_clients(answer.trust_state, answer)]
    if page is not None:
        told.append(unmarked(page.advice))
    return Headline(SIGNS[answer.trust_state], title(answer, span, pages, now), " ".join(told))
