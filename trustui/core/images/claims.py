"""What a signature claims about itself: whose certificate or key, logged when. Nothing is verified.

It is what signatures are searched by; what is true of it, a verification says.
"""

import base64
import binascii
from datetime import datetime

import msgspec

from trustui.core.errors import ParseError
from trustui.core.facts import Document, Problem
from trustui.core.formats.cosign.payload import CERTIFICATE, LOG_ENTRY
from trustui.core.formats.notation.envelope import Envelope
from trustui.core.formats.sigstore_bundle.bundle import Bundle, parse
from trustui.core.images.candidates import Candidate
from trustui.core.oci.manifests import Descriptor
from trustui.core.pki.certificates import Certificate, parse_certificate
from trustui.core.tlog.entries import LogEntry, parse_cosign_bundle, read_body, verifier_key

_SHA256_BYTES = 32


class Claims(msgspec.Struct, frozen=True):
    """Of one candidate; what it does not say, or says unreadably, is left out.

    `key` is the SHA-256 of the subject public key info, lower-case hex; `logged_at` (UTC) the time of
    its first log entry.
    """

    certificate: Certificate | None = None
    key: str = ""
    logged_at: datetime | None = None
    is_by_subject: bool = False
    """Its signer is known by the certificate's distinguished name, as Notation does."""

    @property
    def subject(self) -> str:
        """The certificate's first alternative name, or else its distinguished name; or ""."""
        if self.certificate is None:
            return ""
        if self.is_by_subject:
            return self.certificate.subject
        names = self.certificate.names
        return names[0][1] if names else ""

    @property
    def issuer(self) -> str:
        """Who vouched for that name, as the certificate says, or ""."""
        if self.certificate is None:
            return ""
        return self.certificate.issuer if self.is_by_subject else self.certificate.oidc_issuer


def claims_of(candidate: Candidate) -> Claims:
    """What it says of itself, read from its content or its annotations. Raises nothing."""
    if candidate.is_bundle:
        return _of_bundle(candidate.content)
    return _of_layer(candidate.layers[0])


def claims_of_envelope(envelope: Envelope) -> Claims:
    """What an envelope of Notation's says of its signer; no log takes these in. Raises nothing."""
    leaf = _certificate(envelope.certificates[0]) if envelope.certificates else None
    return msgspec.structs.replace(_claims(leaf, "", None), is_by_subject=True)


def _of_bundle(content: Document | Problem) -> Claims:
    if isinstance(content, Problem):
        return Claims()
    try:
        bundle = parse(content)
    except ParseError:
        return Claims()
    entry = bundle.entries[0] if bundle.entries else None
    certificate = _certificate(bundle.certificates[0]) if bundle.certificates else None
    return _claims(certificate, _hinted(bundle), entry)


def _of_layer(layer: Descriptor) -> Claims:
    pem, logged = layer.annotations.get(CERTIFICATE, ""), layer.annotations.get(LOG_ENTRY, "")
    entry = _entry(logged) if logged else None
    return _claims(_certificate(pem.encode()) if pem else None, "", entry)


def _claims(certificate: Certificate | None, hinted: str, entry: LogEntry | None) -> Claims:
    key = None if certificate is None else certificate.key
    logged_at = None if entry is None else entry.integrated_time
    if key is not None:
        return Claims(certificate, key.fingerprint, logged_at)
    return Claims(certificate, hinted or _logged_key(entry), logged_at)


def _certificate(raw: bytes) -> Certificate | None:
    try:
        return parse_certificate(raw)
    except ParseError:
        return None


def _hinted(bundle: Bundle) -> str:
    """Cosign's hint is the base64 of the key's SHA-256; other hints name no key."""
    try:
        raw = base64.b64decode(bundle.key_hint or "", validate=True)
    except (binascii.Error, ValueError):
        return ""
    return raw.hex() if len(raw) == _SHA256_BYTES else ""


def _entry(annotation: str) -> LogEntry | None:
    try:
        return parse_cosign_bundle(annotation.encode())
    except ParseError:
        return None


def _logged_key(entry: LogEntry | None) -> str:
    """The key that the log checked the signature with."""
    if entry is None:
        return ""
    try:
        signatures = read_body(entry).signatures
        return verifier_key(signatures[0].verifier).fingerprint if signatures else ""
    except ParseError:
        return ""
