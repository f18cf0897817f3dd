"""The one loader for JSON: strict, bounded, and cheap for what is in order.

The order is: size, nodes, grammar (UTF-8, RFC 8259, nothing after the value), depth, integer
size, duplicate names. msgspec is strict about the grammar, but keeps the last of two members of
one name; so the value is encoded again and compared with the text without its white space. Only
when they differ does the slow exact scan decide.
"""

import json
import re
from typing import NoReturn

import msgspec

from trustui.core.errors import LimitExceeded, ParseError
from trustui.core.limits import JsonLimits
from trustui.core.primitives.canonical_json import JsonValue, children

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"')


class LoadedJson(msgspec.Struct, frozen=True):
    """A decoded value; `has_float` says whether it may have a canonical form."""

    value: JsonValue
    has_float: bool


def load(raw: bytes, limits: JsonLimits) -> LoadedJson:
    """Decode strict JSON. Raises LimitExceeded or ParseError with what was expected and found."""
    if len(raw) > limits.max_bytes:
        _exceeded("bytes", limits.max_bytes, len(raw))
    nodes = _count_nodes(raw, limits.max_nodes)
    if nodes > limits.max_nodes:
        _exceeded("nodes", limits.max_nodes, nodes)
    value = _decode(raw)
    has_float = _measure(value, limits)
    if msgspec.json.format(raw, indent=-1) != msgspec.json.encode(value):
        _refuse_duplicate_names(raw)
    return LoadedJson(value, has_float)


def _exceeded(what: str, limit: int, found: int) -> NoReturn:
    raise LimitExceeded(
        f"the document has {found:,} {what}; at most {limit:,} are read",
        expected=f"at most {limit:,} {what}",
        found=f"{found:,} {what}",
    )


def _count_nodes(raw: bytes, enough: int) -> int:
    """An upper bound of the values in the text; exact about strings only when it matters."""
    bound = _separators(raw)
    return bound if bound <= enough else _separators(_STRING.sub(b"", raw))


def _separators(raw: bytes) -> int:
    return 1 + raw.count(b",") + raw.count(b"[") + raw.count(b"{")


def _decode(raw: bytes) -> JsonValue:
    try:
        value: JsonValue = msgspec.json.decode(raw)
    except RecursionError as error:
        raise LimitExceeded("nested too deeply to be read", found="over 900 levels") from error
    except UnicodeDecodeError as error:
        raise ParseError(
            f"not UTF-8: {error.reason} at byte {error.start} of a string",
            expected="UTF-8",
            found=error.object[error.start : error.start + 8].hex(" "),
        ) from error
    except msgspec.DecodeError as error:
        raise ParseError(f"not strict JSON: {error}", expected="JSON (RFC 8259)") from error
    return value


def _measure(value: JsonValue, limits: JsonLimits) -> bool:
    """Check depth and integers level by level; tell whether there is a float."""
    has_float = False
    level: list[JsonValue] = [value]
    depth = 0
    while level:
        kinds = set(map(type, level))
        has_float = has_float or float in kinds
        if int in kinds and _has_more_digits(_largest(level), limits.max_integer_digits):
            _exceeded(
                "digits in an integer", limits.max_integer_digits, limits.max_integer_digits + 1
            )
        if dict in kinds or list in kinds:
            depth += 1
        if depth > limits.max_depth:
            _exceeded("levels", limits.max_depth, depth)
        level = children(level)
    return has_float


def _largest(level: list[JsonValue]) -> int:
    return max(abs(value) for value in level if type(value) is int)


def _has_more_digits(number: int, digits: int) -> bool:
    """Whether a number is 10**digits or more, which it cannot be with three bits for a digit."""
    return number.bit_length() > 3 * digits and number >= 10**digits


def _refuse_duplicate_names(raw: bytes) -> None:
    json.loads(raw, object_pairs_hook=_unique_names, parse_int=str, parse_float=str)


def _unique_names(pairs: list[tuple[str, object]]) -> None:
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            raise ParseError(
                f"the name {name[:80]!r} stands twice in one object: parsers disagree which counts",
                expected="each name once",
                found=f"{name[:80]!r} twice",
            )
        seen.add(name)
