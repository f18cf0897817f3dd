"""What trust material holds, and from when to when each of it counts."""

from datetime import datetime

import msgspec

from trustui.core.errors import ParseError
from trustui.core.pki.certificates import Certificate
from trustui.core.pki.keys import load_key
from trustui.core.primitives.text import visible
from trustui.core.trust_policy.terms import Term
from trustui.policies.models import MaterialKind
from trustui.policies.terms import terms_of


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
        if MaterialKind(kind) is MaterialKind.PUBLIC_KEY:
            return (_key(body),), ""
        return tuple(_line(one) for one in terms_of(kind, body)), ""
    except ParseError as error:
        return (), visible(error.because, 300)


def _line(one: Term) -> WindowLine:
    return WindowLine(one.what, one.title, one.begins_at, one.ends_at, one.fingerprint)


def certificate_line(kind: str, one: Certificate) -> WindowLine:
    """From when to when a certificate counts."""
    return WindowLine(kind, one.title, one.window.start, one.window.end, one.fingerprint)


def _key(body: bytes) -> WindowLine:
    key = load_key(body)
    return WindowLine("public key", key.kind, None, None, key.fingerprint)
