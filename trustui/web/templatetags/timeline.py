"""The shapes of the expiry timeline as SVG, and the rows of its table.

Written by hand: a picture has a thousand shapes, a table some hundreds of signers, and a template
takes as long for each of them as for a row of a table. Whatever comes from metadata is escaped here.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from django import template
from django.urls import reverse
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from trustui.pages.expiries import Line
from trustui.pages.pictures.timeline_picture import BarShape, LaneShape, Picture, Stretch
from trustui.pages.signers import Signer, Signers
from trustui.pages.upcoming import Bar
from trustui.web.templatetags.trust import instant, name, plain, stamp, state_word

register = template.Library()

_MANY = 4_096
"""Sets of signers whose mark-up is kept: roles share them, and they stay for months."""


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


@register.simple_tag(takes_context=True)
def timeline_names(context: template.Context, picture: Picture) -> SafeString:
    """A link for each lane, and its source where there are several."""
    query, sources = context.get("moment_query", ""), reverse("sources")
    return format_html_join(
        "",
        '<li><a href="{}{}" title="{}"><bdi>{}</bdi></a>{}</li>',
        (
            (
                lane.href or f"{sources}{lane.source_id}/roles/{lane.role_id}/",
                query,
                lane.title,
                lane.name,
                _beside(lane.source) if picture.has_sources else "",
            )
            for lane in picture.lanes
        ),
    )


def _beside(source: str) -> SafeString:
    return format_html(' <span class="muted"><bdi>{}</bdi></span>', source)


@register.simple_tag
def timeline_dates(picture: Picture) -> SafeString:
    """When each lane ends."""
    kinds = {sign: SafeString(f' class="is-{sign}"') for sign in ("bad", "soon")}
    return format_html_join(
        "",
        "<li{}>{}</li>",
        ((kinds.get(lane.sign, ""), lane.when) for lane in picture.lanes),
    )


@register.simple_tag(takes_context=True)
def role_due(context: template.Context, line: Line, *, has_source: bool) -> SafeString:
    """The row of a document in the list of what expires; with its source where there are others."""
    query, at = str(context.get("moment_query", "")), f"{context['sources_at']}{line.source_id}"
    place, anew = SafeString(), SafeString()
    if has_source:
        place = format_html(
            '<td data-label="Source"><a href="{}/timeline/{}">{}</a></td>',
            at, query, name(line.source),
        )  # fmt: skip
    if line.signing_begins is not None:
        begins = instant(line.signing_begins)
        anew = format_html('<span class="sub">to be signed anew from {}</span>', begins)
    return format_html(
        _ROLE_DUE,
        at, line.role_id, query, name(line.role), place, line.sha256, name(line.version),
        stamp(line.expires_at), instant(line.expires_at), anew,
        state_word(line.sign, line.left_word),
        _NOBODY if line.signers is None else _signers(line.signers, query),
    )  # fmt: skip


_ROLE_DUE = """<tr>
      <th scope="row" data-label="Role"><a href="{0}/roles/{1}/{2}">{3}</a></th>
      {4}
      <td data-label="Version" class="number"><a href="{0}/documents/{5}/{2}">{6}</a></td>
      <td data-label="Expires"><time datetime="{7}">{8}</time>{9}</td>
      <td data-label="Left">{10}</td>
      <td data-label="Who signs">{11}</td>
    </tr>"""
_NOBODY = SafeString('<span class="muted">nobody delegates to it</span>')


@lru_cache(maxsize=_MANY)
def _signers(who: Signers, query: str) -> SafeString:
    """How many of which keys have to sign, each a link to its page where it can be read."""
    keys = format_html_join("", "{}", ((_signer(one, query),) for one in who.named))
    more = format_html(' <span class="muted">and {} more</span>', f"{who.more:,}")
    return format_html(
        '<span class="signers"><span class="threshold"><b>{}</b> of {}</span>{}{}</span>',
        name(who.threshold), f"{who.keys:,}", keys, more if who.more else "",
    )  # fmt: skip


def _signer(key: Signer, query: str) -> SafeString:
    title, word = plain(key.keyid), plain(key.name)
    if not key.fingerprint:
        return format_html(' <span class="signer" title="{}">{}</span>', title, word)
    kind = "signer" if key.owner else "signer mono"
    return format_html(
        ' <a class="{}" href="{}{}/{}" title="{}">{}</a>',
        kind, reverse("keys"), key.fingerprint, query, title, word,
    )  # fmt: skip


@register.simple_tag
def timeline_lanes_alone(picture: Picture) -> SafeString:
    """The same without links, for a file."""
    return _svg(_lanes(picture, None))


@register.simple_tag
def day_bars(bars: Iterable[Bar], width: int) -> SafeString:
    """What expires day by day, on the overview."""
    return _svg(
        f'<rect class="fill is-{bar.sign}" x="{bar.x}" y="{bar.y}" width="{width}"'
        f' height="{bar.height}" rx="1"><title>{escape(bar.title)}</title></rect>\n        '
        for bar in bars
    )


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
