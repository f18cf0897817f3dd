from tests.core.images.notation.signed import ask, signed
from trustui.core.images.notation.question import NotationVerdict
from trustui.core.images.notation.states import notation_state
from trustui.core.trace import TrustState, trace


def test_a_failing_signature_is_failing() -> None:
    repository, _ = signed()
    assert ask(repository, tag="gone").state is TrustState.FAILING


def test_nothing_at_all_could_not_be_checked() -> None:
    repository, _ = signed()
    at = ask(repository).trace.at
    assert notation_state(trace("x", at, at, []), NotationVerdict()) is TrustState.COULD_NOT_CHECK
