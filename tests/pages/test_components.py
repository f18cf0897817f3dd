"""What components are made of."""

import pytest

from trustui.core.trace import Outcome
from trustui.pages.components import StepGroup, StepLine


@pytest.mark.parametrize(
    ("outcome", "rests_on", "sign", "word"),
    [
        (Outcome.PASSED, "", "ok", "passed"),
        (Outcome.FAILED, "", "bad", "failed"),
        (Outcome.UNDECIDED, "", "unknown", "undecided"),
        (Outcome.NOTED, "", "noted", "noted"),
        (Outcome.PASSED, "tuf.root.anchor", "moot", "would have passed"),
        (Outcome.FAILED, "tuf.root.anchor", "moot", "would have failed"),
    ],
)
def test_a_step_that_rests_on_something_broken_never_looks_like_a_pass(
    outcome: Outcome, rests_on: str, sign: str, word: str
) -> None:
    step = StepLine(1, outcome, "Signed", "tuf.x", "", "", rests_on=rests_on)
    assert (step.sign, step.word, step.is_moot) == (sign, word, bool(rests_on))


def test_a_group_is_read_aloud_by_its_state() -> None:
    assert StepGroup("Root", "bad", "", ()).word == "failed"
