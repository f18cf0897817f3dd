"""How an image may be signed for cosign, what may be asked of it, and what may have become of it."""

from dataclasses import dataclass
from random import Random
from typing import Any

from tests.differential.images.generated import Generated


@dataclass(frozen=True)
class Combination(Generated):
    """One image and one question; the defaults verify."""

    form: str = "bundle"
    signer: str = "key"
    kind: str = "signature"
    asked: str = "the signer"
    predicate: str = "provenance"
    log: str = "tiles"
    log_asked: str = "ignored"
    stamp: str = "good"
    stamp_asked: str = "used if needed"
    root: str = "whole"
    promise: str = "good"
    annotations: str = "none"
    tampered: str = "not"

    @property
    def fits_cosign(self) -> bool:
        """Whether cosign can make it with a key alone, without any service."""
        made_by_hand = self.tampered in {"not", "tag moved", "signed twice"}
        return self.signer == "key" and self.log == "none" and self.stamp == "none" and made_by_hand


OFTEN: dict[str, tuple[Any, ...]] = {
    "form": ("bundle", "bundle", "tag"),
    "signer": ("key", "certificate", "certificate"),
    "kind": ("signature", "signature", "attestation"),
    "log_asked": ("required", "ignored"),
}
"""Drawn anew for every combination."""

RARELY: dict[str, tuple[Any, ...]] = {
    "asked": (
        "another key", "another identity", "another issuer", "a pattern", "a loose pattern",
        "the other kind of signer", "identity without issuer",
    ),
    "predicate": ("another",),
    "log": ("first generation", "none"),
    "stamp": ("none", "by strangers", "of other content", "late"),
    "stamp_asked": ("required",),
    "root": ("of strangers", "other log", "other stamps", "other promises", "authority given up"),
    "promise": ("none", "spoiled"),
    "annotations": ("signed", "signed and wanted", "wanted", "other wanted"),
    "tampered": (
        "signature", "payload", "another image", "entry of another", "proof", "checkpoint",
        "tag moved", "signed twice", "not base64", "other predicate attached",
    ),
}  # fmt: skip
"""Drawn where a combination is to differ in this field."""


def generate(seed: int) -> Combination:
    """Up to three things that may go wrong; the same one for the same seed."""
    chance = Random(seed)
    made: dict[str, Any] = {name: chance.choice(values) for name, values in OFTEN.items()}
    if made["signer"] == "key" and chance.random() < 0.6:
        made |= {"log": "none", "stamp": "none"}
    elif made["form"] == "tag":
        made["log"] = "first generation"
    if made["signer"] == "certificate" and made["log_asked"] == "ignored":
        made["stamp_asked"] = chance.choice(("required", "required", "used if needed"))
    for name in chance.sample(sorted(RARELY), chance.choice((0, 1, 1, 2, 2, 3))):
        made[name] = chance.choice(RARELY[name])
    return Combination(**made)
