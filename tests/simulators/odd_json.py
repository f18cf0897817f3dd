"""Small changes to JSON, of values and of text: what a careless or hostile publisher may write.

Each change takes a seeded `Random` and gives the same result for the same seed.
"""

import copy
import re
from collections.abc import Callable
from random import Random
from typing import Any, TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""The way from a value to one inside it: names of members and positions in lists."""

ODD_TEXTS = (
    "",
    " ",
    "x",
    "root",
    "../x",
    "a/../b",
    "/etc/passwd",
    "a%2Fb",
    "ümlaut",
    "\u202etxt.exe",
    "\U0001f511",
    "tab\tnew\nline",
    "nul\x00",
    'quote"back\\slash',
    "é",
    "1",
    "true",
    "0" * 64,
)
ODD_NUMBERS: tuple[int | float, ...] = (
    0,
    1,
    -1,
    2,
    2**31,
    2**53 + 1,
    2**63,
    2**64,
    10**40,
    0.5,
    1.0,
    -2.5,
    1e300,
)
ODD_OTHERS: tuple[Any, ...] = (None, True, False, [], {}, [[]], [None], {"": ""}, [{}])


def places(value: Any, at: Path = ()) -> list[Path]:
    """Every place in a value, itself first."""
    found = [at]
    if isinstance(value, dict):
        for name, inner in value.items():
            found += places(inner, (*at, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            found += places(inner, (*at, number))
    return found


def value_at(value: Any, path: Path) -> Any:
    """The value at a place."""
    for step in path:
        value = value[step]
    return value


def odd_value(rng: Random, old: Any) -> Any:
    """Something else than the old value, often of its kind."""
    kind = rng.random()
    if isinstance(old, bool):
        return rng.choice((not old, int(old), None, str(old).lower(), *ODD_OTHERS))
    if isinstance(old, int) and kind < 0.7:
        return rng.choice((old - 1, old + 1, -old, float(old), str(old), old == 1, *ODD_NUMBERS))
    if isinstance(old, str) and kind < 0.7:
        return _odd_text(rng, old)
    if isinstance(old, list) and old and kind < 0.5:
        return rng.choice((old[:-1], old[::-1], [*old, old[0]], [*old, None], old[0], [old]))
    return copy.deepcopy(rng.choice((*ODD_TEXTS, *ODD_NUMBERS, *ODD_OTHERS)))


def _odd_text(rng: Random, old: str) -> Any:
    cut = rng.randrange(len(old) + 1)
    return rng.choice(
        (
            old.upper(),
            old.lower(),
            old + rng.choice(("0", " ", "\n", "/", "*", "Z")),
            " " + old,
            old[:cut],
            old[:cut] + rng.choice("0aZ*?/[]-é") + old[cut + 1 :],
            rng.choice(ODD_TEXTS),
            [old],
        )
    )


def replace(rng: Random, document: Any) -> None:
    """Put something odd in one place."""
    path = rng.choice(places(document)[1:])
    holder = value_at(document, path[:-1])
    holder[path[-1]] = odd_value(rng, holder[path[-1]])


def remove(rng: Random, document: Any) -> None:
    """Take out one member or item."""
    path = rng.choice(places(document)[1:])
    del value_at(document, path[:-1])[path[-1]]


def add(rng: Random, document: Any) -> None:
    """Add a member that no specification knows, or one more item."""
    holder = value_at(document, rng.choice(places(document)))
    extra = odd_value(rng, None)
    if isinstance(holder, dict):
        holder[rng.choice(("x-unknown", "custom", "length", "hashes", "paths", *ODD_TEXTS))] = extra
    elif isinstance(holder, list):
        holder.insert(rng.randrange(len(holder) + 1), extra)


def repeat(rng: Random, document: Any) -> None:
    """Repeat an item of a list, or a member under another name."""
    holders = [value_at(document, path) for path in places(document)]
    holder = rng.choice([one for one in holders if isinstance(one, dict | list) and one])
    if isinstance(holder, list):
        holder.append(copy.deepcopy(rng.choice(holder)))
    else:
        name = rng.choice(list(holder))
        holder[name + rng.choice(("", "2", ".json", "é"))] = copy.deepcopy(holder[name])


def swap(rng: Random, document: Any) -> None:
    """Let two places have each other's values."""
    everywhere = places(document)[1:]
    one, other = rng.choice(everywhere), rng.choice(everywhere)
    if one[: len(other)] == other or other[: len(one)] == one:
        return
    first, second = value_at(document, one), value_at(document, other)
    value_at(document, one[:-1])[one[-1]] = second
    value_at(document, other[:-1])[other[-1]] = first


def rename(rng: Random, document: Any) -> None:
    """Give a member another name; it keeps its value."""
    holders = [value_at(document, path) for path in places(document)]
    holder = rng.choice([one for one in holders if isinstance(one, dict) and one])
    name = rng.choice(list(holder))
    value = holder.pop(name)
    holder[str(rng.choice((name.upper(), name + " ", name[:-1], rng.choice(ODD_TEXTS))))] = value


VALUE_CHANGES: tuple[Callable[[Random, Any], None], ...] = (
    replace,
    replace,
    replace,
    remove,
    add,
    repeat,
    swap,
    rename,
)
"""Changes of a decoded document, in place; replacing is the most telling one."""

_MEMBER = re.compile(rb'"(?:[^"\\]|\\.)*"\s*:\s*(?:"(?:[^"\\]|\\.)*"|-?\d+|true|false|null)')
_INTEGER = re.compile(rb"(?<=[:\s,\[])\d+(?=[\s,\]}])")
_LETTER_IN_TEXT = re.compile(rb'(?<=")[a-z](?=[a-z_.]*")')


def _at_one(
    rng: Random, pattern: re.Pattern[bytes], text: bytes, new: Callable[[bytes], bytes]
) -> bytes:
    matches = list(pattern.finditer(text))
    if not matches:
        return text
    match = rng.choice(matches)
    return text[: match.start()] + new(match.group()) + text[match.end() :]


def name_twice(rng: Random, text: bytes) -> bytes:
    """One member stands twice, with the same or with another value."""
    other = rng.choice((b"0", b"null", b'"x"'))

    def double(member: bytes) -> bytes:
        name = member.split(b":")[0]
        return rng.choice(
            (
                member + b"," + member,
                name + b":" + other + b"," + member,
                member + b"," + name + b":" + other,
            )
        )

    return _at_one(rng, _MEMBER, text, double)


def other_number(rng: Random, text: bytes) -> bytes:
    """One integer in another notation, valid or not."""
    forms = (
        b"%s.0",
        b"%se0",
        b"0%s",
        b"-%s",
        b"+%s",
        b"%s.",
        b"%sE+1",
        b"%s.5",
        b"0x%s",
        b"1e400",
        b"NaN",
        b"Infinity",
        b"-0",
    )
    form = rng.choice(forms)
    return _at_one(rng, _INTEGER, text, lambda number: form.replace(b"%s", number))


def escaped_letter(rng: Random, text: bytes) -> bytes:
    """One letter written as its escape, or something that only looks like one."""
    forms = (b"\\u%04x", b"\\u%04X", b"\\ud8%02x", b"\\U%04x", b"\\x%02x", b"\\/%c")
    form = rng.choice(forms)
    return _at_one(rng, _LETTER_IN_TEXT, text, lambda letter: form % letter[0])


def other_encoding(rng: Random, text: bytes) -> bytes:
    """The same text in other bytes."""
    as_text = text.decode("utf-8", "replace")
    return rng.choice(
        (
            b"\xef\xbb\xbf" + text,
            as_text.encode("utf-16"),
            as_text.encode("utf-16-be"),
            as_text.encode("utf-32"),
        )
    )


def around(rng: Random, text: bytes) -> bytes:
    """Something before or behind the value."""
    before, behind = rng.choice(
        (
            (b"", b"\n\n\t "),
            (b" \r\n", b""),
            (b"", b"x"),
            (b"", b"{}"),
            (b"", b"\x00"),
            (b"[", b"]"),
            (b"//c\n", b""),
            (b"", b","),
        )
    )
    return before + text + behind


def cut(rng: Random, text: bytes) -> bytes:
    """Only the beginning."""
    return text[: rng.randrange(len(text) + 1)]


def one_byte(rng: Random, text: bytes) -> bytes:
    """One byte changed, lost or added."""
    if not text:
        return b"\x00"
    at = rng.randrange(len(text))
    new = rng.choice((b"", bytes([rng.randrange(256)]), bytes([text[at], rng.randrange(256)])))
    return text[:at] + new + text[at + 1 :]


def slice_again(rng: Random, text: bytes) -> bytes:
    """A piece of the text stands again somewhere else."""
    start = rng.randrange(len(text) + 1)
    piece = text[start : start + rng.randrange(200)]
    at = rng.randrange(len(text) + 1)
    return text[:at] + piece + text[at:]


def nested(rng: Random, text: bytes) -> bytes:
    """One member becomes a deep nest."""
    depth = rng.choice((10, 63, 64, 65, 500, 2000))
    opening, closing = rng.choice(((b"[", b"]"), (b'{"a":', b"}")))
    nest = opening * depth + b"0" + closing * depth
    return _at_one(rng, _MEMBER, text, lambda member: member.split(b":")[0] + b":" + nest)


TEXT_CHANGES: tuple[Callable[[Random, bytes], bytes], ...] = (
    name_twice,
    other_number,
    escaped_letter,
    other_encoding,
    around,
    cut,
    one_byte,
    slice_again,
    nested,
)
"""Changes of the bytes of a document; they may leave no JSON at all."""
