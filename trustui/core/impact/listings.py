"""Who may sign for what in a repository: every role with each delegator that trusts it."""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

import msgspec

from trustui.core.checks.threshold import Tally, tally
from trustui.core.formats.tuf.metadata import Delegations, Key, Metadata, Role
from trustui.core.formats.tuf.repository import Repository
from trustui.core.formats.tuf.signing import cached_material, cached_public_key
from trustui.core.primitives.keys import PublicKey


class Listing(msgspec.Struct, frozen=True, dict=True):
    """A role as one delegator trusts it; hash bins with common keys are one listing."""

    role: Role
    delegator_name: str
    delegator: Metadata
    documents: dict[str, Metadata]
    """What was read of it by role name; of bins all of them."""
    is_bound: bool
    """Whether what lists the documents states their hashes."""
    given: Mapping[str, bytes]
    """The public keys that can be read of those that the delegator gives, by key id."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names that documents of it may have, as far as they are known."""
        return (self.role.name, *self.documents)

    @property
    def likeness(self) -> tuple[object, ...]:
        """What makes the counts of two listings the same: hash bins may be thousands of them."""
        return id(self.delegator), self.role.keyids, self.role.threshold

    @cached_property
    def materials(self) -> frozenset[bytes]:
        """The public keys that can sign for the role."""
        given = self.given
        return frozenset(given[keyid] for keyid in self.role.keyids if keyid in given)

    def without(self, keys: frozenset[bytes]) -> Role:
        """The role as if these keys had been taken out of it."""
        left = [keyid for keyid in self.role.keyids if self.given.get(keyid) not in keys]
        return Role(self.role.name, tuple(left), self.role.threshold)

    def imagine(self, has_signed: Callable[[bytes], bool]) -> Tally:
        """The verifier's count for a document that exactly these keys have signed."""

        def load(keyid: str) -> PublicKey | None:
            key = self.delegator.key(keyid)
            return None if key is None else cached_public_key(key.keytype, key.scheme, key.public)

        def verifies(key: PublicKey, _: bytes) -> bool:
            return has_signed(key.material)

        role = self.role
        signatures = dict.fromkeys(role.keyids, b"imagined")
        return tally(role.name, role.threshold, role.keyids, signatures, load, verifies)


def listings(repository: Repository) -> Iterator[Listing]:
    """The top-level roles as root trusts them, then the delegations that were read."""
    root, snapshot = repository.root, repository.snapshot
    if root is None:
        return
    documents = {
        "root": root,
        "timestamp": repository.timestamp,
        "snapshot": snapshot,
        "targets": repository.targets,
    }
    given = _given(root)
    for name, document in documents.items():
        lister = repository.timestamp if name == "snapshot" else snapshot
        known = {} if document is None else {name: document}
        is_bound = name in {"snapshot", "targets"} and _is_bound(lister, name)
        yield Listing(root.role(name), "root", root, known, is_bound, given)
    for name, metadata in repository.roles.items():
        if metadata.delegations is not None:
            yield from _delegated(repository, name, metadata, metadata.delegations)


def _delegated(
    repository: Repository, name: str, metadata: Metadata, delegations: Delegations
) -> Iterator[Listing]:
    snapshot, bins, given = repository.snapshot, delegations.succinct, _given(metadata)
    for delegated in delegations.roles:
        edge = repository.edges.get((name, delegated.role.name))
        known = (
            {}
            if edge is None or edge.metadata is None
            else {edge.delegated.role.name: edge.metadata}
        )
        is_bound = _is_bound(snapshot, delegated.role.name)
        yield Listing(delegated.role, name, metadata, known, is_bound, given)
    if bins is not None:
        found = {
            edge.delegated.role.name: edge.metadata
            for edge in repository.edges.values()
            if edge.delegator == name and edge.metadata is not None
        }
        role = Role(f"{bins.name_prefix}-*", bins.keyids, bins.threshold)
        is_bound = all(_is_bound(snapshot, one) for one in found)
        yield Listing(role, name, metadata, found, is_bound, given)


def _given(delegator: Metadata) -> dict[str, bytes]:
    found = ((keyid, cached_material(delegator.key(keyid))) for keyid in delegator.keys)
    return {keyid: material for keyid, material in found if material is not None}


def _is_bound(lister: Metadata | None, name: str) -> bool:
    """Whether timestamp or snapshot pins the bytes of a role's document, not only its version."""
    listed = None if lister is None else lister.meta(f"{name}.json")
    return listed is not None and bool(listed.hashes)


def identity(key: Key) -> bytes | str:
    """What makes two keys the same key: the public value, or its text where that is unreadable."""
    return cached_material(key) or key.public


def given_keys(repository: Repository) -> Iterator[Key]:
    """Every key object of every document that gives keys, in the order of the documents."""
    givers = [] if repository.root is None else [repository.root]
    for metadata in (*givers, *repository.roles.values()):
        for keyid in metadata.keys:
            key = metadata.key(keyid)
            assert key is not None
            yield key
