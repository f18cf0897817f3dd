from trustui.core.trace import Outcome
from trustui.core.trust_policy.expectations import Expectation
from trustui.core.trust_policy.identity import SignerIdentity, judge_identity

ALICE = SignerIdentity(
    ("alice@acme.example",), "https://accounts.example", {"github_workflow_ref": "refs/heads/main"}
)


def test_subject_and_issuer_are_compared_exactly() -> None:
    wanted = Expectation(identity="alice@acme.example", issuer="https://accounts.example")
    assert judge_identity(wanted, ALICE).outcome is Outcome.PASSED


def test_everything_that_differs_is_told_side_by_side() -> None:
    wanted = Expectation(identity="bob", issuer="x", github_workflow_ref="refs/tags/v1")
    found = judge_identity(wanted, ALICE)
    assert found.outcome is Outcome.FAILED
    assert found.evidence["differing"] == ["subject", "issuer", "github workflow ref"]
    assert found.expected == "bob; x; refs/tags/v1"
    assert found.evidence["cosign_accepts"] is False


def test_a_part_of_a_name_is_not_enough_and_cosign_is_told() -> None:
    wanted = Expectation(identity_regexp="lice@acme", issuer_regexp="accounts")
    found = judge_identity(wanted, ALICE)
    assert found.outcome is Outcome.FAILED
    assert found.evidence["cosign_accepts"] is True


def test_a_text_and_a_pattern_must_both_hold() -> None:
    wanted = Expectation(identity="alice@acme.example", identity_regexp="^bob$", issuer_regexp=".*")
    assert judge_identity(wanted, ALICE).outcome is Outcome.FAILED


def test_a_certificate_without_names_is_nobodys() -> None:
    found = judge_identity(Expectation(identity_regexp=".*", issuer="x"), SignerIdentity(()))
    assert found.outcome is Outcome.FAILED
    assert found.found == "no name; none"
    assert str(SignerIdentity(())) == "no name; issuer not stated"


def test_an_extension_that_is_missing_differs() -> None:
    wanted = Expectation(
        identity="alice@acme.example",
        issuer="https://accounts.example",
        github_workflow_trigger="push",
    )
    assert judge_identity(wanted, ALICE).found == "no github workflow trigger"
