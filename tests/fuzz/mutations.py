"""Seeded, structure-aware mutations of metadata: of its text, and of its decoded members."""

import copy
import json
from collections.abc import Callable
from random import Random
from typing import Any

ODD_VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2**31, 2**63, 2**64, 10**400, 1.5, -0.0, "", "\x00", "../../x",
    "\u202eabc", "a" * 5_000, "9999-12-31T23:59:59Z", "2035-02-30T00:00:00Z", "00" * 32, [], {},
    [[]], {"a": {}}, [None] * 50, {"sha256": "0"}, ["targets", "targets"],
)  # fmt: skip
ODD_TEXTS = (
    b"NaN",
    b"Infinity",
    b'"\\ud800"',
    b"1e400",
    b"\xff",
    b"\xef\xbb\xbf",
    b'"a":1,"a":2',
    b"[" * 70,
)


def mutate(body: bytes, random: Random) -> bytes:
    """One to three mutations; every kind is equally likely."""
    for _ in range(random.randint(1, 3)):
        body = random.choice(_KINDS)(body, random)
    return body


def _flip(body: bytes, random: Random) -> bytes:
    if not body:
        return b"{"
    at = random.randrange(len(body))
    return body[:at] + bytes([body[at] ^ (1 << random.randrange(8))]) + body[at + 1 :]


def _cut(body: bytes, random: Random) -> bytes:
    start = random.randrange(len(body) + 1)
    return body[:start] + body[start + random.randrange(1, 60) :]


def _truncate(body: bytes, random: Random) -> bytes:
    return body[: random.randrange(len(body) + 1)]


def _repeat(body: bytes, random: Random) -> bytes:
    start = random.randrange(len(body) + 1)
    piece = body[start : start + random.randrange(1, 200)]
    return body[:start] + piece * random.randint(2, 4) + body[start:]


def _insert(body: bytes, random: Random) -> bytes:
    at = random.randrange(len(body) + 1)
    return body[:at] + random.choice(ODD_TEXTS) + body[at:]


def _change_member(body: bytes, random: Random) -> bytes:
    """Replace, drop, rename, copy or swap a member somewhere in the decoded document."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return _flip(body, random)
    holders = list(_containers(document))
    if not holders:
        return _flip(body, random)
    _change(random.choice(holders), random)
    return json.dumps(document).encode("utf-8", "surrogatepass")


def _containers(value: Any) -> Any:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict | list) and one:
            yield one
            waiting.extend(one.values() if isinstance(one, dict) else one)


def _change(holder: Any, random: Random) -> None:
    names = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
    name = random.choice(names)
    match random.randrange(5):
        case 0:
            holder[name] = copy.deepcopy(random.choice(ODD_VALUES))
        case 1:
            del holder[name]
        case 2 if isinstance(holder, dict):
            holder[str(name) + random.choice(("x", "", "\u200b"))] = holder.pop(name)
        case 3:
            other = random.choice(names)
            holder[name], holder[other] = holder[other], holder[name]
        case _ if isinstance(holder, list):
            holder.append(copy.deepcopy(holder[name]))
        case _:
            holder[random.choice(("keys", "roles", "signed", "paths"))] = copy.deepcopy(
                holder[name]
            )


_KINDS: tuple[Callable[[bytes, Random], bytes], ...] = (
    _flip, _cut, _truncate, _repeat, _insert, _change_member, _change_member, _change_member,
)  # fmt: skip
