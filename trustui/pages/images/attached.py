"""What hangs on an artefact: signatures, attestations, SBOMs, and what nobody here knows."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec
from django.db.models import Q
from django.urls import reverse

from trustui.core.checks.attestation import COSIGN_SIGNATURE
from trustui.core.images.kinds import ManifestKind
from trustui.core.oci.places import Place
from trustui.core.primitives.text import visible
from trustui.images.models import Attachment, ImageSignature
from trustui.pages.images.answer import (
    PLACES,
    ImageAnswer,
    Judged,
    bill_in,
    judged_by,
    signer_in,
)
from trustui.pages.images.signers import SignedBy, signer_of
from trustui.pages.moment import Moment

MOST = 300
"""Attachments of one artefact that a page shows; discovery opens as many."""
ORDER = (
    ManifestKind.SIGNATURE,
    ManifestKind.ATTESTATION,
    ManifestKind.SBOM,
    ManifestKind.OTHER,
)


class AttachedLine(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that hangs there: a signature or statement, or a manifest without any. Times in UTC."""

    kind: str
    """`signature`, `attestation`, `sbom` or `other`."""
    what: str
    """Its form, its predicate or its type, for people."""
    digest: str
    """Of the manifest."""
    content: str
    """Of the layer; empty where it is no signature."""
    of: str
    """The digest that it hangs on, where it is not the artefact's own."""
    place: str
    signer: SignedBy | None
    logged_at: datetime | None
    judged: Judged | None
    """What the verdict says of it; None for what is no signature."""
    is_lost: bool
    because: str
    first_seen_at: datetime
    gone_at: datetime | None
    href: str
    """Of the signature; empty where it is none."""
    notes: tuple[str, ...] = ()
    """What a bill of materials says, in lines; or who signed, as the verdict found it."""


class AttachedGroup(msgspec.Struct, frozen=True):
    """Those of one kind."""

    kind: str
    head: str
    lines: tuple[AttachedLine, ...]


_HEADS = {
    ManifestKind.SIGNATURE: "Signatures",
    ManifestKind.ATTESTATION: "Attestations",
    ManifestKind.SBOM: "SBOMs",
    ManifestKind.OTHER: "Unknown referrers",
}


def attachments(repository_id: int, digest: str, moment: Moment) -> list[Attachment]:
    """What hung there then, and on what hung there: one query."""
    then = Q(gone_at=None) | Q(gone_at__gt=moment.at)
    rows = Attachment.objects.filter(then, repository=repository_id, first_seen_at__lte=moment.at)
    own = Q(subject_digest=digest)
    below = rows.filter(own).values("digest")
    deeper = rows.filter(subject_digest__in=below).values("digest")
    found = rows.filter(own | Q(subject_digest__in=below) | Q(subject_digest__in=deeper))
    chosen = found.select_related("manifest").defer("manifest__blob").order_by("depth", "id")
    return list(chosen[:MOST])


def attached(
    repository_id: int, digest: str, rows: Sequence[Attachment], answer: ImageAnswer | None
) -> tuple[AttachedGroup, ...]:
    """By kind, in the order in which people ask: one query more."""
    manifests = [one.manifest_id for one in rows if one.manifest_id is not None]
    signatures = ImageSignature.objects.filter(manifest__in=manifests).select_related(
        "identity", "certificate"
    )
    by_manifest: dict[int, list[ImageSignature]] = {}
    for one in signatures.order_by("manifest", "position"):
        by_manifest.setdefault(one.manifest_id, []).append(one)
    lines: dict[str, list[AttachedLine]] = {}
    seen: set[tuple[str, str]] = set()
    for row in rows:
        if (row.subject_digest, row.digest) in seen:
            continue  # the same thing at two places
        seen.add((row.subject_digest, row.digest))
        for line in _lines_of(repository_id, digest, row, by_manifest, answer):
            lines.setdefault(line.kind, []).append(line)
    return tuple(
        AttachedGroup(str(kind), _HEADS[kind], tuple(lines[kind]))
        for kind in ORDER
        if kind in lines
    )


def _lines_of(
    repository_id: int,
    digest: str,
    row: Attachment,
    signatures: dict[int, list[ImageSignature]],
    answer: ImageAnswer | None,
) -> Iterator[AttachedLine]:
    of_it = signatures.get(row.manifest_id or 0, [])
    for one in of_it:
        yield AttachedLine(
            kind=one.kind,
            what=_form(one),
            digest=row.digest,
            content=one.content_digest,
            of="" if row.subject_digest == digest else row.subject_digest,
            place=place_word(row.place),
            signer=signer_of(one),
            logged_at=one.logged_at,
            judged=judged_by(answer, told_by(one, row.digest))
            if row.subject_digest == digest
            else None,
            is_lost=row.is_lost,
            because=visible(row.because, 300),
            first_seen_at=row.first_seen_at,
            gone_at=row.gone_at,
            href=reverse("image-signature", args=[repository_id, row.digest, one.position]),
        )
    if not of_it:
        yield _bare(digest, row, answer)


def _bare(digest: str, row: Attachment, answer: ImageAnswer | None) -> AttachedLine:
    """A manifest that holds nothing that can be read; of a signature, what the verdict found there."""
    manifest = row.manifest
    kind = _KIND_AT.get(row.place, ManifestKind.OTHER) if manifest is None else manifest.kind
    known = kind if kind in _HEADS else ManifestKind.OTHER
    judged, notes = bill_in(answer, row.digest)
    if known == ManifestKind.SIGNATURE and manifest is not None and row.subject_digest == digest:
        judged = judged_by(answer, row.digest)
        notes = signer_in(answer, row.digest) or (UNREADABLE,)
    type_ = "" if manifest is None else manifest.artifact_type or manifest.media_type
    return AttachedLine(
        kind=str(known),
        what=visible(type_, 200) or "it could not be had",
        digest=row.digest,
        content="",
        of="" if row.subject_digest == digest else row.subject_digest,
        place=place_word(row.place),
        signer=None,
        logged_at=None,
        judged=judged,
        is_lost=row.is_lost,
        because=visible(row.because, 300),
        first_seen_at=row.first_seen_at,
        gone_at=row.gone_at,
        href="",
        notes=notes,
    )


UNREADABLE = "no signature in it could be read"

_KIND_AT: dict[str, ManifestKind] = {
    Place.SIGNATURES: ManifestKind.SIGNATURE,
    Place.ATTESTATIONS: ManifestKind.ATTESTATION,
    Place.SBOMS: ManifestKind.SBOM,
    Place.IN_INDEX: ManifestKind.ATTESTATION,
}
"""What a place is for, where the thing itself could not be had."""


def place_word(place: str) -> str:
    """A stored place, as people know it."""
    return PLACES[Place(place)]


def told_by(one: ImageSignature, manifest: str) -> str:
    """The digest by which verdicts tell of a signature: of its content, or of Notation's manifest."""
    return manifest if one.format == NOTATION else one.content_digest


def _form(one: ImageSignature) -> str:
    form = FORMS.get(one.format, one.format)
    if one.predicate_type in {"", COSIGN_SIGNATURE}:
        return form
    return f"{visible(one.predicate_type, 200)} ({form})"


NOTATION = "notation"
FORMS = {
    "cosign": "cosign tag format",
    "sigstore_bundle": "sigstore bundle",
    NOTATION: "Notation",
}
"""The formats of signatures, for people."""
