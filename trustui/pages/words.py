"""States, ages and sizes in the words and shapes that every page uses (design: shape, word, colour)."""

from datetime import datetime, timedelta

import msgspec

from trustui.core.trace import Outcome, Severity, TrustState

SIGNS: dict[TrustState, str] = {
    TrustState.VERIFIED: "ok",
    TrustState.EXPIRES_SOON: "soon",
    TrustState.NOT_TRUSTED: "unknown",
    TrustState.FAILING: "bad",
    TrustState.NOT_SIGNED: "none",
    TrustState.UNKNOWN_FORMAT: "unknown",
    TrustState.STALE: "unknown",
    TrustState.COULD_NOT_CHECK: "unknown",
    TrustState.NOT_COVERED: "none",
    TrustState.INHERITED: "ok",
}
"""The shape and colour of each trust state."""

WORDS: dict[TrustState, str] = {
    TrustState.VERIFIED: "verified",
    TrustState.EXPIRES_SOON: "expires soon",
    TrustState.NOT_TRUSTED: "signed, not trusted",
    TrustState.FAILING: "failing",
    TrustState.NOT_SIGNED: "not signed",
    TrustState.UNKNOWN_FORMAT: "unknown format",
    TrustState.STALE: "not checked",
    TrustState.COULD_NOT_CHECK: "could not check",
    TrustState.NOT_COVERED: "not covered by a policy",
    TrustState.INHERITED: "inherited from index",
}
"""The words of each trust state."""

OUTCOME_SIGNS: dict[Outcome, str] = {
    Outcome.PASSED: "ok",
    Outcome.FAILED: "bad",
    Outcome.UNDECIDED: "unknown",
    Outcome.NOTED: "noted",
}
SIGN_WORDS: dict[str, str] = {
    "ok": "passed",
    "soon": "look here",
    "bad": "failed",
    "unknown": "undecided",
    "none": "nothing there",
    "moot": "rests on something broken",
    "noted": "noted",
}
"""Each shape as it is read aloud where no word stands beside it."""
SEVERITY_SIGNS: dict[Severity, str] = {
    Severity.HIGH: "bad",
    Severity.MEDIUM: "soon",
    Severity.LOW: "none",
    Severity.INFO: "none",
}

_UNITS = (
    (timedelta(days=365), "year"),
    (timedelta(days=1), "day"),
    (timedelta(hours=1), "hour"),
    (timedelta(minutes=1), "minute"),
)
_YEARS_FROM = timedelta(days=3 * 365)


class State(msgspec.Struct, frozen=True):
    """A trust state ready to be shown: the word and the name of its shape."""

    sign: str
    word: str


def state_of(trust_state: str | None) -> State:
    """The shape and word of a stored trust state; None was never checked."""
    state = TrustState.STALE if trust_state is None else TrustState(trust_state)
    return State(SIGNS[state], WORDS[state])


def age(span: timedelta) -> str:
    """A length of time in one unit, rounded down: `2 days`, `5 hours`; never negative."""
    for unit, name in _UNITS:
        if name == "year" and span < _YEARS_FROM:
            continue
        count = span // unit
        if count >= 1:
            return f"{count:,} {name}" if count == 1 else f"{count:,} {name}s"
    return "less than a minute"


def ago(then: datetime, now: datetime) -> str:
    """How long ago, or in how long."""
    return f"in {age(then - now)}" if then > now else f"{age(now - then)} ago"
