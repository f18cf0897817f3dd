"""The shapes of the expiry timeline as SVG.

Written by hand: a picture has a thousand shapes, and a template takes as long for each of them as
for a row of a table. Whatever comes from metadata is escaped here.
"""

from collections.abc import Iterator

from django import template
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from trustui.pages.pictures.timeline_picture import BarShape, LaneShape, Picture, Stretch

register = template.Library()


@register.simple_tag(takes_context=True)
def timeline_days(context: template.Context, picture: Picture) -> SafeString:
    """The strip of days, each a link to the list of what expires then."""
    return _svg(_days(picture, str(escape(context.get("rest", "")))))


@register.simple_tag
def timeline_days_alone(picture: Picture) -> SafeString:
    """The same without links, for a file."""
    return _svg(_days(picture, None))


@register.simple_tag(takes_context=True)
def timeline_lanes(context: template.Context, picture: Picture) -> SafeString:
    """The lanes, each bar a link to its document."""
    query = str(escape(context.get("moment_query", "")))
    return _svg(_lanes(picture, _Links(reverse("sources"), query)))


@register.simple_tag
def timeline_lanes_alone(picture: Picture) -> SafeString:
    """The same without links, for a file."""
    return _svg(_lanes(picture, None))


def _svg(parts: Iterator[str]) -> SafeString:
    return mark_safe("".join(parts))  # noqa: S308  made of numbers, and of words that were escaped


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
    yield _upright("now", picture.now, 0, picture.floor)
    if links is not None:  # above the line, which would cross them
        for lane in picture.lanes:
            yield _inner(lane, has_source=picture.has_sources)
    word = "now" if picture.is_now else "then"
    yield f'<text class="now-word" x="{picture.now}%" dx="4" y="{picture.foot}">{word}</text>'


def _inner(lane: LaneShape, *, has_source: bool) -> str:
    """The words of a lane where there is no room beside it."""
    words = [lane.name, lane.source, lane.when] if has_source else [lane.name, lane.when]
    return f'<text class="inner" x="0" y="{lane.y + 9}">{escape(" · ".join(words))}</text>'


def _lane(lane: LaneShape, links: _Links | None) -> Iterator[str]:
    for bar in lane.bars:
        yield _linked(_rect("version", bar), bar, lane, links)
    if lane.rest is not None:
        yield _rect("fill is-soon", lane.rest)
    for bar in lane.bars:
        if bar.edge:
            yield _upright(f"version-end is-{bar.sign}", bar.edge, 12, 26)
    for lapse in lane.lapses:
        yield _linked(_rect("lapse", lapse), lapse, lane, links)
    if lane.ghost is not None:
        yield _rect("ghost", lane.ghost, 'y="10.5" height="17"')


def _linked(shape: str, of: BarShape | Stretch, lane: LaneShape, links: _Links | None) -> str:
    return shape if links is None else links.around(shape, lane, of.sha256, escape(of.title))


def _rect(kind: str, of: BarShape | Stretch, place: str = 'y="13" height="12"') -> str:
    return (
        f'<rect class="{kind}" x="{of.x}%" width="{of.width}%" {place}>'
        f"<title>{escape(of.title)}</title></rect>"
    )


def _upright(kind: str, x: str, y1: int, y2: int) -> str:
    return f'<line class="{kind}" x1="{x}%" x2="{x}%" y1="{y1}" y2="{y2}"/>'
