"""Who has to sign a role's next document: the keys that its delegator lists, and how many."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import Case, F, Q, QuerySet, When

from trustui.core.formats.tuf.metadata import TOP_LEVEL_ROLES
from trustui.core.primitives.text import counted, visible
from trustui.inventory.models import Delegation, ListedKey, RoleState, RoleVersion
from trustui.inventory.text import identity
from trustui.pages.due import Due, newest
from trustui.pages.keeping import Remembered
from trustui.pages.kept_query import KeptQuery
from trustui.pages.moment import Moment
from trustui.pages.stated import Stated, stated
from trustui.pages.viewer import Viewer

SHOWN = 5
"""Keys of a role that are named."""
REMEMBERED = 8_192
"""Roles and keys, of which each process remembers who delegates to them, and their fingerprints."""
FEW = 64
"""Keys of a role whose delegation is remembered, and places in which it is looked for."""
_ROOT, _TARGETS = identity("root"), identity("targets")
_NEAR = Q(role_id__in=(_ROOT, _TARGETS))
_TOP = frozenset(identity(name) for name in TOP_LEVEL_ROLES)


class Signer(msgspec.Struct, frozen=True):
    """A key; `fingerprint` is empty where it cannot be read, `owner` where nobody says whose it is."""

    keyid: str
    fingerprint: str
    owner: str

    @property
    def name(self) -> str:
        """Whose key it is, or how its id begins."""
        return self.owner or f"{visible(self.keyid[:8])}…"


class Signers(msgspec.Struct, frozen=True):
    """`threshold` of `keys` have to sign; the first few are named."""

    delegator: str
    threshold: str
    keys: int
    named: tuple[Signer, ...]

    @property
    def more(self) -> int:
        """Keys that are not named."""
        return self.keys - len(self.named)

    @property
    def words(self) -> str:
        """`2 of 3: Lind, Sato and 1 more`."""
        names = ", ".join(one.name for one in self.named)
        more = f" and {self.more:,} more" if self.more else ""
        return f"{self.threshold} of {counted(self.keys, 'key')}: {names}{more}"


class Listed(msgspec.Struct, frozen=True):
    """What is asked about documents besides when they expire: signers, and what publishers state."""

    signers: Mapping[int, Signers]
    """By the id of the row."""
    own: Mapping[int, Stated]
    """By blob id."""
    roots: Mapping[int, Stated]
    """By source id."""


class _Delegator(msgspec.Struct, frozen=True):
    source_id: int
    role: str
    role_id: str
    set_id: int
    blob_id: int


class _Asked(msgspec.Struct, frozen=True):
    """A role, and the delegation sets in which it is looked for, one after another."""

    sets: tuple[int, ...]
    role: str
    role_id: str


class _Edge(msgspec.Struct, frozen=True):
    set_id: int
    name: str
    name_id: str
    threshold: str
    is_bins: bool
    keyids: tuple[str, ...]

    def is_for(self, row: _Asked) -> bool:
        """Bins are named by their prefix and a number (TAP 15)."""
        return row.role.startswith(f"{self.name}-") if self.is_bins else row.role_id == self.name_id


class _Found(msgspec.Struct, frozen=True):
    """Delegators that were read, and the edge of each row that one of them has."""

    above: tuple[_Delegator, ...]
    chosen: Mapping[int, tuple[_Delegator, _Edge]]
    """By the id of the row."""


def listed(rows: Sequence[Due], at: datetime | None) -> Listed:
    """About documents as they are now, or as they were known at an instant.

    Four queries, two more where roles below targets delegate, which takes a longer look. What a
    document delegates, and what it states, is asked for once: who looks again asks one or two.
    """
    near = _found(rows, at, is_near=True)
    rest = [row for row in rows if row.id not in near.chosen and row.role_id not in _TOP]
    far = _found(rest, at, is_near=False)
    above, chosen = (*near.above, *far.above), {**near.chosen, **far.chosen}
    said = stated({row.blob_id for row in rows} | {one.blob_id for one in above})
    keys = _fingerprints([edge for _, edge in chosen.values()])
    return Listed(
        signers={
            id_: _signers(delegator, edge, keys, said[delegator.blob_id])
            for id_, (delegator, edge) in chosen.items()
        },
        own=said,
        roots={one.source_id: said[one.blob_id] for one in above if one.role_id == _ROOT},
    )


def _found(rows: Sequence[Due], at: datetime | None, *, is_near: bool) -> _Found:
    """Two queries; none where there is no row."""
    if not rows:
        return _Found((), {})
    above = _delegators(rows, at, is_near=is_near)
    by_source: dict[int, list[_Delegator]] = {}
    for one in above:
        by_source.setdefault(one.source_id, []).append(one)
    asked = {row.id: _asked(row, by_source.get(row.source_id, ())) for row in rows}
    edges = _edges_of([row for row in asked.values() if row.sets])
    chosen = {
        row.id: (next(one for one in by_source[row.source_id] if one.set_id == edge.set_id), edge)
        for row in rows
        if (edge := edges.get(asked[row.id])) is not None
    }
    return _Found(tuple(above), chosen)


def _asked(row: Due, above: Sequence[_Delegator]) -> _Asked:
    """Only a root delegates to top-level roles, and to no other."""
    is_top = row.role_id in _TOP
    sets = tuple(one.set_id for one in above if (one.role_id == _ROOT) is is_top)
    return _Asked(sets, row.role, row.role_id)


def _delegators(rows: Sequence[Due], at: datetime | None, *, is_near: bool) -> list[_Delegator]:
    """The documents that a client goes by, those of top-level roles in front.

    Of each role that delegates it is what a client trusts, else what is served. Near are root and
    targets, of which an index leads to every source.
    """
    sources = tuple({row.source_id for row in rows})
    if at is None:
        found = _states.rows(chosen=is_near, about=(sources,))
    else:
        found = _versions.rows(chosen=is_near, about=(sources, at))
    return sorted(found, key=lambda one: (one.role_id not in _TOP, one.role))


def _states_of(
    _: Viewer, __: Moment, is_near: bool, sources: Sequence[int]
) -> "QuerySet[Any, Any]":
    states = RoleState.objects.filter(_NEAR if is_near else ~_NEAR, source__pk__in=sources)
    return states.annotate(
        set_id=_trusted_or_served("delegation_set"), said_by=_trusted_or_served("blob")
    ).filter(set_id__isnull=False)


def _versions_of(
    _: Viewer, __: Moment, is_near: bool, sources: Sequence[int], at: datetime
) -> "QuerySet[RoleVersion]":
    seen = RoleVersion.objects.filter(
        _NEAR if is_near else ~_NEAR, source__pk__in=sources, first_seen_at__lte=at
    )
    return newest(seen).filter(delegation_set__isnull=False)


def _trusted_or_served(column: str) -> Case:
    return Case(
        When(trusted__isnull=True, then=F(f"served__{column}")), default=F(f"trusted__{column}")
    )


def _edges_of(asked: Collection[_Asked]) -> dict[_Asked, _Edge | None]:
    """The first edge to each role in the sets that are looked through; None where there is none."""
    if any(len(row.sets) > FEW for row in asked):
        return _edges(tuple(asked))
    return _known_edges.each(asked, _edges)


def _edges(asked: tuple[_Asked, ...]) -> dict[_Asked, _Edge | None]:
    sets = tuple({one for row in asked for one in row.sets})
    names = tuple({row.role_id for row in asked})
    edges: dict[int, list[_Edge]] = {}
    for one in _delegations.rows(order=("position", "id"), about=(sets, names)):
        keyids = tuple(dict.fromkeys(one.keyids))
        is_bins = one.bins is not None
        edge = _Edge(one.set_id, one.name, one.name_id, one.threshold, is_bins, keyids)
        edges.setdefault(one.set_id, []).append(edge)
    return {
        row: next(
            (edge for one in row.sets for edge in edges.get(one, ()) if edge.is_for(row)), None
        )
        for row in asked
    }


class _Delegation(msgspec.Struct, frozen=True):
    set_id: int
    name: str
    name_id: str
    threshold: str
    bins: int | None
    keyids: list[str]


class _KeyOf(msgspec.Struct, frozen=True):
    set_id: int
    keyid: str
    fingerprint: str | None


def _delegations_of(
    _: Viewer, __: Moment, ___: None, sets: Sequence[int], names: Sequence[str]
) -> "QuerySet[Delegation]":
    is_named = Q(name_id__in=names) | Q(bins__isnull=False)
    return Delegation.objects.filter(is_named, delegation_set__pk__in=sets)


def _keys_of(
    _: Viewer, __: Moment, ___: None, sets: Sequence[int], keyids: Sequence[str]
) -> "QuerySet[ListedKey]":
    return ListedKey.objects.filter(delegation_set__pk__in=sets, keyid_id__in=keyids)


_states = KeptQuery(_states_of, ("source_id", "role", "role_id", "set_id", "said_by"), _Delegator)
_versions = KeptQuery(
    _versions_of, ("source_id", "role", "role_id", "delegation_set_id", "blob_id"), _Delegator
)
_delegations = KeptQuery(
    _delegations_of,
    ("delegation_set_id", "name", "name_id", "threshold", "bins", "keyids"),
    _Delegation,
)
_keys = KeptQuery(_keys_of, ("delegation_set_id", "keyid", "key__fingerprint"), _KeyOf)


def _fingerprints(edges: Sequence[_Edge]) -> dict[tuple[int, str], str]:
    """Of the keys that are named, by delegation set and key id; empty where a key cannot be read."""
    named = ((edge.set_id, keyid) for edge in edges for keyid in edge.keyids[:SHOWN])
    return _known_keys.each(named, _fingerprints_of)


def _fingerprints_of(named: tuple[tuple[int, str], ...]) -> dict[tuple[int, str], str]:
    sets = tuple({set_id for set_id, _ in named})
    keyids = tuple({identity(keyid) for _, keyid in named})
    found = _keys.rows(about=(sets, keyids))
    told = {(one.set_id, one.keyid): one.fingerprint or "" for one in found}
    return {one: told.get(one, "") for one in named}


_known_edges: Remembered[_Asked, _Edge | None] = Remembered(
    REMEMBERED, lambda edge: edge is None or len(edge.keyids) <= FEW
)
_known_keys: Remembered[tuple[int, str], str] = Remembered(REMEMBERED)


def _signers(
    delegator: _Delegator, edge: _Edge, keys: Mapping[tuple[int, str], str], said: Stated
) -> Signers:
    return Signers(
        delegator=delegator.role,
        threshold=edge.threshold,
        keys=len(edge.keyids),
        named=tuple(
            Signer(keyid, keys[edge.set_id, keyid], said.owners.get(keyid, ""))
            for keyid in edge.keyids[:SHOWN]
        ),
    )
