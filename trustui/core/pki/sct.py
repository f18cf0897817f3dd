"""Signed certificate timestamps: a log of certificates promised to list one (RFC 6962 §3.2).

Sigstore embeds them into the certificate; what is signed is the certificate without them.
"""

import hashlib
import struct
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from cryptography.x509.certificate_transparency import SignedCertificateTimestamp

from trustui.core.pki.authorities import Log
from trustui.core.pki.certificates import Certificate
from trustui.core.primitives.instants import write_instant

MAX_SCTS = 16
_PRECERT_ENTRY = 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class SctResult(msgspec.Struct, frozen=True):
    """Whether one promise of a known log holds; where none does, the best reason."""

    verified: bool
    because: str
    expected: str = ""
    found: str = ""
    log: str = ""
    at: datetime | None = None


def verify_sct(leaf: Certificate, issuer: Certificate, ctlogs: Sequence[Log]) -> SctResult:
    """Whether the certificate carries a promise of one of these logs, made while it was in use.

    `issuer` is the certificate that signed the leaf: its key is part of what is signed.
    """
    if not leaf.scts:
        return SctResult(
            verified=False,
            because="the certificate carries no signed certificate timestamp",
            expected="an embedded SCT",
            found="none",
        )
    known = {log.log_id: log for log in ctlogs}
    results = [
        _judge(sct, known[sct.log_id], leaf, issuer)
        for sct in leaf.scts[:MAX_SCTS]
        if sct.log_id in known
    ]
    if not results:
        return SctResult(
            verified=False,
            because="the certificate's SCT comes from a log that the trusted root does not list",
            expected=", ".join(log.log_id.hex()[:16] for log in ctlogs[:4]) or "a trusted log",
            found=", ".join(sct.log_id.hex()[:16] for sct in leaf.scts[:4]),
        )
    return next((one for one in results if one.verified), results[0])


def _judge(
    sct: SignedCertificateTimestamp, log: Log, leaf: Certificate, issuer: Certificate
) -> SctResult:
    at = sct.timestamp.replace(tzinfo=UTC)  # the library gives UTC without saying so
    if not log.window.contains(at):
        return SctResult(
            verified=False,
            because=f"the log of certificates {log.host} was not in use when it made the SCT",
            expected=str(log.window),
            found=write_instant(at),
        )
    if not log.key.verifies(sct.signature, _signed(sct, at, leaf, issuer)):
        return SctResult(
            verified=False,
            because=f"the SCT's signature is not one of the log of certificates {log.host}",
            expected=f"a signature of key {log.key.fingerprint[:16]}",
            found="a signature of something else",
        )
    return SctResult(
        verified=True,
        because=f"{log.host} promised at {write_instant(at)} to list the certificate",
        log=log.host,
        at=at,
    )


def _signed(
    sct: SignedCertificateTimestamp, at: datetime, leaf: Certificate, issuer: Certificate
) -> bytes:
    """The digitally-signed struct of RFC 6962 §3.2 for a precertificate."""
    assert issuer.key is not None  # it has verified the leaf
    tbs = leaf.loaded.tbs_precertificate_bytes
    milliseconds = (at - _EPOCH) // timedelta(milliseconds=1)
    return b"".join(
        (
            struct.pack(">BBQH", 0, 0, milliseconds, _PRECERT_ENTRY),
            hashlib.sha256(issuer.key.material).digest(),
            len(tbs).to_bytes(3, "big"),
            tbs,
            struct.pack(">H", len(sct.extension_bytes)),
            sct.extension_bytes,
        )
    )
