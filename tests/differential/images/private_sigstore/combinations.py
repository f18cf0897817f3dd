"""How a private Sigstore may have signed an image, what may be asked, and what became of it since."""

from dataclasses import dataclass, replace
from random import Random
from typing import Any

from tests.differential.images.generated import Generated


@dataclass(frozen=True)
class Combination(Generated):
    """One image and one question; the defaults verify."""

    form: str = "bundle"
    signer: str = "person"
    kind: str = "signature"
    asked: str = "the signer"
    predicate: str = "provenance"
    log: str = "tiles"
    log_asked: str = "required"
    stamp: str = "there"
    stamp_asked: str = "used if needed"
    promise_asked: str = "required"
    root: str = "whole"
    annotations: str = "none"
    done: str = "nothing"


BY_KEY = "key"
SIGNERS = ("person", "workflow", "site", "account", BY_KEY)

OFTEN: dict[str, tuple[Any, ...]] = {
    "form": ("bundle", "bundle", "bundle", "tag"),
    "signer": ("person", *SIGNERS),
    "kind": ("signature", "signature", "attestation"),
}
"""Drawn anew for every combination."""

RARELY: dict[str, tuple[Any, ...]] = {
    "asked": (
        "another identity", "another issuer", "a pattern", "a loose pattern", "the workflow's repository",
        "another repository", "another key", "the other kind of signer",
    ),
    "predicate": ("another",),
    "log": ("none",),
    "log_asked": ("ignored", "required"),
    "stamp": ("none",),
    "stamp_asked": ("required",),
    "promise_asked": ("ignored",),
    "root": ("of strangers", "other log", "other stamps", "other promises"),
    "annotations": ("signed", "signed and wanted", "wanted", "other wanted"),
    "done": (
        "tag moved", "signed twice", "signed by another before", "attested too", "of another image",
        "signature", "payload", "not base64", "proof", "checkpoint", "no entry", "no stamp",
        "entry of another", "stamp of another", "certificate of another",
    ),
}  # fmt: skip
"""Drawn where a combination is to differ in this field."""

OF_LOGS = frozenset({"proof", "checkpoint", "no entry", "entry of another"})
"""What cannot be done in the tag format: a log of tiles makes no promises, which are all that it holds."""
BY_OTHERS = frozenset({"signed by another before", "certificate of another"})
"""For which somebody with a certificate signs too."""


def generate(seed: int) -> Combination:
    """Up to three things that may go wrong; the same one for the same seed."""
    chance = Random(seed)
    made: dict[str, Any] = {name: chance.choice(values) for name, values in OFTEN.items()}
    if made["form"] == "tag":
        made["log_asked"] = "ignored"
        made["stamp_asked"] = chance.choice(("required", "used if needed"))
    for name in chance.sample(sorted(RARELY), chance.choice((0, 1, 1, 2, 2, 3))):
        made[name] = chance.choice(RARELY[name])
    return can_be_made(Combination(**made))


def can_be_made(one: Combination) -> Combination:
    """The next best where cosign refuses, or the format cannot hold it."""
    if one.form == "tag":
        done = "no stamp" if one.done in OF_LOGS else one.done
        return replace(one, log="none", done=done)
    has_certificate = one.signer != BY_KEY or one.done in BY_OTHERS
    if has_certificate and one.log == "tiles" and one.stamp == "none":
        # cosign signs with a certificate of minutes for a log of tiles, which tells no time, only if stamped
        return replace(one, stamp="there", done="no stamp")
    return one
