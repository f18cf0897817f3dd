"""The headers of one answer, counted and cut; only those that the door acts on are kept.

Source: RFC 9110 (fields §5, Content-Encoding §8.4, Retry-After §10.2.3), RFC 9111 §5.1 (Age).
"""

import math
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache

from trustui.core.facts import ProblemKind
from trustui.crawl.transfer.conditional import validator_of
from trustui.crawl.transfer.dates import http_date
from trustui.crawl.transfer.limits import Fault, FetchLimits
from trustui.crawl.transfer.quota import seconds_until_refilled

_QUOTA = {"ratelimit", "ratelimit-remaining", "x-ratelimit-remaining"}
_KEPT = {
    name.encode(): name
    for name in (
        "age",
        "content-encoding",
        "content-length",
        "content-type",
        "date",
        "docker-content-digest",
        "etag",
        "last-modified",
        "link",
        "location",
        "oci-filters-applied",
        "ratelimit-limit",
        "ratelimit-reset",
        "retry-after",
        "warning",
        "www-authenticate",
        "x-ratelimit-reset",
        *_QUOTA,
    )
}
_BLANK = {b"\r\n", b"\n"}
_STATUS_LINE = re.compile(rb"HTTP/[0-9.]+ ([0-9]{3})(?: |\r|\n|$)")
_LENGTH = re.compile("[0-9]{1,18}")
_AGE = re.compile("[0-9]{1,9}")
_MAX_SHOWN = 120
_REMEMBERED = 1024
_SHORT = 128
"""Bytes; what is remembered stays in memory."""


class Headers:
    """Fed with libcurl's header lines. ``status`` is 0 until a status line came; ``fields`` are
    those that are kept, by their names in lower case.
    """

    def __init__(self, limits: FetchLimits) -> None:
        self._limits = limits
        self._bytes_left = limits.max_header_bytes
        self._lines: list[bytes] = []
        self._block_from = 0
        self.fields: dict[str, list[str]] = {}
        self.status = 0
        self.complete = False

    def feed(self, line: bytes) -> Fault | None:
        self._bytes_left -= len(line)
        self._lines.append(line)
        if self._bytes_left < 0 or len(self._lines) > self._limits.max_headers:
            return self._too_long()
        # After the end come trailers: counted, never obeyed.
        if line in _BLANK and not self.complete:
            self._end_block()
        return None

    def all(self, name: str) -> list[str]:
        return self.fields.get(name, [])

    def first(self, name: str) -> str:
        values = self.fields.get(name)
        return values[0] if values else ""

    @property
    def encodings(self) -> list[str]:
        """What has to be taken off the body, in the order it was put on."""
        if "content-encoding" not in self.fields:
            return []
        listed = ",".join(self.all("content-encoding")).lower().split(",")
        return [one.strip() for one in listed if one.strip() not in {"", "identity"}]

    @property
    def declared_length(self) -> int | None:
        """Content-Length where it is one number; libcurl itself refuses contradictions."""
        text = self.first("content-length")
        return int(text) if _LENGTH.fullmatch(text) else None

    @property
    def validator(self) -> str:
        """What to ask with next time, or ""."""
        return validator_of(self.all("etag"), self.all("last-modified"), self.first("date"))

    @property
    def served_at(self) -> datetime | None:
        """When the place says that it answered (UTC): Date, plus Age where a cache kept it."""
        generated = http_date(self.first("date"))
        if generated is None:
            return None
        age = self.first("age")
        if not age:
            return generated
        try:
            return generated + timedelta(seconds=int(age)) if _AGE.fullmatch(age) else None
        except OverflowError:
            return None

    def retry_after(self, now: datetime) -> float | None:
        """Seconds to wait, between 0 and the limit; None where nothing sensible was said."""
        return self._clamped(_seconds(self.first("retry-after"), now))

    def quota_pause(self, now: datetime) -> float | None:
        """As `retry_after`, for a place that counts requests and says that none is left."""
        if _QUOTA.isdisjoint(self.fields):
            return None
        return self._clamped(seconds_until_refilled(self.fields, now))

    def _end_block(self) -> None:
        block, self._block_from = self._lines[self._block_from :], len(self._lines)
        started = _STATUS_LINE.match(block[0])
        self.status = int(started[1]) if started else 0
        self.complete = self.status >= 200  # noqa: PLR2004 - 1xx are interim (RFC 9110 §15.2)
        if not self.complete:
            return
        for line in block:
            field = _remembered_field(line) if len(line) <= _SHORT else _field(line)
            if field is not None:
                self.fields.setdefault(field[0], []).append(field[1])

    def _clamped(self, seconds: float | None) -> float | None:
        if seconds is None or math.isnan(seconds):
            return None
        return min(max(seconds, 0.0), self._limits.max_retry_after)

    def _too_long(self) -> Fault:
        return Fault(
            ProblemKind.TOO_LONG,
            f"the headers have more than {self._limits.max_header_bytes} bytes or"
            f" {self._limits.max_headers} lines",
        )


def _field(line: bytes) -> tuple[str, str] | None:
    """Name and value of a line that is kept."""
    name, _, value = line.partition(b":")
    kept = _KEPT.get(name.lower())
    return None if kept is None else (kept, value.decode("latin-1").strip())


_remembered_field = lru_cache(_REMEMBERED)(_field)
"""Nearly all lines of one place's answers are the same."""


def shown(text: str) -> str:
    """A stranger's words for a message: short, quoted, only ASCII."""
    return ascii(text if len(text) <= _MAX_SHOWN else text[:_MAX_SHOWN] + "...")


def _seconds(text: str, now: datetime) -> float | None:
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        pass
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    # "-0000" gives a naive time; RFC 9110 §5.6.7 knows GMT only.
    return (when.replace(tzinfo=when.tzinfo or UTC) - now).total_seconds()
