"""Questions over all sources: what expires, what a key signs, a role's past, which keys there are.

Each answer is a page of rows, in an order that an index has; the next page begins after the last
row's `position` (keyset paging), so that a late page costs no more than the first.
"""

# ruff: noqa: S608  names of tables come from the models, values are bound

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec
from django.db.models import Count, Exists, OuterRef, Q

from trustui.inventory import sql
from trustui.inventory.models import (
    PublicKey,
    RoleSignature,
    RoleState,
    RoleVersion,
    Source,
    SourceKey,
)
from trustui.inventory.text import identity

PAGE = 50
"""Rows of a page, where nobody asks for another number."""

FEW_NAMES = 4
"""Of a key, which nearly always bear a page of signatures; else all that a page can need."""

RowT = TypeVar("RowT")
PositionT = TypeVar("PositionT")


class Page(msgspec.Struct, Generic[RowT, PositionT], frozen=True):
    """Rows, and the position that the next page begins after; None on the last."""

    rows: tuple[RowT, ...]
    next: PositionT | None


class Expiring(msgspec.Struct, frozen=True):
    """A role whose served document expires; times in UTC, names fit to be shown."""

    id: int
    source_id: int
    source: str
    role: str
    role_id: str
    version: str
    expires_at: datetime

    @property
    def position(self) -> tuple[datetime, int]:
        """Where the next page begins."""
        return self.expires_at, self.id


def expiring(
    until: datetime,
    *,
    since: datetime | None = None,
    teams: Collection[int] | None = None,
    after: tuple[datetime, int] | None = None,
    limit: int = PAGE,
) -> Page[Expiring, tuple[datetime, int]]:
    """Roles in force whose served documents expire before `until`, the first to expire first.

    From `since` on, or else whenever. Of these teams, or all. Roles that no client
    comes to any more and sources that were removed are left out. Times in UTC.
    """
    rows = RoleState.objects.filter(is_listed=True, expires_at__lt=until)
    rows = rows.filter(source__removed_at=None)
    if since is not None:
        rows = rows.filter(expires_at__gte=since)
    if teams is not None:
        rows = rows.filter(source__team__in=teams)
    if after is not None:
        at, id_ = after
        # The plain bound lets the index begin there; the pair alone would be filtered row by row.
        rows = rows.filter(expires_at__gte=at).filter(Q(expires_at__gt=at) | Q(id__gt=id_))
    found = rows.order_by("expires_at", "id").values_list(
        *("id", "source_id", "source__name", "role", "role_id", "served__version", "expires_at")
    )
    return _page([Expiring(*row) for row in found[: limit + 1]], limit)


class Past(msgspec.Struct, frozen=True):
    """A document of a role; times in UTC. `origin` is empty where it was seen here."""

    id: int
    version: str
    version_rank: str
    form: int
    type: str
    sha256: str
    size: int
    expires_at: datetime
    first_seen_at: datetime
    origin: str
    signature_count: int

    @property
    def position(self) -> tuple[str, int]:
        """Where the next page begins."""
        return self.version_rank, self.id


def history(
    source_id: int, role: str, *, after: tuple[str, int] | None = None, limit: int = PAGE
) -> Page[Past, tuple[str, int]]:
    """Every document of a role, by its real name, the highest version first."""
    rows = RoleVersion.objects.filter(source=source_id, role_id=identity(role))
    if after is not None:
        rank, id_ = after
        rows = rows.filter(version_rank__lte=rank).filter(Q(version_rank__lt=rank) | Q(id__lt=id_))
    found = rows.order_by("-version_rank", "-id").values_list(
        *("id", "version", "version_rank", "form", "type", "blob__sha256", "blob__size"),
        *("expires_at", "first_seen_at", "origin", "signature_count"),
    )
    return _page([Past(*row) for row in found[: limit + 1]], limit)


class Signed(msgspec.Struct, frozen=True):
    """A document that bears a signature under one of a key's ids.

    Whether the signature is valid is for a verdict to say. Times in UTC.
    """

    id: int
    source_id: int
    source: str
    role: str
    role_id: str
    version: str
    keyid: str
    keyid_id: str
    is_empty: bool
    expires_at: datetime
    first_seen_at: datetime

    @property
    def position(self) -> tuple[int, str, int]:
        """Where the next page begins."""
        return self.source_id, self.keyid_id, self.id


def signed_by(
    fingerprint: str,
    *,
    teams: Collection[int] | None = None,
    after: tuple[int, str, int] | None = None,
    limit: int = PAGE,
) -> Page[Signed, tuple[int, str, int]]:
    """Everything that a public key signs, by its fingerprint, source after source, as it came.

    A key id counts for the sources only whose own metadata gives this key that id.
    """
    rows: list[Signed] = []
    for names in (FEW_NAMES, limit + 1):
        rows = _signed_under(_names_that_sign(fingerprint, teams, after, names), after, limit + 1)
        if len(rows) > limit or len({(row.source_id, row.keyid_id) for row in rows}) < names:
            break
    return _page(rows, limit)


def _signed_under(
    names: tuple[str, list[Any]], after: tuple[int, str, int] | None, count: int
) -> list[Signed]:
    """The first `count` signatures under the key ids that a statement gives."""
    statement, of_names = names
    condition, bound = _of_name(after)
    signatures = f"{sql.table(RoleSignature)} g"
    if sql.is_postgresql():
        # No more of each name than are wanted: a timestamp key has signed for years.
        few = f"SELECT g.* FROM {signatures} WHERE {condition} ORDER BY g.id LIMIT {count:d}"
        joined = f"JOIN LATERAL ({few}) g ON TRUE"
    else:
        joined = f"JOIN {signatures} ON {condition}"
    found = sql.select(
        "SELECT p.signature_id, v.source_id, s.name, v.role, v.role_id, v.version,"
        " p.keyid, p.keyid_id, p.is_empty, v.expires_at, v.first_seen_at"
        " FROM (SELECT g.id AS signature_id, g.role_version_id, g.keyid, g.keyid_id, g.is_empty"
        f" FROM ({statement}) n {joined}"
        f" ORDER BY n.source_id, n.keyid_id, g.id LIMIT {count:d}) p"
        f" JOIN {sql.table(RoleVersion)} v ON v.id = p.role_version_id"
        f" JOIN {sql.table(Source)} s ON s.id = v.source_id"
        " ORDER BY v.source_id, p.keyid_id, p.signature_id",
        [*of_names, *bound],
    )
    instant = sql.instants_from_database()
    cells = (
        (*told, bool(empty), instant(until), instant(since)) for *told, empty, until, since in found
    )
    return [Signed(*one) for one in cells]


def _names_that_sign(
    fingerprint: str,
    teams: Collection[int] | None,
    after: tuple[int, str, int] | None,
    count: int,
) -> tuple[str, list[Any]]:
    """The statement for the next key ids of a key, source by source, that bear signatures."""
    condition, bound = _of_name(after)
    where = [
        f"n.key_id = (SELECT k.id FROM {sql.table(PublicKey)} k WHERE k.fingerprint = %s)",
        f"EXISTS (SELECT 1 FROM {sql.table(RoleSignature)} g WHERE {condition})",
    ]
    parameters = [fingerprint, *bound]
    if after is not None:
        where.append("(n.source_id, n.keyid_id) >= (%s, %s)")
        parameters += after[:2]
    if teams is not None:
        of_teams = sql.wanted("w", {"team_id": "bigint"}, [(one,) for one in sorted(teams)])
        where.append(
            f"n.source_id IN (SELECT s.id FROM {sql.table(Source)} s"
            f" JOIN {of_teams.text} ON w.team_id = s.team_id)"
        )
        parameters += of_teams.parameters
    statement = (
        f"SELECT n.source_id, n.keyid_id FROM {sql.table(SourceKey)} n"
        f" WHERE {' AND '.join(where)} ORDER BY n.source_id, n.keyid_id LIMIT {count:d}"
    )
    return statement, parameters


def _of_name(after: tuple[int, str, int] | None) -> tuple[str, list[Any]]:
    """The condition that a signature `g` is of the name `n` and comes after the position."""
    condition = "g.source_id = n.source_id AND g.keyid_id = n.keyid_id"
    if after is None:
        return condition, []
    beyond = "CASE WHEN n.source_id = %s AND n.keyid_id = %s THEN %s ELSE 0 END"
    return f"{condition} AND g.id > {beyond}", list(after)


class KeyInUse(msgspec.Struct, frozen=True):
    """A public key, and of how many sources metadata names it."""

    fingerprint: str
    keytype: str
    scheme: str
    public: str
    sources: int

    @property
    def position(self) -> str:
        """Where the next page begins."""
        return self.fingerprint


def keys(
    *,
    source_ids: Collection[int] | None = None,
    teams: Collection[int] | None = None,
    after: str | None = None,
    limit: int = PAGE,
) -> Page[KeyInUse, str]:
    """The public keys that metadata of these sources names, or of all, by their fingerprint."""
    names = SourceKey.objects.all()
    if source_ids is not None:
        names = names.filter(source__in=source_ids)
    if teams is not None:
        names = names.filter(source__team__in=teams)
    rows = PublicKey.objects.filter(Exists(names.filter(key=OuterRef("pk"))))
    if after is not None:
        rows = rows.filter(fingerprint__gt=after)
    found = list(rows.order_by("fingerprint")[: limit + 1])
    counted = names.filter(key__in=found).values_list("key").order_by()
    sources = dict(counted.annotate(sources=Count("source", distinct=True)))
    shown = [
        KeyInUse(row.fingerprint, row.keytype, row.scheme, row.public, sources[row.pk])
        for row in found
    ]
    return _page(shown, limit)


def _page(rows: Sequence[Any], limit: int) -> Page[Any, Any]:
    shown = tuple(rows[:limit])
    return Page(shown, shown[-1].position if len(rows) > limit else None)
