from dataclasses import replace

import pytest

from tests.simulators.sigstore_stack import NOW
from tests.vectors.tag_format import DIGEST
from trustui.core.facts import Document
from trustui.core.formats.cosign.case import Case, TagQuestion
from trustui.core.formats.cosign.judges import (
    identity_of,
    predicate_is_wanted,
    predicate_meets_conditions,
    signature_verifies,
    statement_is_about_it,
)
from trustui.core.oci.manifests import Descriptor
from trustui.core.pki.keys import load_key
from trustui.core.trace import Outcome
from trustui.core.trust_policy.expectations import Expectation
from trustui.core.trust_policy.given import Trust

# RFC 8032 §7.3, Ed25519ph over "abc".
PUBLIC = "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf"
PREFIX = "302a300506032b6570032100"
SIGNATURE = (
    "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae41"
    "31f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406"
)


@pytest.fixture
def case() -> Case:
    question = TagQuestion(
        group="signature",
        on="signature",
        layer=Descriptor("a/b", DIGEST, 3),
        payload=Document("payload", b"abc"),
        subject=DIGEST,
        expectation=Expectation(key="key.pub"),
        trust=Trust(key=load_key(bytes.fromhex(f"{PREFIX}{PUBLIC}"))),
        at=NOW,
    )
    return Case(question, signature=bytes.fromhex(SIGNATURE), message=b"abc")


def test_a_prehashed_signature_holds_and_cosign_refuses_it(case: Case) -> None:
    found = signature_verifies(case)
    assert (found.outcome, found.evidence["cosign_refuses"]) == (Outcome.PASSED, True)


def test_a_prehashed_signature_of_something_else_fails(case: Case) -> None:
    assert signature_verifies(replace(case, message=b"abd")).outcome is Outcome.FAILED


def test_without_an_attestation_there_is_no_statement_and_without_a_certificate_nobody(
    case: Case,
) -> None:
    assert statement_is_about_it(case).outcome is Outcome.FAILED
    assert predicate_is_wanted(case).outcome is Outcome.FAILED
    assert predicate_meets_conditions(case).outcome is Outcome.FAILED
    assert identity_of(case).names == ()
