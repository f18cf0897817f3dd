"""A policy before it decides anything: whether it can be used, and what it may not mean."""

import json

import pytest

from tests.core.trust_policy.notation.written import body, for_files, skipping, statement
from tests.simulators.image_repository import BY_KEY
from tests.simulators.notation_signer import world
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.images.policy_lint import PolicyKind, lint_directory, lint_policy
from trustui.core.trace import Outcome, Trace, Verification, collect, trace
from trustui.core.trust_policy.notation.configuration import Configuration
from trustui.core.trust_policy.notation.stores import StoreFile, StoreFolder
from trustui.demo.images.certifying import SIGNED

OURS = json.dumps(
    {"version": 1, "policies": [{"repositories": ["*"], "require": [{"of": [BY_KEY]}]}]}
).encode()
GONE = Problem("x", ProblemKind.ABSENT, "no such file")


def traced(linted: Verification[None]) -> Trace:
    events, _ = collect(lambda: linted)
    return trace("policy", SIGNED, SIGNED, events)


def lint(answer: bytes | Problem, kind: PolicyKind | None = None) -> Trace:
    given = answer if isinstance(answer, Problem) else Document("policy.json", answer)
    return traced(lint_policy("policy.json", given, kind))


def test_a_document_by_notation_is_known_by_its_members() -> None:
    found = lint(body(statement()))
    (step,) = found.steps
    assert (step.check, step.outcome) == ("notation.policy", Outcome.PASSED)
    assert step.evidence["kind"] == "oci"
    assert lint(body(for_files(globalPolicy=True))).steps[0].evidence["kind"] == "blob"


def test_a_broken_rule_fails_and_is_named() -> None:
    found = lint(body(statement(trustStores=[])))
    (step,) = found.steps
    assert (step.outcome, step.evidence["stage"]) == (Outcome.FAILED, "policy")
    assert step.evidence["broken"] == ["policy.lint.notation.trust_missing"]
    assert [one.id for one in found.findings] == ["policy.lint.notation.trust_missing"]


def test_doubts_are_findings_and_fail_nothing() -> None:
    found = lint(body(skipping()))
    assert found.outcome is Outcome.PASSED
    assert [one.id for one in found.findings] == ["policy.lint.notation.skip_everything"]


@pytest.mark.parametrize(
    ("kind", "outcome"), [("oci", Outcome.FAILED), ("blob", Outcome.PASSED), (None, Outcome.FAILED)]
)
def test_the_kind_that_is_named_decides(kind: PolicyKind | None, outcome: Outcome) -> None:
    assert lint(body(for_files()), kind).outcome is outcome


def test_a_document_for_files_is_known_by_its_name_too() -> None:
    given = Document("x", body(for_files()))
    assert traced(lint_policy("trustpolicy.blob.json", given, None)).outcome is Outcome.PASSED


@pytest.mark.parametrize("kind", ["oci", "blob", "expectations", None])
def test_a_file_that_cannot_be_read_fails(kind: PolicyKind | None) -> None:
    assert lint(GONE, kind).outcome is Outcome.FAILED


def test_members_of_a_wrong_type_fail_in_parsing() -> None:
    (step,) = lint(b'{"trustPolicies": {}}').steps
    assert (step.outcome, step.evidence["stage"]) == (Outcome.FAILED, "parse")


def test_expectations_are_linted_as_their_own() -> None:
    found = lint(OURS)
    assert (found.steps[0].check, found.outcome) == ("policy.form", Outcome.PASSED)
    loose = OURS.replace(b'"key": "key.pub"', b'"identity_regexp": "a", "issuer": "b"')
    assert "policy.lint.unanchored_pattern" in {one.id for one in lint(loose).findings}
    broken = lint(OURS.replace(b'"version": 1', b'"version": 2'))
    assert (broken.outcome, broken.steps[0].expected) == (Outcome.FAILED, "1")


# A directory


def directory(*folders: StoreFolder, **documents: bytes) -> Trace:
    names = {"oci": "trustpolicy.json", "blob": "trustpolicy.blob.json"}
    found = {names[one]: Document(names[one], text) for one, text in documents.items()}
    return traced(lint_directory(Configuration("/x", found, folders)))


def acme(der: bytes = world().root.der) -> StoreFolder:
    return StoreFolder("ca", "acme", (StoreFile("a.crt", Document("a", der)),))


def test_both_documents_and_every_named_store_are_judged() -> None:
    found = directory(acme(), oci=body(statement()), blob=body(for_files(globalPolicy=True)))
    assert found.outcome is Outcome.PASSED
    assert [(one.check, one.on) for one in found.steps] == [
        ("notation.policy", "trustpolicy.json"),
        ("notation.store", "trustpolicy.json ca:acme"),
        ("notation.policy", "trustpolicy.blob.json"),
        ("notation.store", "trustpolicy.blob.json ca:acme"),
    ]
    assert found.findings == ()


def test_a_store_that_cannot_be_loaded_fails() -> None:
    assert directory(oci=body(statement())).first_failing is not None
    found = directory(acme(world().signer.der), oci=body(statement()))
    assert found.first_failing is not None
    assert found.first_failing.check == "notation.store"
    assert "policy.lint.notation.store_broken" in {one.id for one in found.findings}


def test_a_directory_without_a_policy_fails() -> None:
    found = directory(acme())
    assert found.first_failing is not None
    assert found.first_failing.check == "notation.policy"
    assert "there is no trust policy" in found.first_failing.because
