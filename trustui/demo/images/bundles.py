"""Artefacts and statements signed into sigstore bundles, as cosign does; or wrongly, on purpose."""

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from trustui.core.primitives.dsse import IN_TOTO, pre_authentication_encoding
from trustui.demo.images.certifying import SIGNED, Issued, PrivateKey, Stamp, pem, sign, spki
from trustui.demo.images.stack import Json, Stack, b64, chain_json, sha256

BUNDLE_3 = "application/vnd.dev.sigstore.bundle.v0.3+json"
BUNDLE_1 = "application/vnd.dev.sigstore.bundle+json;version=0.1"
BUNDLE_2 = "application/vnd.dev.sigstore.bundle+json;version=0.2"


@dataclass(frozen=True, eq=False)
class Plan:
    """How a bundle is made; the defaults are those of cosign 3 with Rekor of tiles."""

    media_type: str = BUNDLE_3
    artifact: bytes = b"release notes\n"
    statement: Json | None = None
    """Signed in an envelope instead of the artifact."""
    with_key: bool = False
    first_generation: bool = False
    entry: str = "hashedrekord"
    """Or `dsse`, `intoto`: how an envelope is logged."""
    logged: bool = True
    logged_at: datetime = SIGNED
    stamps: tuple[Stamp, ...] = (Stamp(),)
    certificate: Callable[[Stack], Issued] = lambda made: made.certify()
    spoil_body: Callable[[Json], object] | None = None


def bundle_of(plan: Plan, made: Stack) -> Json:
    """The bundle as JSON; change it as you like before you dump it."""
    signer = Issued(made.root.certificate, made.key) if plan.with_key else plan.certificate(made)
    content, signature, signed = _sign(plan, signer.key)
    material: Json = {}
    if plan.with_key:
        material["publicKey"] = {"hint": "a key"}
    elif plan.media_type == BUNDLE_3:
        material["certificate"] = {"rawBytes": b64(signer.der)}
    else:
        material["x509CertificateChain"] = chain_json(signer)
    if plan.logged:
        verifier = pem(made.key) if plan.with_key else signer.pem
        raw = spki(made.key) if plan.with_key else signer.der
        body = _body(plan, content, signature, signed, verifier, raw)
        if plan.spoil_body is not None:
            plan.spoil_body(body)
        log = made.rekor if plan.first_generation else made.tiles
        material["tlogEntries"] = [log.take(body, plan.logged_at)]
    material["timestampVerificationData"] = {
        "rfc3161Timestamps": [
            {"signedTimestamp": b64(made.stamp(signature, one))} for one in plan.stamps
        ]
    }
    return {"mediaType": plan.media_type, "verificationMaterial": material, **content}


def _sign(plan: Plan, key: PrivateKey) -> tuple[Json, bytes, bytes]:
    """What the bundle holds, the signature, and what is signed."""
    if plan.statement is None:
        signature = sign(key, plan.artifact)
        digest = {"algorithm": "SHA2_256", "digest": b64(hashlib.sha256(plan.artifact).digest())}
        held = {"messageDigest": digest, "signature": b64(signature)}
        return {"messageSignature": held}, signature, plan.artifact
    payload = json.dumps(plan.statement).encode()
    signed = pre_authentication_encoding(IN_TOTO, payload)
    signature = sign(key, signed)
    envelope = {
        "payload": b64(payload),
        "payloadType": IN_TOTO,
        "signatures": [{"sig": b64(signature)}],
    }
    return {"dsseEnvelope": envelope}, signature, signed


def _body(
    plan: Plan, content: Json, signature: bytes, signed: bytes, verifier: bytes, raw: bytes
) -> Json:
    digest = hashlib.sha256(signed).digest()
    if not plan.first_generation:
        kind = "publicKey" if plan.with_key else "x509Certificate"
        verifying = {kind: {"rawBytes": b64(raw)}, "keyDetails": "PKIX_ECDSA_P256_SHA_256"}
        held = {"content": b64(signature), "verifier": verifying}
        if plan.entry == "dsse":
            payload = base64.b64decode(content["dsseEnvelope"]["payload"])
            hashed = {"algorithm": "SHA2_256", "digest": b64(hashlib.sha256(payload).digest())}
            return _entry(
                "dsse", "0.0.2", {"dsseV002": {"payloadHash": hashed, "signatures": [held]}}
            )
        data = {"algorithm": "SHA2_256", "digest": b64(digest)}
        inner = {"data": data, "signature": held}
        return _entry("hashedrekord", "0.0.2", {"hashedRekordV002": inner})
    if plan.entry == "hashedrekord":
        key: Json = {"content": b64(signature), "publicKey": {"content": b64(verifier)}}
        hashed_data: Json = {"hash": {"algorithm": "sha256", "value": digest.hex()}}
        return _entry("hashedrekord", "0.0.1", {"data": hashed_data, "signature": key})
    envelope = content["dsseEnvelope"]
    payload = base64.b64decode(envelope["payload"])
    hashes: Json = {
        "payloadHash": {"algorithm": "sha256", "value": sha256(payload)},
        "envelopeHash": {"algorithm": "sha256", "value": sha256(json.dumps(envelope).encode())},
    }
    if plan.entry == "dsse":
        listed = [{"signature": b64(signature), "verifier": b64(verifier)}]
        return _entry("dsse", "0.0.1", {**hashes, "signatures": listed})
    twice = [{"sig": b64(b64(signature).encode()), "publicKey": b64(verifier)}]
    inside = {"payloadType": IN_TOTO, "signatures": twice}
    return _entry(
        "intoto",
        "0.0.2",
        {
            "content": {
                "envelope": inside,
                "hash": hashes["envelopeHash"],
                "payloadHash": hashes["payloadHash"],
            }
        },
    )


def _entry(kind: str, version: str, spec: Json) -> Json:
    return {"kind": kind, "apiVersion": version, "spec": spec}
