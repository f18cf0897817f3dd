"""A repository of artefacts in memory, and signers that attach to it as cosign does.

`ask` answers as a registry would; a test spoils what it wants to. What is signed comes from the private
Sigstore of `sigstore_stack`.
"""

import base64
import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from tests.simulators.certifying import SIGNED, PrivateKey, Stamp, pem, sign
from tests.simulators.sigstore_stack import EMAIL, ISSUER, NOW, Stack, b64, stack
from trustui.core.facts import Document, Problem, ProblemKind
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
from trustui.core.oci.manifests import EMPTY, OCI_INDEX, OCI_MANIFEST
from trustui.core.oci.references import cosign_tag, digest_of, fallback_tag
from trustui.core.oci.requests import ImageRequest
from trustui.core.primitives.canonical_json import encode_sorted
from trustui.core.primitives.dsse import IN_TOTO, pre_authentication_encoding
from trustui.core.primitives.instants import write_instant

HOST = "registry.example"
NAME = f"{HOST}/team/app"
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
PROVENANCE = "https://slsa.dev/provenance/v1"
LAYER = "application/vnd.oci.image.layer.v1.tar"
CONFIG = "application/vnd.oci.image.config.v1+json"
ANYBODY = {"identity": EMAIL, "issuer": ISSUER, "trusted_root": "trusted_root.json"}
"""An expectation of Alice, with everything that is demanded by default."""
BY_KEY = {"key": "key.pub", "log": "ignored"}

HOUR = timedelta(hours=1)

Json = dict[str, Any]


def descriptor(body: bytes, media_type: str, **more: object) -> Json:
    return {"mediaType": media_type, "digest": digest_of(body), "size": len(body), **more}


@dataclass
class Repository:
    """Blobs by digest, tags, and which interfaces there are."""

    blobs: dict[str, bytes] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    referrers: dict[str, list[Json]] = field(default_factory=dict)
    offers_referrers: bool = True
    page: bytes = b""
    """What the referrers interface answers instead."""
    problems: dict[str, ProblemKind] = field(default_factory=dict)
    """What goes wrong, by the name that is asked for; `referrers` for that interface."""
    types: dict[str, str] = field(default_factory=dict)
    """What the place says about the type of a digest."""
    asked: list[str] = field(default_factory=list)

    def ask(self, request: ImageRequest) -> Document | Problem:
        self.asked.append(f"{request.kind} {request.name}")
        name = "referrers" if request.kind == "referrers" else request.name
        digest = request.name if ":" in request.name else self.tags.get(request.name, "")
        for one in (name, request.name, digest):
            if one in self.problems:
                return Problem(f"{NAME} {request.name}", self.problems[one], "as the test says")
        if request.kind == "referrers":
            return self._referrers(request.name)
        if digest not in self.blobs:
            return Problem(f"{NAME} {request.name}", ProblemKind.ABSENT, "not found")
        body = self.blobs[digest]
        if len(body) > request.max_length:
            return Problem(f"{NAME} {request.name}", ProblemKind.TOO_LONG, "too long")
        return Document(f"{NAME} {request.name}", body, self.types.get(digest, ""))

    def _referrers(self, digest: str) -> Document | Problem:
        if not self.offers_referrers:
            return Problem(f"{NAME} referrers", ProblemKind.ABSENT, "404 page not found")
        body = self.page or index(self.referrers.get(digest, []))
        return Document(f"{NAME} referrers", body, OCI_INDEX)

    def put(self, body: bytes, tag: str = "") -> str:
        digest = digest_of(body)
        self.blobs[digest] = body
        if tag:
            self.tags[tag] = digest
        return digest

    def attach(self, subject: str, body: bytes, **listed: object) -> str:
        """A manifest that refers to a digest, listed by the interface or by the fallback tag."""
        digest = self.put(body)
        self.referrers.setdefault(subject, []).append(descriptor(body, OCI_MANIFEST, **listed))
        if not self.offers_referrers:
            self.put(index(self.referrers[subject]), fallback_tag(subject))
        return digest


def index(manifests: list[Json], **more: object) -> bytes:
    return json.dumps(
        {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": manifests, **more}
    ).encode()


def manifest(layers: list[Json], config: Json | None = None, **more: object) -> bytes:
    config = config or descriptor(b"{}", CONFIG)
    return json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "config": config,
            "layers": layers,
            **more,
        }
    ).encode()


def image(repository: Repository, tag: str = "1.0", text: bytes = b"web") -> str:
    """An image of one layer; gives its digest."""
    repository.put(text)
    return repository.put(manifest([descriptor(text, LAYER)]), tag)


def platforms(repository: Repository, tag: str = "1.0") -> tuple[str, str, str]:
    """An index of two images; gives the digests of the index and of both."""
    one, two = image(repository, "", b"amd64"), image(repository, "", b"arm64")
    listed = [
        descriptor(
            repository.blobs[digest], OCI_MANIFEST, platform={"os": "linux", "architecture": name}
        )
        for digest, name in ((one, "amd64"), (two, "arm64"))
    ]
    return repository.put(index(listed), tag), one, two


def referrer(
    repository: Repository, subject: str, body: bytes, media_type: str, **more: Any
) -> str:
    """A manifest of one layer that refers to a digest."""
    repository.put(body)
    repository.put(b"{}")
    subjects = {"subject": descriptor(repository.blobs[subject], OCI_MANIFEST)}
    made = manifest(
        [descriptor(body, media_type)],
        descriptor(b"{}", EMPTY),
        **{"artifactType": media_type, **subjects, **more},
    )
    return repository.attach(subject, made, artifactType=media_type)


# The tag format -------------------------------------------------------------------------------


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


def payload_of(digest: str, plan: TagPlan) -> bytes:
    critical = {
        "identity": {"docker-reference": NAME},
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
        "subject": [{"name": NAME, "digest": {algorithm: encoded}}],
        "predicateType": plan.predicate,
        "predicate": {},
    }
    return signed_envelope(json.dumps(statement).encode(), IN_TOTO, key)


def tag_layer(digest: str, plan: TagPlan, made: Stack | None = None) -> tuple[bytes, Json]:
    """The blob of one layer, and its descriptor with the annotations."""
    made = made or stack()
    signer = made.certify() if plan.with_certificate else None
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
        stamp = made.stamp(body if plan.predicate else signature, Stamp())
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
    return log_promise(made, encode_sorted(entry))


def log_promise(made: Stack, raw: bytes, at: int | None = None) -> str:
    taken = int((NOW - 24 * HOUR).timestamp()) if at is None else at
    payload = {
        "body": b64(raw),
        "integratedTime": taken,
        "logIndex": 7,
        "logID": made.rekor.log_id.hex(),
    }
    return json.dumps(
        {"SignedEntryTimestamp": b64(made.rekor.promise(raw, 7, taken)), "Payload": payload}
    )


def sign_tag(repository: Repository, digest: str, *plans: TagPlan) -> str:
    """Put signatures, or attestations, at the tag of a digest."""
    layers = []
    for plan in plans:
        body, layer = tag_layer(digest, plan)
        repository.put(body)
        layers.append(layer)
    suffix = "att" if plans and plans[0].predicate else "sig"
    return repository.put(manifest(layers), cosign_tag(digest, suffix))


def attach_bundle(repository: Repository, digest: str, bundle: Json, **more: Any) -> str:
    return referrer(repository, digest, json.dumps(bundle).encode(), BUNDLE, **more)


def files(made: Stack | None = None) -> dict[str, bytes]:
    """What expectations may name."""
    made = made or stack()
    return {
        "key.pub": pem(made.key),
        "retired.json": json.dumps(retired(made)).encode(),
        "trusted_root.json": json.dumps(made.trusted_root()).encode(),
        "chain.pem": made.authority.pem + made.root.pem,
        "root.pem": made.root.pem,
        "authority.pem": made.authority.pem,
        "tsa.pem": made.stamp_signer.pem + made.stamp_root.pem,
        "broken": b"nothing that could be used",
    }


def retired(made: Stack) -> Json:
    """The trusted root with an authority that was given up a month before anything was signed."""
    root = made.trusted_root()
    window = {"start": "2020-01-01T00:00:00Z", "end": write_instant(SIGNED - 30 * 24 * HOUR)}
    for authority in root["certificateAuthorities"]:
        authority["validFor"] = window
    return root


def read(name: str) -> Document | Problem:
    found = files().get(name)
    if found is None:
        return Problem(name, ProblemKind.ABSENT, "no such file")
    return Document(name, found)


def changed(plan: TagPlan, **annotations: str | None) -> TagPlan:
    """A plan with annotations in the place of what is made, by short names."""
    names = {
        "signature": SIGNATURE,
        "certificate": CERTIFICATE,
        "chain": CHAIN,
        "entry": LOG_ENTRY,
        "timestamp": TIMESTAMP,
    }
    return replace(plan, annotations=tuple((names[one], text) for one, text in annotations.items()))
