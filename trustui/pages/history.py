"""The history of a repository's documents, and what any two versions of a role differ in."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import QuerySet

from trustui.core.facts import Document
from trustui.inventory.models import Delegation, RoleVersion, Source
from trustui.inventory.text import identity
from trustui.pages.comparing import Compared, TextLine, meaning, texts
from trustui.pages.kept_query import KeptQuery
from trustui.pages.known import source_of
from trustui.pages.moment import Moment
from trustui.pages.role import ORDER, VersionLine, versions_of
from trustui.pages.viewer import Viewer

MOST_VERSIONS = 200
"""The newest ones that can be chosen; older ones stand on the page of the role."""
MOST_ROLES = 60
_FIRST = tuple(identity(name) for name in ("root", "timestamp", "snapshot", "targets"))


class RoleChoice(msgspec.Struct, frozen=True):
    """A role whose history can be looked at."""

    role_id: str
    role: str


class HistoryPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page says. Times in UTC."""

    source_id: int
    source: str
    roles: tuple[RoleChoice, ...]
    role: RoleChoice
    versions: tuple[VersionLine, ...]
    """Oldest first."""
    is_cut: bool
    old: VersionLine | None
    """None where there is only one version."""
    new: VersionLine | None
    compared: Compared | None
    text: tuple[TextLine, ...] | None
    """Only where the text is asked for; None where it is too long, too."""
    is_text: bool
    older: str
    """The digests of the versions beside `new`, to step to; empty at the ends."""
    newer: str

    @property
    def digests(self) -> str:
        """All that a slider steps through."""
        return " ".join(one.sha256 for one in self.versions)

    @property
    def position(self) -> int:
        """Where the slider stands."""
        return next((n for n, one in enumerate(self.versions) if one == self.new), 0)


def history(
    viewer: Viewer,
    moment: Moment,
    source_id: int,
    *,
    role_id: str = "",
    old: str = "",
    new: str = "",
    is_text: bool = False,
) -> HistoryPage | None:
    """The page; None where the source is not this person's. At most six queries.

    `old` and `new` are digests; the newest version and the one before it stand for any others.
    """
    source = source_of(viewer, source_id)
    if source is None:
        return None
    roles = roles_seen(source, moment.at, role_id)
    role = next((one for one in roles if one.role_id == role_id), roles[0])
    asked = source_id, role.role_id, moment.at
    # newest first, one more than is shown
    versions = versions_of.rows(order=ORDER, limit=MOST_VERSIONS + 1, about=asked)
    lines = tuple(one.line for one in versions[:MOST_VERSIONS][::-1])
    after, before = _chosen(lines, old, new)
    bodies = _bodies(source_id, role.role_id, before, after)
    at = lines.index(after) if after is not None else 0
    return HistoryPage(
        source_id=source_id,
        source=source.name,
        roles=roles,
        role=role,
        versions=lines,
        is_cut=len(versions) > MOST_VERSIONS,
        old=before,
        new=after,
        compared=meaning(*bodies, role.role) if bodies and not is_text else None,
        text=texts(bodies[0].body, bodies[1].body) if bodies and is_text else None,
        is_text=is_text,
        older=lines[at - 1].sha256 if at > 0 else "",
        newer=lines[at + 1].sha256 if at + 1 < len(lines) else "",
    )


def roles_seen(source: Source, at: datetime, role_id: str = "") -> tuple[RoleChoice, ...]:
    """The top level, what was asked for, and the first of those delegated by name: two queries."""
    found = _named.rows(about=(source.pk, at, (*_FIRST, role_id)))
    found += _delegated.rows(order=("name",), limit=MOST_ROLES, about=(source.pk, at))
    named = {one.role_id: one.role for one in found}
    ids = [one for one in _FIRST if one in named]
    ids += [one for one in named if one not in ids]
    choices = tuple(RoleChoice(one, named[one]) for one in ids)
    return choices or (RoleChoice(_FIRST[0], "root"),)


def _of_roles(
    _: Viewer | None, __: Moment, ___: None, source: int, at: datetime, role_ids: Collection[str]
) -> "QuerySet[RoleVersion]":
    seen = RoleVersion.objects.filter(source__pk=source, first_seen_at__lte=at)
    return seen.filter(role_id__in=role_ids).distinct()


def _by_name(
    _: Viewer | None, __: Moment, ___: None, source: int, at: datetime
) -> "QuerySet[Delegation]":
    seen = RoleVersion.objects.filter(source__pk=source, first_seen_at__lte=at)
    sets = seen.filter(delegation_set__isnull=False).values("delegation_set")
    edges = Delegation.objects.filter(
        delegation_set__in=sets, bins__isnull=True, prefixes__isnull=True
    )
    return edges.exclude(name_id__in=_FIRST).distinct()


class _Body(msgspec.Struct, frozen=True):
    sha256: str
    body: Any


def _of_digests(
    _: Viewer | None, __: Moment, ___: None, source: int, role_id: str, digests: Collection[str]
) -> "QuerySet[RoleVersion]":
    return RoleVersion.objects.filter(source__pk=source, role_id=role_id, blob__sha256__in=digests)


_named = KeptQuery(_of_roles, ("role_id", "role"), RoleChoice)
_delegated = KeptQuery(_by_name, ("name_id", "name"), RoleChoice)
_stored = KeptQuery(_of_digests, ("blob__sha256", "blob__body"), _Body)


def _chosen(
    lines: tuple[VersionLine, ...], old: str, new: str
) -> tuple[VersionLine | None, VersionLine | None]:
    if not lines:
        return None, None
    after = next((one for one in lines if one.sha256 == new), lines[-1])
    at = lines.index(after)
    default = lines[at - 1] if at > 0 else None
    return after, next((one for one in lines if one.sha256 == old and one != after), default)


def _bodies(
    source_id: int, role_id: str, old: VersionLine | None, new: VersionLine | None
) -> tuple[Document, Document] | None:
    if old is None or new is None:
        return None
    rows = _stored.rows(about=(source_id, role_id, (old.sha256, new.sha256)))
    found = {one.sha256: bytes(one.body) for one in rows}
    before, after = (
        Document("", found[one.sha256], seen_at=one.first_seen_at) for one in (old, new)
    )
    return before, after
