"""Who delegates to whom: the repository verified as far as its picture needs, and its nodes.

Roles are verified edge by edge. Of hash bins only few are: a repository may have 16,384 of them,
and what became of each stands in the store.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby

import msgspec

from trustui.core.formats.tuf.delegations import DELEGATED, LISTED, edge_group, examine_edge
from trustui.core.formats.tuf.metadata import DelegatedRole, Metadata
from trustui.core.formats.tuf.reading import Ask
from trustui.core.formats.tuf.repository import Edge, Question, Repository
from trustui.core.formats.tuf.states import SOON, trust_state
from trustui.core.formats.tuf.verify import refresh
from trustui.core.graph import Bins, Node, NodeKind, Tree, delegation_tree
from trustui.core.graph.standing import WORST_FIRST
from trustui.core.primitives.text import visible
from trustui.core.trace import Planned, TrustState, Verification, collect, trace
from trustui.inventory.text import identity
from trustui.pages.known import Known, Newest, newest_versions

MOST_EDGES = 1_000
"""Edges that a picture verifies."""
MOST_BINS = 64
"""Alike bins of one delegator that are verified one by one; of more the store is asked."""


class Seen(msgspec.Struct, frozen=True):
    """A repository as a page sees it, and its tree."""

    repository: Repository
    tree: Tree
    is_whole: bool
    """False: there are more roles than were looked at."""
    state: TrustState
    first_failing: str | None
    """The check that decides, of what was looked at, and what it fails on."""
    failing_on: str


def see(known: Known) -> Seen:
    """Verify what is known, as of the instant in its question. At most one query."""
    looking = _Looking(known.delegating)
    events, repository = collect(looking.look, known.question, known.place.ask)
    at = known.question.valid_at
    found = trace(visible(known.source.location, 300), known.at, at, events)
    tree = delegation_tree(repository, found)
    if any(_is_unread(node) for node in tree.nodes):
        bins = _StoredBins(known, repository)
        tree = msgspec.structs.replace(tree, nodes=tuple(bins.told(one) for one in tree.nodes))
    first = found.first_failing
    return Seen(
        repository,
        tree,
        looking.is_whole,
        trust_state(found, repository),
        None if first is None else first.check,
        "" if first is None else first.on,
    )


class _Looking:
    """A refresh and the edges that a picture shows, breadth first."""

    def __init__(self, delegating: frozenset[str]) -> None:
        self.delegating = delegating
        self.is_whole = True

    def look(self, question: Question, ask: Ask) -> Verification[Repository]:
        repository = yield from refresh(question, ask)
        if repository.targets is not None and repository.may_go_on:
            yield from self._walk(repository, repository.targets)
        return repository

    def _walk(self, repository: Repository, targets: Metadata) -> Verification[None]:
        waiting: deque[tuple[str, Metadata, str | None]] = deque()
        waiting.append(("targets", targets, repository.broken_by))
        expanded: set[str] = set()
        while waiting:
            name, metadata, rests_on = waiting.popleft()
            if name in expanded:
                continue
            expanded.add(name)
            for delegated in self._edges(metadata):
                if len(repository.edges) >= MOST_EDGES:
                    self.is_whole = False
                    return
                edge = Edge(name, delegated)
                broken_by = yield from _examined(repository, metadata, edge, rests_on)
                if edge.metadata is not None and edge.is_signed:
                    waiting.append((delegated.role.name, edge.metadata, broken_by))

    def _edges(self, metadata: Metadata) -> Iterator[DelegatedRole]:
        delegations = metadata.delegations
        if delegations is None:
            return
        bins = delegations.succinct
        if bins is not None:
            every = (bins.bin(number) for number in range(min(bins.count, 2 * MOST_EDGES)))
            is_few = bins.count <= MOST_BINS
            yield from (one for one in every if is_few or self._delegates(one))
        for likeness, run in groupby(delegations.roles, _likeness):
            alike = tuple(run)
            is_few = likeness is None or len(alike) <= MOST_BINS
            yield from (one for one in alike if is_few or self._delegates(one))

    def _delegates(self, edge: DelegatedRole) -> bool:
        return identity(edge.role.name) in self.delegating


def _likeness(edge: DelegatedRole) -> tuple[frozenset[str], int, bool] | None:
    """What makes neighbouring hash bins one node of the tree; None for named roles."""
    if edge.path_hash_prefixes is None:
        return None
    return frozenset(edge.role.keyids), edge.role.threshold, edge.terminating


def _examined(
    repository: Repository, delegator: Metadata, edge: Edge, rests_on: str | None
) -> Verification[str | None]:
    name = edge.delegated.role.name
    repository.edges[edge.delegator, name] = edge
    planned = (LISTED[0][0].id, *DELEGATED.ids)
    yield Planned(edge_group(edge.delegator, name), visible(name, 80), planned)
    return (yield from examine_edge(repository, delegator, edge, rests_on))


# Bins that were not verified here ---------------------------------------------------------------


def _is_unread(node: Node) -> bool:
    return node.bins is not None and node.bins.count > MOST_BINS


class _StoredBins:
    """What the store says about bins: one query, however many there are."""

    def __init__(self, known: Known, repository: Repository) -> None:
        self.known = known
        self.repository = repository
        self.versions = newest_versions(known.source.pk, known.at)

    def told(self, node: Node) -> Node:
        """The node with the states of its bins and the first of their expiries."""
        if node.bins is None or not _is_unread(node):
            return node
        found = list(self._documents(node, node.bins))
        at = self.known.question.valid_at
        states: dict[TrustState, int] = {}
        for role_id, one in found:
            state = self._state(role_id, one, at)
            states[state] = states.get(state, 0) + 1
        missing = node.bins.count - len(found)
        if missing > 0:
            states[TrustState.STALE] = missing
        first = min((one for _, one in found), key=lambda one: one.expires_at, default=None)
        return msgspec.structs.replace(
            node,
            state=next((state for state in WORST_FIRST if state in states), TrustState.STALE),
            bins=msgspec.structs.replace(node.bins, states=states),
            **({} if first is None else _lifetime(first, at)),
        )

    def _documents(self, node: Node, bins: Bins) -> Iterable[tuple[str, Newest]]:
        apart = {one.delegated.role.name for one in self.repository.edges.values()}
        metadata = self.repository.roles.get(node.delegator or "")
        delegations = None if metadata is None else metadata.delegations
        if delegations is None:
            return
        succinct = delegations.succinct
        if succinct is not None and bins.first == succinct.bin(0).role.name:
            for role_id, one in self.versions.items():
                if one.role not in apart and succinct.number_of(one.role) is not None:
                    yield role_id, one
            return
        for name in _run(delegations.roles, bins):
            role_id = identity(name)
            if name not in apart and role_id in self.versions:
                yield role_id, self.versions[role_id]

    def _state(self, role_id: str, one: Newest, at: datetime) -> TrustState:
        if one.expires_at <= at:
            return TrustState.FAILING
        if self.repository.broken_by is not None:
            return TrustState.NOT_TRUSTED
        if self.known.trusted_blobs.get(role_id) != one.blob_id:
            return TrustState.NOT_TRUSTED
        left, lifetime = one.expires_at - at, one.expires_at - one.first_seen_at
        return TrustState.EXPIRES_SOON if left * SOON < lifetime else TrustState.VERIFIED


def _run(roles: tuple[DelegatedRole, ...], bins: Bins) -> Iterator[str]:
    """The names from the first bin to the last one."""
    is_within = False
    for one in roles:
        is_within = is_within or one.role.name == bins.first
        if is_within:
            yield one.role.name
        if one.role.name == bins.last:
            return


def _lifetime(first: Newest, at: datetime) -> dict[str, object]:
    left, lifetime = first.expires_at - at, first.expires_at - first.first_seen_at
    return {
        "expires": first.expires_at,
        "days_left": left // timedelta(days=1),
        "life_left": min(1.0, max(0.0, left / lifetime)) if lifetime > timedelta() else None,
    }


def kind_of(node: Node) -> str:
    """What a node is where that is worth saying."""
    if node.kind is NodeKind.REFERENCE:
        return "see above"
    return "terminating" if node.terminating else ""
