"""Who signed artefacts, as signatures claim it: a verdict says what is true of that."""

from collections.abc import Collection, Iterable
from typing import Any

import msgspec
from django.urls import reverse

from trustui.core.primitives.text import visible
from trustui.images.models import ImageSignature
from trustui.pages.moment import Moment

EACH = 3
"""Signers of one artefact that a list shows."""
MOST = 2_000
"""Signatures of all artefacts of one page of a list that are looked at."""


class SignedBy(msgspec.Struct, frozen=True):
    """An identity in the words of its issuer, or else a bare key."""

    identity_id: str
    """Empty for a key."""
    subject: str
    issuer: str
    key: str
    """SHA-256 of the public key, where the signature says which; else empty."""
    href: str

    @property
    def words(self) -> str:
        """In one line."""
        if self.subject or self.issuer:
            return f"{self.subject} of {self.issuer}" if self.issuer else self.subject
        return f"key {self.key[:12]}…" if self.key else "an unnamed key"


class Signers(msgspec.Struct, frozen=True):
    """Of one artefact: the first ones, and how many more."""

    shown: tuple[SignedBy, ...]
    more: int


NOBODY = Signers((), 0)


def signer_of(row: ImageSignature) -> SignedBy:
    """Of a signature that was read with its `identity`."""
    return signer(
        *("", "", "")
        if row.identity is None
        else (row.identity.identity_id, row.identity.subject, row.identity.issuer),
        key=row.key_fingerprint,
    )


def signer(identity_id: str, subject: str, issuer: str, *, key: str = "") -> SignedBy:
    """Ready to be shown."""
    href = reverse("identity", args=[identity_id]) if identity_id else ""
    return SignedBy(identity_id, visible(subject, 300), visible(issuer, 200), key, href)


def signers_of(repository_id: int, digests: Collection[str], moment: Moment) -> dict[str, Signers]:
    """By the digest that is signed: one query."""
    rows = ImageSignature.objects.filter(
        repository=repository_id,
        subject_digest__in=digests,
        manifest__first_seen_at__lte=moment.at,
    ).order_by("subject_digest", "id")
    cells = rows.values_list(
        *("subject_digest", "identity__identity_id", "identity__subject", "identity__issuer"),
        "key_fingerprint",
    )
    return _grouped(cells[:MOST])


def _grouped(cells: "Iterable[Any]") -> dict[str, Signers]:
    found: dict[str, dict[SignedBy, None]] = {}
    for digest, identity_id, subject, issuer, key in cells:
        one = signer(identity_id or "", subject or "", issuer or "", key=key)
        found.setdefault(digest, {})[one] = None
    return {
        digest: Signers(tuple(several)[:EACH], max(0, len(several) - EACH))
        for digest, several in found.items()
    }
