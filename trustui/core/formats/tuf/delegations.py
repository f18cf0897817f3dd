"""Delegated targets roles (TUF 1.0.34 §5.6.7): the lookup of one path, and a walk of the tree.

A role is verified for each edge that leads to it, with the keys that the delegator at hand gives:
one name under two delegators may be two different promises.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.tuf import judges
from trustui.core.formats.tuf.metadata import DelegatedRole, Metadata, TargetFile
from trustui.core.formats.tuf.reading import Case, Signer, Workflow, examine, rows
from trustui.core.formats.tuf.repository import Edge, Repository
from trustui.core.formats.tuf.wellformed import SPEC
from trustui.core.limits import MAX_LISTED
from trustui.core.primitives.paths import path_hash
from trustui.core.primitives.text import counted, visible
from trustui.core.trace import (
    Chain,
    Check,
    Judgement,
    Planned,
    Severity,
    Verification,
    failed,
    noted,
    passed,
    undecided,
)

LISTED = rows(("tuf.delegation.not_in_snapshot", "§5.6.7", judges.listed_in_snapshot))

DELEGATED = Workflow(
    type="targets",
    of_bytes=rows(
        ("tuf.delegation.fetch", "§5.6.7", judges.place_answered),
        ("tuf.fetch.slow", "§5.6.7", judges.fast_enough),
        ("tuf.delegation.fetch.length", "§5.6.7", judges.length_allowed),
        ("tuf.delegation.hash", "§5.6.7", judges.hashes_match),
    ),
    of_content=rows(
        ("tuf.delegation.signature.threshold", "§5.6.7", judges.threshold_reached),
        ("tuf.delegation.version.match", "§5.6.7", judges.version_is_listed),
        ("tuf.equivocation", "§5.6.7", judges.same_as_seen),
        ("tuf.delegation.freeze.expired", "§5.6.7", judges.not_expired),
    ),
    gives_keys=True,
)

EdgeJudge: TypeAlias = Callable[[str, str, DelegatedRole], Judgement]

PATH_MATCH = Check("tuf.delegation.path.match", f"{SPEC} §4.5")
PATH_HASH_MATCH = Check("tuf.delegation.path_hash.match", f"{SPEC} §4.5")
SUCCINCT_BIN = Check("tuf.delegation.succinct.bin", "TAP 15")
CYCLE = Check("tuf.delegation.cycle", f"{SPEC} §5.6.7.1")
MAX_ROLES = Check("tuf.delegation.max_roles", f"{SPEC} §5.6.7.1")
TERMINATING = Check("tuf.delegation.terminating", f"{SPEC} §5.6.7.2.1")
BROKEN = Check("tuf.delegation.broken_stops_search", f"{SPEC} §5.6.7")
FOUND = Check("tuf.target.found", f"{SPEC} §5.7.2")
SHADOWED = Check("tuf.target.shadowed", f"{SPEC} §5.7.2")


@dataclass
class Lookup:
    """How the search for one path went."""

    path: str
    chain: Chain
    visited: list[str]
    found_in: str | None = None
    target: TargetFile | None = None
    broken_role: str | None = None
    left_over: int = 0
    """Edges that would have been visited but for the limit of roles."""


def edge_group(delegator: str, name: str) -> str:
    """The group id of one edge."""
    return f"{visible(delegator, 80)} → {visible(name, 80)}"


def examine_edge(
    repository: Repository, delegator: Metadata, edge: Edge, rests_on: str | None
) -> Verification[str | None]:
    """Verify a delegated role for one edge; gives the check that broke it, if one did.

    Sets the edge's metadata and whether it is good.
    """
    assert repository.snapshot is not None
    name = edge.delegated.role.name
    chain = Chain(edge_group(edge.delegator, name), visible(name, 80), rests_on)
    signer = Signer(edge.delegated.role, delegator)
    kept = repository.kept(name, signer, "targets")
    case = Case(
        name,
        "targets",
        chain,
        Problem(name, ProblemKind.ABSENT, "snapshot does not list it"),
        repository.question.limits.targets_bytes,
        repository.question.valid_at,
        repository.question.limits,
        listed=repository.snapshot.meta(f"{name}.json"),
        signers=(signer,),
        previous=None if kept is None else kept.metadata,
    )
    for check, judge in LISTED:
        yield chain.judge(check, judge, case)
    if case.listed is not None:
        case.answer = repository.read(name, case.listed, case.max_bytes, kept)
        edge.metadata = yield from examine(case, DELEGATED)
    edge.is_good = edge.metadata is not None and not chain.troubles
    edge.is_signed = case.is_signed
    if edge.metadata is not None and (edge.is_good or name not in repository.roles):
        repository.roles[name] = edge.metadata
    if edge.is_good and chain.broken_by is None and isinstance(case.answer, Document):
        repository.trusted[name] = case.answer
    return chain.broken_by


# The lookup of one path ------------------------------------------------------------------------


def look_up(repository: Repository, path: str) -> Verification[Lookup]:
    """§5.6.7: search the roles in order of trust, depth first, until one lists the path."""
    targets = repository.targets
    group = f"target {visible(path)}"
    lookup = Lookup(path, Chain(group, visible(path), repository.broken_by), [])
    planned = tuple(check.id for check in (MAX_ROLES, FOUND, SHADOWED))
    yield Planned(group, visible(path), planned)
    if targets is None or not repository.may_go_on:
        return lookup
    yield from _search(repository, lookup, targets)
    yield lookup.chain.judge(MAX_ROLES, _roles_within_limit, lookup, repository)
    if lookup.broken_role is not None:
        yield lookup.chain.judge(BROKEN, _broken_role_stops, lookup)
    yield lookup.chain.judge(FOUND, _target_is_found, lookup)
    yield lookup.chain.judge(SHADOWED, _not_shadowed, lookup, repository)
    return lookup


def _search(repository: Repository, lookup: Lookup, targets: Metadata) -> Verification[None]:
    """Preorder, depth first; the stack holds edges, the most trusted on top."""
    limit = repository.question.limits.max_delegations
    stack: list[tuple[str, Metadata, DelegatedRole]] = []
    name, metadata = "targets", targets
    while True:
        lookup.visited.append(name)
        lookup.target = metadata.target(lookup.path)
        if lookup.target is not None:
            lookup.found_in = name
            return
        yield from _push_edges(lookup, stack, name, metadata)
        following = yield from _visit_next(repository, lookup, stack, limit)
        if following is None:
            return
        name, metadata = following


def _push_edges(
    lookup: Lookup, stack: list[tuple[str, Metadata, DelegatedRole]], name: str, metadata: Metadata
) -> Verification[None]:
    """Put the matching edges of a role on the stack, up to the first terminating one."""
    matching: list[tuple[str, Metadata, DelegatedRole]] = []
    delegations = metadata.delegations
    for delegated in () if delegations is None else delegations.edges_for(lookup.path):
        check, judge = _match_check(delegated)
        yield lookup.chain.judge(check, judge, lookup.path, name, delegated)
        matching.append((name, metadata, delegated))
        if delegated.terminating:
            yield lookup.chain.judge(TERMINATING, _search_ends_here, name, delegated)
            stack.clear()
            break
    stack.extend(reversed(matching))


def _visit_next(
    repository: Repository,
    lookup: Lookup,
    stack: list[tuple[str, Metadata, DelegatedRole]],
    limit: int,
) -> Verification[tuple[str, Metadata] | None]:
    """Verify the next edge of the stack; None ends the search."""
    while stack:
        if len(lookup.visited) > limit:
            lookup.left_over = len(stack)
            return None
        delegator_name, delegator, delegated = stack.pop()
        name = delegated.role.name
        if name in lookup.visited:
            yield lookup.chain.judge(CYCLE, _visited_before, name, delegator_name)
            continue
        edge = repository.edges.get((delegator_name, name)) or Edge(delegator_name, delegated)
        if (delegator_name, name) not in repository.edges:
            yield from _examine_planned(repository, delegator, edge, lookup.chain.broken_by)
        if edge.metadata is None or not edge.is_good:
            lookup.broken_role = name
            return None
        return name, edge.metadata
    return None


def _match_check(delegated: DelegatedRole) -> tuple[Check, EdgeJudge]:
    if delegated.paths is not None:
        return PATH_MATCH, _path_matches
    if delegated.path_hash_prefixes is not None:
        return PATH_HASH_MATCH, _path_hash_matches
    return SUCCINCT_BIN, _bin_is_computed


def _path_matches(path: str, delegator: str, edge: DelegatedRole) -> Judgement:
    """§4.5: a glob of the delegation covers the path."""
    return noted(
        f"{visible(delegator, 60)} trusts {visible(edge.role.name, 60)} for this path",
        expected=f"a pattern that covers {visible(path)}",
        found=visible(edge.matching_pattern(path) or ""),
    )


def _path_hash_matches(path: str, delegator: str, edge: DelegatedRole) -> Judgement:
    """§4.5: the SHA-256 of the path begins with a prefix of the delegation."""
    return noted(
        f"{visible(delegator, 60)} trusts {visible(edge.role.name, 60)} for hashes that begin like this one",
        expected=f"a prefix of {path_hash(path)}",
        found=visible(edge.matching_pattern(path) or ""),
    )


def _bin_is_computed(path: str, delegator: str, edge: DelegatedRole) -> Judgement:
    """TAP 15: the bin that may hold the path follows from its hash."""
    return noted(
        f"the path belongs to the bin {visible(edge.role.name, 60)} of {visible(delegator, 60)}",
        expected=f"the bin of {path_hash(path)[:8]}…",
        found=visible(edge.role.name),
    )


def _search_ends_here(delegator: str, edge: DelegatedRole) -> Judgement:
    """§5.6.7.2.1: after a terminating delegation no later one is asked."""
    return noted(
        f"the delegation from {visible(delegator, 60)} to {visible(edge.role.name, 60)} is terminating: "
        "no role after it is asked for this path"
    )


def _visited_before(name: str, delegator: str) -> Judgement:
    """§5.6.7.1: a role is asked once."""
    return noted(
        f"{visible(name, 60)} was visited already; {visible(delegator, 60)} leads to it again"
    )


def _roles_within_limit(lookup: Lookup, repository: Repository) -> Judgement:
    """§5.6.7.1: the number of roles that one lookup visits is bounded."""
    most = repository.question.limits.max_delegations
    visited = len(lookup.visited) - 1
    if lookup.left_over:
        return noted(
            f"the search stopped after {counted(visited, 'delegated role')}, as clients do",
            finding=Severity.MEDIUM,
            expected=f"at most {most} delegated roles",
            found=f"{counted(lookup.left_over, 'more delegation')} to visit",
        )
    return passed(
        f"{counted(visited, 'delegated role')} visited",
        expected=f"at most {most} delegated roles",
        roles=[visible(name, 60) for name in lookup.visited[:MAX_LISTED]],
    )


def _broken_role_stops(lookup: Lookup) -> Judgement:
    """§5.6.7: a role that matches but cannot be verified ends the search: a less trusted one
    must not answer in its place.
    """
    return failed(
        f"{visible(lookup.broken_role or '', 60)} covers the path but could not be verified, so the search stops",
        expected="every role up to the answer verifies",
        found=visible(lookup.broken_role or ""),
    )


def _target_is_found(lookup: Lookup) -> Judgement:
    """§5.7.2: some trusted role lists the path."""
    if lookup.target is not None:
        return passed(
            f"{visible(lookup.found_in or '', 60)} lists it with {lookup.target.length:,} bytes",
            found=visible(lookup.found_in or ""),
            hashes=[
                f"{visible(name, 20)}:{visible(value, 128)}"
                for name, value in lookup.target.hashes.items()
            ],
        )
    asked = ", ".join(visible(name, 40) for name in lookup.visited[:MAX_LISTED])
    if lookup.broken_role is not None:
        return undecided("the search stopped before it came to an answer", found=f"asked: {asked}")
    return failed(
        "no role that may list this path does",
        expected="an entry in targets",
        found=f"asked: {asked}",
    )


def _not_shadowed(lookup: Lookup, repository: Repository) -> Judgement:
    """A less trusted role that was read lists the path too: clients never see that entry."""
    others = [
        visible(name, 60)
        for name, metadata in repository.roles.items()
        if lookup.target is not None and name != lookup.found_in and metadata.target(lookup.path)
    ]
    if others:
        return noted(
            f"{others[0]} lists the path too, and is never asked",
            finding=Severity.LOW,
            found=", ".join(others[:MAX_LISTED]),
        )
    return noted("no other role that was read lists the path")


# The walk of the whole tree --------------------------------------------------------------------

WALK_GROUP = "all delegations"


def walk(repository: Repository) -> Verification[None]:
    """Verify every edge that can be reached from targets, breadth first, each role expanded once.

    A role is expanded where it first proved good; one that never did is expanded last, and all
    below it rests on nothing.
    """
    targets = repository.targets
    yield Planned(WALK_GROUP, WALK_GROUP, (MAX_ROLES.id, CYCLE.id))
    chain = Chain(WALK_GROUP, WALK_GROUP, repository.broken_by)
    if targets is None or not repository.may_go_on:
        return
    expanded: set[str] = set()
    waiting = deque([("targets", targets, repository.broken_by)])
    broken: deque[tuple[str, Metadata, str | None]] = deque()
    partial = ""
    while (waiting or broken) and not partial:
        name, metadata, rests_on = (waiting or broken).popleft()
        if name in expanded:
            continue
        expanded.add(name)
        edges, partial = _edges_to_walk(repository, metadata)
        for delegated in edges:
            edge = Edge(name, delegated)
            broken_by = yield from _examine_planned(repository, metadata, edge, rests_on)
            if edge.metadata is not None and edge.is_signed:
                queue = waiting if edge.is_good else broken
                queue.append((delegated.role.name, edge.metadata, broken_by))
    yield chain.judge(MAX_ROLES, _walk_is_whole, repository, partial)
    yield chain.judge(CYCLE, _no_cycle, repository)


def _edges_to_walk(repository: Repository, metadata: Metadata) -> tuple[list[DelegatedRole], str]:
    """The edges of one role, and why they are not all, if so. 2^32 bins are never enumerated."""
    delegations = metadata.delegations
    if delegations is None:
        return [], ""
    room = repository.question.limits.max_walk_edges - len(repository.edges)
    partial = ""
    edges = list(delegations.roles)
    bins = delegations.succinct
    if bins is not None and bins.count <= room:
        edges += [bins.bin(number) for number in range(bins.count)]
    elif bins is not None:
        assert repository.snapshot is not None
        listed = (name.removesuffix(".json") for name, _ in repository.snapshot.meta_versions)
        numbers = [number for name in listed if (number := bins.number_of(name)) is not None]
        edges += [bins.bin(number) for number in numbers[:room]]
        partial = f"of {bins.count:,} bins {len(numbers[:room]):,} were verified"
    if len(edges) > room:
        partial = f"of {len(edges):,} delegations {room:,} were verified"
    return edges[:room], partial


def _examine_planned(
    repository: Repository, delegator: Metadata, edge: Edge, rests_on: str | None
) -> Verification[str | None]:
    name = edge.delegated.role.name
    repository.edges[edge.delegator, name] = edge
    group = edge_group(edge.delegator, name)
    yield Planned(group, visible(name, 80), (LISTED[0][0].id, *DELEGATED.ids))
    return (yield from examine_edge(repository, delegator, edge, rests_on))


def _walk_is_whole(repository: Repository, partial: str) -> Judgement:
    """Our own bound, far above any honest repository's number of delegations."""
    most = f"at most {repository.question.limits.max_walk_edges:,} delegations"
    if partial:
        return undecided(f"the walk is partial: {partial}", expected=most, found=partial)
    return passed(
        f"{counted(len(repository.edges), 'delegation')} verified, which is all", expected=most
    )


def _no_cycle(repository: Repository) -> Judgement:
    """§5.6.7.1: a cycle does no harm to a search that visits each role once, and serves nothing."""
    below: dict[str, set[str]] = {}
    for edge in repository.edges.values():
        below.setdefault(edge.delegator, set()).add(edge.delegated.role.name)
    above: dict[str, list[str]] = {}
    for delegator, names in below.items():
        for name in names:
            above.setdefault(name, []).append(delegator)
    ends = [name for name in above if name not in below]
    open_edges = {delegator: len(names) for delegator, names in below.items()}
    while ends:
        for delegator in above.get(ends.pop(), ()):
            open_edges[delegator] -= 1
            if not open_edges[delegator]:
                ends.append(delegator)
    circle = sorted(
        visible(name, 60) for name, count in open_edges.items() if count and name != "targets"
    )
    if circle:
        return noted(
            f"delegations lead in a circle through {circle[0]}",
            finding=Severity.LOW,
            found=", ".join(circle[:MAX_LISTED]),
        )
    return passed("no delegation leads back to where it came from")
