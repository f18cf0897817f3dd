"""Until when what people trust may be relied on: authorities, logs, and their certificates.

Nothing here says whether it is trusted; only from when to when it says so itself. Times are aware UTC.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum

import msgspec

from trustui.core.pki.authorities import Authority, Log
from trustui.core.pki.certificates import Certificate, parse_certificates
from trustui.core.primitives.text import visible
from trustui.core.trusted_root import parse_trusted_root

MAX_TITLE = 200


class TermKind(StrEnum):
    """What it is that ends."""

    CERTIFICATE = "certificate"
    TRUSTED_ROOT = "trusted_root"
    """A window of a Sigstore trusted root (`validFor`)."""
    SIGNATURE = "signature"


class Term(msgspec.Struct, frozen=True):
    """Something that counts from one instant to another, both inside; None: no bound is stated."""

    kind: TermKind
    what: str
    """In words: `transparency log`."""
    title: str
    begins_at: datetime | None
    ends_at: datetime | None
    fingerprint: str
    """SHA-256 of the certificate's DER, of the key, or of what is signed; lower-case hex."""
    is_superseded: bool = False
    """Another one of its kind goes on where it ends: nothing needs to be done."""


def terms_of_root(raw: bytes) -> tuple[Term, ...]:
    """The windows of a trusted root and the certificates of its authorities. Raises ParseError.

    A window is superseded where another one of its kind is open at its end and lasts longer, as it is
    after a rotation; the certificates of that authority are, too.
    """
    root = parse_trusted_root(raw)
    return (
        *_authorities("certificate authority", root.certificate_authorities),
        *_authorities("timestamp authority", root.timestamp_authorities),
        *_logs("transparency log", root.logs),
        *_logs("log of certificates", root.ct_logs),
    )


def terms_of_certificates(raw: bytes) -> tuple[Term, ...]:
    """The certificates of a PEM file, in its order. Raises ParseError.

    One is superseded where another one of the same subject is valid at its end and lasts longer.
    """
    found = parse_certificates(raw)
    terms = [_certificate("certificate", one) for one in found]
    return tuple(
        _with_superseded(terms, lambda a, b: found[a].subject_der == found[b].subject_der != b"")
    )


def _authorities(kind: str, several: Sequence[Authority]) -> Iterator[Term]:
    windows = [
        _window(kind, one.title, one.window.start, one.window.end, one.root.fingerprint)
        for one in several
    ]
    for authority, window in zip(several, _with_superseded(windows), strict=True):
        yield window
        for certificate in authority.chain:
            term = _certificate(f"certificate of the {kind}", certificate)
            yield msgspec.structs.replace(term, is_superseded=window.is_superseded)


def _logs(kind: str, several: Sequence[Log]) -> Iterator[Term]:
    windows = [
        _window(kind, one.base_url, one.window.start, one.window.end, one.key.fingerprint)
        for one in several
    ]
    yield from _with_superseded(windows)


def _window(
    what: str, title: str, begins: datetime | None, ends: datetime | None, fingerprint: str
) -> Term:
    return Term(TermKind.TRUSTED_ROOT, what, visible(title, MAX_TITLE), begins, ends, fingerprint)


def _certificate(what: str, one: Certificate) -> Term:
    title = visible(one.title, MAX_TITLE)
    window = one.window
    return Term(TermKind.CERTIFICATE, what, title, window.start, window.end, one.fingerprint)


def _with_superseded(
    terms: Sequence[Term], may: Callable[[int, int], bool] = lambda _a, _b: True
) -> Iterator[Term]:
    for number, one in enumerate(terms):
        is_superseded = any(
            other is not one and may(number, at) and _goes_on(one, other)
            for at, other in enumerate(terms)
        )
        yield msgspec.structs.replace(one, is_superseded=is_superseded)


def _goes_on(one: Term, other: Term) -> bool:
    """Whether the other one is there at the end of this one, and longer."""
    if one.ends_at is None:
        return False
    if other.begins_at is not None and other.begins_at > one.ends_at:
        return False
    return other.ends_at is None or other.ends_at > one.ends_at
