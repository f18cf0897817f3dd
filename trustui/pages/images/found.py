"""What a search finds among images: repositories, artefacts and signers, at most one more than is shown."""

from collections.abc import Iterator
from typing import Any

import msgspec
from django.db.models import QuerySet
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan
from django.urls import reverse

from trustui.core.primitives.text import visible
from trustui.images.models import Identity, ImageRepository, Manifest
from trustui.images.names import folded
from trustui.inventory.text import identity
from trustui.pages.containing import holds_given
from trustui.pages.images.identity import signs_there
from trustui.pages.images.repository import kind_word
from trustui.pages.images.standing import moves_at, repositories_of
from trustui.pages.kept_query import KeptQuery
from trustui.pages.moment import Moment
from trustui.pages.pasted import reference_in
from trustui.pages.viewer import Viewer

MOST = 11
"""One more than a search shows of one kind."""
ALGORITHM = "sha256:"


def repositories(viewer: Viewer, moment: Moment, text: str) -> Iterator[tuple[str, str, str]]:
    """Name, note and address of each, by a part of the name: one query."""
    part = _repository_in(text)
    order = ("full_name", "id")
    for one in _named.rows(viewer, moment, part.isascii(), order, MOST, about=(part,)):
        href = reverse("image-repository", args=[one.id])
        yield visible(one.full_name, 300), f"in {visible(one.source, 200)}", href


class _Repository(msgspec.Struct, frozen=True):
    id: int
    full_name: str
    source: str


def _with_a_name(
    viewer: Viewer, moment: Moment, is_ascii: bool, part: Any
) -> "QuerySet[ImageRepository]":
    named = holds_given("full_name", part, is_ascii=is_ascii)
    return repositories_of(viewer, moment).filter(named)


_named = KeptQuery(_with_a_name, ("id", "full_name", "source__name"), _Repository)


def _repository_in(text: str) -> str:
    """The repository that a whole reference names, such as `HOST/NAME:TAG`; else the text itself."""
    reference = reference_in(text)
    return text if reference is None else reference.name


def referenced(viewer: Viewer, moment: Moment, text: str) -> Iterator[tuple[str, str, str]]:
    """The artefacts that a reference with a tag or a digest names: one query at most."""
    reference = reference_in(text)
    if reference is None:
        return
    there = repositories_of(viewer, moment).filter(full_name=reference.name).values("pk")
    if reference.digest is not None:
        rows: Any = Manifest.objects.filter(
            repository__in=there, digest=reference.digest, first_seen_at__lte=moment.at
        ).order_by("repository")
        cells = rows.values_list("repository", "digest", "kind", "repository__source__name")
    elif reference.tag is not None:
        name_id = identity(reference.tag)
        rows = moves_at(moment).filter(
            tag__repository__in=there, tag__name_id=name_id, manifest__isnull=False
        )
        cells = rows.order_by("tag__repository").values_list(
            "tag__repository", "digest", "manifest__kind", "tag__repository__source__name"
        )
    else:
        return
    for repository, digest, kind, source in cells[:MOST]:
        href = reverse("artefact", args=[repository, digest])
        yield visible(str(reference), 300), f"{kind_word(kind)} in {visible(source, 200)}", href


def identities(viewer: Viewer, moment: Moment, text: str) -> Iterator[tuple[str, str, str]]:
    """Those that sign something that this person sees, by a part of the subject: one query."""
    order = ("subject", "id")
    for one in _signing.rows(viewer, moment, None, order, MOST, about=(folded(text),)):
        href = reverse("identity", args=[one.identity_id])
        yield visible(one.subject, 300), f"says {visible(one.issuer, 200)}", href


class _Identity(msgspec.Struct, frozen=True):
    identity_id: str
    subject: str
    issuer: str


def _with_a_subject(viewer: Viewer, moment: Moment, _: None, part: Any) -> "QuerySet[Identity]":
    holds = GreaterThan(StrIndex("folded", part), 0)
    return Identity.objects.filter(holds, signs_there(viewer, moment))


_signing = KeptQuery(_with_a_subject, _Identity.__struct_fields__, _Identity)


def artefacts(viewer: Viewer, moment: Moment, digits: str) -> Iterator[tuple[str, str, str]]:
    """Manifests by how their SHA-256 begins; `g` comes after all digits: one query."""
    rows = Manifest.objects.filter(
        digest__gte=f"{ALGORITHM}{digits}",
        digest__lt=f"{ALGORITHM}{digits}g",
        repository__source__team__in=viewer.teams,
        repository__source__removed_at=None,
        first_seen_at__lte=moment.at,
    )
    cells = rows.order_by("digest", "repository").values_list(
        "digest", "kind", "repository", "repository__full_name"
    )
    for digest, kind, repository, name in cells[:MOST]:
        href = reverse("artefact", args=[repository, digest])
        yield digest, f"{kind_word(kind)} in {visible(name, 300)}", href
