"""The quick way to read documents whose map of files is most of their bytes.

A document with a million targets costs Python seconds as nested dictionaries. Here the map is
decoded into small typed entries, which proves their form on the way. The result counts only if
encoding it again gives the very bytes that were read: that excludes duplicate names, members that
the types do not know, and numbers in another spelling, and gives the canonical form for nothing.
Whatever does not fit is left to the general way, which also explains what is wrong.
"""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, TypeAlias

import msgspec
from msgspec import UNSET, Meta, Raw, UnsetType

from trustui.core.errors import ParseError
from trustui.core.formats.tuf.metadata import Object
from trustui.core.limits import JsonLimits
from trustui.core.primitives.canonical_json import encode_sorted, has_float
from trustui.core.primitives.strict_json import load

LARGE = 16_384
"""Below this many bytes the general way is as quick."""
_MOST_BESIDE = 1_000_000
"""Bytes beside the map that are still worth the quick way."""


class Members(msgspec.Struct, frozen=True, eq=False, gc=False, forbid_unknown_fields=True):
    """A JSON object of known members that reads like the dictionary it stands for."""

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401  members are of several types
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

    def get(self, name: str, default: Any = None) -> Any:  # noqa: ANN401
        """As of a dictionary."""
        return self[name] if name in self else default


class Hashes(Members, frozen=True, eq=False, gc=False, forbid_unknown_fields=True):
    """The two algorithms that nearly all repositories use."""

    sha256: str | UnsetType = UNSET
    sha512: str | UnsetType = UNSET


class SomeHashes(Hashes, frozen=True, eq=False, gc=False, forbid_unknown_fields=True):
    """With at least SHA-256."""

    sha256: str


class TargetEntry(Members, frozen=True, eq=False, gc=False, forbid_unknown_fields=True):
    """An entry of `targets` without custom data (§4.5)."""

    hashes: SomeHashes
    length: Annotated[int, Meta(ge=0)]


class MetaEntry(Members, frozen=True, eq=False, gc=False, forbid_unknown_fields=True):
    """An entry of `meta` (§4.4)."""

    version: Annotated[int, Meta(ge=1)]
    hashes: SomeHashes | UnsetType = UNSET
    length: Annotated[int, Meta(ge=1)] | UnsetType = UNSET


class LargeDocument(msgspec.Struct, frozen=True):
    """A document read in the quick way, and its signed part encoded again."""

    document: Object
    has_float: bool
    sorted_signed: bytes
    """Compact JSON with sorted names, control characters still escaped."""


_FRAME = len(b'{"signatures":,"signed":}')

_parts = msgspec.json.Decoder(dict[str, Raw])
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
        return _read(body, limits) or _read(msgspec.json.format(body, indent=-1), limits)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ParseError):
        return None


def _read(compact: bytes, limits: JsonLimits) -> LargeDocument | None:
    parts = _parts.decode(compact)
    if set(parts) != {"signatures", "signed"}:
        return None
    signatures = bytes(parts["signatures"])
    if len(compact) != _FRAME + len(signatures) + len(memoryview(parts["signed"])):
        return None
    signed = _signed(parts["signed"], limits)
    if signed is None:
        return None
    encoded = encode_sorted(signed)
    if not _is_made_of(compact, signatures, encoded):
        return None
    map_name = "targets" if signed["_type"] == "targets" else "meta"
    rest = {name: value for name, value in signed.items() if name != map_name}
    document: Object = {"signatures": load(signatures, limits).value, "signed": signed}
    return LargeDocument(document, has_float(rest), encoded)


def _is_made_of(compact: bytes, signatures: bytes, signed: bytes) -> bool:
    """Whether the text is the two members and nothing else; compared in place, without a copy."""
    before, between = b'{"signatures":', b',"signed":'
    if compact.startswith(before):
        pieces = (before, signatures, between, signed, b"}")
    else:
        pieces = (b'{"signed":', signed, b',"signatures":', signatures, b"}")
    position = 0
    for piece in pieces:
        if not compact.startswith(piece, position):
            return False
        position += len(piece)
    return position == len(compact)


def _signed(text: Raw, limits: JsonLimits) -> Object | None:
    """The signed part with its map as typed entries, all else by the strict loader."""
    members = _parts.decode(text)
    name, decoder = _maps.get(bytes(members.get("_type", b"")), ("", None))
    if decoder is None or name not in members:
        return None
    beside = sum(len(memoryview(raw)) for member, raw in members.items() if member != name)
    if beside > _MOST_BESIDE:
        return None
    return {
        member: decoder.decode(raw) if member == name else load(bytes(raw), limits).value
        for member, raw in members.items()
    }
