"""The page of a role: who trusts it, which keys sign for it, what it delegates, its versions."""

from datetime import datetime

import msgspec
from django.db.models import QuerySet

from trustui.core.graph import Node
from trustui.core.impact.listings import Listing, listings
from trustui.core.primitives.text import visible
from trustui.inventory.models import RoleVersion
from trustui.inventory.text import identity
from trustui.pages.kept_query import KeptQuery
from trustui.pages.known import known
from trustui.pages.moment import Moment
from trustui.pages.pictures.tree_picture import path_words, state_word
from trustui.pages.repository import Key, if_one_is_lost, keys_of, what_fails
from trustui.pages.tree import Seen, kind_of, see
from trustui.pages.viewer import Viewer
from trustui.pages.words import SIGNS

ORDER = ("-version_rank", "-id")
MOST = 100
"""Keys and delegations that a page lists."""


class Trusted(msgspec.Struct, frozen=True, kw_only=True):
    """The role as one delegator trusts it."""

    delegator: str
    delegator_id: str
    sign: str
    word: str
    why: str
    """What fails, as a clause; empty where nothing does."""
    threshold: int
    keys: int
    signed: int | None
    paths: str
    note: str
    listed: tuple[Key, ...]
    if_lost: str
    is_grave: bool
    """Whether it could not be signed any more with one key less."""


class Below(msgspec.Struct, frozen=True):
    """A role, or bins, that it delegates to."""

    name: str
    role_id: str
    """Empty for bins."""
    sign: str
    word: str
    paths: str
    note: str


class VersionLine(msgspec.Struct, frozen=True):
    """One document of the role. Times in UTC."""

    version: str
    sha256: str
    first_seen_at: datetime
    expires_at: datetime
    signatures: int
    is_other: bool
    """Another document of a version that had been seen already."""
    origin: str


class StoredVersion(msgspec.Struct, frozen=True):
    """A stored document of a role, without its bytes. Times in UTC."""

    id: int
    role: str
    version: str
    version_rank: str
    sha256: str
    first_seen_at: datetime
    expires_at: datetime
    signature_count: int
    form: int
    origin: str

    @property
    def line(self) -> VersionLine:
        """As `version_line`."""
        return VersionLine(
            self.version,
            self.sha256,
            self.first_seen_at,
            self.expires_at,
            self.signature_count,
            self.form > 0,
            self.origin,
        )


class RolePage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page says."""

    source_id: int
    source: str
    role: str
    role_id: str
    sign: str
    word: str
    trusted: tuple[Trusted, ...]
    """Empty where nobody delegates to it now."""
    expires: datetime | None
    version: str
    below: tuple[Below, ...]
    more_below: int
    versions: tuple[VersionLine, ...]
    after: str | None
    verdict_id: int | None = None
    """The verdict on its repository."""

    @property
    def has_paths(self) -> bool:
        """Whether it delegates by paths, as root does not."""
        return any(one.paths for one in self.below)


def role(
    viewer: Viewer, moment: Moment, source_id: int, role_id: str, after: str | None = None
) -> RolePage | None:
    """The page; None where the source is not this person's or never showed the role by then.

    At most ten queries. Raises PagingError.
    """
    found = known(viewer, moment, source_id)
    if found is None:
        return None
    asked = source_id, role_id, moment.at
    versions = versions_of.sliced(viewer, None, None, ORDER, after, about=asked)
    seen = see(found)
    nodes = [one for one in seen.tree.nodes if not one.bins and identity(one.role) == role_id]
    if not nodes and not versions.rows:
        return None
    first = nodes[0] if nodes else None
    below = [one for one in seen.tree.nodes if first is not None and one.delegator == first.role]
    newest = versions.rows[0] if versions.rows and not after else None
    return RolePage(
        source_id=source_id,
        source=found.source.name,
        role=versions.rows[0].role if first is None else visible(first.role, 200),
        role_id=role_id,
        sign="none" if first is None else SIGNS[first.state],
        word="nobody delegates to it" if first is None else state_word(first),
        trusted=_trusted(seen, nodes),
        expires=_expires(first, newest),
        version=_version(first, newest),
        below=tuple(_below(one) for one in below[:MOST]),
        more_below=max(0, len(below) - MOST),
        versions=tuple(one.line for one in versions.rows),
        after=versions.after,
        verdict_id=None if found.verdict is None else found.verdict.pk,
    )


def _versions(
    _: Viewer | None, __: Moment, ___: None, source: int, role_id: str, at: datetime
) -> "QuerySet[RoleVersion]":
    return RoleVersion.objects.filter(source__pk=source, role_id=role_id, first_seen_at__lte=at)


versions_of = KeptQuery(
    _versions,
    [
        {"sha256": "blob__sha256"}.get(name, name)  # the one that another table has
        for name in StoredVersion.__struct_fields__
    ],
    StoredVersion,
)
"""The documents of a role of a source by an instant, in `ORDER`; about these three."""


def version_line(row: RoleVersion) -> VersionLine:
    """A stored document; its blob is selected with it."""
    return VersionLine(
        row.version,
        row.blob.sha256,
        row.first_seen_at,
        row.expires_at,
        row.signature_count,
        row.form > 0,
        row.origin,
    )


def _trusted(seen: Seen, nodes: list[Node]) -> tuple[Trusted, ...]:
    edges = {(node.delegator or "root", node.role): node for node in nodes}
    listed = (
        (one, edges[one.delegator_name, one.role.name])
        for one in listings(seen.repository)
        if (one.delegator_name, one.role.name) in edges
    )
    return tuple(_one_trusted(one, node) for one, node in listed)


def _one_trusted(listing: Listing, node: Node) -> Trusted:
    left = len(listing.materials) - 1
    return Trusted(
        delegator=visible(listing.delegator_name, 200),
        delegator_id=identity(listing.delegator_name),
        sign=SIGNS[node.state],
        word=state_word(node),
        why=what_fails(node.first_failing or "", node.role, ""),
        threshold=node.threshold,
        keys=node.keys,
        signed=node.signed,
        paths=path_words(node),
        note=kind_of(node),
        listed=keys_of(listing)[:MOST],
        if_lost=if_one_is_lost(node.threshold, left),
        is_grave=left < node.threshold,
    )


def _below(node: Node) -> Below:
    name = f"{node.bins.count:,} bins" if node.bins else visible(node.role, 200)
    return Below(
        name,
        "" if node.bins else identity(node.role),
        SIGNS[node.state],
        state_word(node),
        path_words(node),
        kind_of(node),
    )


def _expires(node: Node | None, newest: StoredVersion | None) -> datetime | None:
    if node is not None and node.expires is not None:
        return node.expires
    return None if newest is None else newest.expires_at


def _version(node: Node | None, newest: StoredVersion | None) -> str:
    if node is not None and node.version is not None:
        return visible(str(node.version), 40)
    return "" if newest is None else newest.version
