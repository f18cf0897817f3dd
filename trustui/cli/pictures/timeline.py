"""The timeline as text: a lane for each role, with the times it had a valid document or none."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from trustui.cli.pictures.states import fitted, left_in_words
from trustui.cli.terminal import Style
from trustui.core.primitives.instants import span_in_words, write_instant
from trustui.core.primitives.text import counted, visible
from trustui.core.timeline import Expiry, Lane, Life, Timeline
from trustui.core.trace import Outcome, Severity

MAX_LANES = 40
MAX_LAPSES = 12
MAX_EXPIRIES = 60
MOST_PAST = timedelta(days=365)
LEAST_FUTURE = timedelta(days=30)
"""The picture reaches as far into the future as into the past, but at least this far."""
_VALID, _LAPSED, _NOTHING, _EXPIRY, _NOW = "━", "✗", " ", "┃", "│"
_NAME = 18
_NEEDS = {Life.EXPIRED: 0, Life.EXPIRES_SOON: 1, Life.VALID: 2, Life.SUPERSEDED: 2}


class _Scale(msgspec.Struct, frozen=True):
    """Which stretch of time each column of the picture stands for."""

    begins: datetime
    ends: datetime
    columns: int

    def column(self, at: datetime) -> int:
        """The column of an instant, the first or the last one for those beyond."""
        share = (at - self.begins) / (self.ends - self.begins)
        return min(self.columns - 1, max(0, int(share * self.columns)))

    def stretch(self, begins: datetime, ends: datetime) -> range:
        """The columns that a stretch of time touches; none when it lies outside."""
        if ends < self.begins or begins > self.ends:
            return range(0)
        return range(self.column(begins), self.column(ends) + 1)


def show_timeline(timeline: Timeline, style: Style) -> Iterator[str]:
    """Lines at most as wide as the style allows."""
    yield style.bold("When documents expire")
    yield style.faint(f"as of {write_instant(timeline.at)}")
    if not timeline.lanes:
        yield "no document is known"
        return
    scale = _scale(timeline, style)
    yield ""
    yield from _axis(scale, timeline)
    lanes = sorted(timeline.lanes, key=lambda lane: _NEEDS[lane.newest.life])
    drawn = set(map(id, lanes[:MAX_LANES]))
    for lane in timeline.lanes:
        if id(lane) in drawn:
            yield from _lane(lane, scale, timeline, style)
    if len(lanes) > MAX_LANES:
        yield style.faint(f"… and {len(lanes) - MAX_LANES:,} more roles; --json has them all")
    yield ""
    legend = f"{_VALID} a valid document   {_EXPIRY} its expiry   {_LAPSED} lapsed   {_NOW} now"
    yield style.faint(legend)
    yield from _lapses(timeline, style)


def show_expiries(expiries: tuple[Expiry, ...], at: datetime, style: Style) -> Iterator[str]:
    """The documents of today, the one that expires first in front."""
    yield style.bold("What needs a successor next")
    for one in expiries[:MAX_EXPIRIES]:
        name = f"{visible(one.role, 60)} v{one.version}"
        text = f"{write_instant(one.expires)}, {left_in_words(one.expires - at)}"
        if one.signing_begins is not None:
            text += f", to be signed from {write_instant(one.signing_begins)}"
        lines = list(style.paragraph(text, " " * 26, f"  {fitted(name, 23)} "))
        yield from (_in_life(one.life, line, style) for line in lines)
    if len(expiries) > MAX_EXPIRIES:
        yield style.faint(f"  … and {len(expiries) - MAX_EXPIRIES:,} more; --json has them all")


def _scale(timeline: Timeline, style: Style) -> _Scale:
    begins = max(timeline.begins, timeline.at - MOST_PAST)
    ends = min(timeline.ends, timeline.at + max(timeline.at - begins, LEAST_FUTURE))
    return _Scale(begins, max(ends, begins + timedelta(minutes=1)), style.width - _NAME - 22)


def _axis(scale: _Scale, timeline: Timeline) -> Iterator[str]:
    first, last = write_instant(scale.begins)[:10], write_instant(scale.ends)[:10]
    yield f"{' ' * _NAME}{first}{last:>{max(len(last) + 1, scale.columns - len(first))}}"
    yield f"{' ' * (_NAME + scale.column(timeline.at))}now"[: _NAME + scale.columns + 2]


def _lane(lane: Lane, scale: _Scale, timeline: Timeline, style: Style) -> Iterator[str]:
    cells = [_NOTHING] * scale.columns
    successors = [*(bar.begins for bar in lane.bars[1:]), None]
    for bar, successor in zip(lane.bars, successors, strict=True):
        ends = bar.expires if successor is None else min(bar.expires, successor)
        for column in scale.stretch(bar.begins or ends, ends):
            cells[column] = _VALID
    newest = lane.newest
    for column in scale.stretch(newest.expires, newest.expires):
        cells[column] = _EXPIRY
    for lapse in lane.lapses:
        for column in scale.stretch(lapse.begins, lapse.ends):
            cells[column] = _LAPSED
    if cells[scale.column(timeline.at)] in {_VALID, _NOTHING}:
        cells[scale.column(timeline.at)] = _NOW
    name = fitted(visible(lane.role, _NAME), _NAME - 1)
    left = left_in_words(newest.expires - timeline.at)
    end = _in_life(newest.life, f"v{newest.version} {left}", style)
    yield f"{name} {_painted(cells, style)} {end}"


def _painted(cells: list[str], style: Style) -> str:
    text = "".join(cells)
    pieces = text.split(_LAPSED)
    return style.outcome(Outcome.FAILED, _LAPSED).join(pieces)


def _in_life(life: Life, text: str, style: Style) -> str:
    if life is Life.EXPIRED:
        return style.outcome(Outcome.FAILED, text)
    return style.severity(Severity.MEDIUM, text) if life is Life.EXPIRES_SOON else text


def _lapses(timeline: Timeline, style: Style) -> Iterator[str]:
    found = [(lane.role, lapse) for lane in timeline.lanes for lapse in lane.lapses]
    found.sort(key=lambda one: one[1].begins, reverse=True)
    if found:
        yield ""
        yield style.bold(f"{counted(len(found), 'lapse')}, the newest first")
    for role, lapse in found[:MAX_LAPSES]:
        until = "until now" if lapse.is_open else f"until {write_instant(lapse.ends)}"
        text = (
            f"{visible(role, 60)} v{lapse.version} lapsed {write_instant(lapse.begins)}, "
            f"for {span_in_words(lapse.ends - lapse.begins)}, {until}"
        )
        lines = style.paragraph(text, "    ", "  ")
        yield from (style.outcome(Outcome.FAILED, one) if lapse.is_open else one for one in lines)
    if len(found) > MAX_LAPSES:
        yield style.faint(f"  … and {len(found) - MAX_LAPSES:,} more; --json has them all")
