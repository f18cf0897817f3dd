"""A signer of the Notary Project with a private authority: both envelopes, every rule breakable."""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

from tests.simulators.cbor_writer import Tag, encode
from trustui.core.formats.notation.algorithms import COSE_NAMES, HASH_OF, algorithm_of
from trustui.core.formats.notation.cose import ALG, CONTENT_TYPE, CRIT, X5CHAIN, signed_structure
from trustui.core.formats.notation.envelope import (
    AGENT,
    AUTHENTIC_TIME,
    EXPIRY,
    PAYLOAD_TYPE,
    SCHEME,
    SCHEME_AUTHORITY,
    SCHEME_X509,
    SIGNING_TIME,
    TIMESTAMP,
)
from trustui.core.pki.certificates import Certificate, parse_certificate
from trustui.core.pki.keys import HASHES, as_key
from trustui.core.primitives.instants import write_instant
from trustui.demo.images.certifying import (
    AUTHORITY,
    SIGNED,
    YEAR,
    Issued,
    PrivateKey,
    Stamp,
    Wish,
    issue,
    timestamp,
)

NOW = SIGNED + timedelta(days=1)
"""The present of those who verify."""
SUBJECT = "CN=release,OU=Build,O=Acme,ST=WA,C=US"
IDENTITY = "x509.subject: C=US, ST=WA, O=Acme"
IMAGE_TYPE = "application/vnd.oci.image.manifest.v1+json"
BLOB = b"release notes\n"

Json = dict[str, Any]
Spoil = Callable[[Json], object]


@dataclass(frozen=True)
class World:
    """An authority of two levels, one for timestamps, and signers below them."""

    root: Issued
    between: Issued
    signer: Issued
    stamp_root: Issued
    stamp_signer: Issued

    @property
    def chain(self) -> tuple[Issued, ...]:
        return self.signer, self.between, self.root


LEAF = Wish(SUBJECT, SIGNED - YEAR, SIGNED + YEAR)
SIGNS_TIME = Wish(
    "stamps", SIGNED - YEAR, SIGNED + YEAR, purposes=("time",), purposes_critical=True
)


@cache
def world() -> World:
    root = issue(replace(AUTHORITY, subject="CN=root,O=Acme,ST=WA,C=US"), None)
    between = root.issue(replace(AUTHORITY, subject="CN=between,O=Acme,ST=WA,C=US", path_length=0))
    stamp_root = issue(replace(AUTHORITY, subject="stamp root"), None)
    return World(root, between, between.issue(LEAF), stamp_root, stamp_root.issue(SIGNS_TIME))


@cache
def key_of_kind(kind: str) -> PrivateKey:
    """A key by the name of the algorithm that goes with it, or of a size for which there is none."""
    sizes = {"PS256": 2048, "PS384": 3072, "PS512": 4096, "RSA 2304": 2304}
    if kind in sizes:
        return rsa.generate_private_key(65_537, sizes[kind])
    curves = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}
    return ec.generate_private_key(curves.get(kind, ec.SECP224R1()))


def target(digest: str = "", size: int = 528, **more: Any) -> Json:
    descriptor = {"mediaType": IMAGE_TYPE, "digest": digest or f"sha256:{'5' * 64}", "size": size}
    return {"targetArtifact": {**descriptor, **more}}


def blob_target(body: bytes = BLOB, hash_name: str = "sha256") -> Json:
    digest = f"{hash_name}:{hashlib.new(hash_name, body).hexdigest()}"
    return target(digest, len(body), mediaType="application/octet-stream")


@dataclass(frozen=True)
class Plan:
    """What is signed, by whom and how; the defaults verify."""

    format: str = "jws"
    scheme: str = SCHEME_X509
    payload: bytes = json.dumps(target()).encode()
    chain: tuple[Issued, ...] = field(default_factory=lambda: world().chain)
    expiry: datetime | None = None
    stamp: Stamp | None = None
    stamp_signer: Issued | None = None
    stamped: bytes | None = None
    """What the timestamp is about, instead of the signature."""
    algorithm: str = ""
    """What it is signed with, instead of what goes with the key."""
    more: Mapping[str, Any] = field(default_factory=dict)
    """Protected headers that are added, or replaced; None takes one away."""
    critical: tuple[Any, ...] | None = None
    """Instead of the right ones."""
    spoil: Spoil | None = None
    """What becomes of the finished envelope: a JSON object, or a map of its four parts."""

    def changed(self, **changes: Any) -> "Plan":
        return replace(self, **changes)


def make_envelope(plan: Plan) -> bytes:
    headers = _headers(plan)
    return _jws(plan, headers) if plan.format == "jws" else _cose(plan, headers)


def _headers(plan: Plan) -> Json:
    """By the names that both envelopes share; times as instants."""
    by_authority = plan.scheme == SCHEME_AUTHORITY
    found: Json = {
        "alg": plan.algorithm or algorithm_of(as_key(plan.chain[0].key.public_key())) or "PS256",
        "cty": PAYLOAD_TYPE,
        SCHEME: plan.scheme,
        (AUTHENTIC_TIME if by_authority else SIGNING_TIME): SIGNED,
    }
    critical = [SCHEME, *([AUTHENTIC_TIME] if by_authority else [])]
    if plan.expiry is not None:
        found[EXPIRY] = plan.expiry
        critical.append(EXPIRY)
    found["crit"] = critical if plan.critical is None else list(plan.critical)
    found |= plan.more
    return {name: value for name, value in found.items() if value is not None}


def b64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _jws(plan: Plan, headers: Json) -> bytes:
    shown = {
        name: write_instant(value) if isinstance(value, datetime) else value
        for name, value in headers.items()
    }
    protected, payload = b64url(json.dumps(shown).encode()), b64url(plan.payload)
    signature = raw_signature(plan, f"{protected}.{payload}".encode())
    header: Json = {"x5c": [base64.b64encode(one.der).decode() for one in plan.chain]}
    header[AGENT] = "trustui-tests/1.0"
    if plan.stamp is not None:
        header[TIMESTAMP] = base64.b64encode(_stamp(plan, signature)).decode()
    envelope: Json = {
        "payload": payload,
        "protected": protected,
        "header": header,
        "signature": b64url(signature),
    }
    if plan.spoil is not None:
        plan.spoil(envelope)
    return json.dumps(envelope).encode()


_LABELS = {"alg": ALG, "cty": CONTENT_TYPE, "crit": CRIT}
_NUMBERS = {name: number for number, name in COSE_NAMES.items()}


def _cose(plan: Plan, headers: Json) -> bytes:
    labelled = {_LABELS.get(name, name): value for name, value in headers.items()}
    if isinstance(labelled.get(ALG), str):
        labelled[ALG] = _NUMBERS.get(labelled[ALG], labelled[ALG])
    protected = encode(labelled)
    signature = raw_signature(plan, signed_structure(protected, plan.payload))
    unprotected: Json = {X5CHAIN: [one.der for one in plan.chain], AGENT: "trustui-tests/1.0"}  # type: ignore[dict-item]
    if plan.stamp is not None:
        unprotected[TIMESTAMP] = _stamp(plan, signature)
    parts: Json = {
        "protected": protected,
        "unprotected": unprotected,
        "payload": plan.payload,
        "signature": signature,
        "tag": 18,
    }
    if plan.spoil is not None:
        plan.spoil(parts)
    tag = parts.pop("tag")
    return encode(Tag(tag, list(parts.values()))) if tag else encode(list(parts.values()))


def raw_signature(plan: Plan, message: bytes) -> bytes:
    """As JWS and COSE write it: salted as long as the hash, r and s in a row."""
    key = plan.chain[0].key
    name = plan.algorithm or algorithm_of(as_key(key.public_key())) or "PS256"
    hashed = HASHES[HASH_OF.get(name, "sha256")]
    if isinstance(key, rsa.RSAPrivateKey):
        salted = padding.PSS(padding.MGF1(hashed), hashed.digest_size)
        return key.sign(message, salted, hashed)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    der = key.sign(message, ec.ECDSA(hashed, deterministic_signing=True))
    size = (key.key_size + 7) // 8
    return b"".join(one.to_bytes(size) for one in utils.decode_dss_signature(der))


def _stamp(plan: Plan, signature: bytes) -> bytes:
    assert plan.stamp is not None
    message = signature if plan.stamped is None else plan.stamped
    signer = plan.stamp_signer or world().stamp_signer
    embeds = plan.stamp.embeds or (signer.der,)
    return timestamp(message, signer, replace(plan.stamp, embeds=embeds, is_bare=True))


def certificates(*chain: Issued) -> tuple[Certificate, ...]:
    return tuple(parse_certificate(one.der) for one in chain)
