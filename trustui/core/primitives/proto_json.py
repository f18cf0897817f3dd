"""Members of protobuf messages as JSON: zero values may be left out, 64-bit numbers are text.

Protocol Buffers, "ProtoJSON Format". Every reader raises ParseError with the member's name.
"""

import base64
import binascii
import re
from collections.abc import Callable
from typing import NoReturn, TypeVar

from trustui.core.errors import LimitExceeded, ParseError
from trustui.core.primitives.canonical_json import JsonValue
from trustui.core.primitives.text import quoted

T = TypeVar("T")
Object = dict[str, JsonValue]

MAX_INT64 = 2**63 - 1
_DECIMAL = re.compile("-?[0-9]{1,19}")
_URL_SAFE = str.maketrans("-_", "+/")


def refuse(because: str, expected: str, found: object) -> NoReturn:
    """Raise a ParseError that quotes what was found."""
    raise ParseError(because, expected=expected, found=quoted(found, 80))


def as_object(value: JsonValue, what: str) -> Object:
    """The value, which must be an object."""
    if not isinstance(value, dict):
        refuse(f"{what} is no object", "an object", value)
    return value


def member(value: Object, name: str) -> Object:
    """A message that must be there."""
    return as_object(value.get(name), name)


def optional(value: Object, name: str) -> Object | None:
    """A message that may be absent or null."""
    found = value.get(name)
    return None if found is None else as_object(found, name)


def text(value: Object, name: str) -> str:
    """A string; "" where it is absent."""
    found = value.get(name)
    if found is None:
        return ""
    if not isinstance(found, str):
        refuse(f"{name} is no text", "a text", found)
    return found


def octets(value: Object, name: str) -> bytes:
    """Bytes, in standard or URL-safe base64; b"" where they are absent."""
    return from_base64(text(value, name), name)


def from_base64(encoded: str, what: str) -> bytes:
    """Standard or URL-safe base64 with its padding."""
    try:
        return base64.b64decode(encoded.translate(_URL_SAFE), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ParseError(
            f"{what} is not base64: {error}", expected="base64", found=quoted(encoded, 40)
        ) from error


def integer(value: Object, name: str) -> int:
    """A number that is not negative, as a number or as text; 0 where it is absent."""
    found = value.get(name)
    if found is None:
        return 0
    if isinstance(found, str) and _DECIMAL.fullmatch(found):
        found = int(found)
    if type(found) is not int or not 0 <= found <= MAX_INT64:
        refuse(f"{name} is no number that counts something", "0 or more", found)
    return found


def each(value: Object, name: str, read: Callable[[Object], T], most: int) -> tuple[T, ...]:
    """Messages of a list; none where it is absent. What they raise names their position."""
    return tuple(
        _inside(f"{name}[{position}]", read, one)
        for position, one in enumerate(items(value, name, most))
    )


def items(value: Object, name: str, most: int) -> list[JsonValue]:
    """A list; empty where it is absent."""
    found = value.get(name)
    if found is None:
        return []
    if not isinstance(found, list):
        refuse(f"{name} is no list", "a list", found)
    if len(found) > most:
        raise LimitExceeded(
            f"{name} has too many entries", expected=f"at most {most:,}", found=f"{len(found):,}"
        )
    return found


def _inside(where: str, read: Callable[[Object], T], value: JsonValue) -> T:
    try:
        return read(as_object(value, "the entry"))
    except ParseError as error:
        raise ParseError(
            f"{where}: {error.because}", expected=error.expected, found=error.found
        ) from error
