"""A source as it was known at an instant, ready to be verified again as far as a page needs.

Bodies are read where they will be asked for: all but those of hash bins, which may be thousands.
Any other is read when it is asked for after all.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, cast

import msgspec
from django.db.models import Max, Q, QuerySet

from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.tuf.metadata import TOP_LEVEL_ROLES
from trustui.core.formats.tuf.repository import Anchor, AnchorOrigin, Question
from trustui.inventory.models import (
    Blob,
    Delegation,
    RoleVersion,
    Sighting,
    Source,
    Standing,
)
from trustui.inventory.text import identity, real_name
from trustui.pages.moment import Moment
from trustui.pages.viewer import Viewer
from trustui.verdicts.history import verdicts_of
from trustui.verdicts.models import Verdict
from trustui.verdicts.remembering import PINNED, STORED, stored_from
from trustui.verdicts.stored_place import ROOT, Stored, StoredPlace

FEW = 200
"""Roles whose documents are all read at once."""
_TOP = tuple(identity(name) for name in TOP_LEVEL_ROLES)


class Known(msgspec.Struct, frozen=True):
    """What is known of a source; nothing is verified yet."""

    source: Source
    verdict: Verdict | None
    """In force at the instant, without its trace."""
    question: Question
    place: StoredPlace
    trusted_blobs: Mapping[str, int]
    """By role id, the document that a client trusted last."""
    delegating: frozenset[str]
    """Ids of roles with delegations of their own."""
    at: datetime


class Bodies(Mapping[int, bytes]):
    """Bytes by blob id; what was not read ahead takes a query when it is asked for."""

    def __init__(self, ahead: set[int]) -> None:
        rows = Blob.objects.filter(pk__in=ahead).values_list("pk", "body")
        self._bodies = {pk: bytes(body) for pk, body in rows}

    def __getitem__(self, blob_id: int) -> bytes:
        if blob_id not in self._bodies:
            body = Blob.objects.values_list("body", flat=True).get(pk=blob_id)
            self._bodies[blob_id] = bytes(body)
        return self._bodies[blob_id]

    def __iter__(self) -> Iterator[int]:
        return iter(self._bodies)

    def __len__(self) -> int:
        return len(self._bodies)


class Kept(Mapping[str, Document]):
    """What a client keeps, by role name; the bytes are had when one is asked for."""

    def __init__(self, location: str, kept: Mapping[str, Stored], bodies: Bodies) -> None:
        self._location = location
        self._kept = kept
        self._bodies = bodies

    def __getitem__(self, name: str) -> Document:
        found = self._kept[name]
        return Document(self._location, self._bodies[found.blob_id], seen_at=found.first_seen_at)

    def __iter__(self) -> Iterator[str]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)


def source_of(viewer: Viewer, source_id: int) -> Source | None:
    """A source of this person's teams, with its pinned root: one query."""
    mine = Source.objects.filter(pk=source_id, team__in=viewer.teams)
    return mine.select_related("anchor").first()


def known(viewer: Viewer, moment: Moment, source_id: int) -> Known | None:
    """As of `moment.at`, to be judged as of `moment.valid_at`; None where it is not this person's.

    At most seven queries. What a client had trusted by then is what our own crawls had.
    """
    source = source_of(viewer, source_id)
    if source is None:
        return None
    at = moment.at
    verdict = verdicts_of(source_id, at=at).select_related("crawl").first()
    crawl_id = None if verdict is None else verdict.crawl_id
    trusted = list(_trusted(source_id, at))
    kept = {name: stored for name, stored in trusted if stored.role_id != ROOT}
    standing = [stored_from(row) for row in _standing(source_id, at, crawl_id or 0)]
    stored = [*kept.values(), *standing]
    sets = _delegation_sets(source_id, at)
    bodies = Bodies(_ahead([*(one for _, one in trusted), *standing], sets))
    place = StoredPlace(source.location, stored, bodies, _problems(verdict))
    root = next((one for _, one in trusted if one.role_id == ROOT), None)
    anchor = _anchor(source, root, bodies, place)
    return Known(
        source=source,
        verdict=verdict,
        question=Question(anchor, moment.valid_at, Kept(source.location, kept, bodies)),
        place=place,
        trusted_blobs={one.role_id: one.blob_id for _, one in trusted},
        delegating=frozenset(sets),
        at=at,
    )


def _anchor(source: Source, kept: Stored | None, bodies: Bodies, place: StoredPlace) -> Anchor:
    if source.anchor is None:
        return Anchor(place.first_root(), AnchorOrigin.NOBODY)
    if kept is not None:
        body, seen_at = bodies[kept.blob_id], kept.first_seen_at
        return Anchor(Document(source.location, body, seen_at=seen_at), AnchorOrigin.KEPT)
    return Anchor(Document("the pinned root", bytes(source.anchor.body)), AnchorOrigin.PINNED)


def _trusted(source_id: int, at: datetime) -> Iterator[tuple[str, Stored]]:
    """The last document of each role that a client trusted by then, by the role's name."""
    rows = Sighting.objects.filter(
        source=source_id, standing=Standing.TRUSTED, origin="", first_seen_at__lte=at
    )
    newest = rows.values("role_id").annotate(last=Max("id")).values("last")
    found = Sighting.objects.filter(pk__in=newest)
    for role, name, *row in found.values_list("role", "role_bytes", *STORED):
        yield real_name(role, name), stored_from(("", *row[1:]))


def _standing(source_id: int, at: datetime, crawl_id: int) -> "QuerySet[Sighting, Any]":
    """Of each place what stood in that crawl, the newest last (as `verdicts.remembering`)."""
    is_there = Q(last_crawl_id__gte=crawl_id)
    return (
        Sighting.objects.filter(source=source_id, first_seen_at__lte=at)
        .exclude(origin=PINNED)
        .filter(Q(role_id=ROOT) | is_there)
        .filter(~Q(origin="") | Q(standing=Standing.TRUSTED) | is_there)
        .order_by("last_crawl_id", "first_seen_at", "ordinal")
        .values_list(*STORED)
    )


def _delegation_sets(source_id: int, at: datetime) -> dict[str, set[int]]:
    """Of each role that delegates, the sets that its documents have had by then."""
    rows = RoleVersion.objects.filter(
        source=source_id, first_seen_at__lte=at, delegation_set__isnull=False
    ).values_list("role_id", "delegation_set")
    sets: dict[str, set[int]] = {}
    for role_id, pk in rows.distinct():
        sets.setdefault(role_id, set()).add(pk)
    return sets


def _ahead(stored: list[Stored], sets: Mapping[str, set[int]]) -> set[int]:
    """The blobs that will be asked for: at most one query."""
    if len({one.role_id for one in stored}) <= FEW:
        return {one.blob_id for one in stored}
    ids = {pk for found in sets.values() for pk in found}
    named = Delegation.objects.filter(
        delegation_set__in=ids, bins__isnull=True, prefixes__isnull=True
    )
    wanted = {*_TOP, *sets, *named.values_list("name_id", flat=True)}
    return {one.blob_id for one in stored if one.role_id in wanted}


def _problems(verdict: Verdict | None) -> dict[str, Problem]:
    if verdict is None or verdict.crawl is None:
        return {}
    return {
        identity(one["place"]): Problem(one["location"], ProblemKind(one["kind"]), one["because"])
        for one in verdict.crawl.problems
    }


class Newest(msgspec.Struct, frozen=True):
    """The last document of a role that had been seen by then. Times in UTC."""

    role: str
    expires_at: datetime
    first_seen_at: datetime
    blob_id: int


def newest_versions(source_id: int, at: datetime) -> dict[str, Newest]:
    """By role id; of all roles, hash bins too: one query."""
    seen = RoleVersion.objects.filter(source=source_id, first_seen_at__lte=at)
    last = seen.values("role_id").annotate(last=Max("id")).values("last")
    rows = RoleVersion.objects.filter(pk__in=last)
    found = rows.values_list("role_id", "role", "expires_at", "first_seen_at", "blob_id")
    return {role_id: Newest(*row) for role_id, *row in cast("Iterable[tuple[Any, ...]]", found)}
