"""The JWS envelope: flattened JSON serialization (RFC 7515 §7.2.2; signature-envelope-jws.md)."""

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import datetime

from trustui.core.errors import LimitExceeded, ParseError
from trustui.core.formats.notation.envelope import (
    AGENT,
    AUTHENTIC_TIME,
    EXPIRY,
    MAX_ENVELOPE,
    MAX_LISTED,
    PLUGIN,
    PLUGIN_MIN_VERSION,
    SCHEME,
    SIGNING_TIME,
    TIMESTAMP,
    Envelope,
)
from trustui.core.limits import JsonLimits
from trustui.core.pki.certificates import MAX_CERTIFICATES
from trustui.core.primitives.canonical_json import JsonValue
from trustui.core.primitives.instants import parse_instant
from trustui.core.primitives.strict_json import load
from trustui.core.primitives.text import quoted, visible

Object = Mapping[str, JsonValue]

_LIMITS = JsonLimits(max_bytes=MAX_ENVELOPE, max_depth=16, max_nodes=20_000)
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")
_KNOWN = frozenset(
    {
        "alg",
        "cty",
        "crit",
        SCHEME,
        SIGNING_TIME,
        AUTHENTIC_TIME,
        EXPIRY,
        PLUGIN,
        PLUGIN_MIN_VERSION,
    }
)


def parse_jws(body: bytes) -> Envelope:
    """Read an envelope. Members that are not known are passed over, where clients do so as well.

    Raises ParseError or LimitExceeded.
    """
    value = _object(load(body, _LIMITS).value, "the envelope")
    payload, protected, signature = (
        _text(value, name) for name in ("payload", "protected", "signature")
    )
    header = _object(value.get("header"), "the unprotected header")
    headers = _object(load(decode_base64url(protected, "protected"), _LIMITS).value, "protected")
    return Envelope(
        format="jws",
        payload=decode_base64url(payload, "payload"),
        content_type=_text(headers, "cty"),
        algorithm=_text(headers, "alg"),
        scheme=_text(headers, SCHEME),
        critical=_critical(headers),
        headers=tuple(headers),
        signing_time=_time(headers, SIGNING_TIME),
        authentic_signing_time=_time(headers, AUTHENTIC_TIME),
        expiry=_time(headers, EXPIRY),
        extended=_extended(headers),
        plugin=_text(headers, PLUGIN) if PLUGIN in headers else None,
        plugin_min_version=_text(headers, PLUGIN_MIN_VERSION)
        if PLUGIN_MIN_VERSION in headers
        else None,
        certificates=_certificates(header),
        timestamp=_base64(header[TIMESTAMP], TIMESTAMP) if TIMESTAMP in header else b"",
        agent=_text(header, AGENT),
        signature=decode_base64url(signature, "signature"),
        signed_bytes=f"{protected}.{payload}".encode("ascii"),
    )


def decode_base64url(text: str, what: str) -> bytes:
    """base64url without padding and in its only form (RFC 7515 §2, RFC 4648 §3.5): two texts for one
    signature would be two signatures. Raises ParseError.
    """
    if _BASE64URL.fullmatch(text) and len(text) % 4 != 1:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        if base64.urlsafe_b64encode(raw).rstrip(b"=") == text.encode("ascii"):
            return raw
    raise ParseError(
        f"{what} is not base64url",
        expected="base64url without padding (RFC 7515 §2)",
        found=visible(text, 60),
    )


def _object(value: JsonValue, what: str) -> Object:
    if not isinstance(value, dict):
        raise ParseError(f"{what} is no object", expected="an object", found=quoted(value, 60))
    return value


def _text(value: Object, name: str) -> str:
    """A text, or "" where the member is absent."""
    found = value.get(name, "")
    if not isinstance(found, str):
        raise ParseError(f"{name} is no text", expected="a text", found=quoted(found, 60))
    return found


def _critical(headers: Object) -> tuple[str, ...] | None:
    if "crit" not in headers:
        return None
    found = headers["crit"]
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise ParseError(
            "crit is no list of names", expected="a list of texts", found=quoted(found, 60)
        )
    if len(found) > MAX_LISTED:
        raise _too_many("critical headers", MAX_LISTED, len(found))
    return tuple(str(one) for one in found)


def _time(headers: Object, name: str) -> datetime | None:
    if headers.get(name) is None:
        return None
    return parse_instant(_text(headers, name)).at


def _extended(headers: Object) -> dict[str, str]:
    found = {name: quoted(value, 200) for name, value in headers.items() if name not in _KNOWN}
    if len(found) > MAX_LISTED:
        raise _too_many("headers of the signer's own", MAX_LISTED, len(found))
    return found


def _certificates(header: Object) -> tuple[bytes, ...]:
    found = header.get("x5c", [])
    if not isinstance(found, list):
        raise ParseError("x5c is no list", expected="a list", found=quoted(found, 60))
    if len(found) > MAX_CERTIFICATES:
        raise _too_many("certificates", MAX_CERTIFICATES, len(found))
    return tuple(_base64(one, "a certificate in x5c") for one in found)


def _base64(value: JsonValue, what: str) -> bytes:
    """Standard base64, as x5c has it (RFC 7515 §4.1.6)."""
    if isinstance(value, str):
        try:
            return base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            pass
    raise ParseError(f"{what} is not base64", expected="base64", found=quoted(value, 60))


def _too_many(what: str, limit: int, found: int) -> LimitExceeded:
    return LimitExceeded(
        f"the envelope has too many {what}", expected=f"at most {limit}", found=f"{found:,}"
    )
