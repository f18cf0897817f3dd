"""Scenarios of attestations: statements in envelopes, in the layers of cosign's tag format."""

import json
from functools import cache

from tests.simulators.image_repository import ANYBODY, BY_KEY, PROVENANCE
from tests.simulators.sigstore_stack import stack
from tests.vectors.scenario import Table, Told
from tests.vectors.tag_format import DIGEST, OTHER, layer_of, verified
from trustui.core.primitives.dsse import IN_TOTO
from trustui.demo.images.certifying import new_key
from trustui.demo.images.tag_format import TagPlan, envelope_of, signed_envelope

TABLE = Table()
scenario = TABLE.scenario

PLAN = TagPlan(predicate=PROVENANCE)
FULL = TagPlan(predicate=PROVENANCE, with_certificate=True, logged=True)
WANTED = {**BY_KEY, "predicate_type": "slsaprovenance1"}
BY_ALICE = {**ANYBODY, "predicate_type": "slsaprovenance1"}
OTHER_KEY = new_key()


@scenario(
    passed=(
        "attestation.envelope",
        "attestation.sigcount",
        "attestation.sig",
        "attestation.type",
        "attestation.subject",
        "attestation.predicate",
    )
)
def provenance_by_the_key_that_was_named() -> Told:
    return verified(PLAN, WANTED)


@scenario(passed=("attestation.identity", "cosign.tlog_hash", "cosign.tlog_sig", "cosign.expiry"))
def provenance_by_the_wanted_identity() -> Told:
    return verified(FULL, BY_ALICE)


@scenario(passed="cosign.tlog_hash", noted=("cosign.tlog_entry", "cosign.tlog_sig"))
def provenance_that_was_logged_as_an_envelope() -> Told:
    plan = TagPlan(predicate=PROVENANCE, with_certificate=True, logged=True, entry="intoto")
    return verified(plan, BY_ALICE)


@scenario(passed=("cosign.tsa", "attestation.sig"))
def provenance_with_a_timestamp_over_its_envelope() -> Told:
    plan = TagPlan(predicate=PROVENANCE, with_certificate=True, stamped=True)
    return verified(plan, {**BY_ALICE, "log": "ignored"})


@scenario(finding="attestation.subject")
def provenance_of_another_image_where_claims_are_not_compared() -> Told:
    plan = TagPlan(predicate=PROVENANCE, subject=OTHER)
    return verified(plan, {**WANTED, "claims": "not checked"})


@scenario(failed="attestation.envelope")
def a_signature_where_an_attestation_is_wanted() -> Told:
    return verified(TagPlan(), WANTED)


def in_place(body: bytes) -> TagPlan:
    """A layer around this envelope."""
    return TagPlan(predicate=PROVENANCE, raw=body)


def envelope(**changes: object) -> bytes:
    return json.dumps({**json.loads(layer_of(PLAN)[0]), **changes}).encode()


@scenario(failed="attestation.sigcount")
def an_envelope_that_nobody_signed() -> Told:
    return verified(in_place(envelope(signatures=[])), WANTED)


@scenario(failed="attestation.sigcount")
def an_envelope_with_two_signatures() -> Told:
    signatures = json.loads(layer_of(PLAN)[0])["signatures"]
    return verified(in_place(envelope(signatures=signatures * 2)), WANTED)


@scenario(failed="attestation.sig")
def an_attestation_by_another_key() -> Told:
    return verified(TagPlan(predicate=PROVENANCE, key=OTHER_KEY), WANTED)


@scenario(failed="attestation.identity")
def an_attestation_by_somebody_else() -> Told:
    return verified(FULL, {**BY_ALICE, "identity": "bob@acme.example"})


@cache
def signed(payload: bytes, payload_type: str) -> TagPlan:
    """A layer around any payload, signed by the key."""
    return in_place(signed_envelope(payload, payload_type, stack().key)[0])


@scenario(failed="attestation.sig")
def an_envelope_whose_type_was_changed() -> Told:
    return verified(in_place(envelope(payloadType="text/plain")), WANTED)


@scenario(failed="attestation.type")
def a_payload_that_is_signed_as_something_else() -> Told:
    return verified(signed(b"{}", "text/plain"), WANTED)


@scenario(failed="attestation.type")
def a_payload_that_is_no_statement() -> Told:
    return verified(signed(b"{}", IN_TOTO), WANTED)


@scenario(failed="attestation.subject")
def an_attestation_that_was_copied_from_another_image() -> Told:
    return verified(TagPlan(predicate=PROVENANCE, subject=OTHER), WANTED)


def conditions(builder: str | int) -> dict[str, object]:
    return {**WANTED, "conditions": {"/builder/id": builder}}


def built(predicate: object) -> TagPlan:
    """A statement about the image with any predicate, signed by the key."""
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"digest": {"sha256": DIGEST.removeprefix("sha256:")}}],
        "predicateType": PROVENANCE,
        "predicate": predicate,
    }
    return signed(json.dumps(statement).encode(), IN_TOTO)


@scenario(passed=("attestation.predicate", "attestation.condition"))
def provenance_of_the_builder_that_is_stated() -> Told:
    return verified(
        built({"builder": {"id": "https://build.acme.example"}}),
        conditions("https://build.acme.example"),
    )


@scenario(failed="attestation.condition")
def provenance_of_another_builder() -> Told:
    return verified(
        built({"builder": {"id": "https://evil.example"}}), conditions("https://build.acme.example")
    )


@scenario(failed="attestation.condition")
def provenance_without_a_builder() -> Told:
    return verified(built({"builder": []}), conditions("https://build.acme.example"))


@scenario(failed="attestation.condition")
def provenance_that_says_true_where_one_is_stated() -> Told:
    return verified(built({"builder": {"id": True}}), conditions(1))


@scenario(failed="attestation.predicate")
def an_attestation_of_something_else() -> Told:
    return verified(TagPlan(predicate="https://spdx.dev/Document"), WANTED)


VECTORS = tuple(TABLE.scenarios)

ONLY_NOTED: set[str] = set()
ONLY_WHEN_WRONG: set[str] = set()


def documents() -> list[bytes]:
    """Envelopes around statements of different predicates."""
    return [
        envelope_of(DIGEST, TagPlan(predicate=f"https://acme.example/{n}/{IN_TOTO}"), stack().key)[
            0
        ]
        for n in range(12)
    ]
