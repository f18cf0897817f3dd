"""Findings about a repository that decide no verdict (`tuf.lint.*`): what is legal and unwise."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import NamedTuple

from trustui.core.formats.tuf.metadata import TOP_LEVEL_ROLES, Metadata, Role
from trustui.core.formats.tuf.repository import Repository
from trustui.core.formats.tuf.signing import cached_material
from trustui.core.limits import MAX_LISTED
from trustui.core.primitives.digests import WEAK
from trustui.core.primitives.instants import span_in_words, write_instant
from trustui.core.primitives.text import counted, has_hidden_characters, visible
from trustui.core.trace import Finding, Severity

FAR_FUTURE = timedelta(days=15 * 365)
"""Beyond this an expiry protects nobody who is alive to notice; Sigstore's 2036 stays below."""
MANY_TARGETS = 20_000
"""Of larger roles only this many targets are looked at one by one."""


class Found(NamedTuple):
    """A finding before it has its id."""

    on: str
    because: str
    severity: Severity


Lint = Callable[[Repository], Iterator[Found]]


def lint(repository: Repository) -> Iterator[Finding]:
    """All findings about what was read, in a stable order, each id and place once."""
    seen: set[tuple[str, str]] = set()
    for name, run in LINTS.items():
        for found in run(repository):
            if (name, found.on) not in seen:
                seen.add((name, found.on))
                yield Finding(
                    f"tuf.lint.{name}", visible(found.on, 120), found.because, found.severity
                )


def _documents(repository: Repository) -> Iterator[tuple[str, Metadata]]:
    for name, metadata in (
        ("root", repository.root),
        ("timestamp", repository.timestamp),
        ("snapshot", repository.snapshot),
        *repository.roles.items(),
    ):
        if metadata is not None:
            yield name, metadata


def _roles(repository: Repository) -> Iterator[tuple[Role, Metadata]]:
    """Every role that somebody trusts, with the document that gives its keys."""
    if repository.root is not None:
        for name in TOP_LEVEL_ROLES:
            yield repository.root.role(name), repository.root
    for name, metadata in repository.roles.items():
        delegations = metadata.delegations
        if delegations is None:
            continue
        for edge in delegations.roles:
            yield edge.role, metadata
        if delegations.succinct is not None:
            bins = delegations.succinct
            yield Role(f"{bins.name_prefix}-* of {name}", bins.keyids, bins.threshold), metadata


def _one_root_key(repository: Repository) -> Iterator[Found]:
    root = repository.root
    if root is not None and root.role("root").threshold == 1:
        yield Found("root", "one key alone can replace every other key", Severity.HIGH)


def _no_spare_key(repository: Repository) -> Iterator[Found]:
    for role, _ in _roles(repository):
        keys = len(set(role.keyids))
        if keys == role.threshold > 1:
            yield Found(
                role.name,
                f"{role.threshold} of {counted(keys, 'key')} must sign: the loss of one stops the role",
                Severity.MEDIUM,
            )


def _unreachable(repository: Repository) -> Iterator[Found]:
    for role, delegator in _roles(repository):
        keys = {cached_material(delegator.key(keyid)) or keyid.encode() for keyid in role.keyids}
        if len(keys) < role.threshold:
            yield Found(
                role.name,
                f"{role.threshold} keys must sign, and there are {counted(len(keys), 'different key')}",
                Severity.HIGH,
            )


def _key_shared(repository: Repository) -> Iterator[Found]:
    root = repository.root
    if root is None:
        return
    holders: dict[bytes, list[str]] = {}
    for name in TOP_LEVEL_ROLES:
        for keyid in root.role(name).keyids:
            material = cached_material(root.key(keyid))
            if material is not None and name not in holders.setdefault(material, []):
                holders[material].append(name)
    for roles in holders.values():
        online = {"timestamp", "snapshot"}.intersection(roles)
        offline = {"root", "targets"}.intersection(roles)
        if online and (offline or len(online) > 1):
            severity = Severity.HIGH if offline else Severity.LOW
            names = " and ".join(roles)
            yield Found(
                names, f"one key signs for {names}: whoever has it has all of them", severity
            )


def _private_leak(repository: Repository) -> Iterator[Found]:
    for name, metadata in _documents(repository):
        for keyid, fields in metadata.keys.items():
            if fields["keyval"].get("private"):
                yield Found(
                    f"{name}, key {keyid[:16]}",
                    "the published metadata holds a private key: it must be taken as known to everybody",
                    Severity.HIGH,
                )


def _hash_weak(repository: Repository) -> Iterator[Found]:
    for name, metadata in repository.roles.items():
        weak = [
            path
            for path, stated in _first_targets(metadata)
            if stated["hashes"] and WEAK.issuperset(stated["hashes"])
        ]
        if weak:
            yield Found(
                name,
                f"{counted(len(weak), 'target')} bound by weak hashes only, such as {visible(weak[0], 80)}",
                Severity.MEDIUM,
            )


def _far_future(repository: Repository) -> Iterator[Found]:
    now = repository.question.valid_at
    for name, metadata in _documents(repository):
        if metadata.expires - now > FAR_FUTURE:
            yield Found(
                name,
                f"it expires only on {write_instant(metadata.expires)}: a stolen copy serves for "
                f"{span_in_words(metadata.expires - now)}",
                Severity.LOW,
            )


def _expiry_order(repository: Repository) -> Iterator[Found]:
    timestamp, snapshot = repository.timestamp, repository.snapshot
    if timestamp is not None and snapshot is not None and timestamp.expires > snapshot.expires:
        yield Found(
            "timestamp",
            f"it outlives the snapshot that it names by {span_in_words(timestamp.expires - snapshot.expires)}",
            Severity.LOW,
        )


def _signing_period(repository: Repository) -> Iterator[Found]:
    for name, metadata in _documents(repository):
        for holder, signed in _periods(name, metadata):
            expiry, signing = (
                signed.get("x-tuf-on-ci-expiry-period"),
                signed.get("x-tuf-on-ci-signing-period"),
            )
            if type(expiry) is int and type(signing) is int and signing >= expiry:
                yield Found(
                    holder,
                    f"it is to be signed {signing} days before it expires, and lives for {expiry} days",
                    Severity.MEDIUM,
                )


def _periods(name: str, metadata: Metadata) -> Iterator[tuple[str, dict[str, object]]]:
    """Where tuf-on-ci states its periods: in the document, for online roles in root's roles."""
    yield name, metadata.signed
    if name == "root":
        yield from metadata.signed["roles"].items()


def _orphan_role(repository: Repository) -> Iterator[Found]:
    if repository.snapshot is None:
        return
    bins = [
        delegations.succinct
        for metadata in repository.roles.values()
        if (delegations := metadata.delegations) is not None and delegations.succinct is not None
    ]
    known = {edge.delegated.role.name for edge in repository.edges.values()} | set(TOP_LEVEL_ROLES)
    known |= {role.name for role, _ in _roles(repository)}
    orphans = [
        name
        for file, _ in repository.snapshot.meta_versions
        if (name := file.removesuffix(".json")) not in known
        and all(one.number_of(name) is None for one in bins)
    ]
    if "root.json" in repository.snapshot.signed["meta"]:
        orphans.append("root")
    for name in orphans[:MAX_LISTED]:
        yield Found(name, "snapshot lists it, and nobody delegates to it", Severity.INFO)


def _missing_from_snapshot(repository: Repository) -> Iterator[Found]:
    if repository.snapshot is None:
        return
    listed = repository.snapshot.signed["meta"]
    for metadata in repository.roles.values():
        for edge in (
            () if metadata.delegations is None else metadata.delegations.roles[:MANY_TARGETS]
        ):
            if f"{edge.role.name}.json" not in listed:
                yield Found(
                    edge.role.name,
                    "it is delegated to, and snapshot does not list it",
                    Severity.MEDIUM,
                )


def _edges_by_name(repository: Repository) -> dict[str, list[tuple[str, Role, Metadata]]]:
    edges: dict[str, list[tuple[str, Role, Metadata]]] = {}
    for delegator, metadata in repository.roles.items():
        for edge in () if metadata.delegations is None else metadata.delegations.roles:
            edges.setdefault(edge.role.name, []).append((delegator, edge.role, metadata))
    return edges


def _diamond(repository: Repository) -> Iterator[Found]:
    for name, edges in _edges_by_name(repository).items():
        if len(edges) > 1:
            delegators = " and ".join(
                visible(delegator, 60) for delegator, _, _ in edges[:MAX_LISTED]
            )
            yield Found(
                name, f"{delegators} delegate to it: each edge is verified for itself", Severity.LOW
            )


def _same_name(repository: Repository) -> Iterator[Found]:
    for name, edges in _edges_by_name(repository).items():
        promises = {
            (
                role.threshold,
                frozenset(cached_material(metadata.key(keyid)) for keyid in role.keyids),
            )
            for _, role, metadata in edges
        }
        if len(promises) > 1:
            yield Found(
                name,
                f"{counted(len(edges), 'delegator')} use this name for different keys or thresholds: "
                "one file cannot always satisfy them all",
                Severity.MEDIUM,
            )


def _overlap(repository: Repository) -> Iterator[Found]:
    """Identical or all-covering patterns of neighbours; a complete answer would be a search."""
    for name, metadata in repository.roles.items():
        covered: dict[str, str] = {}
        for edge in (
            () if metadata.delegations is None else metadata.delegations.roles[:MANY_TARGETS]
        ):
            for pattern in edge.paths or ():
                before = covered.get(pattern) or covered.get("*")
                if before is not None and before != edge.role.name:
                    yield Found(
                        f"{name} → {edge.role.name}",
                        f"{visible(before, 60)}, which is asked first, covers {visible(pattern, 60)} too",
                        Severity.LOW,
                    )
                if not edge.terminating:
                    covered.setdefault(pattern, edge.role.name)


def _custom_expired(repository: Repository) -> Iterator[Found]:
    for name, metadata in repository.roles.items():
        for path, stated in _first_targets(metadata):
            custom = stated.get("custom")
            sigstore = custom.get("sigstore") if isinstance(custom, dict) else None
            if isinstance(sigstore, dict) and sigstore.get("status") == "Expired":
                yield Found(
                    f"{name}: {path}",
                    "its custom.sigstore.status says that it has expired",
                    Severity.INFO,
                )


def _hostile_name(repository: Repository) -> Iterator[Found]:
    for name, metadata in repository.roles.items():
        for role in (
            () if metadata.delegations is None else metadata.delegations.roles[:MANY_TARGETS]
        ):
            yield from _judge_name("role", role.role.name)
        for path, _ in _first_targets(metadata):
            yield from _judge_name(f"target of {visible(name, 40)}", path)


def _judge_name(what: str, name: str) -> Iterator[Found]:
    parts = name.split("/")
    reasons = [
        reason
        for reason, holds in (
            ("holds characters that do not show", has_hidden_characters(name)),
            ("leads out of its folder", ".." in parts or name.startswith("/")),
            ("looks like a top-level role", what == "role" and _skeleton(name) in TOP_LEVEL_ROLES),
            ("has markup or a formula", name[:1] in "=+@" or "<" in name),
            ("is longer than file systems allow", len(name) > 200),  # noqa: PLR2004
        )
        if holds and name
    ]
    if reasons:
        yield Found(
            f"{what} {visible(name, 60)}", f"the name {' and '.join(reasons)}", Severity.MEDIUM
        )


_LOOKALIKES = str.maketrans("аеорсухіѕԁɡ０１", "aeopcyxisdg01")  # noqa: RUF001


def _skeleton(name: str) -> str:
    """The name with the commonest lookalike letters and spaces folded (in the manner of UTS 39)."""
    return "".join(char for char in name.translate(_LOOKALIKES).lower() if char.isalnum())


def _first_targets(metadata: Metadata) -> Iterator[tuple[str, dict[str, dict[str, object]]]]:
    for number, (path, stated) in enumerate(metadata.signed["targets"].items()):
        if number >= MANY_TARGETS:
            return
        yield path, stated


LINTS: dict[str, Lint] = {
    "threshold.one_root_key": _one_root_key,
    "threshold.no_spare_key": _no_spare_key,
    "threshold.unreachable": _unreachable,
    "key.shared_by_roles": _key_shared,
    "key.private_leak": _private_leak,
    "hash.weak": _hash_weak,
    "expiry.far_future": _far_future,
    "expiry.order": _expiry_order,
    "expiry.signing_period": _signing_period,
    "snapshot.orphan_role": _orphan_role,
    "delegation.missing_from_snapshot": _missing_from_snapshot,
    "delegation.diamond": _diamond,
    "delegation.same_name": _same_name,
    "delegation.overlap": _overlap,
    "target.custom_expired": _custom_expired,
    "name.hostile": _hostile_name,
}
"""The last parts of the ids, in the order in which they are told."""
