"""What a verification of a bundle comes to, beside its steps."""

from dataclasses import replace

from tests.simulators.certifying import SIGNED, pem
from tests.simulators.sigstore_stack import EMAIL, ISSUER, stack
from tests.vectors.sigstore_bundle import signatures
from tests.vectors.sigstore_bundle.asking import GROUP, Case
from trustui.core.checks.signatures import SignatureOutcome
from trustui.core.formats.sigstore_bundle import verify_bundle
from trustui.core.formats.sigstore_bundle.verify import CHECKS, rows_of
from trustui.core.pki.keys import load_key
from trustui.core.trace import Outcome, Planned, Step, collect


def outcome(case: Case) -> SignatureOutcome:
    return collect(verify_bundle, case.question())[1]


def test_a_good_signature_tells_who_signed_and_when() -> None:
    found = outcome(signatures.CERTIFIED)
    assert (found.group, found.outcome, found.first_failing) == (GROUP, Outcome.PASSED, None)
    assert (found.identity, found.issuer) == (EMAIL, ISSUER)
    assert [(one.at, one.kind) for one in found.times] == [(SIGNED, "timestamp")]


def test_a_log_of_the_first_generation_tells_the_time() -> None:
    assert [one.kind for one in outcome(signatures.PROMISED).times] == ["log"]


def test_a_bare_key_is_told_by_its_fingerprint() -> None:
    found = outcome(signatures.KEYED)
    assert found.key == load_key(pem(stack().key)).fingerprint
    assert found.identity == ""


def test_what_is_attested_is_told() -> None:
    assert outcome(signatures.ATTESTED).predicate_type == signatures.PROVENANCE


def test_a_bad_signature_tells_its_first_failing_check() -> None:
    found = outcome(signatures.LOST)
    assert (found.outcome, found.first_failing) == (Outcome.FAILED, "bundle.proof")
    assert found.identity == EMAIL


def test_of_a_bundle_that_cannot_be_read_nothing_is_told() -> None:
    found = outcome(signatures.BAD_BASE64)
    assert (found.first_failing, found.identity, found.key) == ("bundle.parse", "", "")


def test_what_rests_on_broken_trust_is_undecided_and_every_step_is_moot() -> None:
    case = replace(signatures.CERTIFIED, rests_on="policy.root_readable")
    events, found = collect(verify_bundle, case.question())
    steps = [event for event in events if isinstance(event, Step)]
    assert found.outcome is Outcome.UNDECIDED
    assert {step.moot_because for step in steps} == {"policy.root_readable"}


def test_every_check_is_planned_before_it_runs() -> None:
    events, _ = collect(verify_bundle, signatures.CERTIFIED.question())
    planned, *steps = events
    assert isinstance(planned, Planned)
    assert planned.checks == tuple(check.id for check in CHECKS)
    assert [step.check for step in steps if isinstance(step, Step)] == list(planned.checks)


def test_an_attestation_is_asked_about_under_the_ids_that_all_carriers_share() -> None:
    shared = [check.id for check, _ in rows_of(is_attestation=True) if "attestation" in check.id]
    assert shared == [
        "attestation.identity",
        "attestation.sig",
        "attestation.type",
        "attestation.subject",
        "attestation.predicate",
    ]
