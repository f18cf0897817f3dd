"""Until when a Notation signature can be good, as it says itself; nothing is verified."""

from collections.abc import Iterator
from datetime import UTC, datetime

from trustui.core.errors import ParseError
from trustui.core.formats.notation.envelope import (
    COSE_TYPE,
    JWS_TYPE,
    SCHEME_AUTHORITY,
    Envelope,
)
from trustui.core.pki.certificates import Certificate, parse_certificate
from trustui.core.primitives.text import visible
from trustui.core.trust_policy.terms import MAX_TITLE, Term, TermKind

ENVELOPES = frozenset({JWS_TYPE, COSE_TYPE})
"""Media types of layers that are signatures."""
BY_EXPIRY = "signature, until the expiry that its signer set"
BY_CERTIFICATE = "signature without a timestamp, until its certificate ends"
_LAST = datetime.max.replace(tzinfo=UTC)


def term_of_envelope(envelope: Envelope) -> Term | None:
    """What ends it first; None where nothing does.

    The signer's own expiry always counts. Certificates are judged by the present only where neither a
    timestamp nor a signing authority vouches for the time (trust-store-trust-policy.md, "Authentic
    timestamp validation"). The fingerprint is that of the certificate in question.
    """
    return min(_ends(envelope), key=lambda one: one.ends_at or _LAST, default=None)


def _ends(envelope: Envelope) -> Iterator[Term]:
    chain = list(_chain(envelope))
    if envelope.expiry is not None:
        signer = chain[0] if chain else None
        yield Term(
            TermKind.SIGNATURE,
            BY_EXPIRY,
            "" if signer is None else visible(signer.title, MAX_TITLE),
            envelope.authentic_signing_time or envelope.signing_time,
            envelope.expiry,
            "" if signer is None else signer.fingerprint,
        )
    if envelope.scheme != SCHEME_AUTHORITY and not envelope.timestamp:
        for one in chain:
            title, window = visible(one.title, MAX_TITLE), one.window
            yield Term(
                TermKind.SIGNATURE,
                BY_CERTIFICATE,
                title,
                window.start,
                window.end,
                one.fingerprint,
            )


def _chain(envelope: Envelope) -> Iterator[Certificate]:
    """Those that can be read: whoever verifies refuses the others."""
    for der in envelope.certificates:
        try:
            yield parse_certificate(der)
        except ParseError:
            continue
