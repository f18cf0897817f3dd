"""A private Sigstore: authority, log of certificates, logs of both generations, timestamps.

It signs artifacts and statements into bundles as cosign does; a test spoils what it wants to.
"""

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519

from tests.simulators.certifying import (
    AUTHORITY,
    MINUTE,
    SIGNED,
    YEAR,
    Issued,
    PrivateKey,
    Stamp,
    Wish,
    issue,
    new_key,
    pem,
    sign,
    spki,
    timestamp,
)
from trustui.core.primitives.canonical_json import encode_sorted
from trustui.core.primitives.dsse import IN_TOTO, pre_authentication_encoding
from trustui.core.primitives.instants import write_instant
from trustui.core.primitives.merkle import inclusion_proof, leaf_hash, root_of
from trustui.core.primitives.signed_note import TreeHead

NOW = SIGNED + timedelta(days=1)
"""The present of those who verify."""
EMAIL = "alice@acme.example"
ISSUER = "https://accounts.acme.example"
FULCIO = "1.3.6.1.4.1.57264.1."
ARTIFACT = b"release notes\n"
BUNDLE_3 = "application/vnd.dev.sigstore.bundle.v0.3+json"
BUNDLE_1 = "application/vnd.dev.sigstore.bundle+json;version=0.1"
BUNDLE_2 = "application/vnd.dev.sigstore.bundle+json;version=0.2"
COSIGN_SIGN = "https://sigstore.dev/cosign/sign/v1"

Json = dict[str, Any]


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def der_text(text: str) -> bytes:
    """A DER UTF8String of fewer than 128 bytes."""
    return b"\x0c" + bytes([len(text)]) + text.encode()


def sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


@dataclass
class RekorLog:
    """A log with a key, a name and its leaves; `tiles` is the second generation."""

    host: str
    tiles: bool
    key: PrivateKey
    leaves: list[bytes] = field(default_factory=lambda: [leaf_hash(b"one"), leaf_hash(b"two")])

    @property
    def log_id(self) -> bytes:
        if not self.tiles:
            return hashlib.sha256(spki(self.key)).digest()
        raw = self.key.public_key()
        assert isinstance(raw, ed25519.Ed25519PublicKey)
        return hashlib.sha256(self.host.encode() + b"\n\x01" + raw.public_bytes_raw()).digest()

    def checkpoint(self, leaves: list[bytes]) -> str:
        origin = self.host if self.tiles else f"{self.host} - 42"
        text = TreeHead(origin, len(leaves), root_of(leaves)).text
        signature = self.log_id[:4] + sign(self.key, text.encode())
        return f"{text}\n\u2014 {self.host} {b64(signature)}\n"

    def take(self, body: Json, at: datetime = SIGNED) -> Json:
        """The entry as a bundle carries it."""
        raw = encode_sorted(body)
        leaves = [*self.leaves, leaf_hash(raw)]
        index = len(leaves) - 1
        entry: Json = {
            "logIndex": str(index),
            "logId": {"keyId": b64(self.log_id)},
            "kindVersion": {"kind": body["kind"], "version": body["apiVersion"]},
            "canonicalizedBody": b64(raw),
            "inclusionProof": {
                "logIndex": str(index),
                "rootHash": b64(root_of(leaves)),
                "treeSize": str(len(leaves)),
                "hashes": [b64(one) for one in inclusion_proof(leaves, index)],
                "checkpoint": {"envelope": self.checkpoint(leaves)},
            },
        }
        if not self.tiles:
            seconds = int(at.timestamp())
            entry["integratedTime"] = str(seconds)
            entry["inclusionPromise"] = {
                "signedEntryTimestamp": b64(self.promise(raw, index, seconds))
            }
        return entry

    def promise(self, body: bytes, index: int, seconds: int) -> bytes:
        promised = {
            "body": b64(body),
            "integratedTime": seconds,
            "logID": self.log_id.hex(),
            "logIndex": index,
        }
        return sign(self.key, encode_sorted(promised))

    def as_json(self, start: datetime = SIGNED - YEAR, end: datetime | None = None) -> Json:
        window = {"start": write_instant(start)}
        if end is not None:
            window["end"] = write_instant(end)
        return {
            "baseUrl": f"https://{self.host}",
            "publicKey": {"rawBytes": b64(spki(self.key)), "validFor": dict(window)},
            "logId": {"keyId": b64(self.log_id)},
        }


@dataclass(frozen=True)
class Stack:
    """The services, and what they sign with."""

    root: Issued
    authority: Issued
    ct: PrivateKey
    tiles: RekorLog
    rekor: RekorLog
    stamp_root: Issued
    stamp_signer: Issued
    key: PrivateKey

    def trusted_root(self) -> Json:
        window = {"start": write_instant(SIGNED - YEAR)}
        return {
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": [self.tiles.as_json(), self.rekor.as_json()],
            "certificateAuthorities": [
                {
                    "uri": "https://fulcio.acme.example",
                    "certChain": chain_json(self.authority, self.root),
                    "validFor": dict(window),
                }
            ],
            "ctlogs": [
                {
                    "baseUrl": "https://ct.acme.example",
                    "publicKey": {"rawBytes": b64(spki(self.ct)), "validFor": dict(window)},
                    "logId": {"keyId": b64(hashlib.sha256(spki(self.ct)).digest())},
                }
            ],
            "timestampAuthorities": [
                {
                    "uri": "https://tsa.acme.example",
                    "certChain": chain_json(self.stamp_signer, self.stamp_root),
                    "validFor": dict(window),
                }
            ],
        }

    def certify(self, wish: Wish | None = None, **sct: Any) -> Issued:
        return self.authority.issue_with_sct(wish or signer_wish(), self.ct, **sct)

    def stamp(self, signature: bytes, stamp: Stamp = Stamp()) -> bytes:  # noqa: B008  frozen
        return timestamp(signature, self.stamp_signer, stamp)


def chain_json(*chain: Issued) -> Json:
    return {"certificates": [{"rawBytes": b64(one.der)} for one in chain]}


def signer_wish() -> Wish:
    """A certificate of Fulcio for Alice, of ten minutes."""
    return Wish(
        names=(x509.RFC822Name(EMAIL),),
        extensions=(
            (f"{FULCIO}1", ISSUER.encode(), False),
            (f"{FULCIO}8", der_text(ISSUER), False),
            (f"{FULCIO}5", b"acme/app", False),
        ),
    )


@cache
def stack() -> Stack:
    """One for all tests of a process; nothing in it changes."""
    root = issue(replace(AUTHORITY, subject="root"), None)
    authority = root.issue(replace(AUTHORITY, subject="authority", path_length=0))
    stamp_root = issue(replace(AUTHORITY, subject="stamp root"), None)
    signs_time = Wish(
        "stamps", SIGNED - YEAR, SIGNED + YEAR, purposes=("time",), purposes_critical=True
    )
    return Stack(
        root=root,
        authority=authority,
        ct=new_key(),
        tiles=RekorLog("tiles.acme.example", True, ed25519.Ed25519PrivateKey.generate()),
        rekor=RekorLog("rekor.acme.example", False, new_key()),
        stamp_root=stamp_root,
        stamp_signer=stamp_root.issue(signs_time),
        key=new_key(),
    )


@dataclass(frozen=True, eq=False)
class Plan:
    """How a bundle is made; the defaults are those of cosign 3 with Rekor of tiles."""

    media_type: str = BUNDLE_3
    artifact: bytes = ARTIFACT
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


def statement_about(artifact: bytes, predicate_type: str = COSIGN_SIGN) -> Json:
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "notes", "digest": {"sha256": sha256(artifact)}}],
        "predicateType": predicate_type,
        "predicate": {},
    }


def make_bundle(plan: Plan = Plan(), made: Stack | None = None) -> Json:
    """The bundle as JSON; change it as you like before you dump it."""
    made = made or stack()
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
        held = {"content": b64(signature), "verifier": {kind: {"rawBytes": b64(raw)}}}
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


TEN_MINUTES_LATER = SIGNED + 10 * MINUTE
