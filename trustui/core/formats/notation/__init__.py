"""Signatures of the Notary Project (Notation): JWS and COSE envelopes around a signed descriptor."""

from trustui.core.errors import ParseError
from trustui.core.facts import Document
from trustui.core.format import Format
from trustui.core.formats.notation.case import Asked, SignatureQuestion, Store, Wanted
from trustui.core.formats.notation.envelope import Envelope, Target
from trustui.core.formats.notation.reading import parse_document, parse_envelope
from trustui.core.formats.notation.verify import (
    CHECKS,
    LOGGED_FAILURE,
    SPEC,
    TOLERATED_PURPOSE,
    verify_signature,
)

__all__ = [
    "FORMAT",
    "LOGGED_FAILURE",
    "Asked",
    "Envelope",
    "SignatureQuestion",
    "Store",
    "Target",
    "Wanted",
    "parse_envelope",
    "recognizes",
    "verify_signature",
]

RULES = 1
"""Raised with every change by which the same signature at the same instant may get another verdict."""


def recognizes(document: Document) -> bool:
    """Whether the document is a well-formed envelope around a descriptor."""
    try:
        return parse_document(document).target is not None
    except ParseError:
        return False


FORMAT = Format(
    name="notation",
    spec=SPEC,
    recognizes=recognizes,
    parse=parse_document,
    facts=Envelope,
    checks=CHECKS,
    findings=(LOGGED_FAILURE, TOLERATED_PURPOSE),
)
