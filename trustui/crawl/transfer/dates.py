"""The one form of date that HTTP senders must write (RFC 9110 §5.6.7)."""

import re
from datetime import UTC, datetime
from functools import lru_cache

_LENGTH = len("Sun, 06 Nov 1994 08:49:37 GMT")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_IMF_FIXDATE = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), ([0-9]{2}) ([A-Z][a-z]{2}) ([0-9]{4})"
    r" ([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT"
)
_REMEMBERED = 256
"""Many answers of one second carry the same date."""


def http_date(text: str) -> datetime | None:
    """The instant (UTC) that an IMF-fixdate names; None for any other text."""
    return _read(text) if len(text) == _LENGTH else None


@lru_cache(_REMEMBERED)
def _read(text: str) -> datetime | None:
    parts = _IMF_FIXDATE.fullmatch(text)
    if parts is None or parts[2] not in _MONTHS:
        return None
    day, year, hour, minute, second = (int(parts[n]) for n in (1, 3, 4, 5, 6))
    month = _MONTHS.index(parts[2]) + 1
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
