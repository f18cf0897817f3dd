"""What expires in the next four weeks, day by day."""

from collections.abc import Mapping
from datetime import date, timedelta

import msgspec

from trustui.pages.counts import SOON
from trustui.pages.dates import day_words, short_day_words
from trustui.pages.due import ALL, DAY, TICK, Asked
from trustui.pages.expiring import Counts, expiring, in_words
from trustui.pages.keeping import Keeper
from trustui.pages.moment import Moment
from trustui.pages.viewer import Viewer

DAYS = 28
HEIGHT = 80
"""Units that the highest bar takes."""
STEP, WIDTH = 20, 16
_LEAST = 3.0


MUCH = 1_000
"""Things that expire in these weeks, from which on their counts may be a few seconds old."""
_counts: Keeper[Counts] = Keeper(lambda counts: counts.windows[ALL] >= MUCH)


class Bar(msgspec.Struct, frozen=True):
    """One day of a picture, in its units; `y` from above."""

    x: int
    y: str
    height: str
    sign: str
    title: str
    day: date


class Upcoming(msgspec.Struct, frozen=True):
    """What expires within a week and within four, and each day's bar."""

    week: int
    month: int
    bars: tuple[Bar, ...]
    marks: tuple[str, ...]
    """The dates of each seventh bar, and so of the last."""
    words: str
    this_week: str = ""
    """`3 roles and 1 certificate`; empty where nothing expires within a week."""
    most: str = ""
    """What the highest bar stands for: `3 roles on 24 Nov 2026`; empty where there is none."""


def upcoming(viewer: Viewer, moment: Moment) -> Upcoming | None:
    """Three queries. None for another instant than now: what was served then is not counted again."""
    if moment.at != moment.now:
        return None
    begin = moment.valid_at
    key = *sorted(viewer.teams), None if moment.is_now else begin
    counts = _counts.get(key, lambda: _counted(viewer, moment))
    days = [begin.date() + timedelta(days=number) for number in range(DAYS + 1)]
    each = counts.days
    most = max(each.get(day, 0) for day in days)
    week, month = counts.within(Asked(str(SOON.days))), counts.within(Asked(str(DAYS)))
    held = ((counts.within(Asked(begins=day, ends=day)) if day in each else {}) for day in days)
    bars = tuple(
        _bar(number, day, of_day, most)
        for number, (day, of_day) in enumerate(zip(days, held, strict=True))
    )
    highest = max(bars, key=lambda bar: float(bar.height))
    return Upcoming(
        week=sum(week.values()),
        month=sum(month.values()),
        bars=bars,
        marks=tuple(
            short_day_words(days[number]) if number else "today" for number in range(0, DAYS + 1, 7)
        ),
        words=f"{in_words(week) or 'Nothing'} within {SOON.days} days, "
        f"{in_words(month) or 'nothing'} within {DAYS}",
        this_week=in_words(week),
        most=highest.title if most else "",
    )


def _counted(viewer: Viewer, moment: Moment) -> Counts:
    begin = moment.valid_at
    found = expiring(viewer, moment, Asked())
    assert found is not None  # of now there are never too many
    return found.counts(begin, (begin + TICK, begin + DAYS * DAY + TICK))


def _bar(number: int, day: date, held: Mapping[str, int], most: int) -> Bar:
    """What a day holds, by kind."""
    count = sum(held.values())
    height = max(_LEAST, HEIGHT * count / most) if count else 0.0
    sign = "none"
    if number == 0:
        sign = "bad"
    elif number <= SOON.days:
        sign = "soon"
    return Bar(
        x=number * STEP,
        y=f"{HEIGHT - height:.1f}",
        height=f"{height:.1f}",
        sign=sign,
        title=f"{in_words(held) or 'nothing'} on {day_words(day)}",
        day=day,
    )
