"""What expires besides documents: of the material that policies name, signatures, revocation lists.

Now it is what is in force; for another instant what had been stated and seen by then.
"""

from collections.abc import Callable, Sequence
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
    Tally,
    between,
    is_standing,
    of_sources,
    tallies,
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


class Terms(msgspec.Struct, frozen=True):
    """A question to the database, whatever the window."""

    query: "QuerySet[Any, Any]"
    columns: Sequence[str]
    read: Callable[..., TermDue]

    def page(
        self,
        bounds: tuple[datetime | None, datetime | None],
        after: tuple[datetime, int] | None,
        limit: int,
    ) -> list[TermDue]:
        """The next of them, the first to expire first: one query."""
        found = between(self.query, bounds, after).values_list(
            *("id", "kind", "what", "title", "fingerprint", "begins_at", "expires_at"),
            *self.columns,
        )
        return [self.read(*row) for row in found[:limit]]

    def only(self, since: datetime, until: datetime) -> "Terms":
        """Those that expire from one instant on and before another."""
        return Terms(between(self.query, (since, until), None), self.columns, self.read)

    def tallies(self, begin: datetime) -> dict[str, Tally]:
        """All of them by kind, counted in one query."""
        return tallies(self.query, "kind", begin)


# Of materials -------------------------------------------------------------------------------------


def material_terms(viewer: Viewer, moment: Moment, asked: Asked) -> Terms:
    """What is in the materials of this person's teams; what another one goes on for is left out."""
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
    columns = ("material_id", "material__team_id", "material__name", "material__set_at")
    return Terms(found, columns, _of_material)


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
) -> Terms:
    """Signatures that somebody relies on: they hang there, and a tag leads to the artefact.

    Of the past by these sources. No query.
    """
    wanted = of_sources(viewer, msgspec.structs.replace(asked, source=""), "source__")
    if asked.source:
        wanted &= Q(source__name__icontains=asked.source) | Q(
            repository__full_name__icontains=asked.source
        )
    if moment.at == moment.now:
        found = in_force().filter(wanted, is_standing(asked))
    else:
        found = SignatureTerm.objects.filter(wanted, Exists(_hung(moment)), source__in=sources)
    columns = (
        *("source_id", "repository_id", "repository__full_name", "subject_digest"),
        *("manifest__digest", "position", "manifest__first_seen_at"),
    )
    return Terms(found, columns, _of_signature)


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


def revocation_terms(viewer: Viewer, moment: Moment, asked: Asked) -> Terms:
    """The newest list of each place on which verdicts about images of this person rest.

    It counts until its next update. No query.
    """
    then = Q() if moment.at == moment.now else Q(fetched_at__lte=moment.at)
    newer = Q(fetched_at__gt=OuterRef("fetched_at")) | Q(
        fetched_at=OuterRef("fetched_at"), id__gt=OuterRef("id")
    )
    wanted = of_sources(viewer, asked, "repository__source__")
    mine = Concern.objects.filter(wanted, place=OuterRef("place")).order_by("repository")
    found = (
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
    columns = ("place_id", "repository", "full_name", "fetched_at")
    return Terms(found, columns, _of_revocation)


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
