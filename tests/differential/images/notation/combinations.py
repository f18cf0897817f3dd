"""What a signature, a trust policy and what became of both may be: each field, and its odds."""

from dataclasses import dataclass
from random import Random
from typing import Any

from tests.differential.images.generated import Generated

OVERRIDES = {
    "authenticity": ("enforce", "log"),
    "authenticTimestamp": ("enforce", "log"),
    "expiry": ("enforce", "log"),
    "revocation": ("enforce", "log", "skip"),
}


@dataclass(frozen=True)
class Combination(Generated):
    """One artefact and one policy; the defaults verify."""

    level: str = "strict"
    override: tuple[tuple[str, str], ...] = ()
    form: str = "jws"
    key: str = "ES256"
    tag: str = "named by digest"
    scope: str = "exact"
    identity: str = "matching"
    store: str = "root"
    signer: str = "with a certificate"
    leaf: str = "valid"
    expiry: str = "none"
    stamp: str = "none"
    stamps: str = "nobody's count"
    revocation: str = "nowhere"
    metadata: str = "none"
    tampered: str = "not"

    @property
    def fits_notation(self) -> bool:
        """Whether Notation can sign so; whatever is wrong in the signature it would refuse to make."""
        return (
            self.tampered in {"not", "tag moved"}
            and self.leaf == "valid"
            and self.expiry != "past"
            and self.stamp == "none"
            and self.signer == "with a certificate"
        )


OFTEN: dict[str, tuple[Any, ...]] = {
    "level": ("strict", "strict", "permissive", "audit", "audit", "skip"),
    "form": ("jws", "cose"),
    "key": ("ES256", "ES384", "ES512", "PS256"),
    "tag": ("named by digest", "named by tag"),
}
"""Drawn anew for every combination."""

RARELY: dict[str, tuple[Any, ...]] = {
    "scope": ("everything", "exact beside everything", "other", "other beside everything"),
    "identity": ("anybody", "other", "one of two", "overlapping", "incomplete", "other beside anybody"),
    "store": ("between", "leaf", "strangers", "absent", "root and absent", "of the other kind", "text beside root"),
    "signer": ("for somebody",),
    "leaf": ("expired", "early"),
    "expiry": ("ahead", "past"),
    "stamp": ("good", "by strangers", "of other content", "late"),
    "stamps": ("always", "after expiry"),
    "revocation": (
        "list: good", "list: revoked", "list: out of date", "list: gone", "list: by strangers",
        "list: revoked for later", "answer: good", "answer: revoked", "answer: unknown", "answer: gone",
        "answer: gone, list: good", "answer: unknown, list: revoked", "answer: good, list: revoked",
    ),
    "metadata": ("signed", "signed and wanted", "wanted", "other wanted"),
    "tampered": (
        "signature", "payload", "another image", "size", "type", "critical header", "no critical scheme",
        "payload type", "usage", "usage not critical", "purpose", "other algorithm", "no root", "two layers",
        "tag moved", "no envelope", "wrong artifact type",
    ),
}  # fmt: skip
"""Drawn where a combination is to differ in this field."""


def generate(seed: int) -> Combination:
    """Up to three things that may go wrong, under any level; the same one for the same seed."""
    chance = Random(seed)
    made: dict[str, Any] = {name: chance.choice(values) for name, values in OFTEN.items()}
    if made["level"] != "skip" and chance.random() < 0.5:
        names = sorted(chance.sample(sorted(OVERRIDES), chance.randint(1, 2)))
        made["override"] = tuple((name, chance.choice(OVERRIDES[name])) for name in names)
    for name in chance.sample(sorted(RARELY), chance.choice((0, 1, 2, 2, 3, 3))):
        made[name] = chance.choice(RARELY[name])
    if made.get("stamp") and chance.random() < 0.8:
        made["stamps"] = chance.choice(RARELY["stamps"])
    return Combination(**made)
