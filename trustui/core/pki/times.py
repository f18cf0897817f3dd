"""Spans of trust. All times are aware datetimes in UTC."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec

from trustui.core.facts import Turn
from trustui.core.primitives.instants import write_instant


class Window(msgspec.Struct, frozen=True):
    """A span of time, both ends inside (trusted root: TimeRange is closed); None has no end."""

    start: datetime | None = None
    end: datetime | None = None

    def contains(self, at: datetime) -> bool:
        """Whether the instant lies inside, ends included."""
        return (self.start is None or self.start <= at) and (self.end is None or at <= self.end)

    def __str__(self) -> str:
        start = "the beginning" if self.start is None else write_instant(self.start)
        end = "now and on" if self.end is None else write_instant(self.end)
        return f"{start} to {end}"


_NEXT = timedelta(microseconds=1)
_LAST = datetime.max.replace(tzinfo=UTC)


def turns_of(window: Window, what: str) -> Iterator[Turn]:
    """When a span that is judged by the present begins to hold, and when it holds no more."""
    if window.start is not None:
        yield Turn(window.start, f"{what} is valid since {write_instant(window.start)}")
    if window.end is not None and window.end < _LAST:
        yield Turn(window.end + _NEXT, f"{what} was valid until {write_instant(window.end)}")
