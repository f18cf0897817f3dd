"""The shapes of the expiry timeline as SVG, and the rows of its table.

Written by hand: a picture has a thousand shapes, a table some hundreds of signers, and a template
takes as long for each of them as for a row of a table. Whatever comes from metadata is escaped here.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from html import escape

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString

from trustui.pages.due import OVERDUE
from trustui.pages.expiries import Choice, Line
from trustui.pages.pictures.timeline_picture import BarShape, LaneShape, Picture, Stretch
from trustui.pages.signers import Signer, Signers
from trustui.pages.timeline import LapseLine
from trustui.pages.upcoming import Bar
from trustui.web.templatetags.trust import (
    instant,
    name,
    plain,
    query,
    short_digests,
    stamp,
    state_word,
)

register = template.Library()

_MANY = 4_096
"""Sets of signers whose mark-up is kept: roles share them, and they stay for months."""


@register.simple_tag(takes_context=True)
def timeline_days(context: template.Context, picture: Picture) -> SafeString:
    """The strip of days, each a link to the list of what expires then."""
    return _svg(_days(picture, escape(str(context.get("rest", "")))))


@register.simple_tag
def timeline_days_alone(picture: Picture) -> SafeString:
    """The same without links, for a file."""
    return _svg(_days(picture, None))


@register.simple_tag(takes_context=True)
def timeline_lanes(context: template.Context, picture: Picture) -> SafeString:
    """The lanes, each bar a link to its document."""
    query = escape(str(context.get("moment_query", "")))
    return _svg(_lanes(picture, _Links(reverse("sources"), query)))


@register.simple_tag(takes_context=True)
def timeline_names(context: template.Context, picture: Picture) -> SafeString:
    """A link for each lane, and its source where there are several."""
    return _svg(_names(picture, escape(str(context.get("moment_query", ""))), reverse("sources")))


def _names(picture: Picture, query: str, sources: str) -> Iterator[str]:
    for lane in picture.lanes:
        to = escape(lane.href) if lane.href else f"{sources}{lane.source_id}/roles/{lane.role_id}/"
        beside = (
            f' <span class="muted"><bdi>{escape(lane.source)}</bdi></span>'
            if picture.has_sources
            else ""
        )
        yield (
            f'<li><a href="{to}{query}" title="{escape(lane.title)}">'
            f"<bdi>{escape(lane.name)}</bdi></a>{beside}</li>"
        )


@register.simple_tag
def timeline_names_alone(picture: Picture) -> SafeString:
    """The name of each lane and when it ends, for a file."""
    return _svg(
        f'<text x="220" y="{lane.base}" text-anchor="end">{escape(lane.name)}'
        f"{_beside_alone(lane) if picture.has_sources else ''}</text>"
        f'<text class="{_WORDS_ALONE.get(lane.sign, "small")}" x="1040" y="{lane.base}">'
        f"{lane.when}</text>\n"
        for lane in picture.lanes
    )


_WORDS_ALONE = {"bad": "is-bad-word", "soon": "is-soon-word"}


def _beside_alone(lane: LaneShape) -> str:
    return f' <tspan class="of">{escape(lane.source)}</tspan>'


@register.simple_tag
def timeline_dates(picture: Picture) -> SafeString:
    """When each lane ends."""
    kinds = {sign: f' class="is-{sign}"' for sign in ("bad", "soon")}
    return _svg(f"<li{kinds.get(lane.sign, '')}>{lane.when}</li>" for lane in picture.lanes)


# ---- the list


@register.simple_tag(takes_context=True)
def due_windows(context: template.Context, choices: Iterable[Choice]) -> SafeString:
    """Each window with what it holds, a link to the list of that; other days make place for it."""
    rest = query(context, **dict.fromkeys(("window", "from", "to", "after")))
    begins = escape(f"{rest}&" if rest.startswith("?") else "?")
    return _svg(
        f'<li><a class="bucket{" is-bad" if one.window == OVERDUE and one.count else ""}"'
        f' href="{begins}window={one.window}"{_CHOSEN if one.is_chosen else ""}>'
        f"<b>{one.count:,}</b> <span>{one.word}</span></a></li>\n"
        for one in choices
    )


_CHOSEN = ' aria-current="true"'


@register.simple_tag(takes_context=True)
def due_rows(
    context: template.Context, lines: Sequence[Line], *, has_source: bool = True
) -> SafeString:
    """The rows of the list of what expires; documents with their source where there are others."""
    query, sources = escape(str(context.get("moment_query", ""))), reverse("sources")
    version = _NO_VERSION if any(not line.href for line in lines) else ""
    return _svg(
        _term_due(line, query, version)
        if line.href
        else _role_due(line, query, f"{sources}{line.source_id}", has_source=has_source)
        for line in lines
    )


_NO_VERSION = '<td data-label="Version" class="number"></td>'
_NOBODY = SafeString('<span class="muted">nobody delegates to it</span>')


def _role_due(line: Line, query: str, at: str, *, has_source: bool) -> str:
    place = anew = ""
    if has_source:
        source = name(line.source)
        place = f'<td data-label="Source"><a href="{at}/timeline/{query}">{source}</a></td>'
    if line.signing_begins is not None:
        begins = instant(line.signing_begins)
        anew = f'<span class="sub">to be signed anew from {begins}</span>'
    who = _NOBODY if line.signers is None else _signers(line.signers, query)
    return f"""<tr>
      <th scope="row" data-label="Role"><a href="{at}/roles/{line.role_id}/{query}">{name(line.role)}</a></th>
      {place}
      <td data-label="Version" class="number"><a href="{at}/documents/{line.sha256}/{query}">{name(line.version)}</a></td>
      <td data-label="Expires">{_time(line)}{anew}</td>
      <td data-label="Left">{state_word(line.sign, line.left_word)}</td>
      <td data-label="Who signs">{who}</td>
    </tr>
    """


def _term_due(line: Line, query: str, version: str) -> str:
    return f"""<tr>
      <th scope="row" data-label="Name"><a href="{escape(line.href)}{query}">{name(line.name)}</a></th>
      <td data-label="Where" title="{escape(plain(line.source))}">{name(short_digests(line.source))}</td>
      {version}
      <td data-label="Expires">{_time(line)}</td>
      <td data-label="Left">{state_word(line.sign, line.left_word)}</td>
      <td data-label="What">{escape(line.what)}</td>
    </tr>
    """


def _time(line: Line) -> str:
    return f'<time datetime="{stamp(line.expires_at)}">{instant(line.expires_at)}</time>'


@register.simple_tag(takes_context=True)
def lapse_rows(
    context: template.Context, lapses: Iterable[LapseLine], *, has_source: bool = True
) -> SafeString:
    """The rows of the list of times without a valid document."""
    query, sources = escape(str(context.get("moment_query", ""))), reverse("sources")
    return _svg(
        _lapse_row(one, query, f"{sources}{one.source_id}", has_source=has_source) for one in lapses
    )


def _lapse_row(lapse: LapseLine, query: str, at: str, *, has_source: bool) -> str:
    place = ""
    if has_source:
        source = name(lapse.source)
        place = f'<td data-label="Source"><a href="{at}/timeline/{query}">{source}</a></td>'
    ends = '<b class="is-bad">no successor yet</b>' if lapse.is_open else instant(lapse.ends)
    return (
        f'<tr><th scope="row" data-label="Role"><a href="{at}/roles/{lapse.role_id}/{query}">'
        f"{name(lapse.role)}</a></th>{place}"
        f'<td data-label="Expired version" class="number">'
        f'<a href="{at}/documents/{lapse.sha256}/{query}">{name(lapse.version)}</a></td>'
        f'<td data-label="From">{instant(lapse.begins)}</td><td data-label="Until">{ends}</td>'
        f'<td data-label="Lasted">{lapse.lasted}</td></tr>\n      '
    )


@lru_cache(maxsize=_MANY)
def _signers(who: Signers, query: str) -> SafeString:
    """How many of which keys have to sign, each a link to its page where it can be read.

    The query was escaped.
    """
    keys = "".join(_signer(one, query) for one in who.named)
    more = f' <span class="muted">and {who.more:,} more</span>' if who.more else ""
    return SafeString(  # numbers, and words that were escaped
        f'<span class="signers"><span class="threshold"><b>{name(who.threshold)}</b>'
        f" of {who.keys:,}</span>{keys}{more}</span>"
    )


def _signer(key: Signer, query: str) -> str:
    title, word = escape(plain(key.keyid)), escape(plain(key.name))
    if not key.fingerprint:
        return f' <span class="signer" title="{title}">{word}</span>'
    kind = "signer" if key.owner else "signer mono"
    to = f"{reverse('keys')}{key.fingerprint}/{query}"
    return f' <a class="{kind}" href="{to}" title="{title}">{word}</a>'


# ---- alone, and on the overview


@register.simple_tag
def timeline_lanes_alone(picture: Picture) -> SafeString:
    """The same without links, for a file."""
    return _svg(_lanes(picture, None))


@register.simple_tag(takes_context=True)
def day_bars(context: template.Context, bars: Iterable[Bar], width: int) -> SafeString:
    """What expires day by day, on the overview; each day leads to the list of it, then as now."""
    query = str(context["moment_query"])
    listed = escape(f"{reverse('expiries')}{query}{'&' if query else '?'}")
    return _svg(
        f'<a href="{listed}from={bar.day}&amp;to={bar.day}" tabindex="-1"'
        f' aria-label="{escape(bar.title)}"><rect class="fill is-{bar.sign}" x="{bar.x}"'
        f' y="{bar.y}" width="{width}" height="{bar.height}" rx="1">'
        f"<title>{escape(bar.title)}</title></rect></a>\n        "
        for bar in bars
        if float(bar.height)
    )


def _svg(parts: Iterator[str]) -> SafeString:
    return SafeString("".join(parts))  # made of numbers, and of words that were escaped


# ---- days


def _days(picture: Picture, rest: str | None) -> Iterator[str]:
    chosen, height = picture.chosen, picture.strip
    if chosen is not None:
        yield f'<rect class="chosen" x="{chosen.x}%" width="{chosen.width}%" y="0" height="{height}"/>'
    for day in picture.days:
        title = escape(day.title)
        shape = (
            f'<rect class="fill is-{day.sign}" x="{day.x}%" width="{day.width}%" y="{day.y}"'
            f' height="{day.height}"><title>{title}</title></rect>'
        )
        if rest is None:
            yield shape
        else:
            to = f"?{rest}from={day.begins}&amp;to={day.ends}"
            yield f'<a href="{to}" tabindex="-1" aria-label="{title}">{shape}</a>'
    yield f'<line class="grid" x1="0%" x2="100%" y1="{height}" y2="{height}"/>'
    yield _upright("now", picture.now, 0, height)


# ---- lanes


class _Links:
    """Where shapes lead to."""

    def __init__(self, sources: str, query: str) -> None:
        self._sources = sources
        self._query = query

    def around(self, shape: str, lane: LaneShape, sha256: str, title: str) -> str:
        """A shape that leads to a document, or to the role where it stands for several."""
        if lane.href:
            to = f"{escape(lane.href)}{self._query}"
            return f'<a tabindex="-1" aria-label="{title}" href="{to}">{shape}</a>'
        where = f"documents/{sha256}" if sha256 else f"roles/{lane.role_id}"
        to = f"{self._sources}{lane.source_id}/{where}/{self._query}"
        return f'<a tabindex="-1" aria-label="{title}" href="{to}">{shape}</a>'


def _lanes(picture: Picture, links: _Links | None) -> Iterator[str]:
    for tick in picture.ticks:
        yield _upright("grid", tick.x, 0, picture.floor)
        kind = "small is-spare" if tick.is_spare else "small"
        yield f'<text class="{kind}" x="{tick.x}%" dx="4" y="12">{escape(tick.word)}</text>'
    for lane in picture.lanes:
        yield f'<g transform="translate(0 {lane.y})">'
        yield from _lane(lane, links)
        yield "</g>\n"
    yield _upright("now", picture.now, _BELOW_TICKS, picture.floor)
    if links is not None:  # above the line, which would cross them
        for lane in picture.lanes:
            yield _inner(lane, has_source=picture.has_sources)
    word = "now" if picture.is_now else "then"
    beside = 'dx="-4" text-anchor="end"' if float(picture.now) > _LATE else 'dx="4"'
    yield f'<text class="now-word" x="{picture.now}%" {beside} y="{picture.foot}">{word}</text>'


_BELOW_TICKS = 17
"""Where the line of now begins: higher up it would cross the word of a tick."""
_LATE = 86
"""Per cent of the width, from which on a phone has no room for the word now on its right."""


def _inner(lane: LaneShape, *, has_source: bool) -> str:
    """The words of a lane where there is no room beside it."""
    words = [lane.name, lane.source, lane.when] if has_source else [lane.name, lane.when]
    return f'<text class="inner" x="0" y="{lane.y + 9}">{escape(" · ".join(words))}</text>'


def _lane(lane: LaneShape, links: _Links | None) -> Iterator[str]:
    for bar in lane.bars:
        yield _linked("version", bar, lane, links)
    if lane.rest is not None:
        yield _rect("fill is-soon", lane.rest, escape(lane.rest.title))
    for bar in lane.bars:
        if bar.edge:
            yield _upright(f"version-end is-{bar.sign}", bar.edge, 12, 26)
    for lapse in lane.lapses:
        yield _linked("lapse", lapse, lane, links)
    if lane.ghost is not None:
        yield _rect("ghost", lane.ghost, escape(lane.ghost.title), 'y="10.5" height="17"')


def _linked(kind: str, of: BarShape | Stretch, lane: LaneShape, links: _Links | None) -> str:
    title = escape(of.title)
    shape = _rect(kind, of, title)
    return shape if links is None else links.around(shape, lane, of.sha256, title)


def _rect(kind: str, of: BarShape | Stretch, title: str, place: str = 'y="13" height="12"') -> str:
    """The title was escaped."""
    return (
        f'<rect class="{kind}" x="{of.x}%" width="{of.width}%" {place}>'
        f"<title>{title}</title></rect>"
    )


def _upright(kind: str, x: str, y1: int, y2: int) -> str:
    return f'<line class="{kind}" x1="{x}%" x2="{x}%" y1="{y1}" y2="{y2}"/>'
