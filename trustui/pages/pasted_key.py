"""A pasted public key or certificate: its fingerprint, and where it is used."""

import hashlib

import msgspec
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)
from django.db.models import Count
from django.urls import reverse

from trustui.core.primitives.text import visible
from trustui.inventory.models import PublicKey, SourceKey
from trustui.pages.viewer import Viewer

LONGEST = 64 * 1024
MOST_SOURCES = 20


class KeyUse(msgspec.Struct, frozen=True):
    """A source whose metadata names the key, and by how many ids."""

    source_id: int
    source: str
    keyids: int


class KeyTold(msgspec.Struct, frozen=True):
    """A public key."""

    what: str
    """Its algorithm and size."""
    fingerprint: str
    """SHA-256 of the subject public key info, lower-case hex."""
    subject: str
    """Of a certificate; else empty."""
    uses: tuple[KeyUse, ...]
    href: str
    """Its own page, where it is known."""


def tell_key(viewer: Viewer, text: str) -> KeyTold | None:
    """What a PEM block is; None where it holds no public key that can be read. Two queries."""
    read = _read(text[:LONGEST].encode())
    if read is None:
        return None
    key, subject = read
    material = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    fingerprint = hashlib.sha256(material).hexdigest()
    uses = _uses(viewer, fingerprint)
    return KeyTold(
        what=_what(key),
        fingerprint=fingerprint,
        subject=visible(subject, 300),
        uses=uses,
        href=reverse("key", args=[fingerprint]) if uses else "",
    )


def _read(pem: bytes) -> tuple[PublicKeyTypes, str] | None:
    try:
        if b"BEGIN CERTIFICATE" in pem:
            certificate = x509.load_pem_x509_certificate(pem)
            return certificate.public_key(), certificate.subject.rfc4514_string()
        return load_pem_public_key(pem), ""
    except (ValueError, UnsupportedAlgorithm):
        return None


def _what(key: PublicKeyTypes) -> str:
    if isinstance(key, ed25519.Ed25519PublicKey):
        return "Ed25519"
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA, {key.key_size:,} bits"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"ECDSA, {key.curve.name}"
    return type(key).__name__.removesuffix("PublicKey").strip("_")


def _uses(viewer: Viewer, fingerprint: str) -> tuple[KeyUse, ...]:
    key = PublicKey.objects.filter(fingerprint=fingerprint).values_list("pk", flat=True).first()
    if key is None:
        return ()
    rows = (
        SourceKey.objects.filter(key=key, source__team__in=viewer.teams, source__removed_at=None)
        .values_list("source", "source__name")
        .annotate(Count("keyid_id"))
        .order_by("source__name")
    )
    return tuple(KeyUse(*row) for row in rows[:MOST_SOURCES])
