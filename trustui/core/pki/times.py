"""Spans of trust. All times are aware datetimes in UTC."""

from datetime import datetime

import msgspec

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
