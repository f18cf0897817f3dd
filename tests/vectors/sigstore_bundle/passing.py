"""Signatures of artifacts and statements that pass."""

from dataclasses import replace

import msgspec

from tests.simulators.sigstore_stack import ARTIFACT, statement_about
from tests.vectors.scenario import Told
from tests.vectors.sigstore_bundle.asking import BY_ALICE, BY_KEY, Case, entry_of, scenario
from trustui.demo.images.bundles import BUNDLE_1, BUNDLE_2, Plan
from trustui.demo.images.certifying import MINUTE, SIGNED
from trustui.demo.images.stack import Json, sha256

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
