"""Where versions, lapses and days stand on an axis of time, as shares of its width in per cent.

Pure: no query, no words but those of the ticks. Shares let one picture fit every width.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

import msgspec

from trustui.core.timeline import gaps
from trustui.pages.dates import MONTHS, month_words, short_day_words

DAY = timedelta(days=1)
PIXELS = 860
"""How wide the axis is on a wide screen; what is smaller than a pixel there is merged."""
MOST_BARS = 240
"""Of a whole picture; where there are more, neighbours are merged until there are not."""
MOST_TICKS = 9
_WHOLE = 100.0
PIXEL = _WHOLE / PIXELS
_LEAST = 3 * PIXEL
PHONE_PIXELS = 250
"""How wide the axis is at least; the narrowest phones are 320 pixels wide."""
_LETTER, _BEFORE, _BETWEEN = 6.6, 4, 6
"""Pixels of a letter of a tick's word, before the word, and after it."""
_APART = 4 * PIXEL
"""Edges of bars that stand closer than this cannot be told apart."""


class Axis(msgspec.Struct, frozen=True):
    """A stretch of time (UTC) with an instant in it that is called now."""

    begins: datetime
    ends: datetime
    now: datetime

    def share(self, at: datetime) -> float:
        """From 0 to 100; what lies beyond stands on the edge."""
        return min(_WHOLE, max(0.0, _WHOLE * ((at - self.begins) / (self.ends - self.begins))))

    def touches(self, begins: datetime, ends: datetime) -> bool:
        """Whether any of a stretch of time is to be seen."""
        return ends > self.begins and begins < self.ends

    def days(self) -> Iterator[date]:
        """Every day of UTC that it touches."""
        first, last = _day_of(self.begins), _day_of(self.ends - timedelta.resolution)
        return map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))


def _day_of(at: datetime) -> date:
    return at.astimezone(UTC).date()


class Tick(msgspec.Struct, frozen=True):
    """A line across the picture, and what stands at it."""

    x: float
    word: str
    """Empty where it would not fit before the edge."""
    is_spare: bool = False
    """Whether its word touches another one on a phone."""


class Version(msgspec.Struct, frozen=True):
    """One document of a role; `seen_at` is when it was seen first or published. UTC."""

    version: str
    sha256: str
    seen_at: datetime
    expires_at: datetime


class Bar(msgspec.Struct, frozen=True):
    """A version while it was the newest, or several that are too small to be told apart."""

    x: float
    width: float
    edge: float | None
    """The expiry of the last of them; None where it cannot be shown."""
    first: Version
    last: Version
    count: int
    is_newest: bool


class Lapse(msgspec.Struct, frozen=True):
    """A time without a valid version, or several such times that cannot be told apart."""

    x: float
    width: float
    begins: datetime
    ends: datetime
    after: Version
    """What had expired."""
    count: int
    is_open: bool


def midnight(day: date) -> datetime:
    """The first instant of a day of UTC."""
    return datetime.combine(day, time(), UTC)


def bars(versions: Sequence[Version], axis: Axis, least: float = _LEAST) -> list[Bar]:
    """The versions of a role in the order in which they came, the newest last.

    A version's bar ends with its successor, the newest one's with its expiry. Bars narrower than
    `least` are merged with their neighbours.
    """
    found: list[Bar] = []
    for number, version in enumerate(versions):
        is_newest = number + 1 == len(versions)
        ends = version.expires_at
        if not is_newest:
            ends = min(ends, versions[number + 1].seen_at)
        if not axis.touches(version.seen_at, max(ends, version.expires_at)):
            continue
        x = axis.share(version.seen_at)
        width = max(0.0, axis.share(ends) - x)
        edge = axis.share(version.expires_at) if version.expires_at < axis.ends else None
        bar = Bar(x, width, edge, version, version, 1, is_newest)
        if found and _is_small(found[-1], bar, least):
            bar = _merged(found.pop(), bar)
        found.append(bar)
    return _with_edges_apart(found)


def _is_small(before: Bar, bar: Bar, least: float) -> bool:
    """Whether two neighbours cannot be told apart; the newest version stands alone."""
    is_run = before.count > 1 or before.width < least
    return is_run and not bar.is_newest and bar.width < least and _gap(before, bar) < least


def _gap(before: Bar, bar: Bar) -> float:
    return bar.x - (before.x + before.width)


def _merged(before: Bar, bar: Bar) -> Bar:
    width = max(before.x + before.width, bar.x + bar.width) - before.x
    return Bar(before.x, width, bar.edge, before.first, bar.last, before.count + 1, is_newest=False)


def _with_edges_apart(found: Sequence[Bar]) -> list[Bar]:
    """The edge of the newest version stands in any case."""
    kept: list[Bar] = []
    last = -_WHOLE
    for bar in reversed(found):
        is_shown = bar.edge is not None and (bar.is_newest or abs(last - bar.edge) >= _APART)
        kept.append(bar if is_shown else msgspec.structs.replace(bar, edge=None))
        last = bar.edge if bar.edge is not None and is_shown else last
    return kept[::-1]


def lanes(every: Sequence[Sequence[Version]], axis: Axis) -> list[list[Bar]]:
    """The bars of many roles; merged more and more, until a picture can hold them."""
    least = _LEAST
    while True:
        found = [bars(versions, axis, least) for versions in every]
        if sum(map(len, found)) <= MOST_BARS or least >= _WHOLE:
            return found
        least *= 2


def lapses(versions: Sequence[Version], axis: Axis) -> list[Lapse]:
    """The times in which a role had no valid version, as far as the axis shows them."""
    found: list[Lapse] = []
    for gap in gaps([(one.seen_at, one.expires_at) for one in versions], axis.now):
        if not axis.touches(gap.begins, gap.ends):
            continue
        x = axis.share(gap.begins)
        width = axis.share(gap.ends) - x
        lapse = Lapse(x, width, gap.begins, gap.ends, versions[gap.index], 1, gap.is_open)
        before = found[-1] if found else None
        if before is not None and x - (before.x + before.width) < PIXEL:
            lapse = Lapse(
                before.x, x + width - before.x, before.begins, gap.ends, before.after, before.count + 1, gap.is_open,
            )  # fmt: skip
            found.pop()
        found.append(lapse)
    return found


# ---- ticks

_STEPS = (1, 2, 7, 14)
_MONTHS = (1, 2, 3, 6, 12, 24, 60, 120, 600)


def ticks(axis: Axis) -> tuple[Tick, ...]:
    """Days, or the first days of months: as many as have room."""
    return _with_room(_days_or_months(axis))


def _days_or_months(axis: Axis) -> tuple[Tick, ...]:
    span = (axis.ends - axis.begins) / DAY
    step = next((one for one in _STEPS if span / one <= MOST_TICKS), None)
    if step is not None:
        days = [day for day in axis.days() if day.toordinal() % step == 0]
        return tuple(_tick(axis, day, short_day_words(day)) for day in days if _fits(axis, day))
    months = next((one for one in _MONTHS if span / 30.4 / one <= MOST_TICKS), _MONTHS[-1])
    return tuple(
        _tick(axis, day, _month(day, months)) for day in _firsts(axis, months) if _fits(axis, day)
    )


def _month(day: date, step: int) -> str:
    """With its year where that is another than before."""
    is_new = day.month == 1 or step >= len(MONTHS)
    return f"{month_words(day)} {day.year}" if is_new else month_words(day)


def _with_room(found: Sequence[Tick]) -> tuple[Tick, ...]:
    """What a phone has no room for is spare; what reaches over the edge anywhere has no word."""
    kept: list[Tick] = []
    free = 0.0
    for tick in found:
        length = _BEFORE + _LETTER * len(tick.word)
        on_phone = PHONE_PIXELS * tick.x / _WHOLE
        is_spare = on_phone < free or on_phone + length > PHONE_PIXELS
        if not is_spare:
            free = on_phone + length + _BETWEEN
        fits = PIXELS * tick.x / _WHOLE + length <= PIXELS
        kept.append(Tick(tick.x, tick.word if fits else "", is_spare))
    return tuple(kept)


def _firsts(axis: Axis, months: int) -> Iterator[date]:
    """The first days of every so many months, counted from January of year 0."""
    number = axis.begins.year * 12 + axis.begins.month - 1
    number += -number % months
    while midnight(day := date(number // 12, number % 12 + 1, 1)) < axis.ends:
        yield day
        number += months


def _fits(axis: Axis, day: date) -> bool:
    return axis.begins <= midnight(day) < axis.ends


def _tick(axis: Axis, day: date, word: str) -> Tick:
    return Tick(axis.share(midnight(day)), word)
