"""What trust material holds, and from when to when each of it counts."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from trustui.core.errors import ParseError
from trustui.core.pki.authorities import Authority, Log
from trustui.core.pki.certificates import Certificate, parse_certificates
from trustui.core.pki.keys import load_key
from trustui.core.primitives.text import visible
from trustui.core.trusted_root import parse_trusted_root
from trustui.policies.models import MaterialKind


class WindowLine(msgspec.Struct, frozen=True):
    """One authority, log, certificate or key. Times in UTC."""

    kind: str
    title: str
    begins: datetime | None
    ends: datetime | None
    """None: no end is stated."""
    fingerprint: str
    """SHA-256 of the certificate's DER or of the key."""


def windows_of(kind: str, body: bytes) -> tuple[tuple[WindowLine, ...], str]:
    """All of them, and why they cannot be read where they cannot."""
    try:
        return tuple(_READERS[MaterialKind(kind)](body)), ""
    except ParseError as error:
        return (), visible(error.because, 300)


def _root(body: bytes) -> Iterator[WindowLine]:
    root = parse_trusted_root(body)
    for authority in root.certificate_authorities:
        yield from _authority("certificate authority", authority)
    for authority in root.timestamp_authorities:
        yield from _authority("timestamp authority", authority)
    for log in root.logs:
        yield _log("transparency log", log)
    for log in root.ct_logs:
        yield _log("log of certificates", log)


def _authority(kind: str, one: Authority) -> Iterator[WindowLine]:
    yield WindowLine(
        kind, visible(one.title, 200), one.window.start, one.window.end, one.root.fingerprint
    )
    for certificate in one.chain:
        yield _certificate(f"certificate of the {kind}", certificate)


def _certificate(kind: str, one: Certificate) -> WindowLine:
    return WindowLine(kind, one.title, one.window.start, one.window.end, one.fingerprint)


def _log(kind: str, one: Log) -> WindowLine:
    return WindowLine(
        kind, visible(one.base_url, 200), one.window.start, one.window.end, one.key.fingerprint
    )


def _certificates(body: bytes) -> Iterator[WindowLine]:
    for one in parse_certificates(body):
        yield _certificate("certificate", one)


def _key(body: bytes) -> Iterator[WindowLine]:
    key = load_key(body)
    yield WindowLine("public key", key.kind, None, None, key.fingerprint)


_READERS = {
    MaterialKind.TRUSTED_ROOT: _root,
    MaterialKind.CERTIFICATES: _certificates,
    MaterialKind.PUBLIC_KEY: _key,
}
