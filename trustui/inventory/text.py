"""Foreign text on its way into a text column: shown safely, found by a digest of what it really is."""

import hashlib

from trustui.events.services import storable

__all__ = ["exact", "identity", "real_name", "storable", "version_rank", "version_text"]

VERSION_CHARACTERS = 40
"""Of a version that is shown; integers of metadata have up to 4,000 digits."""
RANK_DIGITS = 56
"""Digits that the rank of a version compares."""


def identity(text: str) -> str:
    """What a name is found by, however long or odd it is: SHA-256 of its UTF-8, lower-case hex."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def exact(text: str, shown: str) -> bytes | None:
    """The bytes that keep a name where a text column shows it otherwise; else None."""
    return None if text == shown else text.encode("utf-8", "surrogatepass")


def real_name(shown: str, kept: bytes | memoryview | None) -> str:
    """The name itself, from what is shown and the bytes that `exact` kept."""
    return shown if kept is None else bytes(kept).decode("utf-8", "surrogatepass")


def version_text(digits: str) -> str:
    """A version in at most 40 characters; two versions never look the same."""
    if len(digits) <= VERSION_CHARACTERS:
        return storable(digits, VERSION_CHARACTERS)
    return f"{storable(digits[:12], 12)}…{identity(digits)[:12]} ({len(digits)} digits)"


def version_rank(version: int) -> str:
    """Text that sorts as the version does, in every collation: how many digits, then the digits.

    Versions of more than 56 digits that begin alike have the same rank.
    """
    digits = str(version)
    return f"{len(digits):04d}{digits[:RANK_DIGITS]}"
