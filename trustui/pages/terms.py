"""What expires besides documents: of the material that policies name, signatures, revocation lists.

Now it is what is in force; for another instant what had been stated and seen by then.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.urls import reverse

from trustui.core.errors import ParseError
from trustui.core.formats.tuf.states import SOON
from trustui.core.oci.references import parse_digest
from trustui.core.primitives.text import visible
from trustui.images.models import Attachment, Platform, SignatureTerm
from trustui.images.terms import in_force
from trustui.pages.due import (
    REVOCATION_LIST,
    WINDOWS,
    Asked,
    Statements,
    Stream,
    is_standing,
    of_sources,
    teams_asked,
)
from trustui.pages.images.standing import moves_at
from trustui.pages.moment import Moment
from trustui.pages.viewer import Viewer
from trustui.policies import terms as material_rows
from trustui.policies.models import TrustMaterial
from trustui.revocation.models import Concern, RevocationAnswer

MATERIALS, SIGNATURES, REVOCATIONS = 1, 2, 3
"""Where they stand among what expires at one instant."""
AT_MOST = timedelta(days=max(WINDOWS.values()))
"""Nothing expires soon that has more left: a fifth of an authority's life is years."""


class TermDue(msgspec.Struct, frozen=True):
    """A certificate, a window, a signature or a revocation list; times in UTC, names fit to be shown."""

    stream: int
    id: int
    kind: str
    what: str
    name: str
    """Of the certificate, the authority, the log or the signer."""
    where: str
    """The material, the artefact that is signed, or the repository whose signers a list is about."""
    source_id: int | None
    href: str
    key: str
    """The same for as long as it is the same thing."""
    fingerprint: str
    begins_at: datetime
    """Where it does not say: when it was first seen, or stated."""
    seen_at: datetime
    expires_at: datetime

    @property
    def soon_at(self) -> datetime:
        """From when on it expires soon: less than a fifth of its life is left, and at most 90 days."""
        life = max(self.expires_at - self.begins_at, timedelta())
        return self.expires_at - min(life / SOON, AT_MOST)


_OF_ALL = ("id", "kind", "what", "title", "fingerprint", "begins_at", "expires_at")
"""Columns of every kind of row."""


# Of materials -------------------------------------------------------------------------------------


def material_terms(viewer: Viewer, moment: Moment, asked: Asked) -> Stream[TermDue]:
    """What is in the materials of this person's teams; what another one goes on for is left out.

    No query.
    """
    return Stream(_materials, _of_material, viewer, moment, asked)


def _in_materials(
    viewer: Viewer, moment: Moment, asked: Asked, _: Sequence[int]
) -> "QuerySet[Any, Any]":
    is_now = moment.at == moment.now
    found = material_rows.in_force() if is_now else material_rows.needed()
    found = found.filter(material__team__in=teams_asked(viewer, asked))
    if asked.kind:
        found = found.filter(kind=asked.kind)
    if asked.source:
        found = found.filter(material__name__icontains=asked.source)
    if not is_now:
        later = TrustMaterial.objects.filter(
            team=OuterRef("material__team"),
            name=OuterRef("material__name"),
            number__gt=OuterRef("material__number"),
            set_at__lte=moment.at,
        )
        found = found.filter(~Exists(later), material__set_at__lte=moment.at)
    return found


_materials = Statements(
    _in_materials,
    (*_OF_ALL, "material_id", "material__team_id", "material__name", "material__set_at"),
)


def _of_material(*told: Any) -> TermDue:
    id_, kind, what, title, fingerprint, begins_at, expires_at, material, team, name, set_at = told
    shown = visible(name, 200)
    return TermDue(
        stream=MATERIALS,
        id=id_,
        kind=kind,
        what=what,
        name=title,
        where=shown,
        source_id=None,
        href=reverse("material", args=[material]),
        key=f"{kind}-{team}-{shown}-{fingerprint}",
        fingerprint=fingerprint,
        begins_at=begins_at or set_at,
        seen_at=set_at,
        expires_at=expires_at,
    )


# Of signatures ------------------------------------------------------------------------------------


def signature_terms(
    viewer: Viewer, moment: Moment, asked: Asked, sources: Sequence[int] = ()
) -> Stream[TermDue]:
    """Signatures that somebody relies on: they hang there, and a tag leads to the artefact.

    Of the past by these sources. No query.
    """
    return Stream(_signatures, _of_signature, viewer, moment, asked, tuple(sources))


def _relied_on(
    viewer: Viewer, moment: Moment, asked: Asked, sources: Sequence[int]
) -> "QuerySet[Any, Any]":
    wanted = of_sources(viewer, msgspec.structs.replace(asked, source=""), "source__")
    if asked.source:
        wanted &= Q(source__name__icontains=asked.source) | Q(
            repository__full_name__icontains=asked.source
        )
    if moment.at == moment.now:
        return in_force().filter(wanted, is_standing(asked))
    return SignatureTerm.objects.filter(wanted, Exists(_hung(moment)), source__pk__in=sources)


_signatures = Statements(
    _relied_on,
    (
        *_OF_ALL,
        *("source_id", "repository_id", "repository__full_name", "subject_digest"),
        *("manifest__digest", "position", "manifest__first_seen_at"),
    ),
)


def _hung(moment: Moment) -> "QuerySet[Attachment]":
    """Where the signature hung then, on what a tag led to then."""
    at = moment.at
    tagged = moves_at(moment).filter(tag__repository=OuterRef("repository"))
    indexes = Platform.objects.filter(
        digest=OuterRef(OuterRef("artefact_digest")),
        index__repository=OuterRef(OuterRef("repository")),
    )
    return Attachment.objects.filter(
        Q(gone_at=None) | Q(gone_at__gt=at),
        Exists(tagged.filter(digest=OuterRef("artefact_digest")))
        | Exists(tagged.filter(digest__in=indexes.values("index__digest"))),
        manifest=OuterRef("manifest"),
        first_seen_at__lte=at,
    )


def _of_signature(*told: Any) -> TermDue:
    id_, kind, what, title, fingerprint, begins_at, expires_at, *rest = told
    source, repository, full_name, subject, digest, position, seen_at = rest
    return TermDue(
        stream=SIGNATURES,
        id=id_,
        kind=kind,
        what=what,
        name=title or "an unreadable certificate",
        where="@".join(filter(None, (visible(full_name, 200), visible(subject)))),
        source_id=source,
        href=_artefact(repository, subject),
        key=f"{kind}-{repository}-{digest}-{position}",
        fingerprint=fingerprint,
        begins_at=begins_at or seen_at,
        seen_at=seen_at,
        expires_at=expires_at,
    )


def _artefact(repository_id: int, digest: str) -> str:
    """Its page; that of the repository where what is signed has no digest, as an index may say."""
    try:
        return reverse("artefact", args=[repository_id, parse_digest(digest)])
    except ParseError:
        return reverse("image-repository", args=[repository_id])


# Of revocation lists ------------------------------------------------------------------------------


def revocation_terms(viewer: Viewer, moment: Moment, asked: Asked) -> Stream[TermDue]:
    """The newest list of each place on which verdicts about images of this person rest.

    It counts until its next update. No query.
    """
    return Stream(_lists, _of_revocation, viewer, moment, asked)


def _newest_lists(
    viewer: Viewer, moment: Moment, asked: Asked, _: Sequence[int]
) -> "QuerySet[Any, Any]":
    then = Q() if moment.at == moment.now else Q(fetched_at__lte=moment.at)
    newer = Q(fetched_at__gt=OuterRef("fetched_at")) | Q(
        fetched_at=OuterRef("fetched_at"), id__gt=OuterRef("id")
    )
    wanted = of_sources(viewer, asked, "repository__source__")
    mine = Concern.objects.filter(wanted, place=OuterRef("place")).order_by("repository")
    return (
        RevocationAnswer.objects.filter(then, place__request=None)
        .filter(~Exists(RevocationAnswer.objects.filter(then, newer, place=OuterRef("place"))))
        .annotate(
            repository=Subquery(mine.values("repository")[:1]),
            full_name=Subquery(mine.values("repository__full_name")[:1]),
            kind=Value(REVOCATION_LIST),
            what=Value("revocation list, until its next update"),
            title=F("place__address"),
            fingerprint=F("blob__sha256"),
            begins_at=F("this_update"),
            expires_at=F("next_update"),
        )
        .filter(repository__isnull=False)
    )


_lists = Statements(_newest_lists, (*_OF_ALL, "place_id", "repository", "full_name", "fetched_at"))


def _of_revocation(*told: Any) -> TermDue:
    id_, kind, what, title, fingerprint, begins_at, expires_at, *rest = told
    place, repository, full_name, fetched_at = rest
    return TermDue(
        stream=REVOCATIONS,
        id=id_,
        kind=kind,
        what=what,
        name=visible(title, 200),
        where=visible(full_name, 200),
        source_id=None,
        href=reverse("image-repository", args=[repository]),
        key=f"{kind}-{place}",
        fingerprint=fingerprint,
        begins_at=begins_at,
        seen_at=fetched_at,
        expires_at=expires_at,
    )
