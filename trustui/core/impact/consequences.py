"""What one key, or a few together, are worth: lost, and in the hands of an attacker.

Every number comes from the threshold check of the verifier itself: today's documents counted
without these keys, and documents imagined that all remaining keys, or only these, have signed.
"""

from collections.abc import Collection, Iterable, Iterator
from functools import cached_property

import msgspec

from trustui.core.checks.threshold import Tally
from trustui.core.formats.tuf.repository import Repository
from trustui.core.formats.tuf.signing import cached_material
from trustui.core.graph.standing import Signings
from trustui.core.impact.inventory import KeyUsage, usages
from trustui.core.impact.listings import Listing, given_keys, listings
from trustui.core.primitives.digests import sha256
from trustui.core.primitives.text import counted, visible


class RoleImpact(msgspec.Struct, frozen=True, kw_only=True):
    """What the keys mean to one role, as one delegator trusts it."""

    role: str
    delegator: str
    """Who names the keys of the role; root for the top-level roles."""
    threshold: int
    held: int
    """How many of the role's different public keys are among those asked about."""
    remaining: int
    """How many of its keys are left without them."""
    can_still_sign: bool
    """Whether the remaining keys reach the threshold."""
    still_verifies: bool | None
    """Whether today's document reaches it by the signatures of the remaining keys; None where no
    document was read."""
    can_be_forged: bool
    """Whether these keys alone reach the threshold."""
    needs: tuple[str, ...] = ()
    """Roles that must be forged too before a client believes a forged document of this one."""
    falls_with: str | None = None
    """The delegator whose forgery makes every key of this role replaceable."""
    if_lost: str
    if_stolen: str

    @property
    def margin(self) -> int:
        """Keys that could be lost besides before the role cannot sign; negative when it cannot."""
        return self.remaining - self.threshold


class Impact(msgspec.Struct, frozen=True):
    """What a repository has to fear for some keys; roles that do not have them are left out."""

    fingerprints: tuple[str, ...]
    """SHA-256 of each public key (DER), hex."""
    roles: tuple[RoleImpact, ...]
    unknown: tuple[str, ...]
    """Key ids asked about under which no document lists a readable key."""

    @property
    def is_everything(self) -> bool:
        """Whether an attacker with these keys could replace root, and so every key."""
        return any(one.role == "root" and one.can_be_forged for one in self.roles)


def impact(repository: Repository, keys: Collection[bytes | str]) -> Impact:
    """What it means to lose these keys, or that they sign for an attacker.

    A key is given by its public key info (DER bytes) or by a key id, which stands for every
    public key that some delegator lists under it.
    """
    return Trust(repository).impact(keys)


def impact_of_each(repository: Repository) -> tuple[tuple[KeyUsage, Impact], ...]:
    """Every key of the inventory with the impact of it alone; unreadable keys have none."""
    return Trust(repository).impact_of_each()


class _Believed:
    """What else an attacker must forge before clients believe a forged document."""

    def __init__(self, forged: Iterable[Listing], *, is_pinned: bool) -> None:
        self._has = {one.role.name for one in forged if one.delegator_name == "root"}
        self._timestamp = self._missing("timestamp")
        self._snapshot = (*self._missing("snapshot"), *(self._timestamp if is_pinned else ()))

    def _missing(self, name: str) -> tuple[str, ...]:
        return () if self._has & {name, "root"} else (name,)

    def needs(self, listing: Listing) -> tuple[str, ...]:
        """Which roles that pin the bytes of the document cannot be forged yet."""
        return self._listed_by(listing) if listing.is_bound else ()

    def is_loose(self, listing: Listing) -> bool:
        """Whether, for want of hashes, other bytes can take the place of the listed version."""
        return not listing.is_bound and bool(self._listed_by(listing))

    def _listed_by(self, listing: Listing) -> tuple[str, ...]:
        if listing.role.name in {"root", "timestamp"}:
            return ()
        return self._timestamp if listing.role.name == "snapshot" else self._snapshot


class Trust:
    """The roles of a repository and their signatures, gathered once for many questions."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.signings = Signings()
        self.listings = tuple(listings(repository))
        self.holding: dict[bytes, set[int]] = {}
        self.below: dict[str, list[int]] = {}
        for position, listing in enumerate(self.listings):
            self.below.setdefault(listing.delegator_name, []).append(position)
            for material in listing.materials:
                self.holding.setdefault(material, set()).add(position)

    @cached_property
    def by_keyid(self) -> dict[str, set[bytes]]:
        """The public keys that documents give for each key id."""
        found: dict[str, set[bytes]] = {}
        for key in given_keys(self.repository):
            known = cached_material(key)
            if known is not None:
                found.setdefault(key.keyid, set()).add(known)
        return found

    def impact(self, keys: Collection[bytes | str]) -> Impact:
        """As the function `impact`."""
        materials = {key for key in keys if isinstance(key, bytes)}
        named = sorted(key for key in keys if isinstance(key, str))
        for keyid in named:
            materials |= self.by_keyid.get(keyid, set())
        return Impact(
            fingerprints=tuple(sorted(sha256(material) for material in materials)),
            roles=tuple(self._impacts(frozenset(materials))),
            unknown=tuple(keyid for keyid in named if keyid not in self.by_keyid),
        )

    def impact_of_each(self) -> tuple[tuple[KeyUsage, Impact], ...]:
        """As the function `impact_of_each`."""
        return tuple(
            (usage, self.impact({same} if isinstance(same, bytes) else ()))
            for same, usage in usages(self.repository, self.signings)
        )

    def _impacts(self, keys: frozenset[bytes]) -> Iterator[RoleImpact]:
        held = {position for key in keys for position in self.holding.get(key, ())}
        alike: dict[tuple[object, ...], tuple[Tally, Tally]] = {}

        def counts(listing: Listing) -> tuple[Tally, Tally]:
            found = alike.get(listing.likeness)
            if found is None:
                left = listing.imagine(lambda material: material not in keys)
                found = alike[listing.likeness] = left, listing.imagine(keys.__contains__)
            return found

        held_listings = (self.listings[position] for position in held)
        forged = [one for one in held_listings if not counts(one)[1].missing]
        believed = _Believed(forged, is_pinned=self._snapshot_is_pinned())
        fallen = self._below(name for one in forged for name in one.names)
        for position in sorted(held | fallen):
            listing = self.listings[position]
            falls_with = listing.delegator_name if position in fallen else None
            yield self._impact(listing, keys, believed, falls_with, counts(listing))

    def _snapshot_is_pinned(self) -> bool:
        top = (self.listings[position] for position in self.below.get("root", ()))
        return any(one.is_bound for one in top if one.role.name == "snapshot")

    def _below(self, forged: Iterable[str]) -> set[int]:
        """All that forged roles delegate to: who signs for a role names the keys below it."""
        waiting = list(forged)
        met, fallen = set(waiting), set[int]()
        while waiting:
            for position in self.below.get(waiting.pop(), ()):
                listing = self.listings[position]
                if listing.role.name != "root":
                    fallen.add(position)
                new = [name for name in listing.names if name not in met]
                met.update(new)
                waiting += new
        return fallen

    def _impact(
        self,
        listing: Listing,
        keys: frozenset[bytes],
        believed: _Believed,
        falls_with: str | None,
        counts: tuple[Tally, Tally],
    ) -> RoleImpact:
        """`counts` are what is left without the keys, and what they alone make."""
        left, stolen = counts
        still_verifies = self._still_verifies(listing, keys, left)
        return RoleImpact(
            role=listing.role.name,
            delegator=listing.delegator_name,
            threshold=listing.role.threshold,
            held=stolen.signed,
            remaining=left.signed,
            can_still_sign=not left.missing,
            still_verifies=still_verifies,
            can_be_forged=not stolen.missing,
            needs=() if stolen.missing else believed.needs(listing),
            falls_with=falls_with,
            if_lost=_if_lost(left, held=stolen.signed, still_verifies=still_verifies),
            if_stolen=_if_stolen(listing, stolen, believed, falls_with),
        )

    def _still_verifies(self, listing: Listing, keys: frozenset[bytes], left: Tally) -> bool | None:
        if not listing.documents:
            return None
        if left.missing:  # too few keys, whatever they signed
            return False
        role = listing.without(keys)
        return not any(
            self.signings.tally(document, role, listing.delegator).missing
            for document in listing.documents.values()
        )


def _if_lost(left: Tally, *, held: int, still_verifies: bool | None) -> str:
    if not held:
        return "not affected"
    if left.missing:
        return f"cannot sign{'; today it still verifies' if still_verifies else ''}"
    margin = "" if left.signed > left.threshold else ", no margin"
    rest = "; must be signed again" if still_verifies is False else ""
    return f"still {left.threshold} of {left.signed}{margin}{rest}"


_FORGED = {
    "root": "every key of the repository can be replaced",
    "timestamp": "clients can be kept on an old snapshot for as long as wanted (freeze)",
    "snapshot": "updates can be hidden or mixed, among what the other roles have signed",
}


def _if_stolen(listing: Listing, stolen: Tally, believed: _Believed, falls_with: str | None) -> str:
    if stolen.missing:
        if falls_with is not None:
            return f"falls with {visible(falls_with, 60)}, which names its keys"
        return f"{counted(stolen.missing, 'key')} short of a forgery"
    forged = _FORGED.get(listing.role.name, "any file can be passed off for its paths")
    needs = believed.needs(listing)
    if needs:
        return f"{forged}, once {' and '.join(needs)} can be forged too"
    if believed.is_loose(listing):
        return f"{forged}, to clients that do not have this version yet: its bytes are not pinned"
    return forged
