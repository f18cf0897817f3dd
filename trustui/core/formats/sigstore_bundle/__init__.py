"""Sigstore bundles 0.1 to 0.3: a signature with everything that is needed to verify it."""

from trustui.core.errors import ParseError
from trustui.core.facts import Document
from trustui.core.format import Format
from trustui.core.formats.sigstore_bundle.bundle import SPEC, Bundle, parse
from trustui.core.formats.sigstore_bundle.case import BundleQuestion
from trustui.core.formats.sigstore_bundle.verify import CHECKS, verify_bundle

__all__ = ["FORMAT", "Bundle", "BundleQuestion", "parse", "recognizes", "verify_bundle"]

RULES = 1
"""Raised with every change by which the same bundle at the same instant may get another verdict."""


def recognizes(document: Document) -> bool:
    """Whether the document is a well-formed bundle of a known version."""
    try:
        parse(document)
    except ParseError:
        return False
    return True


FORMAT = Format(
    name="sigstore_bundle",
    prefix="bundle",
    spec=SPEC,
    recognizes=recognizes,
    parse=parse,
    facts=Bundle,
    checks=CHECKS,
    findings=(),
)
