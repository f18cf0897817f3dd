import pytest

from tests.core.trust_policy.notation.written import document, skipping, statement
from trustui.core.trust_policy.notation.statements import LEVELS, Validation


@pytest.mark.parametrize(
    ("level", "enforced"),
    [("strict", 5), ("permissive", 2), ("audit", 1), ("skip", 0)],
)
def test_a_level_enforces_the_first_validations_and_no_other(level: str, enforced: int) -> None:
    """The table of trust-store-trust-policy.md, "Signature Verification details"."""
    actions = [LEVELS[level][one] for one in Validation]
    rest = "skip" if level == "skip" else "log"
    assert actions == ["enforce"] * enforced + [rest] * (5 - enforced)


def test_overrides_change_single_validations() -> None:
    verification = {"level": "permissive", "override": {"expiry": "enforce", "revocation": "skip"}}
    (one,) = document(statement(signatureVerification=verification)).statements
    assert one.actions == {
        "integrity": "enforce",
        "authenticity": "enforce",
        "authenticTimestamp": "log",
        "expiry": "enforce",
        "revocation": "skip",
    }
    assert one.level_words == "permissive with expiry: enforce, revocation: skip"
    assert one.logs(Validation.AUTHENTIC_TIMESTAMP)
    assert not one.logs(Validation.EXPIRY)


def test_only_the_level_skip_is_skipped() -> None:
    one, other = document(skipping(registryScopes=["a.example/b"]), statement("b")).statements
    assert (one.is_skipped, other.is_skipped) == (True, False)
    assert other.level_words == "strict"


def test_it_says_whom_it_trusts() -> None:
    several = [f"x509.subject: C=US, ST=WA, O=Acme, CN={n}" for n in range(5)]
    everybody = statement("open", registryScopes=["a.example/b"], trustedIdentities=["*"])
    first, second, third = document(
        statement(trustedIdentities=several),
        everybody,
        skipping("none", registryScopes=["a.example/c"]),
    ).statements
    assert first.who == f"all: {', '.join(several[:3])} and 2 more"
    assert second.who == "open: whomever its trust stores certified"
    assert third.who == "none: nobody"
