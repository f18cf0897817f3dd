"""Digests of bytes, by the names that metadata uses."""

import hashlib
from collections.abc import Mapping

import msgspec

ALGORITHMS = frozenset(
    {
        "md5", "sha1", "sha224", "sha256", "sha384", "sha512",
        "sha3_224", "sha3_256", "sha3_384", "sha3_512", "blake2b", "blake2s",
    }
)  # fmt: skip
"""Every algorithm that can be computed; the weak ones raise a finding."""

WEAK = frozenset({"md5", "sha1"})
"""Collisions can be made for these, so they bind nothing."""


class Comparison(msgspec.Struct, frozen=True):
    """One stated hash beside what the bytes have; `found` is None for an unknown algorithm."""

    algorithm: str
    stated: str
    found: str | None

    @property
    def holds(self) -> bool:
        """Whether the bytes have the stated hash; hexadecimal case does not matter."""
        return self.found is not None and self.found == self.stated.lower()


def compare(body: bytes, stated: Mapping[str, str]) -> tuple[Comparison, ...]:
    """Compute each stated hash over the bytes."""
    return tuple(
        Comparison(name, value, hashlib.new(name, body).hexdigest() if name in ALGORITHMS else None)
        for name, value in stated.items()
    )


def sha256(body: bytes) -> str:
    """SHA-256 in lower-case hex."""
    return hashlib.sha256(body).hexdigest()
