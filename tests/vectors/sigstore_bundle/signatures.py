"""Signatures of artifacts and statements: how they pass, and each way in which they fail."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from tests.simulators.sigstore_stack import (
    ARTIFACT,
    make_bundle,
    signer_wish,
    stack,
    statement_about,
)
from tests.vectors.scenario import Told
from tests.vectors.sigstore_bundle.asking import (
    BY_ALICE,
    BY_KEY,
    Case,
    entry_of,
    material_of,
    scenario,
)
from trustui.core.facts import Problem, ProblemKind
from trustui.demo.images.bundles import BUNDLE_1, BUNDLE_2, BUNDLE_3, Plan
from trustui.demo.images.certifying import (
    AUTHORITY,
    MINUTE,
    SIGNED,
    YEAR,
    Issued,
    Stamp,
    issue,
    new_key,
    pem,
)
from trustui.demo.images.stack import Json, Stack, b64, chain_json, sha256

wanting = msgspec.structs.replace

PROVENANCE = "https://slsa.dev/provenance/v1"
ALL_OF_A_CERTIFICATE = (
    "bundle.parse",
    "bundle.media_type",
    "bundle.version",
    "bundle.material",
    "bundle.sigcount",
    "bundle.log_present",
    "bundle.log_key",
    "bundle.time",
    "bundle.chain",
    "bundle.sct",
    "bundle.profile",
    "bundle.identity",
    "bundle.window",
    "bundle.checkpoint",
    "bundle.proof",
    "bundle.sig",
    "bundle.digest",
    "bundle.consistent",
)

# What passes


@scenario(passed=ALL_OF_A_CERTIFICATE, noted=("bundle.set", "bundle.subject"))
def a_certificate_a_log_of_tiles_and_a_timestamp() -> Told:
    return CERTIFIED.ask()


CERTIFIED = Case()


@scenario(passed=("bundle.set", "bundle.time", "bundle.checkpoint", "bundle.proof"))
def a_log_of_the_first_generation_whose_promise_proves_the_time() -> Told:
    return PROMISED.ask()


PROMISED = Case(Plan(first_generation=True, stamps=()))


@scenario(passed="bundle.set", noted=("bundle.checkpoint", "bundle.proof"))
def version_0_1_with_a_promise_and_no_proof() -> Told:
    return OLDEST.ask()


def without_proof(bundle: Json) -> None:
    del entry_of(bundle)["inclusionProof"]


OLDEST = Case(Plan(media_type=BUNDLE_1, first_generation=True, stamps=()), spoil=without_proof)


@scenario(passed="bundle.proof")
def version_0_2_with_a_chain_of_one() -> Told:
    return SECOND.ask()


SECOND = Case(Plan(media_type=BUNDLE_2, first_generation=True, stamps=()))


@scenario(
    passed=("bundle.sig", "bundle.material", "bundle.consistent"),
    noted=("bundle.time", "bundle.chain", "bundle.sct", "bundle.identity", "bundle.window"),
)
def a_bare_key_with_a_log() -> Told:
    return KEYED.ask()


KEYED = Case(Plan(with_key=True), BY_KEY)


@scenario(noted=("bundle.log_present", "bundle.log_key", "bundle.set", "bundle.proof"))
def a_bare_key_with_the_log_waived_and_no_trusted_root() -> Told:
    return BARE.ask()


BARE = Case(
    Plan(with_key=True, logged=False, stamps=()), wanting(BY_KEY, needs_log=False), has_root=False
)


@scenario(passed=("bundle.subject", "bundle.sig"), noted="bundle.predicate")
def a_statement_that_is_a_signature() -> Told:
    return STATED.ask()


STATED = Case(Plan(statement=statement_about(ARTIFACT)))


@scenario(passed="bundle.subject", finding="bundle.predicate")
def a_statement_that_attests_something_counts_as_a_signature() -> Told:
    return PROVED.ask()


PROVED = Case(Plan(statement=statement_about(ARTIFACT, PROVENANCE)))


@scenario(passed="bundle.time")
def an_attestation_that_was_asked_for() -> Told:
    return ATTESTED.ask()


ATTESTED = replace(PROVED, expectation=wanting(BY_ALICE, predicate_type="slsaprovenance1"))


@scenario(passed="bundle.annotations")
def a_statement_with_the_wanted_annotation() -> Told:
    return ANNOTATED.ask()


def annotated() -> Json:
    statement = statement_about(ARTIFACT)
    statement["subject"][0]["annotations"] = {"tier": "gold"}
    return statement


ANNOTATED = Case(Plan(statement=annotated()), wanting(BY_ALICE, annotations={"tier": "gold"}))


@scenario(passed="bundle.consistent")
def an_envelope_logged_as_dsse_by_tiles() -> Told:
    return LOGGED_BY_TILES.ask()


LOGGED_BY_TILES = Case(Plan(statement=statement_about(ARTIFACT), entry="dsse"))


@scenario(passed="bundle.consistent")
def an_envelope_logged_as_dsse() -> Told:
    return LOGGED_AS_DSSE.ask()


LOGGED_AS_DSSE = Case(
    Plan(statement=statement_about(ARTIFACT), entry="dsse", first_generation=True, stamps=())
)


@scenario(passed="bundle.consistent")
def an_envelope_logged_as_intoto() -> Told:
    return LOGGED_AS_INTOTO.ask()


LOGGED_AS_INTOTO = Case(
    Plan(statement=statement_about(ARTIFACT), entry="intoto", first_generation=True, stamps=())
)


@scenario(passed="bundle.sig")
def only_the_digest_of_the_artifact_is_known() -> Told:
    return ONLY_DIGEST.ask()


ONLY_DIGEST = Case(artifact=None, subject=f"sha256:{sha256(ARTIFACT)}")


@scenario(passed=("bundle.time", "bundle.window"), noted="bundle.log_present")
def the_log_waived_and_a_timestamp_asked_for() -> Told:
    return STAMPED_ONLY.ask()


STAMPED_ONLY = Case(Plan(logged=False), wanting(BY_ALICE, needs_log=False, needs_timestamp=True))


@scenario(noted=("bundle.time", "bundle.log_key"), passed="bundle.window")
def the_log_waived_while_the_certificate_lasts() -> Told:
    return PRESENT.ask()


PRESENT = Case(Plan(logged=False), wanting(BY_ALICE, needs_log=False), at=SIGNED + MINUTE)


@scenario(noted="bundle.sct")
def the_log_of_certificates_waived() -> Told:
    return WITHOUT_SCT.ask()


def without_ct(root: Json) -> None:
    root["ctlogs"] = []


WITHOUT_SCT = Case(expectation=wanting(BY_ALICE, needs_sct=False), spoil_root=without_ct)


# Form


@scenario(failed="bundle.parse")
def no_json() -> Told:
    return CERTIFIED.ask(body=b"no bundle")


MISSING = Problem("notes.txt", ProblemKind.ABSENT, "no such file")


@scenario(failed="bundle.parse")
def a_file_that_is_not_there() -> Told:
    return CERTIFIED.ask(document=MISSING)


@scenario(failed="bundle.sig")
def an_artifact_that_is_not_there() -> Told:
    return replace(CERTIFIED, artifact=MISSING).ask()


@scenario(failed="bundle.subject")
def an_artifact_of_a_statement_that_is_not_there() -> Told:
    return replace(STATED, artifact=MISSING).ask()


@scenario(failed="bundle.parse")
def a_signature_in_no_base64() -> Told:
    return BAD_BASE64.ask()


def spoil_base64(bundle: Json) -> None:
    bundle["messageSignature"]["signature"] = "INVALID!!!"


BAD_BASE64 = Case(spoil=spoil_base64)


@scenario(failed="bundle.media_type")
def another_kind_of_document() -> Told:
    return CERTIFIED.ask(body=b'{"mediaType": "application/json"}')


@scenario(failed="bundle.version")
def a_version_of_the_future() -> Told:
    body = b'{"mediaType": "application/vnd.dev.sigstore.bundle.v9.0+json"}'
    return CERTIFIED.ask(body=body)


# Material


@scenario(failed="bundle.material")
def neither_certificate_nor_key() -> Told:
    return NOTHING_NAMED.ask()


NOTHING_NAMED = Case(spoil=lambda bundle: material_of(bundle).pop("certificate"))


@scenario(failed="bundle.material")
def a_key_was_named_but_a_certificate_signed() -> Told:
    return replace(CERTIFIED, expectation=BY_KEY).ask()


@scenario(failed="bundle.material")
def an_identity_is_wanted_but_a_key_signed() -> Told:
    return replace(KEYED, expectation=BY_ALICE).ask()


@scenario(failed="bundle.material")
def a_chain_in_version_0_3() -> Told:
    return CHAINED.ask()


def as_version_3(bundle: Json) -> None:
    bundle["mediaType"] = BUNDLE_3


CHAINED = Case(SECOND.plan, spoil=as_version_3)


@scenario(failed="bundle.material")
def a_root_in_the_bundle() -> Told:
    return WITH_ROOT.ask()


def add_root(bundle: Json) -> None:
    chain = material_of(bundle)["x509CertificateChain"]["certificates"]
    chain += chain_json(stack().root)["certificates"]


WITH_ROOT = Case(SECOND.plan, spoil=add_root)


@scenario(failed="bundle.material")
def a_certificate_that_cannot_be_read() -> Told:
    return UNREADABLE.ask()


def spoil_certificate(bundle: Json) -> None:
    material_of(bundle)["certificate"]["rawBytes"] = b64(b"no certificate")


UNREADABLE = Case(spoil=spoil_certificate)


@scenario(failed="bundle.sigcount")
def an_envelope_with_two_signatures() -> Told:
    return TWICE_SIGNED.ask()


def sign_twice(bundle: Json) -> None:
    signatures = bundle["dsseEnvelope"]["signatures"]
    signatures.append(signatures[0])


TWICE_SIGNED = Case(STATED.plan, spoil=sign_twice)


@scenario(failed=("bundle.sigcount",))
def an_envelope_without_signatures() -> Told:
    return UNSIGNED.ask()


def unsign(bundle: Json) -> None:
    bundle["dsseEnvelope"]["signatures"] = []


UNSIGNED = Case(STATED.plan, spoil=unsign)

# The log


@scenario(failed="bundle.log_present")
def no_log_entry() -> Told:
    return UNLOGGED.ask()


UNLOGGED = Case(Plan(logged=False))


@scenario(failed="bundle.log_key")
def a_log_that_is_not_trusted() -> Told:
    return UNKNOWN_LOG.ask()


def without_logs(root: Json) -> None:
    root["tlogs"] = []


UNKNOWN_LOG = Case(spoil_root=without_logs)


@scenario(failed="bundle.log_key")
def a_log_is_wanted_and_no_root_was_given() -> Told:
    return replace(KEYED, has_root=False).ask()


@scenario(failed="bundle.log_key")
def a_log_key_that_was_over_by_the_time_of_the_timestamp() -> Told:
    return RETIRED_LOG.ask()


def retire_logs(root: Json) -> None:
    for log in root["tlogs"]:
        log["publicKey"]["validFor"]["end"] = "2026-06-01T00:00:00Z"


RETIRED_LOG = Case(spoil_root=retire_logs)


@scenario(failed="bundle.log_key")
def a_log_key_that_was_over_by_the_time_of_the_entry() -> Told:
    return replace(PROMISED, spoil_root=retire_logs).ask()


@scenario(failed="bundle.set")
def a_promise_of_somebody_else() -> Told:
    return BROKEN_PROMISE.ask()


def break_promise(bundle: Json) -> None:
    entry_of(bundle)["integratedTime"] = str(int((SIGNED + MINUTE).timestamp()))


BROKEN_PROMISE = Case(PROMISED.plan, spoil=break_promise)


@scenario(failed="bundle.set")
def version_0_1_without_a_promise() -> Told:
    return UNPROMISED.ask()


UNPROMISED = Case(OLDEST.plan, spoil=lambda bundle: entry_of(bundle).pop("inclusionPromise"))


@scenario(failed="bundle.proof", noted="bundle.checkpoint")
def an_entry_without_proof() -> Told:
    return replace(CERTIFIED, spoil=without_proof).ask()


@scenario(failed="bundle.checkpoint")
def a_proof_without_checkpoint() -> Told:
    return UNCHECKED.ask()


UNCHECKED = Case(spoil=lambda bundle: entry_of(bundle)["inclusionProof"].pop("checkpoint"))


@scenario(failed="bundle.checkpoint")
def a_checkpoint_with_another_size() -> Told:
    return RESIZED.ask()


def resize(bundle: Json) -> None:
    checkpoint = entry_of(bundle)["inclusionProof"]["checkpoint"]
    checkpoint["envelope"] = checkpoint["envelope"].replace("\n3\n", "\n4\n")


RESIZED = Case(spoil=resize)


@scenario(failed="bundle.proof")
def a_path_to_another_root() -> Told:
    return LOST.ask()


def lose_path(bundle: Json) -> None:
    entry_of(bundle)["inclusionProof"]["hashes"] = [b64(bytes(32))]


LOST = Case(spoil=lose_path)


@scenario(failed="bundle.proof")
def a_proof_that_states_another_root_than_the_checkpoint() -> Told:
    return OTHER_ROOT.ask()


def state_other_root(bundle: Json) -> None:
    entry_of(bundle)["inclusionProof"]["rootHash"] = b64(bytes(32))


OTHER_ROOT = Case(PROMISED.plan, spoil=state_other_root)


@scenario(passed="bundle.proof")
def the_copy_of_the_root_beside_a_checkpoint_of_tiles_counts_for_nothing() -> Told:
    return replace(CERTIFIED, spoil=state_other_root).ask()


# Time, chain, certificate


@scenario(failed="bundle.time")
def no_timestamp_beside_a_log_without_times() -> Told:
    return TIMELESS.ask()


TIMELESS = Case(Plan(stamps=()))


@scenario(failed="bundle.time")
def a_timestamp_of_another_signature() -> Told:
    return OTHER_STAMP.ask()


def swap_stamp(bundle: Json) -> None:
    stamps = material_of(bundle)["timestampVerificationData"]["rfc3161Timestamps"]
    stamps[0]["signedTimestamp"] = b64(stack().stamp(b"another signature"))


OTHER_STAMP = Case(spoil=swap_stamp)


@scenario(failed="bundle.time")
def a_timestamp_that_was_demanded_of_a_key_and_is_missing() -> Told:
    return replace(BARE, expectation=wanting(BARE.expectation, needs_timestamp=True)).ask()


@scenario(failed="bundle.chain")
def an_authority_that_is_not_trusted() -> Told:
    return STRANGER.ask()


def other_authority(root: Json) -> None:
    stranger = issue(replace(AUTHORITY, subject="stranger"), None)
    root["certificateAuthorities"][0]["certChain"] = chain_json(stranger)


STRANGER = Case(spoil_root=other_authority)


@scenario(failed="bundle.chain")
def an_authority_that_was_retired_before() -> Told:
    return RETIRED.ask()


def retire_authority(root: Json) -> None:
    root["certificateAuthorities"][0]["validFor"]["end"] = "2026-06-01T00:00:00Z"


RETIRED = Case(spoil_root=retire_authority)


@scenario(failed="bundle.chain")
def no_authority_at_all() -> Told:
    return NO_AUTHORITY.ask()


def without_authorities(root: Json) -> None:
    root["certificateAuthorities"] = []


NO_AUTHORITY = Case(spoil_root=without_authorities)


@scenario(failed="bundle.sct")
def a_log_of_certificates_that_is_not_trusted() -> Told:
    return replace(CERTIFIED, spoil_root=without_ct).ask()


def certified(**changes: Any) -> Plan:
    """Signed with a certificate that differs from the usual one."""

    def certify(made: Stack) -> Any:
        return made.certify(replace(signer_wish(), **changes))

    return Plan(certificate=certify)


@scenario(failed="bundle.profile")
def a_certificate_for_servers() -> Told:
    return FOR_SERVERS.ask()


FOR_SERVERS = Case(certified(purposes=("tls",)))


@scenario(failed="bundle.profile")
def a_certificate_that_may_not_sign() -> Told:
    return MAY_NOT_SIGN.ask()


MAY_NOT_SIGN = Case(certified(usages=("key_agreement",)))


@scenario(failed="bundle.profile")
def a_certificate_without_any_usage() -> Told:
    return USELESS.ask()


USELESS = Case(certified(usages=None, purposes=None))


@scenario(failed="bundle.profile")
def the_certificate_of_an_authority() -> Told:
    return OF_AUTHORITY.ask()


OF_AUTHORITY = Case(certified(ca=True, usages=("digital_signature", "key_cert_sign")))


@scenario(failed="bundle.profile")
def a_critical_extension_that_nobody_knows() -> Told:
    return UNKNOWN_CRITICAL.ask()


UNKNOWN_CRITICAL = Case(
    certified(extensions=(*signer_wish().extensions, ("1.2.3.4", b"\x05\x00", True)))
)


@scenario(failed="bundle.identity")
def somebody_else_signed() -> Told:
    return replace(CERTIFIED, expectation=wanting(BY_ALICE, identity="bob@acme.example")).ask()


@scenario(failed="bundle.window")
def the_timestamp_lies_after_the_certificate() -> Told:
    return LATE.ask()


LATE = Case(Plan(stamps=(Stamp(at=SIGNED + timedelta(hours=1)),)))


@scenario(failed="bundle.window", noted="bundle.time")
def the_log_waived_after_the_certificate_was_over() -> Told:
    return replace(PRESENT, at=SIGNED + YEAR).ask()


# What is signed


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
