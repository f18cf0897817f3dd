"""Which roles of a source a client can come to: a role that is delegated no longer expires unnoticed."""

# ruff: noqa: S608  names of tables come from the models, values are bound

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from trustui.core.errors import ParseError
from trustui.core.facts import Document
from trustui.core.formats.tuf.metadata import TOP_LEVEL_ROLES, Metadata, SuccinctRoles
from trustui.core.formats.tuf.parse import parse
from trustui.core.limits import DEFAULT_LIMITS
from trustui.inventory import sql
from trustui.inventory.models import Delegation, RoleState, RoleVersion
from trustui.inventory.sightings import bodies_of
from trustui.inventory.text import identity, real_name

SNAPSHOT = identity("snapshot")
TARGETS = identity("targets")
TOP_LEVEL = frozenset(identity(name) for name in TOP_LEVEL_ROLES)


class Role(msgspec.Struct, frozen=True):
    """A role with the document that a client keeps of it, else the one that is served."""

    state_id: int
    source_id: int
    role_id: str
    name: str
    is_listed: bool
    blob_id: int
    delegation_set_id: int | None


class Edges(msgspec.Struct):
    """Whom a delegation set trusts."""

    names: set[str]
    """Ids of roles."""
    bins: list[SuccinctRoles]


def mark_reachable(source_ids: Iterable[int], parsed: Mapping[int, Metadata]) -> None:
    """Say of every role of these sources whether a client can come to it.

    It can to the top-level roles, and to those that a role it comes to delegates to and that the
    snapshot lists. `parsed` are documents at hand, by blob. A constant number of statements.
    """
    sources = sorted(set(source_ids))
    roles = _roles(sources) if sources else {}
    if not any(role.role_id not in TOP_LEVEL for found in roles.values() for role in found):
        return
    everything = [role for found in roles.values() for role in found]
    snapshots = {role.blob_id for role in everything if role.role_id == SNAPSHOT}
    at_hand = {**parsed, **read_blobs(snapshots - parsed.keys(), DEFAULT_LIMITS.snapshot_bytes)}
    edges = _edges({one.delegation_set_id for one in everything if one.delegation_set_id})
    wrong = [
        (role.state_id, is_listed)
        for found in roles.values()
        for role, is_listed in _judged(found, edges, at_hand)
        if role.is_listed != is_listed
    ]
    sql.update(RoleState, "is_listed = {is_listed}", ("id", "is_listed"), sorted(wrong))


def _roles(sources: Sequence[int]) -> dict[int, list[Role]]:
    asked = sql.wanted("w", {"source_id": "bigint"}, [(one,) for one in sources])
    found = sql.select(
        "SELECT t.id, t.source_id, t.role_id, t.role, t.role_bytes, t.is_listed, v.blob_id,"
        f" v.delegation_set_id FROM {asked.text} JOIN {sql.table(RoleState)} t"
        f" ON t.source_id = w.source_id JOIN {sql.table(RoleVersion)} v"
        " ON v.id = COALESCE(t.trusted_id, t.served_id)",
        asked.parameters,
    )
    roles: dict[int, list[Role]] = {}
    for state_id, source_id, role_id, shown, kept, is_listed, *rest in found:
        name = real_name(shown, kept)
        role = Role(state_id, source_id, role_id, name, bool(is_listed), *rest)
        roles.setdefault(source_id, []).append(role)
    return roles


def _edges(sets: set[int]) -> dict[int, Edges]:
    asked = sql.wanted("w", {"id": "bigint"}, [(one,) for one in sorted(sets)])
    found = sql.select(
        f"SELECT d.delegation_set_id, d.name, d.name_id, d.bins FROM {asked.text}"
        f" JOIN {sql.table(Delegation)} d ON d.delegation_set_id = w.id",
        asked.parameters,
    )
    edges: dict[int, Edges] = {}
    for set_id, name, name_id, bins in found:
        of_set = edges.setdefault(set_id, Edges(set(), []))
        if bins is None:
            of_set.names.add(name_id)
        else:
            of_set.bins.append(SuccinctRoles((), 1, bins.bit_length() - 1, name))
    return edges


def _judged(
    roles: Sequence[Role], edges: Mapping[int, Edges], parsed: Mapping[int, Metadata]
) -> Iterator[tuple[Role, bool]]:
    by_id = {role.role_id: role for role in roles}
    listed = _listed(by_id.get(SNAPSHOT), parsed)
    reached = _reached(by_id, edges)
    for role in roles:
        is_delegated = role.role_id in reached and (listed is None or role.role_id in listed)
        yield role, role.role_id in TOP_LEVEL or is_delegated


def _listed(snapshot: Role | None, parsed: Mapping[int, Metadata]) -> frozenset[str] | None:
    """The ids of the roles that the snapshot lists; None where there is none to be read."""
    metadata = None if snapshot is None else parsed.get(snapshot.blob_id)
    if metadata is None or metadata.type != "snapshot":
        return None
    return frozenset(identity(name.removesuffix(".json")) for name in metadata.signed["meta"])


def _reached(by_id: Mapping[str, Role], edges: Mapping[int, Edges]) -> set[str]:
    """The ids of the roles that targets leads to."""
    reached: set[str] = set()
    waiting = [TARGETS]
    while waiting:
        role = by_id.get(waiting.pop())
        found = None if role is None else edges.get(role.delegation_set_id or 0)
        if found is None:
            continue
        named = found.names & by_id.keys()
        in_bins = {
            one.role_id
            for one in (by_id.values() if found.bins else ())
            if any(bins.number_of(one.name) is not None for bins in found.bins)
        }
        new = (named | in_bins) - reached
        reached |= new
        waiting += new
    return reached


def read_blobs(blob_ids: Iterable[int], max_size: int) -> dict[int, Metadata]:
    """Parsed documents of blobs, by row id; those that are longer or no metadata are left out."""
    wanted = set(blob_ids)
    read: dict[int, Metadata] = {}
    for blob_id, body in bodies_of(wanted, max_size).items() if wanted else ():
        try:
            read[blob_id] = parse(Document("", body))
        except ParseError:
            continue
    return read
