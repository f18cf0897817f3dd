"""The quick way to read documents whose map of files is most of their bytes.

A document with a million targets costs Python seconds as nested dictionaries. Here the map is
decoded into small typed entries, which proves their form on the way; encoding it again gives the
canonical form, and its length proves that no name stood twice. Whatever does not fit is left to
the general way, which also explains what is wrong.
"""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, TypeAlias

import msgspec
from msgspec import UNSET, Meta, Raw, UnsetType

from trustui.core.errors import ParseError
from trustui.core.formats.tuf.metadata import Object
from trustui.core.limits import JsonLimits
from trustui.core.primitives.canonical_json import encode_sorted
from trustui.core.primitives.strict_json import load

LARGE = 16_384
"""Below this many bytes the general way is as quick."""
_MOST_BESIDE = 1_000_000
"""Bytes beside the map that are still worth the quick way."""


class Members(msgspec.Struct, frozen=True, eq=False, gc=False, forbid_unknown_fields=True):
    """A JSON object of known members that reads like the dictionary it stands for."""

    def __getitem__(self, name: str) -> Any:
        value = getattr(self, name) if name in self.__struct_fields__ else UNSET
        if value is UNSET:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return (name for name in self.__struct_fields__ if getattr(self, name) is not UNSET)

    def __contains__(self, name: str) -> bool:
        return name in self.__struct_fields__ and getattr(self, name) is not UNSET

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Members | dict) and dict(self.items()) == dict(other.items())

    __hash__: ClassVar[None]  # type: ignore[assignment]  # as of a dictionary

    def keys(self) -> Iterator[str]:
        """As of a dictionary."""
        return iter(self)

    def items(self) -> Iterator[tuple[str, Any]]:
        """As of a dictionary."""
        return ((name, self[name]) for name in self)

    def get(self, name: str, default: Any = None) -> Any:
        """As of a dictionary."""
        value = getattr(self, name) if name in self.__struct_fields__ else UNSET
        return default if value is UNSET else value


class Hashes(Members, frozen=True, eq=False, gc=False, forbid_unknown_fields=True):
    """The two algorithms that nearly all repositories use."""

    sha256: str | UnsetType = UNSET
    sha512: str | UnsetType = UNSET


class SomeHashes(Hashes, frozen=True, eq=False, gc=False, forbid_unknown_fields=True):
    """With at least SHA-256."""

    sha256: str


_Count: TypeAlias = Annotated[int, Meta(ge=1, le=2**63 - 1)]


class TargetEntry(Members, frozen=True, eq=False, gc=False, forbid_unknown_fields=True):
    """An entry of `targets` without custom data (§4.5)."""

    hashes: SomeHashes
    length: Annotated[int, Meta(ge=0, le=2**63 - 1)]


class MetaEntry(Members, frozen=True, eq=False, gc=False, forbid_unknown_fields=True):
    """An entry of `meta` (§4.4)."""

    version: _Count
    hashes: SomeHashes | UnsetType = UNSET
    length: _Count | UnsetType = UNSET


class LargeDocument(msgspec.Struct, frozen=True):
    """A document read in the quick way, and its signed part encoded again."""

    document: Object
    has_float: bool
    sorted_signed: bytes
    """Compact JSON with sorted names, control characters still escaped."""


class _Parts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The text of the envelope's members."""

    signatures: Raw
    signed: dict[str, Raw]


_parts = msgspec.json.Decoder(_Parts)
_Decoder: TypeAlias = (
    "msgspec.json.Decoder[dict[str, TargetEntry]] | msgspec.json.Decoder[dict[str, MetaEntry]]"
)
_maps: dict[bytes, tuple[str, _Decoder]] = {
    b'"targets"': ("targets", msgspec.json.Decoder(dict[str, TargetEntry])),
    b'"snapshot"': ("meta", msgspec.json.Decoder(dict[str, MetaEntry])),
}
"""By the text of `_type`: which member is the map. One of that name in a document of another type
is no map, and proves nothing.
"""


def read_large(body: bytes, limits: JsonLimits) -> LargeDocument | None:
    """Read a document in the quick way; None when the general way has to decide."""
    if not LARGE <= len(body) <= limits.max_bytes:
        return None
    try:
        return _read(body, limits)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ParseError):
        return None


def _read(body: bytes, limits: JsonLimits) -> LargeDocument | None:
    parts = _parts.decode(body)
    # These values stand up to two levels down in the document.
    inner = msgspec.structs.replace(limits, max_depth=limits.max_depth - 2)
    signed = _signed(parts.signed, inner)
    if signed is None:
        return None
    signatures = _strictly(parts.signatures, inner)
    encoded = encode_sorted(signed.value)
    length = len('{"signatures":,"signed":}') + len(encoded) + signed.surplus
    length += len(encode_sorted(signatures.value)) + signatures.surplus
    if not _has_compact_length(body, length):
        return None
    document: Object = {"signatures": signatures.value, "signed": signed.value}
    return LargeDocument(document, signed.has_float, encoded)


def _has_compact_length(body: bytes, length: int) -> bool:
    """Whether the text has this many bytes besides white space.

    What decoding dropped (a name that stands twice) or accepted in a longer spelling (escapes, -0)
    makes the encoded form shorter, and nothing makes it longer: strings and integers are encoded
    as short as can be. So equal lengths say that nothing was lost, in whatever order it stands.
    """
    return length == len(body) or length == len(msgspec.json.format(body, indent=-1))


def _signed(members: dict[str, Raw], limits: JsonLimits) -> "_Piece | None":
    """The signed part with its map as typed entries, all else by the strict loader."""
    name, decoder = _maps.get(bytes(members.get("_type", b"")), ("", None))
    if decoder is None or name not in members:
        return None
    beside = {member: raw for member, raw in members.items() if member != name}
    if sum(len(memoryview(raw)) for raw in beside.values()) > _MOST_BESIDE:
        return None
    pieces = {member: _strictly(raw, limits) for member, raw in beside.items()}
    value = {member: piece.value for member, piece in pieces.items()}
    value[name] = decoder.decode(members[name])
    surplus = sum(piece.surplus for piece in pieces.values())
    return _Piece(value, surplus, any(piece.has_float for piece in pieces.values()))


class _Piece(msgspec.Struct, frozen=True):
    """A decoded part of a document."""

    value: Any
    surplus: int
    """Bytes by which the text of what the strict loader read is longer than its encoding; the
    loader has judged that spelling, so it proves nothing. Floats may make it negative."""
    has_float: bool


def _strictly(text: Raw, limits: JsonLimits) -> _Piece:
    raw = bytes(text)
    loaded = load(raw, limits)
    surplus = len(msgspec.json.format(raw, indent=-1)) - len(encode_sorted(loaded.value))
    return _Piece(loaded.value, surplus, loaded.has_float)
