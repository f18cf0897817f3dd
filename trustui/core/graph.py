"""Who trusts whom: the tree of delegations, and the walk of one path through it.

Both are values made from a verified repository, for pages to draw and the command line to print.
What a search does is decided by the verifier's own lookup; what a role's state is, by its trace.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby
from typing import TypeAlias

import msgspec

from trustui.core.checks.threshold import Tally
from trustui.core.formats.tuf.delegations import Lookup, edge_group, look_up
from trustui.core.formats.tuf.lint import signing_began
from trustui.core.formats.tuf.metadata import (
    TOP_LEVEL_ROLES,
    DelegatedRole,
    Metadata,
    Role,
    SuccinctRoles,
)
from trustui.core.formats.tuf.repository import Edge, Repository
from trustui.core.formats.tuf.signing import SignedDocument
from trustui.core.formats.tuf.states import expires_soon
from trustui.core.primitives.canonical_json import canonical
from trustui.core.primitives.paths import path_hash
from trustui.core.primitives.text import visible
from trustui.core.trace import Outcome, Trace, TrustState, collect

FEWEST_BINS = 4
"""Fewer roles than this with hash prefixes and equal keys are shown one by one."""

ANCHOR = "tuf.root.anchor"


class Signings:
    """The signatures of documents, each verified once however many edges count it."""

    def __init__(self) -> None:
        self._documents: dict[str, SignedDocument] = {}

    def tally(self, metadata: Metadata, role: Role, delegator: Metadata) -> Tally:
        """Count the signatures of a document for a role, by the keys of its delegator."""
        if metadata.digest not in self._documents:
            signed_bytes = canonical(metadata.signed, float_free=True)
            document = SignedDocument(signed_bytes, metadata.signatures)
            self._documents[metadata.digest] = document
        return self._documents[metadata.digest].tally(role, delegator)


# The tree --------------------------------------------------------------------------------------


class NodeKind(StrEnum):
    """What a node of the tree stands for."""

    ROLE = "role"
    BINS = "bins"
    """Hash bins with the same keys and threshold that delegate to nobody: one node for all."""
    REFERENCE = "reference"
    """A role that stands in the tree already; its own edge, but no children."""


class Bins(msgspec.Struct, frozen=True):
    """The bins behind one node."""

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
    """The check of this edge that failed or was undecided first."""
    rests_on: str | None = None
    """The broken check of something above, because of which nothing here is trusted."""
    threshold: int
    keys: int
    """Different key ids that the delegator lists."""
    signed: int | None = None
    """Different keys with a valid signature; None of bins and of what was not read."""
    version: int | None = None
    expires: datetime | None = None
    """UTC; of bins the earliest."""
    days_left: int | None = None
    """Whole days until the expiry, negative after it."""
    life_left: float | None = None
    """Share of the lifetime that is left, 0 to 1; None where its beginning is not known."""
    paths: tuple[str, ...] | None = None
    path_hash_prefixes: tuple[str, ...] | None = None
    terminating: bool = False
    refers_to: int | None = None
    """Position of the node that has the children, for a reference."""
    bins: Bins | None = None


class Tree(msgspec.Struct, frozen=True):
    """The delegations in the order a client asks, parents before children (preorder).

    The nodes are a flat list, because a hostile tree may be a hundred thousand levels deep.
    """

    at: datetime
    nodes: tuple[Node, ...]
    orphans: tuple[str, ...]
    """Roles that snapshot lists and nobody who was read delegates to."""

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
        """How many levels of targets roles there are."""
        return max((node.depth for node in self.nodes), default=0)


_Branch: TypeAlias = DelegatedRole | tuple[DelegatedRole, ...] | SuccinctRoles
_WORST_FIRST = (
    TrustState.FAILING,
    TrustState.COULD_NOT_CHECK,
    TrustState.NOT_TRUSTED,
    TrustState.STALE,
    TrustState.EXPIRES_SOON,
    TrustState.VERIFIED,
)


class _Group(msgspec.Struct):
    """What a trace says about one group."""

    outcome: Outcome
    own: str | None = None
    """The first failed or undecided step that is not moot."""
    moot: str | None = None
    """The first failed or undecided step of any standing."""
    rests_on: str | None = None

    @property
    def state(self) -> TrustState:
        if self.outcome is Outcome.FAILED:
            return TrustState.FAILING
        if self.outcome is Outcome.PASSED:
            return TrustState.VERIFIED
        is_moot = self.rests_on is not None and self.own in {None, ANCHOR}
        return TrustState.NOT_TRUSTED if is_moot else TrustState.COULD_NOT_CHECK


def _groups(trace: Trace) -> dict[str, _Group]:
    groups = {group.id: _Group(group.outcome) for group in trace.groups}
    for step in trace.steps:
        group = groups.get(step.group)
        if group is None:
            continue
        if group.rests_on is None:
            group.rests_on = step.moot_because
        if step.outcome in {Outcome.FAILED, Outcome.UNDECIDED}:
            group.moot = group.moot or step.check
            if step.decides:
                group.own = group.own or step.check
    return groups


def delegation_tree(repository: Repository, trace: Trace) -> Tree:
    """The tree of a repository that was verified by this trace.

    A role is expanded where it comes first; an edge that was not verified is `stale`.
    """
    return _TreeMaker(repository, trace).tree()


class _TreeMaker:
    """Walks what was read, depth first, without recursion."""

    def __init__(self, repository: Repository, trace: Trace) -> None:
        self._repository = repository
        self._at = trace.valid_at
        self._groups = _groups(trace)
        self._signings = Signings()
        self._nodes: list[Node] = []
        self._expanded: dict[str, int] = {}
        self._succinct: list[SuccinctRoles] = []
        self._named: set[str] = set(TOP_LEVEL_ROLES)
        self._edges: dict[str, list[Edge]] = {}
        for edge in repository.edges.values():
            self._edges.setdefault(edge.delegator, []).append(edge)

    def tree(self) -> Tree:
        self._add_top_level()
        targets = self._repository.targets
        if targets is not None:
            self._add_delegations(targets)
        return Tree(self._at, tuple(self._nodes), tuple(self._orphans()))

    def _add_top_level(self) -> None:
        repository, root = self._repository, self._repository.root
        group = self._groups.get("root", _Group(Outcome.UNDECIDED))
        if root is None:
            empty = Role("root", (), 0)
            self._nodes.append(_node(empty, group, delegator=None, parent=None, depth=0))
            return
        self._nodes.append(self._top("root", root, root, parent=None))
        for name, metadata in (
            ("timestamp", repository.timestamp),
            ("snapshot", repository.snapshot),
            ("targets", repository.targets),
        ):
            self._nodes.append(self._top(name, metadata, root, parent=0))
        self._expanded["targets"] = len(self._nodes) - 1

    def _top(
        self, name: str, metadata: Metadata | None, root: Metadata, parent: int | None
    ) -> Node:
        node = _node(
            root.role(name),
            self._groups.get(name),
            delegator=None if parent is None else "root",
            parent=parent,
            depth=0 if parent is None else 1,
        )
        return self._with_document(node, metadata, root.role(name), root)

    def _add_delegations(self, targets: Metadata) -> None:
        stack = self._branches("targets", targets)
        while stack:
            name, delegator, branch = stack.pop()
            if isinstance(branch, DelegatedRole):
                stack += self._add_role(name, delegator, branch)
            else:
                stack += self._add_bins(name, delegator, branch)

    def _add_role(
        self, delegator_name: str, delegator: Metadata, branch: DelegatedRole
    ) -> "list[tuple[str, Metadata, _Branch]]":
        """One node; gives the branches below it."""
        name = branch.role.name
        self._named.add(name)
        edge = self._repository.edges.get((delegator_name, name))
        parent = self._expanded[delegator_name]
        node = _node(
            branch.role,
            self._groups.get(edge_group(delegator_name, name)),
            delegator=delegator_name,
            parent=parent,
            depth=self._nodes[parent].depth + 1,
        )
        node = self._with_document(node, edge and edge.metadata, branch.role, delegator)
        first = self._expanded.get(name)
        node = msgspec.structs.replace(
            node,
            kind=NodeKind.ROLE if first is None else NodeKind.REFERENCE,
            refers_to=first,
            paths=branch.paths,
            path_hash_prefixes=branch.path_hash_prefixes,
            terminating=branch.terminating,
        )
        self._nodes.append(node)
        if first is not None:
            return []
        self._expanded[name] = len(self._nodes) - 1
        return [] if edge is None or edge.metadata is None else self._branches(name, edge.metadata)

    def _branches(self, name: str, metadata: Metadata) -> list[tuple[str, Metadata, _Branch]]:
        """What a role delegates to, the first one last: a stack."""
        delegations = metadata.delegations
        if delegations is None:
            return []
        branches: list[_Branch] = []
        if delegations.succinct is not None:
            branches.append(delegations.succinct)
        for likeness, run in groupby(delegations.roles, _likeness):
            alike = tuple(run)
            is_bins = likeness is not None and len(alike) >= FEWEST_BINS
            branches += [alike] if is_bins else alike
        return [(name, metadata, branch) for branch in reversed(branches)]

    def _add_bins(
        self,
        delegator_name: str,
        delegator: Metadata,
        branch: "tuple[DelegatedRole, ...] | SuccinctRoles",
    ) -> list[tuple[str, Metadata, _Branch]]:
        """One node for all bins; gives those that delegate further and so have their own."""
        if isinstance(branch, SuccinctRoles):
            self._succinct.append(branch)
            count, first, last = branch.count, branch.bin(0), branch.bin(branch.count - 1)
            known = self._edges.get(delegator_name, [])
            edges = [one for one in known if branch.number_of(one.delegated.role.name) is not None]
        else:
            self._named.update(one.role.name for one in branch)
            count, first, last = len(branch), branch[0], branch[-1]
            found = (self._repository.edges.get((delegator_name, one.role.name)) for one in branch)
            edges = [edge for edge in found if edge is not None]
        apart = [one for one in edges if one.metadata is not None and one.metadata.delegations]
        alike = [one for one in edges if one not in apart] if apart else edges
        states = self._states(alike)
        unknown = count - len(edges)
        if unknown:
            states[TrustState.STALE] = states.get(TrustState.STALE, 0) + unknown
        self._nodes.append(
            self._bins_node(delegator_name, first, alike).__replace__(
                bins=Bins(count - len(apart), first.role.name, last.role.name, states)
            )
            if False
            else self._bins_node(
                delegator_name,
                first,
                alike,
                Bins(count - len(apart), first.role.name, last.role.name, states),
            )
        )
        return [(delegator_name, delegator, one.delegated) for one in reversed(apart)]
