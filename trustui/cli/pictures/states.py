"""Trust states for people: a shape, a word, and a colour, in this order of importance."""

from datetime import timedelta

from trustui.cli.terminal import Style
from trustui.core.primitives.instants import span_in_words
from trustui.core.trace import Outcome, Severity, TrustState

WORDS = {
    TrustState.VERIFIED: "verified",
    TrustState.EXPIRES_SOON: "expires soon",
    TrustState.FAILING: "failing",
    TrustState.NOT_TRUSTED: "not trusted",
    TrustState.COULD_NOT_CHECK: "could not check",
    TrustState.STALE: "not checked",
}
"""The states of roles and edges."""


def state_sign(state: TrustState, style: Style) -> str:
    """The shape of a state in its colour."""
    match state:
        case TrustState.VERIFIED:
            return style.sign(Outcome.PASSED)
        case TrustState.EXPIRES_SOON:
            return style.severity(Severity.MEDIUM, "!")
        case TrustState.FAILING:
            return style.sign(Outcome.FAILED)
        case TrustState.COULD_NOT_CHECK:
            return style.sign(Outcome.UNDECIDED)
        case TrustState.NOT_TRUSTED:
            return style.sign(Outcome.NOTED, is_moot=True)
        case _:
            return style.sign(Outcome.NOTED)


def in_state(state: TrustState, text: str, style: Style) -> str:
    """Text in the colour of a state; what is in order has none, so that the rest is seen."""
    match state:
        case TrustState.FAILING:
            return style.outcome(Outcome.FAILED, text)
        case TrustState.COULD_NOT_CHECK:
            return style.outcome(Outcome.UNDECIDED, text)
        case TrustState.EXPIRES_SOON:
            return style.severity(Severity.MEDIUM, text)
        case TrustState.VERIFIED:
            return text
        case _:
            return style.faint(text)


def left_in_words(left: timedelta) -> str:
    """How long something has, or how long ago it ended."""
    span = span_in_words(left)
    return f"{span} left" if left > timedelta() else f"expired {span} ago"


def fitted(text: str, width: int) -> str:
    """Text in a column of this width: cut with a mark, or filled with blanks."""
    return text.ljust(width) if len(text) <= width else f"{text[: width - 1]}…"
