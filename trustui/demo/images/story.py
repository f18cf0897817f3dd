"""One repository of images of the demo world: its past, what it tells, and what is expected."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TypeAlias

import msgspec

from trustui.demo.images.layout import layout_files
from trustui.demo.images.publisher import ImagePublisher
from trustui.demo.story import DAY, DAYS

PUSHED_BEFORE = timedelta(hours=5)
"""The last day's pushes, before the present."""


class ExpectedTag(msgspec.Struct, frozen=True):
    """What trustui is expected to say of what a tag names; `check` is the first that fails."""

    tag: str
    outcome: str
    trust_state: str
    check: str | None = None
    finding: str | None = None


class Served(msgspec.Struct, frozen=True):
    """The files of a layout since an instant (UTC)."""

    since: datetime
    files: Mapping[str, bytes]


class ImageStory(msgspec.Struct, frozen=True):
    """A repository with its past, oldest first; the last is what it holds now."""

    name: str
    title: str
    text: str
    expected: tuple[ExpectedTag, ...]
    past: tuple[Served, ...]
    configuration: str = ""
    """The folder of Notation's configuration that decides about it; empty: the policies do."""

    @property
    def files(self) -> Mapping[str, bytes]:
        """What the layout holds now."""
        return self.past[-1].files


Plot: TypeAlias = Mapping[int, Callable[[], object]]
"""What is pushed on a day, counted from 0."""


def pushed_on(day: int, now: datetime) -> datetime:
    """When something is pushed on a day."""
    return now - PUSHED_BEFORE - (DAYS - 1 - day) * DAY


def lived(repo: ImagePublisher, plot: Plot, now: datetime) -> tuple[Served, ...]:
    """Go through a plot day by day, and keep what the layout held after each."""
    past = []
    for day in sorted(plot):
        repo.at = pushed_on(day, now)
        plot[day]()
        past.append(Served(repo.at, layout_files(repo.repository)))
    return tuple(past)
