"""The exit status of a verdict."""

from trustui.cli.answer import EXIT_STATUS, UNUSABLE
from trustui.core.trace import Outcome


def test_each_outcome_of_a_verdict_has_a_status_of_its_own() -> None:
    assert EXIT_STATUS == {Outcome.PASSED: 0, Outcome.FAILED: 1, Outcome.UNDECIDED: 3}
    assert UNUSABLE not in EXIT_STATUS.values()
