"""Delegations of a targets role: who is trusted for which paths, in which order (§4.5, TAP 15)."""

from collections.abc import Iterator

from trustui.core.diff.change import Change, ChangeKind, Effect, changed_members, shown
from trustui.core.diff.signers import changed_key_objects, changed_signers
from trustui.core.formats.tuf.metadata import (
    DelegatedRole,
    Delegations,
    Metadata,
    Object,
    Role,
    SuccinctRoles,
)
from trustui.core.limits import MAX_LISTED
from trustui.core.primitives.paths import matches_glob
from trustui.core.primitives.text import counted

_SIGNING = frozenset({"keyids", "threshold"})
_DELEGATIONS = frozenset({"keys", "roles", "succinct_roles"})
_EDGE = _SIGNING | {"name", "terminating", "paths", "path_hash_prefixes"}
_SUCCINCT = _SIGNING | {"bit_length", "name_prefix"}
_NOBODY = Delegations({})
MOST_COMPARED = 1_000_000
"""Pairs of patterns that are compared for one edge; beyond, none is taken for covered."""


def changed_delegations(old: Metadata, new: Metadata) -> Iterator[Change]:
    """Edges added, removed and reordered; then what changed about those in both versions."""
    before, after = old.delegations or _NOBODY, new.delegations or _NOBODY
    edges = {edge.role.name: edge for edge in before.roles}
    yield from _changed_succinct(old, before.succinct, new, after.succinct)
    yield from _removed(before, after)
    yield from _added(before, after)
    yield from _reordered(before, after)
    for edge in after.roles:
        if edge.role.name in edges:
            yield from _changed_edge((edges[edge.role.name], old), (edge, new))
    yield from changed_key_objects(old, new, [*_roles(before), *_roles(after)])
    yield from _changed_members(old, new)


def _roles(delegations: Delegations) -> Iterator[Role]:
    yield from (edge.role for edge in delegations.roles)
    if delegations.succinct is not None:
        yield _bins_role(delegations.succinct)


def _bins_role(bins: SuccinctRoles) -> Role:
    return Role(f"{bins.name_prefix}-*", bins.keyids, bins.threshold)


# Edges that come and go ------------------------------------------------------------------------


def _removed(before: Delegations, after: Delegations) -> Iterator[Change]:
    left = {edge.role.name for edge in after.roles}
    followers = _followers(before, left)
    for edge in before.roles:
        if edge.role.name in left:
            continue
        yield Change(
            ChangeKind.DELEGATION_REMOVED,
            edge.role.name,
            _covers_in_words(edge),
            None,
            Effect.NARROWS,
            f"{shown(edge.role.name)} may sign nothing by this delegation any more",
        )
        later = followers[edge.role.name]
        if edge.terminating and later is not None:
            yield Change(
                ChangeKind.TERMINATING,
                edge.role.name,
                "terminating",
                None,
                Effect.WIDENS,
                f"the roles after it, {shown(later)} first, are now asked for its paths",
            )


def _added(before: Delegations, after: Delegations) -> Iterator[Change]:
    known = {edge.role.name for edge in before.roles}
    followers = _followers(after, known)
    for edge in after.roles:
        if edge.role.name in known:
            continue
        later = followers[edge.role.name]
        place = "after all others" if later is None else f"before {shown(later)}"
        keys = counted(len(set(edge.role.keyids)), "key")
        yield Change(
            ChangeKind.DELEGATION_ADDED,
            edge.role.name,
            None,
            _covers_in_words(edge),
            Effect.WIDENS,
            f"{edge.role.threshold} of {keys} may sign for these paths; it is asked {place}",
        )


def _followers(delegations: Delegations, names: set[str]) -> dict[str, str | None]:
    """For each role the next one after it that has one of these names."""
    followers: dict[str, str | None] = {}
    follower = None
    for edge in reversed(delegations.roles):
        followers[edge.role.name] = follower
        follower = edge.role.name if edge.role.name in names else follower
    return followers


def _reordered(before: Delegations, after: Delegations) -> Iterator[Change]:
    names = {edge.role.name for edge in after.roles}
    old = [edge.role.name for edge in before.roles if edge.role.name in names]
    common = set(old)
    new = [edge.role.name for edge in after.roles if edge.role.name in common]
    if old != new:
        first = next(name for name, other in zip(new, old, strict=True) if name != other)
        yield Change(
            ChangeKind.DELEGATIONS_REORDERED,
            "delegations",
            ", ".join(old[:MAX_LISTED]),
            ", ".join(new[:MAX_LISTED]),
            Effect.WIDENS,
            f"{shown(first)} is asked earlier: where paths overlap its answer now counts first",
        )


def _covers_in_words(edge: DelegatedRole) -> str:
    patterns = edge.path_hash_prefixes if edge.paths is None else edge.paths
    listed = ", ".join((patterns or ())[:MAX_LISTED])
    more = len(patterns or ()) - MAX_LISTED
    kind = "hash prefixes " if edge.paths is None else ""
    ending = ", terminating" if edge.terminating else ""
    return f"{kind}{listed}{f' and {more:,} more' if more > 0 else ''}{ending}"


# Edges in both versions ------------------------------------------------------------------------


def _changed_edge(
    old: tuple[DelegatedRole, Metadata], new: tuple[DelegatedRole, Metadata]
) -> Iterator[Change]:
    before, after = old[0], new[0]
    name = after.role.name
    yield from changed_signers(name, (before.role, old[1]), (after.role, new[1]))
    if before.terminating != after.terminating:
        yield _changed_terminating(name, is_terminating=after.terminating)
    yield from _changed_patterns(name, before, after)


def _changed_terminating(name: str, *, is_terminating: bool) -> Change:
    words = ("not terminating", "terminating")
    reason = "roles after it are now asked for its paths too"
    if is_terminating:
        reason = "no role after it is asked for its paths any more"
    return Change(
        ChangeKind.TERMINATING,
        name,
        words[not is_terminating],
        words[is_terminating],
        Effect.NARROWS if is_terminating else Effect.WIDENS,
        reason,
    )


def _changed_patterns(name: str, before: DelegatedRole, after: DelegatedRole) -> Iterator[Change]:
    old, new = _patterns(before), _patterns(after)
    is_small = len(old) * len(new) <= MOST_COMPARED
    for pattern in new:
        if pattern not in old:
            general = _covering(pattern, old) if is_small else None
            yield Change(
                ChangeKind.PATH_ADDED,
                name,
                None,
                pattern[1],
                Effect.WIDENS if general is None else Effect.NEUTRAL,
                "it may sign for these paths too" if general is None else _covered_by(general),
            )
    for pattern in old:
        if pattern not in new:
            general = _covering(pattern, new) if is_small else None
            yield Change(
                ChangeKind.PATH_REMOVED,
                name,
                pattern[1],
                None,
                Effect.NARROWS if general is None else Effect.NEUTRAL,
                "it may not sign for these paths any more"
                if general is None
                else _covered_by(general),
            )


def _covered_by(pattern: str) -> str:
    return f"{shown(pattern)} covers the same paths"


def _patterns(edge: DelegatedRole) -> dict[tuple[str, str], None]:
    """What an edge covers, in order, each once: globs and hash prefixes are never the same."""
    globs = [("glob", pattern) for pattern in edge.paths or ()]
    prefixes = [("prefix", pattern) for pattern in edge.path_hash_prefixes or ()]
    return dict.fromkeys([*globs, *prefixes])


def _covering(pattern: tuple[str, str], others: dict[tuple[str, str], None]) -> str | None:
    """A pattern among the others that surely covers all that this one does."""
    kind, text = pattern
    covers = _glob_covers if kind == "glob" else _prefix_covers
    return next((other for its, other in others if its == kind and covers(other, text)), None)


def _prefix_covers(general: str, special: str) -> bool:
    return special.startswith(general)


def _glob_covers(general: str, special: str) -> bool:
    """Whether a glob surely covers another.

    Where only `*` can stand for the other's wildcards, the other may be matched as if it were a
    path. Of classes and `?` that is not true, so they cover nothing but themselves.
    """
    return not set("[?") & set(general) and "[" not in special and matches_glob(general, special)


# Bins and members ------------------------------------------------------------------------------


def _changed_succinct(
    old: Metadata, before: SuccinctRoles | None, new: Metadata, after: SuccinctRoles | None
) -> Iterator[Change]:
    if before is not None and after is not None:
        subject = f"{after.name_prefix}-*"
        yield from changed_signers(subject, (_bins_role(before), old), (_bins_role(after), new))
        if _bins_in_words(before) != _bins_in_words(after):
            yield Change(
                ChangeKind.BINS,
                subject,
                _bins_in_words(before),
                _bins_in_words(after),
                Effect.NEUTRAL,
                "the paths are spread over other bins; who signs for them is told apart",
            )
    elif after is not None:
        keys = counted(len(set(after.keyids)), "key")
        yield Change(
            ChangeKind.DELEGATION_ADDED,
            f"{after.name_prefix}-*",
            None,
            _bins_in_words(after),
            Effect.WIDENS,
            f"{after.threshold} of {keys} may sign for every path",
        )
    elif before is not None:
        yield Change(
            ChangeKind.DELEGATION_REMOVED,
            f"{before.name_prefix}-*",
            _bins_in_words(before),
            None,
            Effect.NARROWS,
            "the keys of the bins may sign nothing by this delegation any more",
        )


def _bins_in_words(bins: SuccinctRoles) -> str:
    return f"{counted(bins.count, 'bin')} named {bins.name_prefix}-*"


def _changed_members(old: Metadata, new: Metadata) -> Iterator[Change]:
    before: Object = old.signed.get("delegations") or {}
    after: Object = new.signed.get("delegations") or {}
    yield from changed_members("delegations", before, after, _DELEGATIONS)
    roles = {role["name"]: role for role in before.get("roles") or ()}
    for role in after.get("roles") or ():
        if role["name"] in roles:
            yield from changed_members(role["name"], roles[role["name"]], role, _EDGE)
    if "succinct_roles" in before and "succinct_roles" in after:
        bins = before["succinct_roles"], after["succinct_roles"]
        yield from changed_members("succinct_roles", bins[0] or {}, bins[1] or {}, _SUCCINCT)
