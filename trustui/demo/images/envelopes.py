"""Signatures of the Notary Project in JWS envelopes, as Notation makes them; or wrongly, on purpose."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

from trustui.core.formats.notation.algorithms import HASH_OF, algorithm_of
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
from trustui.core.oci.manifests import OCI_MANIFEST
from trustui.core.pki.keys import HASHES, as_key
from trustui.core.primitives.instants import write_instant
from trustui.demo.images.certifying import SIGNED, Issued, Stamp, timestamp
from trustui.demo.images.repository import descriptor
from trustui.demo.images.stack import Json, b64

Spoil = Callable[[Json], object]


@dataclass(frozen=True)
class EnvelopePlan:
    """What is signed, by whom and how."""

    payload: bytes
    chain: tuple[Issued, ...]
    """The signer, then who issued it, up to the root."""
    signed_at: datetime = SIGNED
    scheme: str = SCHEME_X509
    expiry: datetime | None = None
    stamp: Stamp | None = None
    stamp_signer: Issued | None = None
    """Needed where there is a stamp."""
    stamped: bytes | None = None
    """What the timestamp is about, instead of the signature."""
    algorithm: str = ""
    """What it is signed with, instead of what goes with the key."""
    more: Mapping[str, Any] = field(default_factory=dict)
    """Protected headers that are added, or replaced; None takes one away."""
    critical: tuple[Any, ...] | None = None
    """Instead of the right ones."""
    spoil: Spoil | None = None
    """What becomes of the finished envelope."""
    agent: str = "quayline-signer/3.2"

    def changed(self, **changes: Any) -> Self:
        """The same with something else."""
        return replace(self, **changes)

    @property
    def named_algorithm(self) -> str:
        """As the header names it; that of RSA where the key has none."""
        return self.algorithm or algorithm_of(as_key(self.chain[0].key.public_key())) or "PS256"


def payload_of(manifest: bytes, media_type: str = OCI_MANIFEST, **more: object) -> bytes:
    """What Notation signs of a manifest."""
    return json.dumps({"targetArtifact": descriptor(manifest, media_type, **more)}).encode()


def headers_of(plan: EnvelopePlan) -> Json:
    """The protected headers, by the names that both envelopes share; times as instants."""
    by_authority = plan.scheme == SCHEME_AUTHORITY
    found: Json = {
        "alg": plan.named_algorithm,
        "cty": PAYLOAD_TYPE,
        SCHEME: plan.scheme,
        (AUTHENTIC_TIME if by_authority else SIGNING_TIME): plan.signed_at,
    }
    critical = [SCHEME, *([AUTHENTIC_TIME] if by_authority else [])]
    if plan.expiry is not None:
        found[EXPIRY] = plan.expiry
        critical.append(EXPIRY)
    found["crit"] = critical if plan.critical is None else list(plan.critical)
    found |= plan.more
    return {name: value for name, value in found.items() if value is not None}


def b64url(raw: bytes) -> str:
    """As JWS writes bytes: without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def jws_envelope(plan: EnvelopePlan) -> bytes:
    """The envelope as JSON."""
    shown = {
        name: write_instant(value) if isinstance(value, datetime) else value
        for name, value in headers_of(plan).items()
    }
    protected, payload = b64url(json.dumps(shown).encode()), b64url(plan.payload)
    signature = raw_signature(plan, f"{protected}.{payload}".encode())
    header: Json = {"x5c": [b64(one.der) for one in plan.chain], AGENT: plan.agent}
    if plan.stamp is not None:
        header[TIMESTAMP] = b64(stamped(plan, plan.stamp, signature))
    envelope: Json = {
        "payload": payload,
        "protected": protected,
        "header": header,
        "signature": b64url(signature),
    }
    if plan.spoil is not None:
        plan.spoil(envelope)
    return json.dumps(envelope).encode()


def raw_signature(plan: EnvelopePlan, message: bytes) -> bytes:
    """As JWS and COSE write it: salted as long as the hash, r and s in a row."""
    key = plan.chain[0].key
    hashed = HASHES[HASH_OF.get(plan.named_algorithm, "sha256")]
    if isinstance(key, rsa.RSAPrivateKey):
        salted = padding.PSS(padding.MGF1(hashed), hashed.digest_size)
        return key.sign(message, salted, hashed)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    der = key.sign(message, ec.ECDSA(hashed, deterministic_signing=True))
    size = (key.key_size + 7) // 8
    return b"".join(one.to_bytes(size) for one in utils.decode_dss_signature(der))


def stamped(plan: EnvelopePlan, stamp: Stamp, signature: bytes) -> bytes:
    """The bare token over a signature, with its signer's certificate."""
    assert plan.stamp_signer is not None
    message = signature if plan.stamped is None else plan.stamped
    embeds = stamp.embeds or (plan.stamp_signer.der,)
    return timestamp(message, plan.stamp_signer, replace(stamp, embeds=embeds, is_bare=True))
