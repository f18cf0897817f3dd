from trustui.core.trace import Severity
from trustui.core.trust_policy.notation.lint import LINTS, advice, refusal


def test_a_rule_refuses_and_advice_does_not() -> None:
    broken, small = refusal("version", "x", "y"), advice("skip", "x", "y", Severity.LOW)
    assert (broken.refuses, broken.severity) == (True, Severity.HIGH)
    assert (small.refuses, small.severity) == (False, Severity.LOW)
    assert {broken.id, small.id} <= set(LINTS)


def test_ids_stand_once() -> None:
    assert len(set(LINTS)) == len(LINTS)
