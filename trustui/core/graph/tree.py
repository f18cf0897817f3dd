"""The delegation tree of a repository, in the order in which a client asks."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple

import msgspec

from trustui.core.formats.tuf.delegations import edge_group
from trustui.core.formats.tuf.metadata import (
    TOP_LEVEL_ROLES,
    DelegatedRole,
    Metadata,
    Role,
    SuccinctRoles,
)
from trustui.core.formats.tuf.repository import Edge, Repository
from trustui.core.formats.tuf.states import expires_soon, signing_begins
from trustui.core.graph.standing import NOT_CHECKED, WORST_FIRST, Signings, Standing, standings
from trustui.core.trace import Trace, TrustState

FEWEST_BINS = 4
"""Fewer roles than this with hash prefixes and equal keys are shown one by one."""


class NodeKind(StrEnum):
    """What a node of the tree stands for."""

    ROLE = "role"
    BINS = "bins"
    """Hash bins with the same keys and threshold that delegate to nobody: one node for all."""
    REFERENCE = "reference"
    """A role that stands in the tree already: its own edge, but no children."""


class Bins(msgspec.Struct, frozen=True):
    """The hash bins behind one node."""

    count: int
    first: str
    last: str
    states: dict[TrustState, int]
    """How many bins are in which state; those that were not verified are `stale`."""


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A role as its delegator trusts it: one edge and what came of it."""

    role: str
    kind: NodeKind = NodeKind.ROLE
    delegator: str | None
    """Whose document names the keys; None for root."""
    parent: int | None
    """Position of the delegator's node in the tree; None for root."""
    depth: int
    state: TrustState
    """Of bins the worst."""
    first_failing: str | None = None
    """The check of this edge that failed or was undecided first; None for bins."""
    rests_on: str | None = None
    """The broken check of something above, because of which nothing here is trusted."""
    threshold: int
    keys: int
    """Different key ids that the delegator lists."""
    signed: int | None = None
    """Different keys with a valid signature; None for bins and for what was not read."""
    version: int | None = None
    expires: datetime | None = None
    """UTC; of bins the earliest."""
    days_left: int | None = None
    """Whole days until the expiry, negative after it."""
    life_left: float | None = None
    """The share of the lifetime that is left, 0 to 1; None where its beginning is not known."""
    paths: tuple[str, ...] | None = None
    path_hash_prefixes: tuple[str, ...] | None = None
    """None for bins: what they have in common is that hashes decide."""
    terminating: bool = False
    refers_to: int | None = None
    """Position of the node that has the children, for a reference."""
    bins: Bins | None = None


class Tree(msgspec.Struct, frozen=True):
    """The delegations, parents before their children, children from left to right.

    The nodes are a flat list, because a hostile tree may be a hundred thousand levels deep.
    """

    at: datetime
    """The instant that expiry was judged at, UTC."""
    nodes: tuple[Node, ...]
    orphans: tuple[str, ...] | None
    """Roles that snapshot lists and nobody delegates to; None where not every role was read, so
    that nobody can know."""

    @property
    def roles(self) -> int:
        """How many roles stand in the tree, bins apart."""
        return sum(node.kind is NodeKind.ROLE for node in self.nodes)

    @property
    def bins(self) -> int:
        """How many hash bins stand behind its nodes."""
        return sum(node.bins.count for node in self.nodes if node.bins is not None)

    @property
    def levels(self) -> int:
        """How many levels of delegation there are below root."""
        return max(node.depth for node in self.nodes)


def delegation_tree(repository: Repository, trace: Trace) -> Tree:
    """The tree of a repository that was verified by this trace.

    Each role is expanded where it comes first, and only if its delegator's keys have signed it;
    an edge that was not verified is `stale`.
    """
    return _Growing(repository, trace).tree()


class _Branch(NamedTuple):
    """An edge, or bins that are alike, on the way into the tree."""

    delegator: str
    metadata: Metadata
    edge: DelegatedRole | tuple[DelegatedRole, ...] | SuccinctRoles


class _Growing:
    """The tree while it is made, depth first and without recursion."""

    def __init__(self, repository: Repository, trace: Trace) -> None:
        self.repository = repository
        self.at = trace.valid_at
        self.standings = standings(trace)
        self.signings = Signings()
        self.nodes: list[Node] = []
        self.expanded: dict[str, int] = {}
        self.succinct: list[SuccinctRoles] = []
        self.named = set(TOP_LEVEL_ROLES)
        self.is_whole = repository.targets is not None and repository.is_signed
        self.edges: dict[str, list[Edge]] = {}
        for edge in repository.edges.values():
            self.edges.setdefault(edge.delegator, []).append(edge)

    def tree(self) -> Tree:
        root = self.repository.root
        if root is None:
            standing = self.standings.get("root", NOT_CHECKED)
            self.nodes.append(self._node(Role("root", (), 0), standing, None))
        else:
            self._add_top_level(root)
        targets = self.repository.targets
        stack = self._branches("targets", targets if self.is_whole else None)
        while stack:
            branch = stack.pop()
            if isinstance(branch.edge, DelegatedRole):
                stack += self._add_role(branch, branch.edge)
            else:
                stack += self._add_bins(branch, branch.edge)
        return Tree(self.at, tuple(self.nodes), self._orphans())

    def _add_top_level(self, root: Metadata) -> None:
        repository = self.repository
        for name, metadata in (
            ("root", root),
            ("timestamp", repository.timestamp),
            ("snapshot", repository.snapshot),
            ("targets", repository.targets),
        ):
            standing = self.standings.get(name, NOT_CHECKED)
            node = self._node(root.role(name), standing, None if name == "root" else "root")
            self.expanded[name] = len(self.nodes)
            self.nodes.append(self._with_document(node, metadata, root.role(name), root))

    def _branches(self, name: str, metadata: Metadata | None) -> list[_Branch]:
        """What a role delegates to, as a stack: the edge that is asked first comes last."""
        delegations = None if metadata is None else metadata.delegations
        if metadata is None or delegations is None:
            return []
        branches = []
        if delegations.succinct is not None:
            branches.append(_Branch(name, metadata, delegations.succinct))
        for likeness, run in groupby(delegations.roles, _likeness):
            alike = tuple(run)
            if likeness is not None and len(alike) >= FEWEST_BINS:
                branches.append(_Branch(name, metadata, alike))
            else:
                branches += [_Branch(name, metadata, edge) for edge in alike]
        return branches[::-1]

    def _add_role(self, branch: _Branch, delegated: DelegatedRole) -> list[_Branch]:
        """Add one node; give the branches below it."""
        name = delegated.role.name
        self.named.add(name)
        edge = self.repository.edges.get((branch.delegator, name))
        metadata = None if edge is None else edge.metadata
        first = self.expanded.get(name)
        node = self._node(delegated.role, self._standing(branch.delegator, name), branch.delegator)
        node = msgspec.structs.replace(
            self._with_document(node, metadata, delegated.role, branch.metadata),
            kind=NodeKind.ROLE if first is None else NodeKind.REFERENCE,
            refers_to=first,
            paths=delegated.paths,
            path_hash_prefixes=delegated.path_hash_prefixes,
            terminating=delegated.terminating,
        )
        self.nodes.append(node)
        if first is not None:
            return []
        self.expanded[name] = len(self.nodes) - 1
        is_signed = edge is not None and edge.is_signed
        self.is_whole = self.is_whole and is_signed
        return self._branches(name, metadata if is_signed else None)

    def _add_bins(
        self, branch: _Branch, bins: tuple[DelegatedRole, ...] | SuccinctRoles
    ) -> list[_Branch]:
        """Add one node for all bins; give those that delegate further, which get their own."""
        if isinstance(bins, SuccinctRoles):
            self.succinct.append(bins)
            verified = [
                edge
                for edge in self.edges.get(branch.delegator, ())
                if bins.number_of(edge.delegated.role.name) is not None
            ]
            first, last, count = bins.bin(0), bins.bin(bins.count - 1), bins.count
        else:
            self.named.update(one.role.name for one in bins)
            found = (self.repository.edges.get((branch.delegator, one.role.name)) for one in bins)
            verified = [edge for edge in found if edge is not None]
            first, last, count = bins[0], bins[-1], len(bins)
        apart = [edge for edge in verified if _delegates(edge)]
        alike = [edge for edge in verified if not _delegates(edge)]
        self.is_whole = self.is_whole and sum(edge.is_signed for edge in verified) == count
        states = self._states(alike, unverified=count - len(verified))
        node = msgspec.structs.replace(
            self._node(first.role, NOT_CHECKED, branch.delegator),
            kind=NodeKind.BINS,
            state=next((state for state in WORST_FIRST if state in states), TrustState.STALE),
            terminating=first.terminating,
            bins=Bins(count - len(apart), first.role.name, last.role.name, states),
            **self._lifetime([edge.metadata for edge in alike if edge.metadata is not None]),
        )
        self.nodes.append(node)
        return [_Branch(branch.delegator, branch.metadata, edge.delegated) for edge in apart[::-1]]

    def _states(self, edges: Iterable[Edge], unverified: int) -> dict[TrustState, int]:
        states: dict[TrustState, int] = {TrustState.STALE: unverified} if unverified else {}
        for edge in edges:
            name = edge.delegated.role.name
            state = self._standing(edge.delegator, name).state
            if edge.metadata is not None:
                state = self._state(name, state, edge.metadata)
            states[state] = states.get(state, 0) + 1
        return states

    def _standing(self, delegator: str, name: str) -> Standing:
        return self.standings.get(edge_group(delegator, name), NOT_CHECKED)

    def _state(self, name: str, state: TrustState, metadata: Metadata) -> TrustState:
        began = signing_begins(self.repository.root, name, metadata)
        is_soon = state is TrustState.VERIFIED and expires_soon(metadata, self.at, began)
        return TrustState.EXPIRES_SOON if is_soon else state

    def _node(self, role: Role, standing: Standing, delegator: str | None) -> Node:
        parent = None if delegator is None else self.expanded[delegator]
        return Node(
            role=role.name,
            delegator=delegator,
            parent=parent,
            depth=0 if parent is None else self.nodes[parent].depth + 1,
            state=standing.state,
            first_failing=standing.first_failing,
            rests_on=standing.rests_on,
            threshold=role.threshold,
            keys=len(set(role.keyids)),
        )

    def _with_document(
        self, node: Node, metadata: Metadata | None, role: Role, delegator: Metadata
    ) -> Node:
        if metadata is None:
            return node
        return msgspec.structs.replace(
            node,
            state=self._state(role.name, node.state, metadata),
            signed=self.signings.tally(metadata, role, delegator).signed,
            version=metadata.version,
            **self._lifetime([metadata]),
        )

    def _lifetime(self, documents: list[Metadata]) -> dict[str, object]:
        """The members of a node about the document that expires first."""
        if not documents:
            return {}
        metadata = min(documents, key=lambda one: one.expires)
        left = metadata.expires - self.at
        return {
            "expires": metadata.expires,
            "days_left": left // timedelta(days=1),
            "life_left": _share(left, metadata),
        }

    def _orphans(self) -> tuple[str, ...] | None:
        snapshot = self.repository.snapshot
        if snapshot is None or not self.is_whole:
            return None
        listed = (file.removesuffix(".json") for file, _ in snapshot.meta_versions)
        return tuple(
            name
            for name in listed
            if name not in self.named and all(one.number_of(name) is None for one in self.succinct)
        )


def _likeness(edge: DelegatedRole) -> tuple[frozenset[str], int, bool] | None:
    """What makes neighbouring hash bins alike; None for roles that are no bins."""
    if edge.path_hash_prefixes is None:
        return None
    return frozenset(edge.role.keyids), edge.role.threshold, edge.terminating


def _delegates(edge: Edge) -> bool:
    delegations = None if edge.metadata is None else edge.metadata.delegations
    is_empty = delegations is None or not (delegations.roles or delegations.succinct)
    return edge.is_signed and not is_empty


def _share(left: timedelta, metadata: Metadata) -> float | None:
    if metadata.seen_at is None or metadata.seen_at >= metadata.expires:
        return None
    return min(1.0, max(0.0, left / (metadata.expires - metadata.seen_at)))
