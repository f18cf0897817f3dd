"""Signatures and attestations in cosign's tag format, made well or wrongly on purpose."""

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from trustui.core.formats.cosign.payload import (
    CERTIFICATE,
    CHAIN,
    DSSE,
    LOG_ENTRY,
    PAYLOAD_TYPE,
    SIGNATURE,
    SIMPLE_SIGNING,
    TIMESTAMP,
)
from trustui.core.oci.references import cosign_tag
from trustui.core.primitives.canonical_json import encode_sorted
from trustui.core.primitives.dsse import IN_TOTO, pre_authentication_encoding
from trustui.demo.images.certifying import SIGNED, Issued, PrivateKey, Stamp, pem, sign
from trustui.demo.images.repository import ImageRepository, descriptor, manifest
from trustui.demo.images.stack import Json, Stack, b64


@dataclass(frozen=True)
class TagPlan:
    """How a signature of the tag format is made; the defaults are a bare key without log."""

    with_certificate: bool = False
    logged: bool = False
    stamped: bool = False
    claims: Json | None = None
    type: str = PAYLOAD_TYPE
    predicate: str = ""
    """Of an attestation instead of a signature."""
    entry: str = "hashedrekord"
    annotations: tuple[tuple[str, str | None], ...] = ()
    """Put in the place of what is made; None leaves one out."""
    media_type: str = ""
    key: PrivateKey | None = None
    subject: str = ""
    """Signed instead of the image's digest."""
    raw: bytes = b""
    """The blob in the place of what is made."""
    name: str = "registry.example/team/app"
    """What a signature calls the image; clients do not compare it."""
    certificate: Issued | None = None
    """Instead of a new one of the stack."""
    at: datetime = SIGNED
    """When it is logged and stamped (UTC)."""


def payload_of(digest: str, plan: TagPlan) -> bytes:
    critical = {
        "identity": {"docker-reference": plan.name},
        "image": {"docker-manifest-digest": digest},
        "type": plan.type,
    }
    return json.dumps({"critical": critical, "optional": plan.claims}).encode()


def signed_envelope(
    payload: bytes, payload_type: str, key: PrivateKey
) -> tuple[bytes, bytes, bytes]:
    """An envelope around any payload, what it signs, and its signature."""
    signed = pre_authentication_encoding(payload_type, payload)
    signature = sign(key, signed)
    envelope = {
        "payload": b64(payload),
        "payloadType": payload_type,
        "signatures": [{"sig": b64(signature)}],
    }
    return json.dumps(envelope).encode(), signed, signature


def envelope_of(digest: str, plan: TagPlan, key: PrivateKey) -> tuple[bytes, bytes, bytes]:
    """An envelope around a statement, what it signs, and its signature."""
    algorithm, _, encoded = digest.partition(":")
    statement = {
        "_type": "https://in-toto.io/Statement/v0.1",
        "subject": [{"name": plan.name, "digest": {algorithm: encoded}}],
        "predicateType": plan.predicate,
        "predicate": {},
    }
    return signed_envelope(json.dumps(statement).encode(), IN_TOTO, key)


def tag_layer(digest: str, plan: TagPlan, made: Stack) -> tuple[bytes, Json]:
    """The blob of one layer, and its descriptor with the annotations."""
    signer = (plan.certificate or made.certify()) if plan.with_certificate else None
    key = signer.key if signer else plan.key or made.key
    digest = plan.subject or digest
    if plan.predicate:
        body, signed, signature = envelope_of(digest, plan, key)
        annotations = {SIGNATURE: ""}
    else:
        body = signed = plan.raw or payload_of(digest, plan)
        signature = sign(key, signed)
        annotations = {SIGNATURE: b64(signature)}
    if signer is not None:
        annotations[CERTIFICATE] = signer.pem.decode()
        annotations[CHAIN] = made.authority.pem.decode()
    if plan.logged:
        verifier = signer.pem if signer else pem(key)
        annotations[LOG_ENTRY] = log_annotation(made, plan, body, signed, signature, verifier)
    if plan.stamped:
        stamp = made.stamp(body if plan.predicate else signature, Stamp(plan.at))
        annotations[TIMESTAMP] = json.dumps({"SignedRFC3161Timestamp": b64(stamp)})
    body = plan.raw or body
    media_type = plan.media_type or (DSSE if plan.predicate else SIMPLE_SIGNING)
    return body, with_annotations(descriptor(body, media_type, annotations=annotations), plan)


def with_annotations(layer: Json, plan: TagPlan) -> Json:
    """The descriptor of a layer with what a plan puts in the place of what is made."""
    annotations = dict(layer["annotations"])
    for name, text in plan.annotations:
        annotations.pop(name, None)
        if text is not None:
            annotations[name] = text
    return {**layer, "annotations": annotations}


def log_annotation(
    made: Stack, plan: TagPlan, body: bytes, signed: bytes, signature: bytes, verifier: bytes
) -> str:
    """What `dev.sigstore.cosign/bundle` holds: an entry with the log's promise."""
    if plan.entry == "intoto":
        hashed = {"algorithm": "sha256", "value": hashlib.sha256(body).hexdigest()}
        envelope = json.loads(body)
        inner = {
            "algorithm": "sha256",
            "value": hashlib.sha256(base64.b64decode(envelope["payload"])).hexdigest(),
        }
        twice = [{"sig": b64(b64(signature).encode()), "publicKey": b64(verifier)}]
        spec: Json = {
            "content": {
                "envelope": {"payloadType": IN_TOTO, "signatures": twice},
                "hash": hashed,
                "payloadHash": inner,
            }
        }
        entry = {"kind": "intoto", "apiVersion": "0.0.2", "spec": spec}
    else:
        data = {"hash": {"algorithm": "sha256", "value": hashlib.sha256(signed).hexdigest()}}
        held = {"content": b64(signature), "publicKey": {"content": b64(verifier)}}
        spec = {"data": data, "signature": held}
        entry = {"kind": "hashedrekord", "apiVersion": "0.0.1", "spec": spec}
    return log_promise(made, encode_sorted(entry), plan.at)


def log_promise(made: Stack, raw: bytes, at: datetime = SIGNED) -> str:
    """An entry with the promise of the log of the first generation, as the annotation holds it."""
    taken = int(at.timestamp())
    payload = {
        "body": b64(raw),
        "integratedTime": taken,
        "logIndex": 7,
        "logID": made.rekor.log_id.hex(),
    }
    return json.dumps(
        {"SignedEntryTimestamp": b64(made.rekor.promise(raw, 7, taken)), "Payload": payload}
    )


def sign_tag(repository: ImageRepository, digest: str, made: Stack, *plans: TagPlan) -> str:
    """Put signatures, or attestations, at the tag of a digest."""
    layers = []
    for plan in plans:
        body, layer = tag_layer(digest, plan, made)
        repository.put(body)
        layers.append(layer)
    suffix = "att" if plans and plans[0].predicate else "sig"
    return repository.put(manifest(layers), cosign_tag(digest, suffix))
