"""Scenarios of cosign's tag format, each named after what is right or wrong in it."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.simulators.image_repository import ANYBODY, BY_KEY, PROVENANCE, changed
from tests.simulators.sigstore_stack import NOW, stack
from tests.vectors.scenario import Table, Told
from tests.vectors.tag_format import DIGEST, OTHER, layer_of, verified
from trustui.core.facts import ProblemKind
from trustui.core.formats.cosign.payload import LOG_ENTRY
from trustui.demo.images.certifying import new_key
from trustui.demo.images.tag_format import TagPlan, log_promise, payload_of

TABLE = Table()
scenario = TABLE.scenario

FULL = TagPlan(with_certificate=True, logged=True)
STAMPED = TagPlan(with_certificate=True, stamped=True)
NO_LOG = {**ANYBODY, "log": "ignored"}
LOGGED_KEY = {"key": "key.pub", "trusted_root": "trusted_root.json"}
OTHER_KEY = new_key()


@scenario(
    passed=("cosign.payload", "cosign.sig_b64", "cosign.sig", "cosign.claim"),
    noted=("cosign.find", "cosign.media_type", "cosign.cert_present", "cosign.annotations"),
)
def a_signature_by_the_key_that_was_named() -> Told:
    return verified()


@scenario(
    passed=(
        "cosign.cert_present",
        "cosign.tlog_present",
        "cosign.tlog_parse",
        "cosign.tlog_entry",
        "cosign.tlog_sig",
        "cosign.tlog_key",
        "cosign.tlog_hash",
        "cosign.tlog_keyid",
        "cosign.tlog_set",
        "cosign.cert_chain",
        "cosign.sct",
        "cosign.identity",
        "cosign.expiry",
    ),
    noted="cosign.tsa",
)
def a_certificate_that_is_over_and_a_log_that_saw_it_in_time() -> Told:
    return verified(FULL, ANYBODY)


@scenario(passed=("cosign.tsa", "cosign.expiry"), noted=("cosign.tlog_present", "cosign.sct"))
def a_timestamp_in_the_place_of_the_log() -> Told:
    return verified(STAMPED, {**NO_LOG, "sct": "ignored"})


@scenario(passed=("cosign.cert_chain", "cosign.tsa"))
def authorities_and_timestamps_from_files() -> Told:
    wanted = {
        **NO_LOG,
        "sct": "ignored",
        "signed_timestamp": "required",
        "timestamp_certificate_chain": "tsa.pem",
        "ca_roots": "root.pem",
        "ca_intermediates": "authority.pem",
    }
    del wanted["trusted_root"]
    return verified(changed(STAMPED, chain=""), wanted)


@scenario(passed="cosign.annotations")
def claims_that_were_wanted_and_signed() -> Told:
    return verified(TagPlan(claims={"env": "prod"}), {**BY_KEY, "annotations": {"env": "prod"}})


@scenario(passed=("cosign.sig", "cosign.tlog_key"))
def a_key_whose_signature_was_logged() -> Told:
    return verified(TagPlan(logged=True), LOGGED_KEY)


@scenario(finding="cosign.claim")
def a_copied_signature_where_claims_are_not_compared() -> Told:
    return verified(TagPlan(subject=OTHER), {**BY_KEY, "claims": "not checked"})


@scenario(finding="cosign.annotations")
def annotations_wanted_where_claims_are_not_compared() -> Told:
    return verified(wanted={**BY_KEY, "claims": "not checked", "annotations": {"env": "prod"}})


@scenario(finding="cosign.media_type")
def a_layer_of_another_type() -> Told:
    return verified(TagPlan(media_type="text/plain"))


@scenario(noted="cosign.tsa")
def a_timestamp_that_nobody_asked_for() -> Told:
    return verified(TagPlan(stamped=True))


@scenario(noted="cosign.tsa", failed="cosign.expiry")
def a_timestamp_about_something_else_where_none_is_demanded() -> Told:
    stamp = json.loads(layer_of(TagPlan(stamped=True))[1]["annotations"][_TIMESTAMP])
    return verified(changed(STAMPED, timestamp=json.dumps(stamp)), NO_LOG)


_TIMESTAMP = "dev.sigstore.cosign/rfc3161timestamp"


@scenario(noted="cosign.tlog_present")
def a_broken_log_entry_where_the_log_is_waived() -> Told:
    return verified(changed(TagPlan(), entry="{}"))


# The layer


@scenario(failed="cosign.payload")
def a_payload_that_is_gone() -> Told:
    return verified(problem=ProblemKind.ABSENT)


@scenario(undecided="cosign.payload")
def a_payload_that_cannot_be_read() -> Told:
    return verified(problem=ProblemKind.UNREADABLE)


@scenario(failed="cosign.payload")
def another_payload_than_the_layer_names() -> Told:
    return verified(body=b"{}")


@scenario(failed="cosign.sig_b64")
def a_layer_without_a_signature() -> Told:
    return verified(changed(TagPlan(), signature=None))


@scenario(failed="cosign.sig_b64")
def a_signature_that_is_no_base64() -> Told:
    return verified(changed(TagPlan(), signature="not base64!"))


@scenario(failed="cosign.cert_present")
def an_identity_is_wanted_and_a_bare_key_signed() -> Told:
    return verified(wanted=NO_LOG)


@scenario(failed="cosign.cert_present")
def a_certificate_that_is_none() -> Told:
    pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"
    return verified(changed(FULL, certificate=pem), ANYBODY)


@scenario(failed="cosign.cert_present")
def a_chain_that_is_none() -> Told:
    return verified(changed(FULL, chain="no PEM"), ANYBODY)


# Times


@scenario(failed="cosign.tsa")
def a_timestamp_is_demanded_and_missing() -> Told:
    return verified(wanted={**BY_KEY, "signed_timestamp": "required"})


@scenario(failed="cosign.tsa")
def a_timestamp_is_demanded_and_nobody_is_trusted_to_make_one() -> Told:
    return verified(TagPlan(stamped=True), {**BY_KEY, "signed_timestamp": "required"})


@scenario(failed="cosign.tsa")
def a_timestamp_that_is_none() -> Told:
    return verified(
        changed(STAMPED, timestamp='{"SignedRFC3161Timestamp": 1}'), {**NO_LOG, "sct": "ignored"}
    )


@scenario(failed="cosign.tsa")
def a_timestamp_in_a_list() -> Told:
    return verified(changed(STAMPED, timestamp="[]"), {**NO_LOG, "sct": "ignored"})


# The log


@scenario(failed="cosign.tlog_present")
def a_log_entry_is_demanded_and_missing() -> Told:
    return verified(wanted=LOGGED_KEY)


@scenario(failed="cosign.tlog_parse")
def a_log_entry_that_is_none() -> Told:
    return verified(changed(TagPlan(), entry="{}"), LOGGED_KEY)


def spoilt(old: str, new: str, plan: TagPlan = FULL) -> TagPlan:
    """The plan with another log entry, promised by the log as it stands."""
    stated = json.loads(layer_of(plan)[1]["annotations"][LOG_ENTRY])
    body = _decoded(stated["Payload"]["body"]).replace(old, new, 1)
    return changed(plan, entry=log_promise(stack(), body.encode()))


def _decoded(text: str) -> str:
    return base64.b64decode(text).decode()


def _logged(plan: TagPlan) -> dict[str, str]:
    """Signature and key of an entry, and the digest that it is about."""
    stated = json.loads(layer_of(plan)[1]["annotations"][LOG_ENTRY])
    spec = json.loads(_decoded(stated["Payload"]["body"]))["spec"]
    return {
        "signature": spec["signature"]["content"],
        "key": spec["signature"]["publicKey"]["content"],
        "digest": spec["data"]["hash"]["value"],
    }


@scenario(failed="cosign.tlog_entry")
def a_log_entry_with_another_key() -> Told:
    plan = TagPlan(logged=True)
    other = _logged(TagPlan(logged=True, key=OTHER_KEY))["key"]
    return verified(spoilt(_logged(plan)["key"], other, plan), LOGGED_KEY)


@scenario(failed="cosign.tlog_sig", first="cosign.tlog_sig")
def a_log_entry_with_another_signature_by_the_same_key() -> Told:
    plan = TagPlan(logged=True)
    entry = layer_of(TagPlan(logged=True, claims={"a": 1}))[1]["annotations"][LOG_ENTRY]
    return verified(changed(plan, entry=entry), LOGGED_KEY)


@scenario(failed="cosign.tlog_key")
def a_keyless_signature_checked_with_a_key() -> Told:
    return verified(FULL, LOGGED_KEY)


@scenario(failed="cosign.tlog_entry")
def a_log_entry_about_another_digest() -> Told:
    plan = TagPlan(logged=True)
    return verified(spoilt(_logged(plan)["digest"], "00" * 32, plan), LOGGED_KEY)


@scenario(failed="cosign.tlog_hash")
def a_log_entry_about_another_envelope() -> Told:
    plan = TagPlan(predicate=PROVENANCE, logged=True, entry="intoto")
    entry = layer_of(replace(plan, subject=OTHER))[1]["annotations"][LOG_ENTRY]
    return verified(changed(plan, entry=entry), {**LOGGED_KEY, "predicate_type": PROVENANCE})


@scenario(failed="cosign.tlog_keyid")
def a_log_that_is_not_trusted() -> Told:
    return verified(TagPlan(logged=True), {"key": "key.pub"})


@scenario(failed="cosign.tlog_set")
def a_promise_that_the_log_did_not_make() -> Told:
    plan = TagPlan(logged=True)
    stated = json.loads(layer_of(plan)[1]["annotations"][LOG_ENTRY])
    stated["Payload"]["integratedTime"] += 1
    return verified(changed(plan, entry=json.dumps(stated)), LOGGED_KEY)


@scenario(failed="cosign.tlog_set")
def a_promise_from_before_the_log_was_in_use() -> Told:
    plan = TagPlan(logged=True)
    stated = json.loads(layer_of(plan)[1]["annotations"][LOG_ENTRY])
    body = base64.b64decode(stated["Payload"]["body"])
    early = datetime(2001, 9, 9, tzinfo=UTC)
    return verified(changed(plan, entry=log_promise(stack(), body, early)), LOGGED_KEY)


# The certificate


@scenario(failed="cosign.cert_chain")
def nobody_is_trusted_to_issue_certificates() -> Told:
    wanted = {**NO_LOG, "sct": "ignored"}
    del wanted["trusted_root"]
    return verified(FULL, wanted)


@scenario(failed="cosign.cert_chain", first="cosign.cert_chain")
def another_authority_is_trusted() -> Told:
    wanted = {**NO_LOG, "sct": "ignored", "ca_roots": "tsa.pem"}
    return verified(FULL, wanted)


@scenario(failed="cosign.cert_chain", first="cosign.cert_chain")
def another_authority_is_trusted_and_an_sct_demanded() -> Told:
    return verified(FULL, {**NO_LOG, "ca_roots": "tsa.pem"})


@scenario(failed="cosign.cert_chain")
def a_certificate_of_an_authority_that_the_trusted_root_does_not_list() -> Told:
    stranger = stack().stamp_signer.pem.decode()
    return verified(changed(FULL, certificate=stranger), {**NO_LOG, "sct": "ignored"})


@scenario(failed="cosign.expiry")
def an_authority_that_was_given_up_before_it_issued_the_certificate() -> Told:
    return verified(FULL, {**ANYBODY, "trusted_root": "retired.json"})


@scenario(failed="cosign.tlog_parse")
def a_log_entry_without_a_signature() -> Told:
    digest = {"algorithm": "sha256", "value": "00" * 32}
    body = {
        "content": {
            "envelope": {"payloadType": "x", "signatures": []},
            "hash": digest,
            "payloadHash": digest,
        }
    }
    entry = {"kind": "intoto", "apiVersion": "0.0.2", "spec": body}
    return verified(
        changed(TagPlan(), entry=log_promise(stack(), json.dumps(entry).encode())), LOGGED_KEY
    )


@scenario(failed="cosign.sct")
def a_certificate_of_a_ct_log_that_is_not_trusted() -> Told:
    wanted = {**NO_LOG, "ca_roots": "root.pem", "ca_intermediates": "authority.pem"}
    del wanted["trusted_root"]
    return verified(FULL, wanted)


@scenario(failed="cosign.identity")
def somebody_else_signed() -> Told:
    return verified(FULL, {**ANYBODY, "identity": "bob@acme.example"})


@scenario(failed="cosign.expiry")
def a_certificate_that_is_over_and_no_proof_of_when_it_signed() -> Told:
    return verified(FULL, NO_LOG)


@scenario(failed="cosign.expiry")
def a_signature_that_was_logged_long_after_the_certificate_was_over() -> Told:
    stated = json.loads(layer_of(FULL)[1]["annotations"][LOG_ENTRY])
    body = base64.b64decode(stated["Payload"]["body"])
    late = NOW - timedelta(hours=1)
    return verified(changed(FULL, entry=log_promise(stack(), body, late)), ANYBODY)


# Signature and claims


@scenario(failed="cosign.sig")
def another_key_signed() -> Told:
    return verified(TagPlan(key=OTHER_KEY))


@scenario(failed="cosign.sig")
def the_key_that_was_named_cannot_be_read() -> Told:
    return verified(wanted={**BY_KEY, "key": "broken"})


@scenario(failed="cosign.claim")
def a_signature_that_was_copied_from_another_image() -> Told:
    return verified(TagPlan(subject=OTHER))


@scenario(failed="cosign.claim")
def a_payload_of_another_type() -> Told:
    return verified(TagPlan(type="atomic container signature"))


@scenario(failed="cosign.claim")
def a_payload_that_claims_nothing() -> Told:
    return verified(TagPlan(raw=b'{"critical": {}}'))


@scenario(failed="cosign.claim")
def a_payload_that_claims_nothing_where_annotations_are_wanted() -> Told:
    return verified(TagPlan(raw=b"[]"), {**BY_KEY, "annotations": {"env": "prod"}})


@scenario(failed="cosign.annotations")
def a_claim_that_differs() -> Told:
    return verified(TagPlan(claims={"env": "dev"}), {**BY_KEY, "annotations": {"env": "prod"}})


@scenario(failed="cosign.annotations")
def a_claim_that_is_missing() -> Told:
    return verified(wanted={**BY_KEY, "annotations": {"env": "prod"}})


VECTORS = tuple(TABLE.scenarios)

ONLY_NOTED = {"cosign.find"}
"""It tells where the signature stands; that nothing stands there is for `registry.find`."""

ONLY_WHEN_WRONG: set[str] = set()


def documents() -> list[bytes]:
    """Payloads with different claims."""
    return [
        payload_of(DIGEST, TagPlan(claims=None if n == 0 else {f"claim {n}": n, "text": "x" * n}))
        for n in range(12)
    ]
