"""The inventory of a repository's public keys: what each is for, and whether it signs."""

from collections.abc import Iterator

import msgspec

from trustui.core.checks.threshold import SignatureState
from trustui.core.diff.signers import key_label
from trustui.core.formats.tuf.metadata import Key, Metadata
from trustui.core.formats.tuf.repository import Repository
from trustui.core.formats.tuf.signing import cached_material
from trustui.core.graph.standing import Signings
from trustui.core.impact.listings import Listing, given_keys, identity, listings
from trustui.core.primitives.digests import sha256


class KeyRole(msgspec.Struct, frozen=True):
    """A role that lists a key."""

    role: str
    delegator: str
    threshold: int
    keys: int
    """Different key ids of the role."""
    signed: bool | None
    """Whether the key signed the current document (of bins: all of them); None if not read."""


class KeyUsage(msgspec.Struct, frozen=True):
    """One public key, under all its ids, and what it is for."""

    fingerprint: str | None
    """SHA-256 of the public key (DER), hex; None for a key that cannot be read."""
    keytype: str
    scheme: str
    keyids: tuple[str, ...]
    label: str
    roles: tuple[KeyRole, ...]

    @property
    def is_used(self) -> bool:
        """Whether any role lists the key."""
        return bool(self.roles)

    @property
    def has_signed(self) -> bool:
        """Whether the key signed any current document."""
        return any(one.signed for one in self.roles)


def key_usage(repository: Repository) -> tuple[KeyUsage, ...]:
    """The keys of a repository, each public key once, in the order of the documents."""
    return tuple(usage for _, usage in usages(repository, Signings()))


def usages(repository: Repository, signings: Signings) -> Iterator[tuple[bytes | str, KeyUsage]]:
    """As `key_usage`, each key with what makes it one key."""
    keys: dict[bytes | str, dict[str, Key]] = {}
    for key in given_keys(repository):
        keys.setdefault(identity(key), {})[key.keyid] = key
    roles: dict[bytes | str, list[KeyRole]] = {}
    for listing in listings(repository):
        for same, role in _uses(listing, signings):
            roles.setdefault(same, []).append(role)
    for same, by_id in keys.items():
        first = next(iter(by_id.values()))
        usage = KeyUsage(
            fingerprint=sha256(same) if isinstance(same, bytes) else None,
            keytype=first.keytype,
            scheme=first.scheme,
            keyids=tuple(by_id),
            label=key_label(first),
            roles=tuple(roles.get(same, ())),
        )
        yield same, usage


def _uses(listing: Listing, signings: Signings) -> Iterator[tuple[bytes | str, KeyRole]]:
    """Each key of a role, once, with whether it signed what is current."""
    role = listing.role
    signed = [_signers(one, listing, signings) for one in listing.documents.values()]
    keys = (listing.delegator.key(keyid) for keyid in role.keyids)
    for same in dict.fromkeys(identity(key) for key in keys if key is not None):
        has_signed = all(same in signers for signers in signed) if signed else None
        numbers = role.threshold, len(set(role.keyids))
        yield same, KeyRole(role.name, listing.delegator_name, *numbers, has_signed)


def _signers(document: Metadata, listing: Listing, signings: Signings) -> set[bytes | None]:
    results = signings.tally(document, listing.role, listing.delegator)
    valid = results.having(SignatureState.VALID)
    return {cached_material(listing.delegator.key(result.keyid)) for result in valid}
