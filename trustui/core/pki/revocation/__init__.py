"""Was a certificate revoked? A judgement over evidence that is handed in: OCSP answers and CRLs.

Nothing is fetched here: whoever calls gives an `Evidence` that may fetch, look into a store or refuse.
"""

from trustui.core.pki.revocation.answers import Status
from trustui.core.pki.revocation.evidence import (
    NO_EVIDENCE,
    Addresses,
    Evidence,
    addresses,
    serial_of_request,
)
from trustui.core.pki.revocation.status import CertificateStatus, statuses_of, worst_of

__all__ = [
    "NO_EVIDENCE",
    "Addresses",
    "CertificateStatus",
    "Evidence",
    "Status",
    "addresses",
    "serial_of_request",
    "statuses_of",
    "worst_of",
]
