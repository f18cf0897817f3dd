"""What a key is worth where every check passed: what follows from the same documents is told once.

It rests on the documents alone, and no instant changes it; so it is remembered by their digests.
"""

import msgspec

from trustui.core.diff.signers import key_owner
from trustui.core.formats.tuf.repository import Repository
from trustui.core.formats.tuf.signing import cached_material
from trustui.core.impact import Impact, Trust
from trustui.core.impact.listings import given_keys
from trustui.core.primitives.digests import sha256
from trustui.core.primitives.text import visible
from trustui.pages.keeping import Remembered
from trustui.pages.kept_repository import KeptRepository
from trustui.pages.listed_keys import SHOWN

REMEMBERED = 256
"""Keys in repositories, of which each process remembers what they are worth."""
FEW_ROLES = 50
"""What is told of more is not remembered: all together is a few megabytes at most."""


class Gathered(msgspec.Struct, frozen=True):
    """Whose the key is said to be, and what follows if it is lost or stolen."""

    owner: str
    impact: Impact


_remembered: Remembered[tuple[bytes, str], Gathered | None] = Remembered(
    REMEMBERED, lambda found: found is not None and len(found.impact.roles) <= FEW_ROLES
)


def gathered(kept: KeptRepository, fingerprint: str) -> Gathered | None:
    """From what a client keeps; None where that does not tell everything."""
    known = kept.digest, fingerprint
    return _remembered.one(known, lambda: _gathered(kept.repository, fingerprint))


def _gathered(repository: Repository, fingerprint: str) -> Gathered | None:
    named = holder(repository, fingerprint)
    if named is None:
        return None
    trust = Trust(repository)
    material, owner = named
    held = (trust.listings[position] for position in trust.holding.get(material, ()))
    if not all(one.documents for one in held):
        return None
    return Gathered(owner, trust.impact([material]))


def holder(repository: Repository, fingerprint: str) -> tuple[bytes, str] | None:
    """The public value of a key that this repository names, and whose it is said to be."""
    for one in given_keys(repository):
        material = cached_material(one)
        if material is not None and sha256(material) == fingerprint:
            return material, visible(key_owner(one), SHOWN)
    return None
