"""The expiry timeline as a picture: lanes of versions, days of expiries, and what each of them says.

Shares are in per cent of the width, with two decimals; heights are in pixels.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

import msgspec

from trustui.core.formats.tuf.states import is_soon
from trustui.core.primitives.text import counted, visible
from trustui.pages.dates import day_words, instant_words, short_day_words
from trustui.pages.pictures.timeline_layout import (
    DAY,
    PIXEL,
    Axis,
    Bar,
    Lapse,
    Version,
    lanes,
    lapses,
    midnight,
    ticks,
)
from trustui.pages.words import age

ROW = 34
TOP = 22
"""Above the first lane, for the ticks."""
FOOT = 18
"""Below the last one, for the word now."""
STRIP = 44
_HEAD = 60
"""Of a file, above the lanes: the days."""
_NAME_AT = 24
_LEAST_HEIGHT = 3.0
_NAME = 26
_MOST_STEPS = 200
_FEW = 4
"""So many roles make the highest bar, where no day has more."""
_STEPS = (1, 7, 30, 365)


class Given(msgspec.Struct, frozen=True):
    """What a lane is made of: a role, or of what has a `href` that. Versions stand as they came."""

    source_id: int | None
    source: str
    role: str
    """Its name."""
    role_id: str
    signing_begins: datetime | None
    versions: Sequence[Version]
    href: str = ""
    soon_at: datetime | None = None
    """From when on it expires soon, where that is known."""


class BarShape(msgspec.Struct, frozen=True):
    """A version, or several; `sha256` of the one that it leads to, empty for several."""

    x: str
    width: str
    edge: str
    sign: str
    title: str
    sha256: str


class Stretch(msgspec.Struct, frozen=True):
    """A lapse, or the time in which a version should be signed anew."""

    x: str
    width: str
    title: str
    sha256: str = ""


class LaneShape(msgspec.Struct, frozen=True):
    """One role, or something else that expires, which `href` leads to."""

    y: int
    source_id: int | None
    role_id: str
    name: str
    """As much of the role as fits."""
    title: str
    """All that the lane says, in words."""
    source: str
    when: str
    """When its newest version expires, or since when it has lapsed."""
    sign: str
    bars: tuple[BarShape, ...]
    lapses: tuple[Stretch, ...]
    ghost: Stretch | None
    rest: Stretch | None
    """What is left of the life of a version that expires soon."""
    href: str = ""

    @property
    def base(self) -> int:
        """Where its name stands in a file."""
        return self.y + _HEAD + _NAME_AT

    @property
    def likeness(self) -> tuple[object, ...]:
        """All that is drawn of it but its name."""
        bars = tuple((bar.x, bar.width, bar.edge, bar.sign) for bar in self.bars)
        lapses = tuple((lapse.x, lapse.width) for lapse in self.lapses)
        return self.when, self.sign, bars, lapses, self.ghost, self.rest

    def for_all(self, others: Sequence[str], href: str) -> "LaneShape":
        """The same for others that look like it; `href` leads to all of them."""
        name = f"{self.name[: _NAME // 2]}, {len(others):,} alike"
        title = f"{self.name}, {', '.join(others)}: {self.when}"
        bars = tuple(
            msgspec.structs.replace(bar, title=f"{bar.title}, and {len(others):,} alike")
            for bar in self.bars
        )
        return msgspec.structs.replace(self, name=name, title=title, bars=bars, href=href)


class DayShape(msgspec.Struct, frozen=True):
    """How many documents expire on a day, or on some days in a row; both of them counted in."""

    x: str
    width: str
    y: str
    height: str
    sign: str
    title: str
    begins: date
    ends: date


class TickShape(msgspec.Struct, frozen=True):
    """A line with its word."""

    x: str
    word: str
    is_spare: bool = False
    """Whether the word has no room on a phone."""


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """The whole. `chosen` are the days that the list is narrowed to."""

    height: int
    lanes: tuple[LaneShape, ...]
    ticks: tuple[TickShape, ...]
    now: str
    is_now: bool
    days: tuple[DayShape, ...]
    chosen: Stretch | None
    begins: date
    ends: date
    """The first and the last day of the axis."""
    has_sources: bool
    words: str
    strip: int = STRIP

    def with_lanes(self, lanes: Sequence[LaneShape]) -> "Picture":
        """These instead, one below the other."""
        placed = (
            msgspec.structs.replace(lane, y=TOP + number * ROW) for number, lane in enumerate(lanes)
        )
        return msgspec.structs.replace(
            self, lanes=tuple(placed), height=TOP + len(lanes) * ROW + FOOT
        )

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands in it but its ticks."""
        return not (self.lanes or self.days)

    @property
    def has_ghosts(self) -> bool:
        """Whether the publisher of any role says when it is signed anew."""
        return any(lane.ghost is not None for lane in self.lanes)

    @property
    def floor(self) -> int:
        """Where the lanes end."""
        return self.height - FOOT

    @property
    def foot(self) -> int:
        """Where the word below them stands."""
        return self.height - 4

    @property
    def whole(self) -> int:
        """How high a file with all of it is."""
        return self.height + _HEAD + _NAME_AT


class Chosen(msgspec.Struct, frozen=True):
    """The days that the list is narrowed to; None: no bound."""

    begins: date | None
    ends: date | None


def timeline_picture(
    given: Sequence[Given],
    axis: Axis,
    days: Mapping[date, int],
    chosen: Chosen,
    *,
    is_now: bool,
    has_sources: bool,
    noun: str = "role",
) -> Picture:
    """Lanes in the order in which they are given; `noun` counts what expires."""
    drawn = lanes([one.versions for one in given], axis)
    return Picture(
        height=TOP + len(given) * ROW + FOOT,
        lanes=tuple(
            _lane(one, bars, axis, number)
            for number, (one, bars) in enumerate(zip(given, drawn, strict=True))
        ),
        ticks=tuple(TickShape(_share(tick.x), tick.word, tick.is_spare) for tick in ticks(axis)),
        now=_share(axis.share(axis.now)),
        is_now=is_now,
        days=_days(axis, days, noun),
        chosen=_chosen(axis, chosen),
        begins=axis.begins.date(),
        ends=(axis.ends - timedelta.resolution).date(),
        has_sources=has_sources,
        words=f"When {counted(len(given), noun)} "
        f"{'expires' if len(given) == 1 else 'expire'}: a lane for each, a bar for each version",
    )


# ---- lanes


def _lane(given: Given, bars: Sequence[Bar], axis: Axis, number: int) -> LaneShape:
    newest = given.versions[-1] if given.versions else None
    sign, when = standing(newest, given.signing_begins, axis.now, given.soon_at)
    name = visible(given.role, 200)
    return LaneShape(
        y=TOP + number * ROW,
        source_id=given.source_id,
        role_id=given.role_id,
        name=name if len(name) <= _NAME else f"{name[: _NAME - 1]}…",
        title=f"{name} of {visible(given.source, 200)}: {when}",
        source=visible(given.source, 40),
        when=when,
        sign=sign,
        bars=tuple(_bar(bar, sign if bar.is_newest else "past", name, axis.now) for bar in bars),
        lapses=tuple(
            _expired(one, name) if given.href else _lapse(one, name)
            for one in lapses(given.versions, axis)
        ),
        ghost=_ghost(newest, given.signing_begins, axis),
        rest=_rest(newest, axis) if newest is not None and sign == "soon" else None,
        href=given.href,
    )


def standing(
    newest: Version | None,
    signing_begins: datetime | None,
    now: datetime,
    soon_at: datetime | None = None,
) -> tuple[str, str]:
    """The sign of a role by its newest version, and when that expires: `9 Dec`, `lapsed 18 Nov`."""
    if newest is None:
        return "none", ""
    expires = newest.expires_at
    year = f" {expires.year}" if expires.year != now.year else ""
    word = f"{short_day_words(expires)}{year}"
    if expires <= now:
        return "bad", f"lapsed {word}"
    if soon_at is not None:
        return "soon" if now >= soon_at else "ok", word
    return "soon" if is_soon(newest.seen_at, expires, now, signing_begins) else "ok", word


def _bar(bar: Bar, sign: str, name: str, now: datetime) -> BarShape:
    return BarShape(
        x=_share(bar.x),
        width=_share(_apart(bar)),
        edge="" if bar.edge is None else _share(bar.edge),
        sign=sign,
        title=_bar_words(bar, name, now),
        sha256=bar.last.sha256 if bar.count == 1 else "",
    )


def _apart(bar: Bar) -> float:
    """A bar is at least a pixel wide, and ends a pixel before its successor where it can."""
    if bar.is_newest or bar.width < 4 * PIXEL:
        return max(bar.width, PIXEL)
    return bar.width - PIXEL


def _bar_words(bar: Bar, name: str, now: datetime) -> str:
    if bar.count > 1:
        return (
            f"{name}, {bar.count:,} versions, {visible(bar.first.version, 40)} to "
            f"{visible(bar.last.version, 40)}, {instant_words(bar.first.seen_at)}"
            f" to {instant_words(bar.last.seen_at)}"
        )
    last = bar.last
    told = "expired" if last.expires_at <= now else "expires"
    if not bar.is_newest:
        told = f"replaced; {told}"
    version = f" v{visible(last.version, 40)}" if last.version else ""
    seen, expires = instant_words(last.seen_at), instant_words(last.expires_at)
    return f"{name}{version}, from {seen}, {told} {expires}"


def _lapse(lapse: Lapse, name: str) -> Stretch:
    many = f"{lapse.count:,} times between" if lapse.count > 1 else "for"
    between = f"{instant_words(lapse.begins)} and {instant_words(lapse.ends)}"
    told = between if lapse.count > 1 else f"{age(lapse.ends - lapse.begins)}, between {between}"
    return Stretch(
        x=_share(lapse.x),
        width=_share(max(lapse.width, 2 * PIXEL)),
        title=f"{name} had no valid document {many} {told}",
        sha256=lapse.after.sha256,
    )


def _expired(lapse: Lapse, name: str) -> Stretch:
    width = _share(max(lapse.width, 2 * PIXEL))
    return Stretch(_share(lapse.x), width, f"{name} has expired at {instant_words(lapse.begins)}")


def _ghost(newest: Version | None, begins: datetime | None, axis: Axis) -> Stretch | None:
    if newest is None or begins is None or not axis.touches(begins, newest.expires_at):
        return None
    x = axis.share(begins)
    title = f"to be signed anew from {instant_words(begins)} on"
    return Stretch(_share(x), _share(axis.share(newest.expires_at) - x), title)


def _rest(newest: Version, axis: Axis) -> Stretch:
    x = axis.share(axis.now)
    title = f"{age(newest.expires_at - axis.now)} left"
    return Stretch(_share(x), _share(axis.share(newest.expires_at) - x), title, newest.sha256)


# ---- days


def _days(axis: Axis, days: Mapping[date, int], noun: str) -> tuple[DayShape, ...]:
    """Only those on which something expires; of a long axis some days in a row together."""
    all_days = list(axis.days())
    step = next((one for one in _STEPS if len(all_days) / one <= _MOST_STEPS), _STEPS[-1])
    counts: Counter[int] = Counter()
    for day, count in days.items():
        if count and all_days[0] <= day <= all_days[-1]:
            counts[(day - all_days[0]).days // step] += count
    most = max([*counts.values(), _FEW])
    return tuple(
        _day(axis, all_days[number * step : (number + 1) * step], count, most, noun)
        for number, count in sorted(counts.items())
    )


def _day(axis: Axis, group: Sequence[date], count: int, most: int, noun: str) -> DayShape:
    begins, ends = midnight(group[0]), midnight(group[-1]) + DAY
    x = axis.share(begins)
    height = max(_LEAST_HEIGHT, STRIP * count / most)
    verb = "expired" if ends <= axis.now else "expire" if count > 1 else "expires"
    when = (
        day_words(group[0])
        if len(group) == 1
        else f"{day_words(group[0])} to {day_words(group[-1])}"
    )
    return DayShape(
        x=_share(x),
        width=_share(axis.share(ends) - x),
        y=f"{STRIP - height:.1f}",
        height=f"{height:.1f}",
        sign="bad" if ends <= axis.now else "soon" if begins <= axis.now + 7 * DAY else "none",
        title=f"{when}: {counted(count, noun)} {verb}",
        begins=group[0],
        ends=group[-1],
    )


def _chosen(axis: Axis, chosen: Chosen) -> Stretch | None:
    if chosen.begins is None and chosen.ends is None:
        return None
    x = 0.0 if chosen.begins is None else axis.share(midnight(chosen.begins))
    end = 100.0 if chosen.ends is None else axis.share(midnight(chosen.ends) + DAY)
    return Stretch(_share(x), _share(end - x), "")


def _share(share: float) -> str:
    return f"{share:.2f}"
