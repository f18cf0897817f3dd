"""The COSE envelope: a tagged COSE_Sign1 (RFC 9052 §4.2; signature-envelope-cose.md)."""

from datetime import datetime
from typing import NoReturn

from trustui.core.errors import LimitExceeded, ParseError
from trustui.core.formats.notation.algorithms import COSE_NAMES
from trustui.core.formats.notation.envelope import (
    AGENT,
    AUTHENTIC_TIME,
    EXPIRY,
    MAX_LISTED,
    PLUGIN,
    PLUGIN_MIN_VERSION,
    SCHEME,
    SIGNING_TIME,
    TIMESTAMP,
    Envelope,
    within_limits,
)
from trustui.core.pki.certificates import MAX_CERTIFICATES
from trustui.core.primitives.cbor import Cbor, CborKey, Tagged, decode, encode_bytes, encode_text
from trustui.core.primitives.instants import write_instant
from trustui.core.primitives.text import quoted

Headers = dict[CborKey, Cbor]

COSE_SIGN1 = 18
ALG, CRIT, CONTENT_TYPE = 1, 2, 3
X5CHAIN = 33
_KNOWN = frozenset(
    {
        ALG,
        CRIT,
        CONTENT_TYPE,
        SCHEME,
        SIGNING_TIME,
        AUTHENTIC_TIME,
        EXPIRY,
        PLUGIN,
        PLUGIN_MIN_VERSION,
    }
)
_ARRAY_OF_FOUR = b"\x84"


def parse_cose(body: bytes) -> Envelope:
    """Read an envelope. Raises ParseError or LimitExceeded."""
    within_limits(body)
    raw_protected, unprotected, payload, signature = _parts(decode(body))
    headers = _headers(decode(raw_protected), "protected")
    if set(headers) & set(unprotected):
        _refuse("a header is protected and not protected at once (RFC 9052 §3)", "one of both")
    return Envelope(
        format="cose",
        payload=payload,
        content_type=_text(headers, CONTENT_TYPE),
        algorithm=_algorithm(headers),
        scheme=_text(headers, SCHEME),
        critical=_critical(headers),
        headers=tuple(_name(label) for label in headers),
        signing_time=_time(headers, SIGNING_TIME),
        authentic_signing_time=_time(headers, AUTHENTIC_TIME),
        expiry=_time(headers, EXPIRY),
        extended=_extended(headers),
        plugin=_text(headers, PLUGIN) if PLUGIN in headers else None,
        plugin_min_version=_text(headers, PLUGIN_MIN_VERSION)
        if PLUGIN_MIN_VERSION in headers
        else None,
        certificates=_certificates(unprotected),
        timestamp=_timestamp(unprotected),
        agent=_text(unprotected, AGENT),
        signature=signature,
        signed_bytes=signed_structure(raw_protected, payload),
    )


def signed_structure(protected: bytes, payload: bytes) -> bytes:
    """The Sig_structure of a COSE_Sign1 without external data (RFC 9052 §4.4)."""
    return b"".join(
        (
            _ARRAY_OF_FOUR,
            encode_text("Signature1"),
            encode_bytes(protected),
            encode_bytes(b""),
            encode_bytes(payload),
        )
    )


def _parts(value: Cbor) -> tuple[bytes, Headers, bytes, bytes]:
    if not isinstance(value, Tagged) or value.tag != COSE_SIGN1:
        _refuse("this is no COSE_Sign1", "tag 18")
    match value.value:
        case [bytes(protected), dict() as unprotected, bytes(payload), bytes(signature)]:
            return protected, _headers(unprotected, "unprotected"), payload, signature
        case _:
            pass
    raise ParseError(
        "a COSE_Sign1 is made of other things",
        expected="protected headers, unprotected headers, payload, signature",
    )


def _headers(value: object, what: str) -> Headers:
    if not isinstance(value, dict) or any(isinstance(label, bytes) for label in value):
        _refuse(f"the {what} headers are none", "a map with labels that are numbers or texts")
    return value


def _algorithm(headers: Headers) -> str:
    stated = headers.get(ALG)
    if stated is None:
        return ""
    if isinstance(stated, bool) or not isinstance(stated, int | str):
        _refuse("the algorithm is none", "a number")
    # A name in text is registered for none of the six: it stays in quotes, so that it is none of them.
    return COSE_NAMES.get(stated, str(stated)) if isinstance(stated, int) else repr(stated)[:60]


def _text(headers: Headers, label: CborKey) -> str:
    """A text, or "" where the header is absent."""
    found = headers.get(label, "")
    if not isinstance(found, str):
        _refuse(f"{_name(label)} is no text", "a text")
    return found


def _time(headers: Headers, label: str) -> datetime | None:
    if label not in headers:
        return None
    found = headers[label]
    if not isinstance(found, datetime):
        _refuse(f"{label} is no time", "a number of seconds with tag 1")
    return found


def _critical(headers: Headers) -> tuple[str, ...] | None:
    if CRIT not in headers:
        return None
    found = headers[CRIT]
    if not isinstance(found, list) or not found:
        _refuse("crit is no list of headers", "a list with at least one header (RFC 9052 §3.1)")
    if len(found) > MAX_LISTED:
        raise _too_many("critical headers", MAX_LISTED, len(found))
    names = []
    for label in found:
        if isinstance(label, bool) or not isinstance(label, int | str):
            _refuse("crit names something that is no header", "numbers and texts")
        names.append(_name(label))
    return tuple(names)


def _extended(headers: Headers) -> dict[str, str]:
    found = {_name(label): _shown(value) for label, value in headers.items() if label not in _KNOWN}
    if len(found) > MAX_LISTED:
        raise _too_many("headers of the signer's own", MAX_LISTED, len(found))
    return found


def _shown(value: Cbor) -> str:
    match value:
        case datetime():
            return write_instant(value)
        case bytes():
            return f"{len(value):,} bytes"
        case _:
            return quoted(value, 200)


def _name(label: CborKey) -> str:
    return label if isinstance(label, str) else f"label {label!r}"


def _certificates(headers: Headers) -> tuple[bytes, ...]:
    found = headers.get(X5CHAIN, [])
    if not isinstance(found, list):
        _refuse("x5chain is no list", "a list of certificates")
    if len(found) > MAX_CERTIFICATES:
        raise _too_many("certificates", MAX_CERTIFICATES, len(found))
    for one in found:
        if not isinstance(one, bytes):
            _refuse("a certificate in x5chain is none", "bytes")
    return tuple(one for one in found if isinstance(one, bytes))


def _timestamp(headers: Headers) -> bytes:
    found = headers.get(TIMESTAMP, b"")
    if not isinstance(found, bytes):
        _refuse(f"{TIMESTAMP} is none", "bytes")
    return found


def _refuse(because: str, expected: str) -> NoReturn:
    raise ParseError(because, expected=expected)


def _too_many(what: str, limit: int, found: int) -> LimitExceeded:
    return LimitExceeded(
        f"the envelope has too many {what}", expected=f"at most {limit}", found=f"{found:,}"
    )
