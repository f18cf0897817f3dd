"""in-toto attestations in DSSE envelopes: what is said about which artefact, and by whom."""

from trustui.core.checks.attestation import CHECKS, Attestation, read_attestation
from trustui.core.errors import ParseError
from trustui.core.facts import Document
from trustui.core.format import Format

RULES = 1
"""Raised with every change by which the same attestation may get another verdict."""


def parse(document: Document) -> Attestation:
    """The envelope and its statement. Raises ParseError or LimitExceeded, also without a statement."""
    found = read_attestation(document.body)
    if found.statement is None:
        raise ParseError(f"the payload is no statement: {found.because}", check="attestation.type")
    return found


def recognizes(document: Document) -> bool:
    """Whether the document is an in-toto attestation."""
    try:
        parse(document)
    except ParseError:
        return False
    return True


FORMAT = Format(
    name="in_toto",
    prefix="attestation",
    spec="DSSE 1.0.2",
    recognizes=recognizes,
    parse=parse,
    facts=Attestation,
    checks=CHECKS,
    findings=(),
)
