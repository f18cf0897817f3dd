"""Who can sign for a path: the roles that a client asks, in order, and where it stops asking.

The search itself is the verifier's (`delegations.look_up`, TUF 1.0.34 §5.6.7); what is told here
besides is why each role is asked, and which roles cover the path and never are.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

import msgspec

from trustui.core.formats.tuf.delegations import Lookup, look_up
from trustui.core.formats.tuf.metadata import DelegatedRole, Metadata, Role
from trustui.core.formats.tuf.repository import Repository
from trustui.core.primitives.paths import path_hash
from trustui.core.primitives.text import counted, visible
from trustui.core.trace import collect


class Match(StrEnum):
    """Why a delegation covers a path (§4.5, TAP 15)."""

    TOP_LEVEL = "top_level"
    PATTERN = "pattern"
    HASH_PREFIX = "hash_prefix"
    BIN = "bin"


class Stop(StrEnum):
    """Why a client asks no further."""

    FOUND = "found"
    TERMINATING = "terminating"
    LIMIT = "limit"
    END = "end"
    BROKEN = "broken"


class Link(msgspec.Struct, frozen=True):
    """A role that covers the path, as one delegator trusts it."""

    role: str
    delegator: str | None
    """None for the top-level targets."""
    match: Match
    matched_by: str | None
    """The first glob or hash prefix that covers the path."""
    threshold: int
    keyids: tuple[str, ...]
    terminating: bool
    is_asked: bool
    """Whether a client comes to it; a role that must answer and is broken counts."""
    is_repeat: bool = False
    """The role was asked by way of another delegator already."""
    is_good: bool | None = None
    """Whether its document verified for this edge; None where it was not verified, and of targets
    where the refresh before it broke."""
    lists_path: bool | None = None
    """Whether its document has an entry for the path; None where none was read."""


class Walk(msgspec.Struct, frozen=True):
    """All roles that cover a path, in the order of the search."""

    path: str
    path_hash: str
    """SHA-256 of the path, hex: what hash prefixes and bins are compared with."""
    links: tuple[Link, ...]
    stop: Stop
    stopped_at: str | None
    """The role that stops the search; None where it just ends."""
    because: str
    rests_on: str | None = None
    """The check that broke the refresh: until it is repaired a client asks nobody."""

    @property
    def asked(self) -> tuple[Link, ...]:
        """The part of the walk that a client goes."""
        return tuple(link for link in self.links if link.is_asked)


def who_can_sign(repository: Repository, path: str) -> Walk:
    """The walk of one path. Edges on it that were not verified yet are verified on the way."""
    _, lookup = collect(look_up, repository, path)
    links = tuple(_links(repository, lookup))
    stop, stopped_at = _stop(lookup, links)
    return Walk(
        path=path,
        path_hash=path_hash(path),
        links=links,
        stop=stop,
        stopped_at=stopped_at,
        because=_because(stop, stopped_at, lookup),
        rests_on=repository.broken_by,
    )


class _Hop(NamedTuple):
    """An edge that covers the path, on the way into the walk."""

    delegator: str | None
    role: Role
    edge: DelegatedRole | None
    metadata: Metadata | None
    is_good: bool | None


def _links(repository: Repository, lookup: Lookup) -> Iterator[Link]:
    """Preorder over all edges that cover the path; a client goes the first part of it."""
    asked = {*lookup.visited, lookup.broken_role}
    met: set[str] = set()
    stack = [_first_hop(repository)] if repository.root is not None else []
    while stack:
        hop = stack.pop()
        name = hop.role.name
        is_repeat = name in met
        met.add(name)
        yield _link(hop, lookup.path, is_asked=name in asked and not is_repeat, is_repeat=is_repeat)
        is_open = hop.is_good or (hop.delegator is None and hop.is_good is None)
        if hop.metadata is not None and is_open and not is_repeat:
            stack += _hops_below(repository, name, hop.metadata, lookup.path)


def _first_hop(repository: Repository) -> _Hop:
    assert repository.root is not None
    targets, is_good = repository.targets, None
    if targets is not None and not repository.is_signed:
        is_good = False
    elif targets is not None and repository.broken_by is None:
        is_good = True
    return _Hop(None, repository.root.role("targets"), None, targets, is_good)


def _hops_below(repository: Repository, name: str, metadata: Metadata, path: str) -> list[_Hop]:
    hops = []
    delegations = metadata.delegations
    for delegated in () if delegations is None else delegations.edges_for(path):
        edge = repository.edges.get((name, delegated.role.name))
        document, is_good = (None, None) if edge is None else (edge.metadata, edge.is_good)
        hops.append(_Hop(name, delegated.role, delegated, document, is_good))
    return hops[::-1]


def _link(hop: _Hop, path: str, *, is_asked: bool, is_repeat: bool) -> Link:
    match, matched_by = _match(hop.edge, path)
    return Link(
        role=hop.role.name,
        delegator=hop.delegator,
        match=match,
        matched_by=matched_by,
        threshold=hop.role.threshold,
        keyids=hop.role.keyids,
        terminating=hop.edge is not None and hop.edge.terminating,
        is_asked=is_asked,
        is_repeat=is_repeat,
        is_good=hop.is_good,
        lists_path=None if hop.metadata is None else hop.metadata.target(path) is not None,
    )


def _match(edge: DelegatedRole | None, path: str) -> tuple[Match, str | None]:
    if edge is None:
        return Match.TOP_LEVEL, None
    if edge.paths is None and edge.path_hash_prefixes is None:
        return Match.BIN, None
    match = Match.HASH_PREFIX if edge.paths is None else Match.PATTERN
    return match, edge.matching_pattern(path)


def _stop(lookup: Lookup, links: tuple[Link, ...]) -> tuple[Stop, str | None]:
    if lookup.found_in is not None:
        return Stop.FOUND, lookup.found_in
    if lookup.broken_role is not None:
        return Stop.BROKEN, lookup.broken_role
    if not lookup.visited:
        return Stop.BROKEN, "targets"
    if lookup.left_over:
        return Stop.LIMIT, lookup.visited[-1]
    terminating = [link.role for link in links if link.is_asked and link.terminating]
    return (Stop.TERMINATING, terminating[-1]) if terminating else (Stop.END, None)


_BECAUSE = {
    Stop.FOUND: "{role} lists the path, so no role after it is asked",
    Stop.BROKEN: "{role} covers the path and cannot be verified: no less trusted role may answer",
    Stop.LIMIT: "a client gives up after {visited}",
    Stop.TERMINATING: "the delegation to {role} is terminating: no role after it is asked",
    Stop.END: "no other delegation covers the path",
}


def _because(stop: Stop, stopped_at: str | None, lookup: Lookup) -> str:
    visited = counted(len(lookup.visited) - 1, "delegated role")
    return _BECAUSE[stop].format(role=visible(stopped_at or "", 60), visited=visited)
