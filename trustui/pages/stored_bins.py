"""What the store says about hash bins that were not verified one by one.

The documents of bins are counted by what decides their state, and these counts are remembered by
what they follow from, so that who looks again does not read 16,384 rows again.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TypeAlias

import msgspec
from django.db.models import Max

from trustui.core.formats.tuf.metadata import DelegatedRole, SuccinctRoles
from trustui.core.formats.tuf.repository import Repository
from trustui.core.formats.tuf.states import SOON
from trustui.core.graph import Bins, Node
from trustui.core.graph.standing import WORST_FIRST
from trustui.core.trace import TrustState
from trustui.inventory.models import RoleVersion, Sighting, Standing
from trustui.inventory.text import identity
from trustui.pages.keeping import Remembered
from trustui.pages.known import Known

MOST_BINS = 64
"""Alike bins of one delegator that are verified one by one; of more the store is asked."""
REMEMBERED = 64
"""Nodes whose counts are remembered."""


class Newest(msgspec.Struct, frozen=True):
    """The last document of a role that had been seen by then. Times in UTC."""

    role: str
    expires_at: datetime
    first_seen_at: datetime
    blob_id: int
    is_trusted: bool
    """Whether it is also the last one that a client trusted."""


class Kind(msgspec.Struct, frozen=True):
    """What decides the state of a bin. Times in UTC."""

    expires_at: datetime
    first_seen_at: datetime
    is_trusted: bool

    def state(self, at: datetime, *, is_broken: bool) -> TrustState:
        """As of an instant; `is_broken` is whether something above fails."""
        if self.expires_at <= at:
            return TrustState.FAILING
        if is_broken or not self.is_trusted:
            return TrustState.NOT_TRUSTED
        left, lifetime = self.expires_at - at, self.expires_at - self.first_seen_at
        return TrustState.EXPIRES_SOON if left * SOON < lifetime else TrustState.VERIFIED


Counts: TypeAlias = Mapping[Kind, int]
_remembered: Remembered[tuple[object, ...], Counts] = Remembered(REMEMBERED)


def are_few(count: int) -> bool:
    """Whether so many alike bins are verified one by one."""
    return count <= MOST_BINS


def is_unread(node: Node) -> bool:
    """Whether a node stands for bins that only the store tells of."""
    return node.bins is not None and not are_few(node.bins.count)


class StoredBins:
    """Bins of one repository: two queries where nothing is remembered."""

    def __init__(self, known: Known, repository: Repository) -> None:
        self._known = known
        self._repository = repository
        self._versions: dict[str, Newest] | None = None

    def told(self, node: Node) -> Node:
        """The node with the states of its bins and the first of their expiries."""
        if node.bins is None or not is_unread(node):
            return node
        counts = self._counts(node, node.bins)
        at = self._known.valid_at
        states: dict[TrustState, int] = {}
        for kind, count in counts.items():
            state = kind.state(at, is_broken=self._repository.broken_by is not None)
            states[state] = states.get(state, 0) + count
        missing = node.bins.count - sum(counts.values())
        if missing > 0:
            states[TrustState.STALE] = missing
        first = min(counts, key=lambda one: one.expires_at, default=None)
        return msgspec.structs.replace(
            node,
            state=next((state for state in WORST_FIRST if state in states), TrustState.STALE),
            bins=msgspec.structs.replace(node.bins, states=states),
            **({} if first is None else _lifetime(first, at)),
        )

    def _counts(self, node: Node, bins: Bins) -> Counts:
        """By everything that the counts follow from."""
        delegator = self._repository.roles.get(node.delegator or "")
        apart = frozenset(one.delegated.role.name for one in self._repository.edges.values())
        digest = None if delegator is None else delegator.digest
        asked = (*self._known.as_of, digest, bins.first, bins.last, apart)
        return _remembered.one(asked, lambda: self._counted(node, bins, apart))

    def _counted(self, node: Node, bins: Bins, apart: frozenset[str]) -> Counts:
        if self._versions is None:
            self._versions = newest_versions(self._known.source.pk, self._known.at)
        metadata = self._repository.roles.get(node.delegator or "")
        delegations = None if metadata is None else metadata.delegations
        if delegations is None:
            return {}
        succinct = delegations.succinct
        if succinct is not None and bins.first == succinct.bin(0).role.name:
            documents = _in_bins(self._versions, succinct, apart)
        else:
            names = (name for name in _run(delegations.roles, bins) if name not in apart)
            ids = (identity(name) for name in names)
            documents = (self._versions[one] for one in ids if one in self._versions)
        return Counter(Kind(one.expires_at, one.first_seen_at, one.is_trusted) for one in documents)


def newest_versions(source_id: int, at: datetime) -> dict[str, Newest]:
    """By role id; of all roles, hash bins too: two queries."""
    seen = RoleVersion.objects.filter(source=source_id, first_seen_at__lte=at)
    last = seen.values("role_id").annotate(last=Max("id")).values("last")
    rows = RoleVersion.objects.filter(pk__in=last)
    found = rows.values_list("role_id", "role", "expires_at", "first_seen_at", "blob_id")
    trusted = _trusted_blobs(source_id, at)
    return {
        role_id: Newest(role, expires_at, first_seen_at, blob_id, trusted.get(role_id) == blob_id)
        for role_id, role, expires_at, first_seen_at, blob_id in found
    }


def _trusted_blobs(source_id: int, at: datetime) -> dict[str, int]:
    rows = Sighting.objects.filter(
        source=source_id, standing=Standing.TRUSTED, origin="", first_seen_at__lte=at
    )
    newest = rows.values("role_id").annotate(last=Max("id")).values("last")
    return dict(Sighting.objects.filter(pk__in=newest).values_list("role_id", "blob_id"))


def _in_bins(
    versions: Mapping[str, Newest], bins: SuccinctRoles, apart: frozenset[str]
) -> Iterator[Newest]:
    for one in versions.values():
        if one.role not in apart and bins.number_of(one.role) is not None:
            yield one


def _run(roles: tuple[DelegatedRole, ...], bins: Bins) -> Iterator[str]:
    """The names from the first bin to the last one."""
    is_within = False
    for one in roles:
        is_within = is_within or one.role.name == bins.first
        if is_within:
            yield one.role.name
        if one.role.name == bins.last:
            return


def _lifetime(first: Kind, at: datetime) -> dict[str, object]:
    left, lifetime = first.expires_at - at, first.expires_at - first.first_seen_at
    return {
        "expires": first.expires_at,
        "days_left": left // timedelta(days=1),
        "life_left": min(1.0, max(0.0, left / lifetime)) if lifetime > timedelta() else None,
    }
