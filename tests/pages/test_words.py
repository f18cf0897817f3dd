"""States, ages and shapes in words."""

from datetime import UTC, datetime, timedelta

import pytest

from trustui.core.trace import Outcome, Severity, TrustState
from trustui.pages.words import (
    OUTCOME_SIGNS,
    SEVERITY_SIGNS,
    SIGN_WORDS,
    SIGNS,
    WORDS,
    age,
    ago,
    state_of,
)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_every_state_outcome_and_severity_has_its_shape_and_words() -> None:
    assert set(SIGNS) == set(WORDS) == set(TrustState)
    assert set(OUTCOME_SIGNS) == set(Outcome)
    assert set(SEVERITY_SIGNS) == set(Severity)
    used = {*SIGNS.values(), *OUTCOME_SIGNS.values(), *SEVERITY_SIGNS.values()}
    assert used <= set(SIGN_WORDS)


def test_only_what_verifies_has_the_shape_of_it() -> None:
    well = {state for state, shape in SIGNS.items() if shape == "ok"}
    assert well == {TrustState.VERIFIED, TrustState.INHERITED}


def test_what_was_never_checked_is_not_called_unsigned() -> None:
    assert state_of(None).word == "not checked"
    assert state_of("failing").sign == "bad"


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(days=-1), "less than a minute"),
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=59), "59 minutes"),
        (timedelta(hours=23, minutes=59), "23 hours"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=400), "400 days"),
        (timedelta(days=3 * 365), "3 years"),
        (timedelta(days=365 * 8000), "8,000 years"),
    ],
)
def test_an_age_has_one_unit(span: timedelta, words: str) -> None:
    assert age(span) == words


def test_an_instant_lies_ahead_or_behind() -> None:
    assert ago(NOW - timedelta(hours=5), NOW) == "5 hours ago"
    assert ago(NOW + timedelta(days=3), NOW) == "in 3 days"
