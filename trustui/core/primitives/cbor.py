"""A strict, bounded reader for CBOR (RFC 8949), and what is needed of a writer.

What go-cose reads is read here: definite lengths, each key of a map once, text in UTF-8. Tags other
than 1 (epoch time, §3.4.2) stay as they are; nothing is built from what a document says.
"""

import math
import struct
from datetime import UTC, datetime, timedelta
from typing import NoReturn, TypeAlias

import msgspec

from trustui.core.errors import LimitExceeded, ParseError
from trustui.core.limits import MIB

MAX_BYTES = 10 * MIB
MAX_DEPTH = 16
"""A COSE_Sign1 nests to 4."""
MAX_NODES = 20_000

Cbor: TypeAlias = "int | float | bool | str | bytes | datetime | Tagged | Simple | list[Cbor] | dict[CborKey, Cbor] | None"
CborKey: TypeAlias = "int | str | bytes"


class Tagged(msgspec.Struct, frozen=True):
    """A value with a tag that is not understood here (§3.4)."""

    tag: int
    value: object


class Simple(msgspec.Struct, frozen=True):
    """A simple value that means nothing here, `undefined` among them (§3.3)."""

    number: int


def decode(raw: bytes) -> Cbor:
    """The one value that these bytes are. Raises ParseError or LimitExceeded."""
    if len(raw) > MAX_BYTES:
        _exceeded("bytes", MAX_BYTES, len(raw))
    reader = _Reader(raw)
    value = reader.value(0)
    if reader.position != len(raw):
        _refuse("there are bytes after the value", f"{len(raw) - reader.position:,} more")
    return value


def encode_head(major: int, number: int) -> bytes:
    """The shortest initial bytes of a major type with its argument (§3, §4.2.1)."""
    for size, (code, form) in enumerate(_ARGUMENTS.items()):
        if number < 1 << (8 << size):
            if size == 0 and number < _FIRST_ARGUMENT:
                return bytes([major << 5 | number])
            return bytes([major << 5 | code]) + struct.pack(form, number)
    raise ValueError("no argument is that large")


def encode_bytes(raw: bytes) -> bytes:
    """A byte string (major type 2)."""
    return encode_head(_BYTES, len(raw)) + raw


def encode_text(text: str) -> bytes:
    """A text string (major type 3)."""
    raw = text.encode()
    return encode_head(_TEXT, len(raw)) + raw


_FIRST_ARGUMENT = 24
_ARGUMENTS = {24: ">B", 25: ">H", 26: ">I", 27: ">Q"}
"""Additional information -> the integer that follows (§3)."""
_INDEFINITE = 31
_POSITIVE, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _TAG, _OTHER = range(8)
_FLOATS = {25: ">e", 26: ">f", 27: ">d"}
_KNOWN_SIMPLE: dict[int, bool | None] = {20: False, 21: True, 22: None}
_ONE_BYTE = 24
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_TAG = 1
_LAST_SECOND = 253_402_300_799
"""9999-12-31T23:59:59Z; no calendar here goes further."""


class _Reader:
    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.position = 0
        self.nodes = 0

    def value(self, depth: int) -> Cbor:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            _exceeded("values", MAX_NODES, self.nodes)
        if depth > MAX_DEPTH:
            _exceeded("levels", MAX_DEPTH, depth)
        first = self.take(1)[0]
        major, information = first >> 5, first & 31
        if major == _OTHER:
            return self.other(information)
        number = self.argument(information)
        match major:
            case 0:
                return number
            case 1:
                return -1 - number
            case 2:
                return self.take(number)
            case 3:
                return self.text(number)
            case 4:
                return [self.value(depth + 1) for _ in self.items(number)]
            case 5:
                return self.map(number, depth + 1)
            case _:
                return _tagged(number, self.value(depth + 1))

    def take(self, count: int) -> bytes:
        if count > len(self.raw) - self.position:
            _refuse("the value ends too early", f"{len(self.raw):,} bytes")
        self.position += count
        return self.raw[self.position - count : self.position]

    def argument(self, information: int) -> int:
        if information < _FIRST_ARGUMENT:
            return information
        form = _ARGUMENTS.get(information)
        if form is None:
            words = (
                "a length is indefinite" if information == _INDEFINITE else "a length is reserved"
            )
            _refuse(words, str(information))
        number: int = struct.unpack(form, self.take(struct.calcsize(form)))[0]
        return number

    def items(self, count: int) -> range:
        """As many as are said to follow; each takes a byte at least."""
        if count > len(self.raw) - self.position:
            _refuse("more values are announced than there are bytes", f"{count:,}")
        return range(count)

    def text(self, count: int) -> str:
        try:
            return self.take(count).decode()
        except UnicodeDecodeError as error:
            raise ParseError("a text is not UTF-8", expected="UTF-8") from error

    def map(self, count: int, depth: int) -> dict[CborKey, Cbor]:
        found: dict[CborKey, Cbor] = {}
        for _ in self.items(count):
            key = self.value(depth)
            if isinstance(key, bool) or not isinstance(key, int | str | bytes):
                _refuse("a key of a map is of a kind that is not read", type(key).__name__)
            if key in found:
                _refuse("a key stands twice in one map", repr(key)[:80])
            found[key] = self.value(depth)
        return found

    def other(self, information: int) -> Cbor:
        """Floats, simple values, and the break that ends nothing here (§3.3)."""
        if information in _FLOATS:
            form = _FLOATS[information]
            number: float = struct.unpack(form, self.take(struct.calcsize(form)))[0]
            return number
        if information in _KNOWN_SIMPLE:
            return _KNOWN_SIMPLE[information]
        if information > _ONE_BYTE:
            _refuse("a value has a reserved or an indefinite form", str(information))
        return self.simple(self.take(1)[0]) if information == _ONE_BYTE else Simple(information)

    @staticmethod
    def simple(number: int) -> Simple:
        if number < 32:  # noqa: PLR2004  shorter forms exist for these (§3.3)
            _refuse("a simple value is written in two bytes", str(number))
        return Simple(number)


def _tagged(tag: int, value: Cbor) -> Cbor:
    if tag != _EPOCH_TAG:
        return Tagged(tag, value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        _refuse("a time is no number", type(value).__name__)
    if not (math.isfinite(value) and 0 <= value <= _LAST_SECOND):
        _refuse("a time lies outside the calendar", repr(value)[:40])
    return _EPOCH + timedelta(seconds=value)


def _refuse(because: str, found: str) -> NoReturn:
    raise ParseError(because, expected="strict CBOR (RFC 8949)", found=found)


def _exceeded(what: str, limit: int, found: int) -> NoReturn:
    raise LimitExceeded(
        f"the value has {found:,} {what}; at most {limit:,} are read",
        expected=f"at most {limit:,} {what}",
        found=f"{found:,} {what}",
    )
