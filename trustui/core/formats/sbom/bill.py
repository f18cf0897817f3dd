"""The facts of a bill of materials, and what its forms have in common.

Members that nobody here reads are not looked at: tools add their own. What is read has its form, or
the document is refused.
"""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

import msgspec

from trustui.core.primitives.instants import parse_instant
from trustui.core.primitives.proto_json import Object, items, refuse, text

SPEC = "SPDX 2.3 and 3.0, CycloneDX 1.7"

MAX_PARTS = 500_000
"""Packages or components, relationships, checksums."""

_DIGEST = re.compile(r"(?<![0-9a-z])(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})(?![0-9a-f])")
_HASHES = {
    "SHA256": ("sha256", 64),
    "SHA-256": ("sha256", 64),
    "sha256": ("sha256", 64),
    "SHA512": ("sha512", 128),
    "SHA-512": ("sha512", 128),
    "sha512": ("sha512", 128),
}
"""As SPDX 2, CycloneDX and SPDX 3 write them, and registries; with their hexadecimal digits."""


class Described(msgspec.Struct, frozen=True):
    """What a bill is about, as it names it itself; empty where it does not say."""

    name: str
    version: str = ""
    purl: str = ""
    digests: tuple[str, ...] = ()
    """As registries write them: `sha256:…`."""

    def __str__(self) -> str:
        return self.purl or f"{self.name} {self.version}".rstrip()


class Bill(msgspec.Struct, frozen=True):
    """A bill of materials; nothing in it is verified by reading it."""

    form: str
    """`SPDX` or `CycloneDX`."""
    version: str
    """Of the form."""
    name: str
    created: str
    creators: tuple[str, ...]
    described: tuple[Described, ...]
    parts: int
    """Packages or components that it lists."""

    @property
    def digests(self) -> tuple[str, ...]:
        """The digests of everything that it says to be about, each once."""
        return tuple(dict.fromkeys(digest for one in self.described for digest in one.digests))


def needed(value: Object, name: str) -> str:
    """A text that must be there. Raises ParseError."""
    found = text(value, name)
    if not found:
        refuse(f"{name} is missing", "a text", value.get(name))
    return found


def texts(value: Object, name: str) -> tuple[str, ...]:
    """A list of texts; none where it is absent. Raises ParseError."""
    found = items(value, name, MAX_PARTS)
    for one in found:
        if not isinstance(one, str):
            refuse(f"{name} holds something else than texts", "a list of texts", one)
    return tuple(str(one) for one in found)


def instant(value: Object, name: str) -> str:
    """A time as the document states it; "" where it is absent. Raises ParseError."""
    stated = text(value, name)
    if stated:
        parse_instant(stated)
    return stated


def digest_of(algorithm: str, encoded: str) -> str:
    """As registries write it; "" for an algorithm that none uses. Raises ParseError."""
    name, digits = _HASHES.get(algorithm, ("", 0))
    if not name:
        return ""
    lowered = encoded.lower()
    if len(lowered) != digits or not all(char in "0123456789abcdef" for char in lowered):
        refuse(f"a {algorithm} checksum is none", f"{digits} hexadecimal digits", encoded)
    return f"{name}:{lowered}"


def digests_in(*names: str) -> Iterator[str]:
    """Digests inside of names: `pkg:oci/app@sha256%3A…`, or a version that is one."""
    for one in names:
        yield from _DIGEST.findall(unquote(one))


def once(found: Iterable[str]) -> tuple[str, ...]:
    """Each text that is not empty, once."""
    return tuple(one for one in dict.fromkeys(found) if one)
