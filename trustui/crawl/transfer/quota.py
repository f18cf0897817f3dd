"""Places that count our requests and say how many are left.

Sources: draft-ietf-httpapi-ratelimit-headers-03 (RateLimit-Remaining, RateLimit-Reset) and -10
(RateLimit, a structured field), and GitHub's X-RateLimit-*, whose reset is a point in time.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

_NUMBER = re.compile(r"[0-9]{1,12}")
_PARAMETER = re.compile(r";[ \t]*([rt])=([0-9]{1,12})(?![0-9])")
_EARLIEST_INSTANT = 1_000_000_000
"""Seconds from here on are an instant since 1970 (2001 and later), below a time to wait."""

Fields = Mapping[str, Sequence[str]]
"""Field names in lower case, with their values in the order that they came."""


def seconds_until_refilled(fields: Fields, now: datetime) -> float | None:
    """The longest wait that a used-up quota asks for; None while there is something left."""
    waits = [
        *_counted(fields, "ratelimit-remaining", "ratelimit-reset", now),
        *_counted(fields, "x-ratelimit-remaining", "x-ratelimit-reset", now),
        *_structured(fields),
    ]
    return max(waits, default=None)


def _counted(fields: Fields, remaining: str, reset: str, now: datetime) -> Iterator[float]:
    left, seconds = _first_number(fields, remaining), _first_number(fields, reset)
    if left == 0 and seconds is not None:
        is_instant = seconds >= _EARLIEST_INSTANT
        yield seconds - now.timestamp() if is_instant else float(seconds)


def _structured(fields: Fields) -> Iterator[float]:
    for policy in ",".join(fields.get("ratelimit", ())).split(","):
        said = dict(_PARAMETER.findall(policy))
        if "t" in said and "r" in said and int(said["r"]) == 0:
            yield float(said["t"])


def _first_number(fields: Fields, name: str) -> int | None:
    """`76` of `76;w=21600`, as some registries write it."""
    for value in fields.get(name, ()):
        if found := _NUMBER.match(value):
            return int(found[0])
    return None
