"""Entries of a transparency log: what was logged, and what the log says about it.

From a bundle (sigstore_rekor.proto) or from the annotation that cosign's tag format keeps. Kinds:
hashedrekord 0.0.1 and 0.0.2, dsse 0.0.1 and 0.0.2, intoto 0.0.2 (rekor, pkg/types; rekor-tiles).
"""

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from trustui.core.errors import ParseError
from trustui.core.limits import MIB, JsonLimits
from trustui.core.pki.certificates import parse_certificate
from trustui.core.pki.keys import PkixKey, load_key
from trustui.core.primitives.canonical_json import JsonValue
from trustui.core.primitives.proto_json import (
    Object,
    as_object,
    each,
    from_base64,
    integer,
    items,
    member,
    octets,
    optional,
    refuse,
    text,
)
from trustui.core.primitives.strict_json import load

LIMITS = JsonLimits(max_bytes=8 * MIB, max_depth=32, max_nodes=20_000)
MAX_HASHES = 64
"""Of a Merkle path: a tree of 2**63 leaves has no longer one."""
MAX_SIGNERS = 20
_LATEST_SECOND = 253_402_300_799
"""The end of the year 9999."""
_HASH_NAMES = {"SHA2_256": "sha256", "SHA2_384": "sha384", "SHA2_512": "sha512"}


class InclusionProof(msgspec.Struct, frozen=True):
    """That the entry stands in the tree of a root; nothing is verified."""

    log_index: int
    """In this tree, which may be one shard of the log."""
    root_hash: bytes
    tree_size: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    """The signed note with the root, or ""."""


class LogEntry(msgspec.Struct, frozen=True):
    """An entry as it came with a signature."""

    log_index: int
    log_id: bytes
    kind: str
    version: str
    body: bytes
    """What is in the tree: canonical JSON."""
    integrated_time: datetime | None = None
    """When the log says that it took the entry in; only a promise makes it worth anything."""
    promise: bytes | None = None
    """The signed entry timestamp."""
    proof: InclusionProof | None = None

    @property
    def title(self) -> str:
        """How a sentence names it."""
        return f"log entry {self.log_index}"


class LoggedSignature(msgspec.Struct, frozen=True):
    """A signature that was logged, and the key or certificate (PEM or DER) it was logged with."""

    signature: bytes
    verifier: bytes


class Logged(msgspec.Struct, frozen=True):
    """What the body of an entry says; nothing is verified.

    `digest` is of the artifact (hashedrekord), which for a logged envelope is what it signs (its
    PAE). `payload_digest` and `envelope_digest` are of an envelope (dsse, intoto). Digests are
    lower-case hex with their algorithm in front, as `sha256:…`, or "".
    """

    kind: str
    version: str
    signatures: tuple[LoggedSignature, ...]
    digest: str = ""
    payload_digest: str = ""
    envelope_digest: str = ""


def parse_entry(value: JsonValue) -> LogEntry:
    """An item of a bundle's `tlogEntries`. Raises ParseError or LimitExceeded."""
    entry = as_object(value, "the log entry")
    kind = member(entry, "kindVersion")
    promise, proof = optional(entry, "inclusionPromise"), optional(entry, "inclusionProof")
    seconds = integer(entry, "integratedTime")
    body = octets(entry, "canonicalizedBody")
    if not body:
        raise ParseError("the log entry has no body", expected="canonicalizedBody", found="nothing")
    return LogEntry(
        log_index=integer(entry, "logIndex"),
        log_id=octets(member(entry, "logId"), "keyId"),
        kind=text(kind, "kind"),
        version=text(kind, "version"),
        body=body,
        integrated_time=_instant(seconds),
        promise=None if promise is None else octets(promise, "signedEntryTimestamp"),
        proof=None if proof is None else _proof(proof),
    )


def _instant(seconds: int) -> datetime | None:
    if seconds > _LATEST_SECOND:
        refuse("integratedTime is beyond every calendar", "a time before the year 10000", seconds)
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def _proof(value: Object) -> InclusionProof:
    hashes = items(value, "hashes", MAX_HASHES)
    checkpoint = optional(value, "checkpoint")
    return InclusionProof(
        log_index=integer(value, "logIndex"),
        root_hash=octets(value, "rootHash"),
        tree_size=integer(value, "treeSize"),
        hashes=tuple(_hash(one) for one in hashes),
        checkpoint="" if checkpoint is None else text(checkpoint, "envelope"),
    )


def _hash(value: JsonValue) -> bytes:
    if not isinstance(value, str):
        refuse("a hash of the proof is no text", "base64", value)
    return from_base64(value, "a hash of the proof")


def parse_cosign_bundle(raw: bytes) -> LogEntry:
    """The annotation `dev.sigstore.cosign/bundle` (cosign, pkg/cosign/bundle). Raises ParseError.

    Kind and version are those that the body states.
    """
    value = as_object(load(raw, LIMITS).value, "the log annotation")
    payload = member(value, "Payload")
    body = octets(payload, "body")
    stated = _body(body)
    log_id = text(payload, "logID")
    try:
        named = bytes.fromhex(log_id)
    except ValueError as error:
        raise ParseError("logID is not hexadecimal", expected="hex", found=log_id[:80]) from error
    return LogEntry(
        log_index=integer(payload, "logIndex"),
        log_id=named,
        kind=text(stated, "kind"),
        version=text(stated, "apiVersion"),
        body=body,
        integrated_time=_instant(integer(payload, "integratedTime")),
        promise=octets(value, "SignedEntryTimestamp"),
    )


def read_body(entry: LogEntry) -> Logged:
    """What was logged. Raises ParseError, also where the body is of another kind than is stated."""
    body = _body(entry.body)
    stated = (text(body, "kind"), text(body, "apiVersion"))
    if stated != (entry.kind, entry.version):
        raise ParseError(
            "the body of the log entry is of another kind than the entry says",
            expected=f"{entry.kind} {entry.version}",
            found=" ".join(stated)[:80],
        )
    if stated not in _KINDS:
        raise ParseError(
            "log entries of this kind are not read here",
            expected=", ".join(" ".join(kind) for kind in _KINDS),
            found=" ".join(stated)[:80],
        )
    read = _KINDS[stated](member(body, "spec"))
    return msgspec.structs.replace(read, kind=entry.kind, version=entry.version)


def verifier_key(verifier: bytes) -> PkixKey:
    """The key that a logged signature was checked with. Raises ParseError."""
    if b"CERTIFICATE" not in verifier[:64] and verifier.lstrip().startswith(b"-----BEGIN"):
        return load_key(verifier)
    try:
        certificate = parse_certificate(verifier)
    except ParseError:
        return load_key(verifier)
    if certificate.key is None:
        raise ParseError("the logged certificate has no key that is read here")
    return certificate.key


def _body(raw: bytes) -> Object:
    return as_object(load(raw, LIMITS).value, "the body of the log entry")


def _hashed_1(spec: Object) -> Logged:
    stated = member(member(spec, "data"), "hash")
    signature = member(spec, "signature")
    key = octets(member(signature, "publicKey"), "content")
    logged = LoggedSignature(octets(signature, "content"), key)
    return Logged("", "", (logged,), digest=_digest(stated))


def _hashed_2(spec: Object) -> Logged:
    inner = member(spec, "hashedRekordV002")
    return Logged(
        "", "", (_signature_2(member(inner, "signature")),), digest=_digest_2(member(inner, "data"))
    )


def _dsse_1(spec: Object) -> Logged:
    return Logged(
        "",
        "",
        each(
            spec,
            "signatures",
            lambda one: LoggedSignature(octets(one, "signature"), octets(one, "verifier")),
            MAX_SIGNERS,
        ),
        payload_digest=_digest(member(spec, "payloadHash")),
        envelope_digest=_digest(member(spec, "envelopeHash")),
    )


def _dsse_2(spec: Object) -> Logged:
    inner = member(spec, "dsseV002")
    return Logged(
        "",
        "",
        each(inner, "signatures", _signature_2, MAX_SIGNERS),
        payload_digest=_digest_2(member(inner, "payloadHash")),
    )


def _intoto(spec: Object) -> Logged:
    content = member(spec, "content")
    envelope = member(content, "envelope")

    stated = optional(content, "hash")
    return Logged(
        "",
        "",
        each(envelope, "signatures", _intoto_signature, MAX_SIGNERS),
        payload_digest=_digest(member(content, "payloadHash")),
        envelope_digest="" if stated is None else _digest(stated),
    )


def _intoto_signature(value: Object) -> LoggedSignature:
    """0.0.2 mostly keeps signatures in base64 twice over (rekor, pkg/types/intoto/v0.0.2)."""
    outer = octets(value, "sig")
    try:
        inner = from_base64(outer.decode("ascii", "replace"), "sig")
    except ParseError:
        inner = outer
    return LoggedSignature(inner, octets(value, "publicKey"))


def _signature_2(value: Object) -> LoggedSignature:
    verifier = member(value, "verifier")
    holder = optional(verifier, "x509Certificate") or member(verifier, "publicKey")
    return LoggedSignature(octets(value, "content"), octets(holder, "rawBytes"))


def _digest(value: Object) -> str:
    return f"{text(value, 'algorithm')}:{text(value, 'value').lower()}"


def _digest_2(value: Object) -> str:
    name = text(value, "algorithm")
    return f"{_HASH_NAMES.get(name, name)}:{octets(value, 'digest').hex()}"


_KINDS: dict[tuple[str, str], Callable[[Object], Logged]] = {
    ("hashedrekord", "0.0.1"): _hashed_1,
    ("hashedrekord", "0.0.2"): _hashed_2,
    ("dsse", "0.0.1"): _dsse_1,
    ("dsse", "0.0.2"): _dsse_2,
    ("intoto", "0.0.2"): _intoto,
}
