"""What is wrong with what was signed."""

from dataclasses import replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from tests.simulators.sigstore_stack import make_bundle, signer_wish, stack, statement_about
from tests.vectors.scenario import Told
from tests.vectors.sigstore_bundle.asking import BY_ALICE, Case, material_of, scenario
from tests.vectors.sigstore_bundle.passing import (
    ANNOTATED,
    CERTIFIED,
    KEYED,
    ONLY_DIGEST,
    PROVED,
    PROVENANCE,
    STATED,
    wanting,
)
from trustui.demo.images.bundles import Plan
from trustui.demo.images.certifying import Issued, new_key, pem
from trustui.demo.images.stack import Json, Stack, b64, sha256


@scenario(failed="bundle.sig")
def the_artifact_was_changed() -> Told:
    return replace(CERTIFIED, artifact=b"other notes\n").ask()


@scenario(failed="bundle.digest")
def the_bundle_states_the_digest_of_another_artifact() -> Told:
    return OTHER_HINT.ask()


def hint_at_another(bundle: Json) -> None:
    bundle["messageSignature"]["messageDigest"]["digest"] = b64(bytes(32))


OTHER_HINT = Case(spoil=hint_at_another)


@scenario(failed="bundle.sig")
def another_key_signed() -> Told:
    return OTHER_KEY.ask()


OTHER_KEY = replace(KEYED, key=pem(new_key()))


@scenario(failed="bundle.sig")
def another_artifact_by_its_digest() -> Told:
    return replace(ONLY_DIGEST, subject=f"sha256:{sha256(b'other')}").ask()


@scenario(undecided="bundle.sig")
def a_digest_that_the_signature_is_not_over() -> Told:
    return replace(ONLY_DIGEST, subject=f"sha512:{'00' * 64}").ask()


@scenario(failed="bundle.sig")
def a_digest_that_is_no_hexadecimal() -> Told:
    return replace(ONLY_DIGEST, subject="sha256:xyz").ask()


@scenario(failed="bundle.sig")
def a_certificate_of_a_key_that_signs_nothing_here() -> Told:
    return ODD_KEY.ask()


def certify_odd_key(made: Stack) -> Issued:
    return made.authority.issue(signer_wish(), ec.generate_private_key(ec.SECP256K1()))


ODD_KEY = Case(Plan(certificate=certify_odd_key), wanting(BY_ALICE, needs_sct=False))


@scenario(failed="bundle.consistent")
def an_entry_about_an_envelope_that_is_none() -> Told:
    return AS_ENVELOPE.ask()


def log_as_envelope(body: Json) -> None:
    held = body["spec"]["hashedRekordV002"]
    listed = {"payloadHash": held["data"], "signatures": [held["signature"]]}
    body.update(_dsse(listed))


def _dsse(listed: Json) -> Json:
    return {"kind": "dsse", "apiVersion": "0.0.2", "spec": {"dsseV002": listed}}


AS_ENVELOPE = Case(Plan(spoil_body=log_as_envelope))


@scenario(failed="bundle.consistent")
def an_entry_about_another_signature() -> Told:
    return FOREIGN.ask()


def log_another(bundle: Json) -> None:
    other = make_bundle(Plan(artifact=b"another"))
    material_of(bundle)["tlogEntries"] = material_of(other)["tlogEntries"]


FOREIGN = Case(spoil=log_another)


def spoiled_body(spoil: Any) -> Plan:
    return Plan(spoil_body=lambda body: spoil(body["spec"]["hashedRekordV002"]))


@scenario(failed="bundle.consistent")
def an_entry_that_names_another_certificate() -> Told:
    return OTHER_VERIFIER.ask()


def name_root(spec: Json) -> None:
    spec["signature"]["verifier"]["x509Certificate"]["rawBytes"] = b64(stack().root.der)


OTHER_VERIFIER = Case(spoiled_body(name_root))


@scenario(failed="bundle.consistent")
def an_entry_that_names_no_certificate() -> Told:
    return NO_VERIFIER.ask()


def name_nothing(spec: Json) -> None:
    spec["signature"]["verifier"]["x509Certificate"]["rawBytes"] = b64(b"nothing")


NO_VERIFIER = Case(spoiled_body(name_nothing))


@scenario(failed="bundle.consistent")
def an_entry_with_another_digest() -> Told:
    return OTHER_DIGEST.ask()


def change_digest(spec: Json) -> None:
    spec["data"]["digest"] = b64(bytes(32))


OTHER_DIGEST = Case(spoiled_body(change_digest))


@scenario(failed="bundle.consistent")
def an_entry_whose_body_is_of_an_unknown_kind() -> Told:
    return UNKNOWN_KIND.ask()


def change_kind(body: Json) -> None:
    body["kind"] = "helm"


UNKNOWN_KIND = Case(Plan(spoil_body=change_kind))


@scenario(failed="bundle.subject")
def a_statement_about_another_artifact() -> Told:
    return ABOUT_ANOTHER.ask()


ABOUT_ANOTHER = Case(Plan(statement=statement_about(b"another")))


@scenario(failed="bundle.subject")
def an_envelope_around_no_statement() -> Told:
    return NO_STATEMENT.ask()


NO_STATEMENT = Case(Plan(statement={"anything": "else"}))


@scenario(undecided="bundle.sig")
def nobody_named_an_artifact() -> Told:
    return replace(CERTIFIED, artifact=None).ask()


@scenario(undecided="bundle.subject")
def nobody_named_what_a_statement_should_be_about() -> Told:
    return replace(STATED, artifact=None).ask()


@scenario(failed="bundle.annotations")
def an_annotation_that_differs() -> Told:
    return replace(ANNOTATED, expectation=wanting(BY_ALICE, annotations={"tier": "silver"})).ask()


@scenario(failed="bundle.annotations")
def an_annotation_of_an_artifact_that_is_signed_itself() -> Told:
    return replace(CERTIFIED, expectation=wanting(BY_ALICE, annotations={"a": "b"})).ask()


@scenario(noted="bundle.annotations")
def claims_that_were_waived() -> Told:
    waived = wanting(BY_ALICE, annotations={"a": "b"}, checks_claims=False)
    return replace(CERTIFIED, expectation=waived).ask()


# Attestations; their own checks are of the format in_toto


@scenario(first="attestation.type")
def an_attestation_is_wanted_and_the_artifact_itself_is_signed() -> Told:
    wanted = wanting(BY_ALICE, predicate_type="custom")
    return replace(CERTIFIED, expectation=wanted).ask()


@scenario(first="attestation.predicate")
def an_attestation_of_another_type() -> Told:
    return replace(PROVED, expectation=wanting(BY_ALICE, predicate_type="spdxjson")).ask()


@scenario(first="attestation.identity")
def an_attestation_by_somebody_else() -> Told:
    wanted = wanting(BY_ALICE, predicate_type=PROVENANCE, identity="bob@acme.example")
    return replace(PROVED, expectation=wanted).ask()
