"""Cosign's tag format: signatures and attestations as layers of a manifest at a tag."""

from trustui.core.format import Format
from trustui.core.formats.cosign.payload import SimpleSigning, parse_payload, recognizes
from trustui.core.formats.cosign.verify import CHECKS, SPEC

RULES = 1
"""Raised with every change by which the same signature may get another verdict."""

HIDDEN_BY_BUNDLE = "cosign.finding.hidden_by_bundle"

FORMAT = Format(
    name="cosign",
    spec=SPEC,
    recognizes=recognizes,
    parse=parse_payload,
    facts=SimpleSigning,
    checks=CHECKS,
    findings=(HIDDEN_BY_BUNDLE,),
)
