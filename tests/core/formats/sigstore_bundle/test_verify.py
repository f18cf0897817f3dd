"""What a verification of a bundle comes to, beside its steps."""

from dataclasses import replace

import msgspec

from tests.simulators.sigstore_stack import ARTIFACT, EMAIL, ISSUER, stack, statement_about
from tests.vectors.sigstore_bundle import form, logged, passing
from tests.vectors.sigstore_bundle.asking import GROUP, Case
from trustui.core.checks.signatures import SignatureOutcome
from trustui.core.formats.sigstore_bundle import verify_bundle
from trustui.core.formats.sigstore_bundle.verify import CHECKS, rows_of
from trustui.core.pki.keys import load_key
from trustui.core.trace import Outcome, Planned, Step, collect
from trustui.core.trust_policy.expectations import Expectation
from trustui.demo.images.bundles import Plan
from trustui.demo.images.certifying import SIGNED, pem


def outcome(case: Case) -> SignatureOutcome:
    return collect(verify_bundle, case.question())[1]


def test_a_good_signature_tells_who_signed_and_when() -> None:
    found = outcome(passing.CERTIFIED)
    assert (found.group, found.outcome, found.first_failing) == (GROUP, Outcome.PASSED, None)
    assert (found.identity, found.issuer) == (EMAIL, ISSUER)
    assert [(one.at, one.kind) for one in found.times] == [(SIGNED, "timestamp")]


def test_a_log_of_the_first_generation_tells_the_time() -> None:
    assert [one.kind for one in outcome(passing.PROMISED).times] == ["log"]


def test_a_bare_key_is_told_by_its_fingerprint() -> None:
    found = outcome(passing.KEYED)
    assert found.key == load_key(pem(stack().key)).fingerprint
    assert found.identity == ""


def test_what_is_attested_is_told() -> None:
    assert outcome(passing.ATTESTED).predicate_type == passing.PROVENANCE


def test_a_bad_signature_tells_its_first_failing_check() -> None:
    found = outcome(logged.LOST)
    assert (found.outcome, found.first_failing) == (Outcome.FAILED, "bundle.proof")
    assert found.identity == EMAIL


def test_of_a_bundle_that_cannot_be_read_nothing_is_told() -> None:
    found = outcome(form.BAD_BASE64)
    assert (found.first_failing, found.identity, found.key) == ("bundle.parse", "", "")


def test_what_rests_on_broken_trust_is_undecided_and_every_step_is_moot() -> None:
    case = replace(passing.CERTIFIED, rests_on="policy.root_readable")
    events, found = collect(verify_bundle, case.question())
    steps = [event for event in events if isinstance(event, Step)]
    assert found.outcome is Outcome.UNDECIDED
    assert {step.moot_because for step in steps} == {"policy.root_readable"}


def test_every_check_is_planned_before_it_runs() -> None:
    events, _ = collect(verify_bundle, passing.CERTIFIED.question())
    planned, *steps = events
    assert isinstance(planned, Planned)
    assert planned.checks == tuple(check.id for check in CHECKS)
    assert [step.check for step in steps if isinstance(step, Step)] == list(planned.checks)


def test_an_attestation_is_asked_about_under_the_ids_that_all_carriers_share() -> None:
    wanted = Expectation(predicate_type="vuln", conditions={"/scanner/uri": "a"})
    shared = [check.id for check, _ in rows_of(wanted) if "attestation" in check.id]
    assert shared == [
        "attestation.identity",
        "attestation.sig",
        "attestation.type",
        "attestation.subject",
        "attestation.predicate",
        "attestation.condition",
    ]


def judged(predicate: object, wanted: Expectation) -> str | None:
    """The first failing check of a bundle around a statement with a predicate."""
    statement = {**statement_about(ARTIFACT, "https://acme.example/own"), "predicate": predicate}
    return outcome(Case(Plan(statement=statement), wanted)).first_failing


def test_conditions_are_held_against_the_predicate_of_a_bundle() -> None:
    wanted = msgspec.structs.replace(
        passing.CERTIFIED.expectation,
        predicate_type="https://acme.example/own",
        conditions={"/result": "PASSED"},
    )
    assert judged({"result": "PASSED"}, wanted) is None
    assert judged({"result": "FAILED"}, wanted) == "attestation.condition"


def test_where_nothing_is_attested_no_condition_is_met() -> None:
    wanted = msgspec.structs.replace(
        passing.CERTIFIED.expectation, predicate_type="custom", conditions={"/result": "PASSED"}
    )
    events, _ = collect(verify_bundle, Case(expectation=wanted).question())
    steps = {step.check: step.outcome for step in events if isinstance(step, Step)}
    assert steps["attestation.condition"] is Outcome.FAILED
