"""Valid strictly before the stated instant."""

from datetime import UTC, datetime, timedelta

import pytest

from trustui.core.checks.expiry import judge_expiry
from trustui.core.trace import Outcome

EXPIRES = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "outcome", "words"),
    [
        (EXPIRES - timedelta(seconds=1), Outcome.PASSED, "valid for another 1 second"),
        (EXPIRES - timedelta(milliseconds=1), Outcome.PASSED, "another fraction of a second"),
        (EXPIRES, Outcome.FAILED, "expired at the instant of this check"),
        (
            EXPIRES + timedelta(milliseconds=1),
            Outcome.FAILED,
            "expired at the instant of this check",
        ),
        (EXPIRES + timedelta(seconds=1), Outcome.FAILED, "expired 1 second before the instant"),
        (EXPIRES + timedelta(days=2), Outcome.FAILED, "expired 2 days before"),
    ],
)
def test_at_the_very_instant_it_has_expired(at: datetime, outcome: Outcome, words: str) -> None:
    judgement = judge_expiry("timestamp v3", EXPIRES, at)
    assert judgement.outcome is outcome
    assert f"timestamp v3 {'is' if outcome is Outcome.PASSED else 'expired'}" in judgement.because
    assert words in judgement.because
    assert judgement.found == "2026-11-20T12:00:00Z"
