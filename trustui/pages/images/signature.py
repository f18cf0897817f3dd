"""`/images/…/signatures/…/`: one signature or attestation, decoded, raw, and what verdicts say of it."""

from datetime import datetime
from typing import Any

import msgspec
from django.urls import reverse

from trustui.check_pages import load_pages
from trustui.core.errors import ParseError
from trustui.core.oci.manifests import Descriptor, parse_manifest
from trustui.core.oci.manifests import Manifest as ReadManifest
from trustui.core.primitives.text import visible
from trustui.images.models import Attachment, Content, ImageSignature, Manifest
from trustui.pages.images.answer import ONLY_LOGGED, Judged, judged_by, read_image_answer
from trustui.pages.images.attached import FORMS, NOTATION, place_word, told_by
from trustui.pages.images.decoded import Decoded, Material, decode, in_words
from trustui.pages.images.signers import SignedBy, signer_of
from trustui.pages.images.standing import NOTHING, repository_of, stood
from trustui.pages.moment import Moment
from trustui.pages.viewer import Viewer
from trustui.pages.words import State
from trustui.verdicts.image_history import trace_of

BUNDLE = "sigstore_bundle"
ATTESTATION = "attestation"
MOST_PLACES = 20
MOST_QUERIES = 8


class Hanging(msgspec.Struct, frozen=True):
    """Where and since when it hangs. Times in UTC."""

    place: str
    subject_digest: str
    href: str
    since: datetime
    until: datetime | None


class SignaturePage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page says; `title` is the answer. Times in UTC."""

    repository_id: int
    source_id: int
    source: str
    full_name: str
    manifest_digest: str
    content_digest: str
    position: int
    kind: str
    form: str
    predicate_type: str
    title: str
    lead: str
    sign: str
    subject_digest: str
    subject_href: str
    subject_state: State
    verdict_href: str
    """Of the verdict in force of its artefact; empty where there is none."""
    judged: Judged
    signer: SignedBy
    logged_at: datetime | None
    first_seen_at: datetime
    hangs: tuple[Hanging, ...]
    decoded: Decoded
    annotations: tuple[tuple[str, str], ...]
    """Of its layer."""


def signature(
    viewer: Viewer, moment: Moment, repository_id: int, manifest_digest: str, position: int
) -> SignaturePage | None:
    """None for what this person does not see. At most `MOST_QUERIES`."""
    repository = repository_of(viewer, repository_id)
    row = None if repository is None else _row(repository_id, manifest_digest, position, moment)
    if repository is None or row is None:
        return None
    standing = stood(repository_id, [row.subject_digest], moment).get(row.subject_digest, NOTHING)
    answer = (
        None if standing.verdict_id is None else read_image_answer(trace_of(standing.verdict_id))
    )
    judged = judged_by(answer, told_by(row, manifest_digest))
    layer = _layer(row)
    annotations = {} if layer is None else dict(layer.annotations)
    decoded = decode(
        Material(
            _content(repository_id, row.content_digest),
            annotations,
            row.format == BUNDLE,
            row.kind == ATTESTATION,
            layer.media_type if layer is not None and row.format == NOTATION else "",
        )
    )
    signer = signer_of(row)
    return SignaturePage(
        repository_id=repository_id,
        source_id=repository.source_id,
        source=repository.source.name,
        full_name=repository.full_name,
        manifest_digest=manifest_digest,
        content_digest=row.content_digest,
        position=position,
        kind=row.kind,
        form=FORMS.get(row.format, row.format),
        predicate_type=visible(row.predicate_type, 300),
        title=_title(row.kind, judged),
        lead=_lead(judged, decoded, signer),
        sign=judged.sign,
        subject_digest=row.subject_digest,
        subject_href=reverse("artefact", args=[repository_id, row.subject_digest]),
        subject_state=standing.state,
        verdict_href=""
        if standing.verdict_id is None
        else reverse("artefact-verdict", args=[repository_id, standing.verdict_id]),
        judged=judged,
        signer=signer,
        logged_at=row.logged_at,
        first_seen_at=row.manifest.first_seen_at,
        hangs=_hangs(repository_id, manifest_digest, moment),
        decoded=decoded,
        annotations=tuple(
            (visible(name, 120), visible(text, 400)) for name, text in annotations.items()
        ),
    )


def _title(kind: str, judged: Judged) -> str:
    """`Signature refused: somebody else signed than was expected`."""
    told = {
        "good": "is good",
        ONLY_LOGGED: "is good but for what the policy only logs",
        "refused": "refused",
        "could not be decided": "could not be decided",
        "nobody asked for it": "that nobody asked for",
    }.get(judged.word, "that was not checked yet")
    page = load_pages().get(judged.first_failing)
    why = "" if page is None else f": {page.failing_on(kind)}"
    return f"{kind.capitalize()} {told}{why}"


def _lead(judged: Judged, decoded: Decoded, signer: SignedBy) -> str:
    counts = " It counts for what the policy expects." if judged.word == "good" else ""
    return f"By {signer.words}, as it says.{counts} It carries {in_words(decoded)}."


def _row(
    repository_id: int, manifest_digest: str, position: int, moment: Moment
) -> ImageSignature | None:
    rows = ImageSignature.objects.filter(
        repository=repository_id,
        manifest__digest=manifest_digest,
        position=position,
        manifest__first_seen_at__lte=moment.at,
    )
    return rows.select_related("manifest__blob", "identity", "certificate").first()


def _layer(row: ImageSignature) -> Descriptor | None:
    """The layer that it stands in, as the manifest has it."""
    try:
        read = parse_manifest(bytes(row.manifest.blob.body), row.manifest.served_type)
    except ParseError:
        return None
    if not isinstance(read, ReadManifest) or row.position >= len(read.layers):
        return None
    return read.layers[row.position]


def _content(repository_id: int, digest: str) -> bytes:
    """The bytes of its layer; none where they could not be had: one query."""
    found = Content.objects.filter(repository=repository_id, digest=digest)
    body = found.values_list("blob__body", flat=True).first()
    return b"" if body is None else bytes(body)


def _hangs(repository_id: int, digest: str, moment: Moment) -> tuple[Hanging, ...]:
    rows = Attachment.objects.filter(
        repository=repository_id, digest=digest, first_seen_at__lte=moment.at
    ).order_by("first_seen_at", "id")
    return tuple(
        Hanging(
            place_word(one.place),
            one.subject_digest,
            reverse("artefact", args=[repository_id, one.subject_digest]),
            one.first_seen_at,
            one.gone_at if one.gone_at is not None and one.gone_at <= moment.at else None,
        )
        for one in rows[:MOST_PLACES]
    )


# Bytes ------------------------------------------------------------------------------------------


def manifest_bytes(viewer: Viewer, moment: Moment, repository_id: int, digest: str) -> bytes | None:
    """A manifest as it came; None for what this person does not see. One query."""
    return _bytes(Manifest.objects, viewer, moment, repository_id, digest)


def content_bytes(viewer: Viewer, moment: Moment, repository_id: int, digest: str) -> bytes | None:
    """A payload, bundle or statement as it came; None as above. One query."""
    return _bytes(Content.objects, viewer, moment, repository_id, digest)


def _bytes(
    rows: Any, viewer: Viewer, moment: Moment, repository_id: int, digest: str
) -> bytes | None:
    found = rows.filter(
        repository__pk=repository_id,  # of a number beyond 64 bits there is none
        repository__source__team__in=viewer.teams,
        digest=digest,
        first_seen_at__lte=moment.at,
    )
    body = found.values_list("blob__body", flat=True).first()
    return None if body is None else bytes(body)
