"""Canonical JSON as TUF signs it (OLPC): sorted names, no white space, raw strings.

Only the quotation mark and the backslash are escaped; integers only. A fast path encodes with
msgspec and puts control characters back to their raw form; what it cannot carry goes through
the exact encoder below. securesystemslib's `encode_canonical` is the oracle in the tests.
"""

import re
from itertools import chain
from typing import TypeAlias

import msgspec

from trustui.core.errors import ParseError

JsonValue: TypeAlias = "dict[str, JsonValue] | list[JsonValue] | str | int | float | bool | None"

_ESCAPE = re.compile(rb'\\(?:u00([01][0-9a-f])|([bfnrt"\\]))')
_RAW = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_encoder = msgspec.json.Encoder(order="sorted")


def canonical(value: JsonValue, *, float_free: bool = False) -> bytes:
    """Encode a decoded JSON value, UTF-8; `float_free` promises that it holds no float.

    Raises ParseError when the value has a float (there is no canonical form for it) or a lone
    surrogate (it has no UTF-8).
    """
    if not float_free and has_float(value):
        raise ParseError("a number with a fraction has no canonical form")
    try:
        encoded = encode_sorted(value)
    except (UnicodeEncodeError, RecursionError) as error:
        raise ParseError(f"no canonical form: {error}") from error
    return unescape_controls(encoded)


def encode_sorted(value: object) -> bytes:
    """Compact JSON with sorted names: the canonical form but for escaped control characters."""
    return _encoder.encode(value)


def unescape_controls(encoded: bytes) -> bytes:
    """Put back the raw control characters that every ordinary JSON encoder escapes."""
    return _ESCAPE.sub(_unescape, encoded) if b"\\" in encoded else encoded


def _unescape(match: re.Match[bytes]) -> bytes:
    control, short = match.groups()
    if control is not None:
        return bytes.fromhex(control.decode())
    return _RAW.get(short, match.group())


def has_float(value: JsonValue) -> bool:
    """Tell whether a float stands anywhere in the value."""
    level: list[JsonValue] = [value]
    while level:
        if float in set(map(type, level)):
            return True
        level = children(level)
    return False


def children(level: list[JsonValue]) -> list[JsonValue]:
    """All values one step further down than these; members' values, not their names."""
    return list(
        chain.from_iterable(
            value.values() if type(value) is dict else value
            for value in level
            if type(value) is dict or type(value) is list
        )
    )
