"""Entries of logs as bundles and cosign's annotation carry them, and what they say."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.simulators.sigstore_stack import ARTIFACT, make_bundle, stack, statement_about
from trustui.core.errors import ParseError
from trustui.core.tlog.entries import (
    LogEntry,
    parse_cosign_bundle,
    parse_entry,
    read_body,
    verifier_key,
)
from trustui.demo.images.bundles import Plan
from trustui.demo.images.certifying import SIGNED, Wish, issue, new_key, pem, spki
from trustui.demo.images.stack import Json, b64, sha256

STATEMENT = statement_about(ARTIFACT)


def logged(**plan: Any) -> Json:
    entry: Json = make_bundle(Plan(**plan))["verificationMaterial"]["tlogEntries"][0]
    return entry


def annotation(**changes: Any) -> bytes:
    """As cosign keeps it beside a signature in its tag format."""
    entry = logged(first_generation=True)
    payload = {
        "body": entry["canonicalizedBody"],
        "integratedTime": int(SIGNED.timestamp()),
        "logIndex": 2,
        "logID": stack().rekor.log_id.hex(),
    }
    promise = entry["inclusionPromise"]["signedEntryTimestamp"]
    return json.dumps({"SignedEntryTimestamp": promise, "Payload": payload | changes}).encode()


# Reading


def test_it_reads_an_entry_of_the_first_generation() -> None:
    entry = parse_entry(logged(first_generation=True))
    assert (entry.kind, entry.version, entry.log_index) == ("hashedrekord", "0.0.1", 2)
    assert entry.integrated_time == SIGNED
    assert entry.promise
    assert entry.proof is not None
    assert (entry.proof.log_index, entry.proof.tree_size) == (2, 3)
    assert entry.title == "log entry 2"


def test_it_reads_an_entry_of_tiles_which_states_no_time() -> None:
    entry = parse_entry(logged())
    assert (entry.version, entry.integrated_time, entry.promise) == ("0.0.2", None, None)


def test_proof_and_checkpoint_may_be_absent() -> None:
    entry = logged()
    del entry["inclusionProof"]["checkpoint"]
    assert parse_entry(entry).proof is not None
    del entry["inclusionProof"]
    assert parse_entry(entry).proof is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"canonicalizedBody": ""}, "no body"),
        ({"logIndex": "-1"}, "logIndex is no number"),
        ({"integratedTime": "999999999999999"}, "beyond every calendar"),
        ({"inclusionProof": {"hashes": [1]}}, "a hash of the proof is no text"),
        ({"kindVersion": None}, "kindVersion is no object"),
    ],
)
def test_a_malformed_entry_is_refused(change: Json, words: str) -> None:
    with pytest.raises(ParseError, match=words):
        parse_entry({**logged(), **change})


def test_it_reads_the_annotation_of_cosign() -> None:
    entry = parse_cosign_bundle(annotation())
    same = parse_entry(logged(first_generation=True))
    assert (entry.kind, entry.version, entry.integrated_time) == ("hashedrekord", "0.0.1", SIGNED)
    assert entry.log_id == same.log_id
    assert entry.proof is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"logID": "xyz"}, "logID is not hexadecimal"),
        ({"body": b64(b"[]")}, "the body of the log entry is no object"),
        ({"body": "!"}, "body is not base64"),
    ],
)
def test_a_malformed_annotation_is_refused(change: Json, words: str) -> None:
    with pytest.raises(ParseError, match=words):
        parse_cosign_bundle(annotation(**change))


# Bodies


@pytest.mark.parametrize("first_generation", [False, True])
def test_a_hashedrekord_names_the_digest_of_the_artifact(first_generation: bool) -> None:
    found = read_body(parse_entry(logged(first_generation=first_generation)))
    assert found.digest == f"sha256:{sha256(ARTIFACT)}"
    assert found.kind == "hashedrekord"
    assert len(found.signatures) == 1


@pytest.mark.parametrize("entry", ["dsse", "intoto"])
def test_dsse_and_intoto_name_the_payload_and_the_envelope(entry: str) -> None:
    plan = {"statement": STATEMENT, "entry": entry, "first_generation": True}
    found = read_body(parse_entry(logged(**plan)))
    assert found.payload_digest.startswith("sha256:")
    assert found.envelope_digest.startswith("sha256:")
    assert found.digest == ""


def test_dsse_of_tiles_names_the_payload() -> None:
    found = read_body(parse_entry(logged(statement=STATEMENT, entry="dsse")))
    assert found.payload_digest.startswith("sha256:")
    assert found.envelope_digest == ""


def test_intoto_may_leave_the_hash_of_the_envelope_out_and_encode_once() -> None:
    def simplify(body: Json) -> None:
        content = body["spec"]["content"]
        del content["hash"]
        content["envelope"]["signatures"][0]["sig"] = b64(b"\xff once")

    plan = Plan(statement=STATEMENT, entry="intoto", first_generation=True, spoil_body=simplify)
    entry = make_bundle(plan)["verificationMaterial"]["tlogEntries"][0]
    found = read_body(parse_entry(entry))
    assert found.envelope_digest == ""
    assert found.signatures[0].signature == b"\xff once"


def test_a_bare_key_may_stand_for_the_certificate() -> None:
    found = read_body(parse_entry(logged(with_key=True)))
    assert verifier_key(found.signatures[0].verifier).material == spki(stack().key)


def entry_with(body: Json, kind: str = "hashedrekord", version: str = "0.0.1") -> LogEntry:
    return LogEntry(1, b"id", kind, version, json.dumps(body).encode())


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (entry_with({"kind": "dsse", "apiVersion": "0.0.1"}), "of another kind than"),
        (entry_with({"kind": "rpm", "apiVersion": "1"}, "rpm", "1"), "of this kind are not read"),
        (entry_with({"kind": "hashedrekord", "apiVersion": "0.0.1"}), "spec is no object"),
    ],
)
def test_a_body_that_is_not_as_stated_is_refused(entry: LogEntry, words: str) -> None:
    with pytest.raises(ParseError, match=words):
        read_body(entry)


# Verifiers


def test_a_verifier_is_a_key_or_a_certificate_in_either_encoding() -> None:
    leaf, key = stack().certify(), new_key()
    for raw in (leaf.der, leaf.pem):
        assert verifier_key(raw).material == spki(leaf.key)
    for raw in (spki(key), pem(key)):
        assert verifier_key(raw).material == spki(key)


def test_a_certificate_of_a_key_that_is_not_read_is_no_verifier() -> None:
    odd = issue(Wish("odd"), None, ec.generate_private_key(ec.SECP256K1()))
    with pytest.raises(ParseError, match="no key that is read here"):
        verifier_key(odd.der)
