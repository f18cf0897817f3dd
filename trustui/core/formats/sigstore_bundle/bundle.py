"""What a sigstore bundle says (protobuf-specs, sigstore_bundle.proto, versions 0.1 to 0.3)."""

import re

import msgspec

from trustui.core.errors import ParseError
from trustui.core.facts import Document
from trustui.core.limits import MIB, JsonLimits
from trustui.core.primitives.dsse import Envelope, parse_envelope
from trustui.core.primitives.proto_json import (
    Object,
    as_object,
    each,
    items,
    member,
    octets,
    optional,
    text,
)
from trustui.core.primitives.strict_json import load
from trustui.core.primitives.text import quoted
from trustui.core.tlog.entries import LogEntry, parse_entry

SPEC = "sigstore_bundle.proto"
LIMITS = JsonLimits(max_bytes=24 * MIB, max_depth=32, max_nodes=50_000)
"""Large SBOMs travel inside; as one text, so the nodes are few."""
MAX_PARTS = 32
"""Certificates, log entries or timestamps of one bundle."""
VERSIONS = ("0.1", "0.2", "0.3")
MEDIA_TYPE = re.compile(
    r"application/vnd\.dev\.sigstore\.bundle"
    r"(?:\+json;\s*version=(?P<old>[0-9.]+)|\.v(?P<new>[0-9.]+)\+json)"
)


class MessageSignature(msgspec.Struct, frozen=True):
    """A signature over the artifact itself; the digest is a hint that proves nothing."""

    signature: bytes
    hash_name: str = ""
    digest: bytes = b""


class Bundle(msgspec.Struct, frozen=True):
    """A bundle as it came; nothing is verified. Exactly one of `message` and `envelope` is there."""

    version: str
    certificates: tuple[bytes, ...] = ()
    """DER, the one that signed first."""
    key_hint: str | None = None
    """What a bundle of a bare key calls it; it names a key and proves nothing."""
    has_chain: bool = False
    """Whether the certificates came as a chain, which versions before 0.3 do."""
    entries: tuple[LogEntry, ...] = ()
    timestamps: tuple[bytes, ...] = ()
    """TimeStampResp, DER."""
    message: MessageSignature | None = None
    envelope: Envelope | None = None

    @property
    def signature(self) -> bytes:
        """What timestamps are about; b"" where an envelope has none."""
        if self.message is not None:
            return self.message.signature
        assert self.envelope is not None
        first = self.envelope.signatures[:1]
        return first[0].signature if first else b""


def parse(document: Document) -> Bundle:
    """Read a bundle. Raises ParseError or LimitExceeded; `check` is the id that it fails."""
    try:
        value = as_object(load(document.body, LIMITS).value, "the bundle")
    except ParseError as error:
        raise _failing("bundle.parse", error) from error
    version = _version(value)
    try:
        return _bundle(value, version)
    except ParseError as error:
        raise _failing("bundle.parse", error) from error


def _failing(check: str, error: ParseError) -> ParseError:
    error.check = check
    return error


def _version(value: Object) -> str:
    stated = value.get("mediaType")
    match = MEDIA_TYPE.fullmatch(stated) if isinstance(stated, str) else None
    if match is None:
        raise ParseError(
            "the document does not say that it is a sigstore bundle",
            check="bundle.media_type",
            expected="mediaType application/vnd.dev.sigstore.bundle.v0.3+json, or an older form",
            found=quoted(stated, 80),
        )
    version: str = match["old"] or match["new"]
    if version not in VERSIONS:
        raise ParseError(
            "bundles of this version are not read here",
            check="bundle.version",
            expected=", ".join(VERSIONS),
            found=quoted(version, 40),
        )
    return version


def _bundle(value: Object, version: str) -> Bundle:
    material = member(value, "verificationMaterial")
    chain, certificate = (
        optional(material, "x509CertificateChain"),
        optional(material, "certificate"),
    )
    key = optional(material, "publicKey")
    held: tuple[bytes, ...] = () if certificate is None else (octets(certificate, "rawBytes"),)
    if chain is not None:
        held += each(chain, "certificates", lambda one: octets(one, "rawBytes"), MAX_PARTS)
    stamps = optional(material, "timestampVerificationData") or {}
    message, envelope = optional(value, "messageSignature"), optional(value, "dsseEnvelope")
    if (message is None) == (envelope is None):
        raise ParseError(
            "a bundle holds one thing that is signed",
            expected="messageSignature or dsseEnvelope",
            found="neither" if message is None else "both",
        )
    return Bundle(
        version=version,
        certificates=held,
        key_hint=None if key is None else text(key, "hint"),
        has_chain=chain is not None,
        entries=tuple(parse_entry(one) for one in items(material, "tlogEntries", MAX_PARTS)),
        timestamps=each(
            stamps, "rfc3161Timestamps", lambda one: octets(one, "signedTimestamp"), MAX_PARTS
        ),
        message=None if message is None else _message(message),
        envelope=None if envelope is None else parse_envelope(envelope),
    )


def _message(value: Object) -> MessageSignature:
    stated = optional(value, "messageDigest") or {}
    name = text(stated, "algorithm")
    return MessageSignature(
        octets(value, "signature"),
        {"SHA2_256": "sha256", "SHA2_384": "sha384", "SHA2_512": "sha512"}.get(name, name),
        octets(stated, "digest"),
    )
