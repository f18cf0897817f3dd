"""Who delegates to whom: the repository verified as far as its picture needs, and its nodes.

Roles are verified edge by edge. Of hash bins only few are: a repository may have 16,384 of them,
and what became of each stands in the store.
"""

from collections import deque
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache, lru_cache
from itertools import groupby

import msgspec

from trustui.core.facts import Document, Problem
from trustui.core.formats.tuf.delegations import DELEGATED, LISTED, edge_group, examine_edge
from trustui.core.formats.tuf.metadata import DelegatedRole, Metadata
from trustui.core.formats.tuf.reading import Ask, Request
from trustui.core.formats.tuf.repository import Edge, Question, Repository
from trustui.core.formats.tuf.states import trust_state
from trustui.core.formats.tuf.verify import refresh
from trustui.core.graph import Node, NodeKind, Tree, delegation_tree
from trustui.core.impact import Impact, KeyUsage, Trust
from trustui.core.primitives.text import visible
from trustui.core.trace import Planned, TrustState, Verification, collect, trace
from trustui.inventory.text import identity
from trustui.pages.known import Known
from trustui.pages.stored_bins import StoredBins, are_few, is_unread
from trustui.pages.tree_memory import TreeMemory

MOST_EDGES = 1_000
"""Edges that a picture verifies."""
MOST_WORTHS = 4
"""Keys of a repository whose impact is kept; each may concern every role."""


class Worths:
    """What keys of one repository are worth, gathered once: when a page asks for the first time."""

    def __init__(self, repository: Repository) -> None:
        self._trust = cache(lambda: Trust(repository))
        self._impact = lru_cache(maxsize=MOST_WORTHS)(lambda key: self._trust().impact([key]))

    def impact(self, key: bytes) -> Impact:
        """What one key is worth, given by its public key info (DER)."""
        return self._impact(key)

    def impact_of_each(self) -> tuple[tuple[KeyUsage, Impact], ...]:
        """Every key that the repository names, with the impact of it alone."""
        return self._trust().impact_of_each()


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
    worths: Worths


memory: TreeMemory[Seen] = TreeMemory()
"""Of this process."""


def see(known: Known) -> Seen:
    """Verify what is known, as of the instant in its question, or as it was verified before where
    that comes to the same. At most seven queries; none where nothing has to be verified.
    """
    seen = _verified_before(known) or _verify(known)
    if any(is_unread(node) for node in seen.tree.nodes):
        bins = StoredBins(known, seen.repository)
        nodes = tuple(bins.told(one) for one in seen.tree.nodes)
        return msgspec.structs.replace(seen, tree=msgspec.structs.replace(seen.tree, nodes=nodes))
    return seen


def _key(known: Known) -> tuple[object, ...]:
    """What a picture follows from besides time; an instant that was asked for stands for itself."""
    return *known.as_of, None if known.valid_at == known.at else known.valid_at


def _verified_before(known: Known) -> Seen | None:
    kept = memory.get(_key(known), known.valid_at)
    if kept is None:
        return None
    seen, then = kept
    at = known.valid_at
    question = msgspec.structs.replace(seen.repository.question, valid_at=at, trusted=known.trusted)
    nodes = tuple(_aged(node, then, at) for node in seen.tree.nodes)
    return msgspec.structs.replace(
        seen,
        repository=seen.repository.asked_again(question, known.ask),
        tree=msgspec.structs.replace(seen.tree, at=at, nodes=nodes),
    )


def _verify(known: Known) -> Seen:
    looking = _Looking(known.delegating)
    events, repository = collect(looking.look, known.question, known.ask)
    at = known.valid_at
    found = trace(visible(known.source.location, 300), known.at, at, events)
    first = found.first_failing
    question = msgspec.structs.replace(repository.question, trusted={})
    kept = repository.asked_again(question, _nobody)
    seen = Seen(
        repository,
        delegation_tree(repository, found),
        looking.is_whole,
        trust_state(found, repository),
        None if first is None else first.check,
        "" if first is None else first.on,
        Worths(kept),
    )
    memory.keep(_key(known), msgspec.structs.replace(seen, repository=kept), repository, at)
    return seen


def _nobody(request: Request) -> Document | Problem:
    """What is kept asks no place of its own, and so keeps none."""
    raise AssertionError(request.role)


def _aged(node: Node, then: datetime, at: datetime) -> Node:
    """The node at a later instant at which its state is the same."""
    if node.expires is None or then == at:
        return node
    was, left = node.expires - then, node.expires - at
    share = node.life_left if not was or node.life_left is None else node.life_left * (left / was)
    return msgspec.structs.replace(node, days_left=left // timedelta(days=1), life_left=share)


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
            is_few = are_few(bins.count)
            yield from (one for one in every if is_few or self._delegates(one))
        for likeness, run in groupby(delegations.roles, _likeness):
            alike = tuple(run)
            is_few = likeness is None or are_few(len(alike))
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


def kind_of(node: Node) -> str:
    """What a node is where that is worth saying."""
    if node.kind is NodeKind.REFERENCE:
        return "see above"
    return "terminating" if node.terminating else ""
