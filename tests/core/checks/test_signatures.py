from trustui.core.checks.signatures import SignatureOutcome
from trustui.core.trace import Outcome


def test_a_signature_counts_for_an_identity_or_else_for_a_key() -> None:
    by_key = SignatureOutcome("a", "a", Outcome.PASSED, key="ff")
    by_person = SignatureOutcome("a", "a", Outcome.PASSED, key="ee", identity="a", issuer="b")
    assert (by_key.signer, by_person.signer) == ("ff", "a b")
