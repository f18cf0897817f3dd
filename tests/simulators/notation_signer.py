"""A signer of the Notary Project with a private authority: both envelopes, every rule breakable."""

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.simulators.cbor_writer import Tag, encode
from trustui.core.formats.notation.algorithms import COSE_NAMES
from trustui.core.formats.notation.cose import ALG, CONTENT_TYPE, CRIT, X5CHAIN, signed_structure
from trustui.core.formats.notation.envelope import AGENT, TIMESTAMP
from trustui.core.pki.certificates import Certificate, parse_certificate
from trustui.demo.images.certifying import (
    AUTHORITY,
    SIGNED,
    YEAR,
    Issued,
    PrivateKey,
    Wish,
    issue,
)
from trustui.demo.images.envelopes import (
    EnvelopePlan,
    headers_of,
    jws_envelope,
    raw_signature,
    stamped,
)

NOW = SIGNED + timedelta(days=1)
"""The present of those who verify."""
SUBJECT = "CN=release,OU=Build,O=Acme,ST=WA,C=US"
IDENTITY = "x509.subject: C=US, ST=WA, O=Acme"
IMAGE_TYPE = "application/vnd.oci.image.manifest.v1+json"
BLOB = b"release notes\n"

Json = dict[str, Any]


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
class Plan(EnvelopePlan):
    """In either envelope; the defaults verify. `spoil` gets a JSON object, or a map of the four parts."""

    payload: bytes = json.dumps(target()).encode()
    chain: tuple[Issued, ...] = field(default_factory=lambda: world().chain)
    stamp_signer: Issued | None = field(default_factory=lambda: world().stamp_signer)
    agent: str = "trustui-tests/1.0"
    format: str = "jws"


def make_envelope(plan: Plan) -> bytes:
    return jws_envelope(plan) if plan.format == "jws" else _cose(plan)


_LABELS = {"alg": ALG, "cty": CONTENT_TYPE, "crit": CRIT}
_NUMBERS = {name: number for number, name in COSE_NAMES.items()}


def _cose(plan: Plan) -> bytes:
    labelled = {_LABELS.get(name, name): value for name, value in headers_of(plan).items()}
    if isinstance(labelled.get(ALG), str):
        labelled[ALG] = _NUMBERS.get(labelled[ALG], labelled[ALG])
    protected = encode(labelled)
    signature = raw_signature(plan, signed_structure(protected, plan.payload))
    unprotected: Json = {X5CHAIN: [one.der for one in plan.chain], AGENT: plan.agent}  # type: ignore[dict-item]
    if plan.stamp is not None:
        unprotected[TIMESTAMP] = stamped(plan, plan.stamp, signature)
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


def certificates(*chain: Issued) -> tuple[Certificate, ...]:
    return tuple(parse_certificate(one.der) for one in chain)
