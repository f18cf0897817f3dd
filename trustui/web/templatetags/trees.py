"""What the pages of a repository need besides the components: the tree as a picture and as a table,
the rows of roles, and addresses made of foreign names.

Boxes and rows are written by hand: a repository has hundreds, and a template takes ten times as long
for each of them. Whatever comes from metadata is escaped here.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import cache, lru_cache

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from trustui.inventory.text import identity
from trustui.pages.components import TreeRow
from trustui.pages.pictures.tree_picture import Box, Line, Picture
from trustui.pages.repository import Key, RoleLine
from trustui.web.templatetags.trust import (
    digest,
    expiry,
    name,
    plain,
    query,
    state_word,
    threshold,
)

register = template.Library()

_NOTHING = SafeString()


@register.filter
def role_id(name: str) -> str:
    """What a role is found by in an address, however odd its name."""
    return identity(name)


@register.filter
def key_address(fingerprint: str) -> str:
    """The page of a key; empty where the key cannot be read."""
    return reverse("key", args=[fingerprint]) if fingerprint else ""


@register.simple_tag
@lru_cache(maxsize=4_096)
def held_key(key: Key) -> SafeString:
    """A key of a role, with whose it is where somebody says so."""
    short = digest(key.keyid, key_address(key.fingerprint))
    if not key.owner:
        return short
    return format_html(
        '<span class="held"><span class="key-name">{}</span> {}</span>', name(key.owner), short
    )


@register.simple_tag
@cache
def tree_sign(shape: str) -> SafeString:
    """The shape of a state, drawn: a file has no stylesheet that it could name one in."""
    return render_to_string("repository/_sign.html", {"shape": shape})


@register.simple_tag(takes_context=True)
def same_query(context: template.Context) -> str:
    """The query string of this page as it is, to keep on an address beside it."""
    query = context["request"].GET.urlencode()
    return f"?{query}" if query else ""


# ---- the tree as a picture


@register.simple_tag(takes_context=True)
def tree_drawing(
    context: template.Context, picture: Picture, source_id: int, *, is_linked: bool
) -> SafeString:
    """Edges, the paths on them, and boxes; linked, each box leads to its role."""
    parts = [
        *format_all('<path class="edge{}{}" d="{}"/>\n', map(_edge, picture.lines)),
        *format_all(_LABEL, (_label(one) for one in picture.lines if one.label)),
    ]
    moment = str(context.get("moment_query", ""))
    for box in picture.boxes:
        drawn = _box(box, picture.bar)
        if is_linked and box.kind != "bins":
            to = reverse("role", args=[source_id, identity(box.role)])
            drawn = format_html(
                '<a href="{}{}" aria-label="{}">{}</a>', to, moment, box.title, drawn
            )
        parts += [drawn, SafeString("\n")]
        if box.hidden and is_linked:
            to = query(context, **{"from": identity(box.role), "after": None})
            parts.append(format_html(_MORE, to, box.x + 202, box.y + 58, f"{box.hidden:,}"))
    return format_html_join("", "{}", ((part,) for part in parts))


_LABEL = """<text class="path{}" x="{}" y="{}" text-anchor="end">{}<title>{}</title></text>
"""
_MORE = '<a href="{}"><text class="path is-walked" x="{}" y="{}">{} more</text></a>'
_BOX = """<g class="node is-{}{}{}" transform="translate({} {})"><title>{}</title>
<rect class="box" width="194" height="62" rx="6"/>{}<text class="name" x="35" y="24">{}</text>\
<text class="small" x="182" y="24" text-anchor="end">{}</text><text class="small" x="35" y="43">{}</text>{}</g>"""
_BAR = """<rect class="ground" x="12" y="52" width="{}" height="3" rx="1.5"/>\
<rect class="fill is-{}" x="12" y="52" width="{}" height="3" rx="1.5"/>"""


def format_all(text: str, rows: Iterator[tuple[object, ...]]) -> Iterator[SafeString]:
    """`format_html` of each."""
    return (format_html(text, *row) for row in rows)


def _walked(one: Line | Box) -> str:
    return " is-walked" if one.is_walked else ""


def _edge(line: Line) -> tuple[str, str, str]:
    return " is-terminating" if line.is_terminating else "", _walked(line), line.d


def _label(line: Line) -> tuple[object, ...]:
    return _walked(line), line.label_x, line.label_y, line.label, line.title


def _box(box: Box, whole: int) -> SafeString:
    bar = _NOTHING if box.bar is None else format_html(_BAR, whole, box.bar_sign, box.bar)
    return format_html(
        _BOX,
        box.sign, _walked(box), " is-reference" if box.kind == "reference" else "", box.x, box.y,
        box.title, tree_sign(box.sign), box.name, box.left, box.small, bar,
    )  # fmt: skip


# ---- the tree as a table


@register.simple_tag
def tree_row(row: TreeRow) -> SafeString:
    """One row of the delegation tree; it may open, and load what lies below it."""
    is_first = row.level == 1 and row.position == 1
    return format_html(
        _TREE_ROW,
        row.row_id, row.level, row.position, row.siblings, _expanded(row.is_open),
        _IS_WALKED if row.is_walked else "", 0 if is_first else -1,
        "" if row.is_shown else " hidden", row.level, _toggle(row), _named(row),
        format_html(' <span class="badge">{}</span>', row.note) if row.note else "",
        state_word(row.sign, row.word), row.threshold, row.version, row.expires,
        name(row.paths) if row.paths else "",
    )  # fmt: skip


_TREE_ROW = """<tr id="{}" role="row" aria-level="{}" aria-posinset="{}" aria-setsize="{}"{}{} tabindex="{}"{}>
  <th scope="row" role="rowheader" data-label="Role"><span class="tree-name" data-level="{}">{}{}{}</span></th>
  <td role="gridcell" data-label="State">{}</td>
  <td role="gridcell" data-label="Threshold">{}</td>
  <td role="gridcell" data-label="Version" class="number">{}</td>
  <td role="gridcell" data-label="Expires">{}</td>
  <td role="gridcell" data-label="Paths" class="mono is-long">{}</td>
</tr>
"""
_IS_WALKED = SafeString(' class="is-walked"')
_LEAF = SafeString('<span class="tree-leaf"></span>')
_LOADS = """<button class="tree-toggle" type="button" tabindex="-1" data-toggles data-load hx-get="{}" \
hx-target="closest tr" hx-swap="afterend" hx-trigger="click once" aria-label="Open or close {}"></button>"""
_TOGGLES = """<button class="tree-toggle" type="button" tabindex="-1" data-toggles \
aria-label="Open or close {}"></button>"""


def _expanded(is_open: bool | None) -> SafeString:
    if is_open is None:
        return _NOTHING
    return SafeString(f' aria-expanded="{"true" if is_open else "false"}"')


def _toggle(row: TreeRow) -> SafeString:
    if row.is_open is None:
        return _LEAF
    told = plain(row.name)
    return format_html(_LOADS, row.loads, told) if row.loads else format_html(_TOGGLES, told)


def _named(row: TreeRow) -> SafeString:
    return (
        format_html('<a href="{}">{}</a>', row.href, name(row.name)) if row.href else name(row.name)
    )


# ---- the roles


@register.simple_tag(takes_context=True)
def role_row(context: template.Context, line: RoleLine, source_id: int, at: datetime) -> SafeString:
    """A role of a repository, with its keys; its expiry judged at an instant."""
    more = line.more_keys
    return format_html(
        _ROLE_ROW,
        reverse("role", args=[source_id, line.role_id]), context.get("moment_query", ""),
        name(line.role),
        format_html('<span class="sub">by {}</span>', name(line.delegator)) if line.delegator else "",
        state_word(line.sign, line.word), threshold(line.threshold, line.keys, line.signed),
        line.version, expiry(line.expires, at),
        format_html_join("", "{} ", ((held_key(one),) for one in line.listed)),
        format_html('<span class="muted">and {} more</span>', f"{more:,}") if more else "",
        format_html('<span class="is-bad">{}</span>', line.if_lost) if line.is_grave else line.if_lost,
    )  # fmt: skip


_ROLE_ROW = """<tr>
        <th scope="row" data-label="Role"><a href="{}{}">{}</a>{}</th>
        <td data-label="State">{}</td>
        <td data-label="Threshold">{}</td>
        <td data-label="Version" class="number">{}</td>
        <td data-label="Expires">{}</td>
        <td data-label="Keys">{}{}</td>
        <td data-label="If one key is lost">{}</td>
      </tr>
      """
