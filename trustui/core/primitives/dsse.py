"""DSSE: an envelope that signs a payload together with its type.

secure-systems-lab/dsse v1.0.2, envelope.md and protocol.md. Nothing here is verified.
"""

import base64
import binascii

import msgspec

from trustui.core.errors import LimitExceeded, ParseError
from trustui.core.primitives.canonical_json import JsonValue
from trustui.core.primitives.text import quoted

MAX_SIGNATURES = 20
"""Signatures of one envelope that are read; sigstore wants exactly one."""

IN_TOTO = "application/vnd.in-toto+json"
"""The payload type of in-toto statements."""


class EnvelopeSignature(msgspec.Struct, frozen=True):
    """One signature; `keyid` is a hint without authority (protocol.md)."""

    signature: bytes
    keyid: str = ""


class Envelope(msgspec.Struct, frozen=True):
    """A payload as its bytes, its type, and the signatures over both."""

    payload: bytes
    payload_type: str
    signatures: tuple[EnvelopeSignature, ...]

    @property
    def signed_bytes(self) -> bytes:
        """What is signed: PAE(type, payload) of protocol.md."""
        return pre_authentication_encoding(self.payload_type, self.payload)


def pre_authentication_encoding(payload_type: str, payload: bytes) -> bytes:
    """`DSSEv1 LEN(type) type LEN(body) body`, lengths in decimal bytes (protocol.md)."""
    named = payload_type.encode("utf-8", "surrogatepass")
    return b"DSSEv1 %d %b %d %b" % (len(named), named, len(payload), payload)


def parse_envelope(value: JsonValue) -> Envelope:
    """An envelope from decoded JSON. Raises ParseError or LimitExceeded."""
    if not isinstance(value, dict):
        raise ParseError("this is no DSSE envelope", expected="an object", found=quoted(value))
    payload_type, signatures = value.get("payloadType"), value.get("signatures")
    if not isinstance(payload_type, str):
        raise ParseError(
            "the envelope names no type of its payload",
            expected="a text payloadType",
            found=quoted(payload_type),
        )
    if not isinstance(signatures, list):
        raise ParseError(
            "the envelope has no signatures", expected="a list", found=quoted(signatures)
        )
    if len(signatures) > MAX_SIGNATURES:
        raise LimitExceeded(
            "the envelope has more signatures than are read",
            expected=f"at most {MAX_SIGNATURES}",
            found=str(len(signatures)),
        )
    payload = read_base64(value.get("payload"), "the payload")
    return Envelope(payload, payload_type, tuple(_signature(one) for one in signatures))


def _signature(value: JsonValue) -> EnvelopeSignature:
    if not isinstance(value, dict):
        raise ParseError("a signature is none", expected="an object", found=quoted(value))
    keyid = value.get("keyid")
    if keyid is not None and not isinstance(keyid, str):
        raise ParseError("a key id is none", expected="a text", found=quoted(keyid))
    return EnvelopeSignature(read_base64(value.get("sig"), "a signature"), keyid or "")


def read_base64(value: JsonValue, what: str) -> bytes:
    """Standard or URL-safe base64, both of which envelope.md allows. Raises ParseError."""
    if isinstance(value, str):
        try:
            return base64.b64decode(value.translate(_STANDARD), validate=True)
        except (binascii.Error, ValueError):
            pass
    raise ParseError(f"{what} is not base64", expected="base64 (RFC 4648)", found=quoted(value, 60))


_STANDARD = str.maketrans("-_", "+/")
