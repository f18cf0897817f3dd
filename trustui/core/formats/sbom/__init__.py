"""Bills of materials (SBOM) in SPDX or CycloneDX JSON; not signed, unless themselves signed."""

from trustui.core.errors import ParseError
from trustui.core.facts import Document
from trustui.core.format import Format
from trustui.core.formats.sbom.bill import SPEC, Bill
from trustui.core.formats.sbom.parse import parse
from trustui.core.formats.sbom.verify import CHECKS, LOOSE

RULES = 2
"""Raised with every change by which the same bill may be judged otherwise."""


def recognizes(document: Document) -> bool:
    """Whether the document is a bill of a form and version that is read here."""
    try:
        parse(document)
    except ParseError:
        return False
    return True


FORMAT = Format(
    name="sbom",
    spec=SPEC,
    recognizes=recognizes,
    parse=parse,
    facts=Bill,
    checks=CHECKS,
    findings=(LOOSE,),
)
