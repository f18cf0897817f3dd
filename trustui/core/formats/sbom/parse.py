"""Bills of materials in JSON: SPDX 2, SPDX 3 and CycloneDX 1, bytes to facts."""

from trustui.core.errors import ParseError
from trustui.core.facts import Document
from trustui.core.formats.sbom.bill import Bill
from trustui.core.formats.sbom.cyclonedx import read_cyclonedx
from trustui.core.formats.sbom.spdx import read_spdx
from trustui.core.formats.sbom.spdx3 import read_spdx3
from trustui.core.limits import JsonLimits
from trustui.core.oci.requests import MAX_BLOB
from trustui.core.primitives.proto_json import as_object
from trustui.core.primitives.strict_json import load

MAX_NODES = 2_000_000
"""Values of one document; the largest met has 700,000."""

_READERS = {"spdxVersion": read_spdx, "bomFormat": read_cyclonedx, "@context": read_spdx3}
"""By the member that tells the form."""


def parse(document: Document) -> Bill:
    """The facts of a bill in any form. Raises ParseError or LimitExceeded."""
    limits = JsonLimits(max_bytes=MAX_BLOB, max_nodes=MAX_NODES)
    value = as_object(load(document.body, limits).value, "a bill of materials")
    for name, read in _READERS.items():
        if name in value:
            return read(value)
    raise ParseError(
        "this is no bill of materials that is read here",
        expected="spdxVersion (SPDX 2), @context (SPDX 3) or bomFormat (CycloneDX)",
        found=", ".join(sorted(value)[:5]) or "an empty object",
    )
