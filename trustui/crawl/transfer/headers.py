"""The headers of one answer, counted and cut; only those that the door acts on are kept.

Source: RFC 9110 (fields §5, Content-Encoding §8.4, Retry-After §10.2.3).
"""

import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from trustui.core.facts import ProblemKind
from trustui.crawl.transfer.limits import Fault, FetchLimits

_KEPT = frozenset({"content-type", "content-encoding", "content-length", "location", "retry-after"})
_STATUS_LINE = re.compile(rb"HTTP/[0-9.]+ ([0-9]{3})(?: |\r|\n|$)")
_MAX_SHOWN = 120


class Headers:
    """Fed with libcurl's header lines. ``status`` is 0 until a status line came."""

    def __init__(self, limits: FetchLimits) -> None:
        self._limits = limits
        self._bytes = 0
        self._lines = 0
        self._fields: dict[str, list[str]] = {}
        self.status = 0
        self.complete = False

    def feed(self, line: bytes) -> Fault | None:
        self._bytes += len(line)
        self._lines += 1
        if self._bytes > self._limits.max_header_bytes or self._lines > self._limits.max_headers:
            return Fault(
                ProblemKind.TOO_LONG,
                f"the headers have more than {self._limits.max_header_bytes} bytes or"
                f" {self._limits.max_headers} lines",
            )
        if self.complete:
            return None  # a trailer: counted, never obeyed
        started = _STATUS_LINE.match(line)
        if started:
            self.status, self._fields = int(started[1]), {}
        elif not line.strip():
            self.complete = self.status >= 200  # noqa: PLR2004 - 1xx are interim (RFC 9110 §15.2)
        else:
            self._keep(line)
        return None

    def all(self, name: str) -> list[str]:
        return self._fields.get(name, [])

    def first(self, name: str) -> str:
        return next(iter(self.all(name)), "")

    @property
    def encodings(self) -> list[str]:
        """What has to be taken off the body, in the order it was put on."""
        listed = ",".join(self.all("content-encoding")).lower().split(",")
        return [one.strip() for one in listed if one.strip() not in {"", "identity"}]

    @property
    def declared_length(self) -> int | None:
        """Content-Length where it is one number; libcurl itself refuses contradictions."""
        text = self.first("content-length")
        return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else None

    def retry_after(self, now: datetime) -> float | None:
        """Seconds to wait, between 0 and the limit; None where nothing sensible was said."""
        text = self.first("retry-after")
        if not text:
            return None
        seconds = _seconds(text, now)
        if seconds is None or math.isnan(seconds):
            return None
        return min(max(seconds, 0.0), self._limits.max_retry_after)

    def _keep(self, line: bytes) -> None:
        name, colon, value = line.decode("latin-1").partition(":")
        if colon and name.lower() in _KEPT:
            self._fields.setdefault(name.lower(), []).append(value.strip())


def shown(text: str) -> str:
    """A stranger's words for a message: short, quoted, only ASCII."""
    return ascii(text if len(text) <= _MAX_SHOWN else text[:_MAX_SHOWN] + "...")


def _seconds(text: str, now: datetime) -> float | None:
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
