"""Was a certificate revoked? A judgement over evidence that is handed in: OCSP answers and CRLs.

Nothing is fetched here: whoever calls gives an `Evidence` that may fetch, look into a store or refuse.
"""

from trustui.core.pki.revocation.answers import Status
from trustui.core.pki.revocation.evidence import (
    NO_EVIDENCE,
    Addresses,
    Enquiry,
    Evidence,
    addresses,
    serial_of_request,
)
from trustui.core.pki.revocation.published import (
    Published,
    entries_in,
    longest,
    read_published,
)
from trustui.core.pki.revocation.status import CertificateStatus, statuses_of, worst_of

__all__ = [
    "NO_EVIDENCE",
    "Addresses",
    "CertificateStatus",
    "Enquiry",
    "Evidence",
    "Published",
    "Status",
    "addresses",
    "entries_in",
    "longest",
    "read_published",
    "serial_of_request",
    "statuses_of",
    "worst_of",
]
