"""What the pages of a repository need besides the components: the tree as a picture and as a table,
the rows of roles, and addresses made of foreign names.

Boxes and rows are written by hand: a repository has hundreds, and a template takes ten times as long
for each of them. Whatever comes from metadata is escaped here, once: what is plain text until the
whole is done is joined without looking at it again.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import cache, lru_cache
from html import escape

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from trustui.inventory.text import identity
from trustui.pages.components import TreeRow
from trustui.pages.pictures.tree_picture import Box, Line, Picture
from trustui.pages.repository import Key, RoleLine
from trustui.web.markup import escaped, filled
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
    return filled(
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
    parts = [*map(_edge, picture.lines), *(_label(one) for one in picture.lines if one.label)]
    roles, moment = _roles_of(source_id), _moment(context)
    for box in picture.boxes:
        drawn = _box(box, picture.bar)
        if is_linked and box.kind != "bins":
            to, told = f"{roles}{identity(box.role)}/{moment}", escape(box.title)
            drawn = f'<a href="{to}" aria-label="{told}">{drawn}</a>'
        parts += [drawn, "\n"]
        if box.hidden and is_linked:
            to = escape(query(context, **{"from": identity(box.role), "after": None}))
            parts.append(_MORE.format(to, box.x + 202, box.y + 58, f"{box.hidden:,}"))
    return _joined(parts)


_LABEL = """<text class="path{}" x="{}" y="{}" text-anchor="end">{}<title>{}</title></text>
"""
_MORE = '<a href="{}"><text class="path is-walked" x="{}" y="{}">{} more</text></a>'
_BOX = """<g class="node is-{}{}{}" transform="translate({} {})"><title>{}</title>
<rect class="box" width="194" height="62" rx="6"/>{}<text class="name" x="35" y="24">{}</text>\
<text class="small" x="182" y="24" text-anchor="end">{}</text><text class="small" x="35" y="43">{}</text>{}</g>"""
_BAR = """<rect class="ground" x="12" y="52" width="{}" height="3" rx="1.5"/>\
<rect class="fill is-{}" x="12" y="52" width="{}" height="3" rx="1.5"/>"""


def _joined(parts: Iterable[str]) -> SafeString:
    return SafeString("".join(parts))  # each was escaped where it was made


def _roles_of(source_id: int) -> str:
    """What the address of each of its roles begins with: ours, of a number."""
    return f"{reverse('repository', args=[source_id])}roles/"


def _moment(context: template.Context) -> str:
    return escaped(str(context.get("moment_query", "")))


def _walked(one: Line | Box) -> str:
    return " is-walked" if one.is_walked else ""


def _edge(line: Line) -> str:
    kind = " is-terminating" if line.is_terminating else ""
    return f'<path class="edge{kind}{_walked(line)}" d="{line.d}"/>\n'


def _label(line: Line) -> str:
    return _LABEL.format(
        _walked(line), line.label_x, line.label_y, escape(line.label), escape(line.title)
    )


def _box(box: Box, whole: int) -> str:
    return _BOX.format(
        box.sign, _walked(box), " is-reference" if box.kind == "reference" else "", box.x, box.y,
        escape(box.title), tree_sign(box.sign), escape(box.name), escape(box.left),
        escape(box.small), "" if box.bar is None else _BAR.format(whole, box.bar_sign, box.bar),
    )  # fmt: skip


# ---- the tree as a table


@register.simple_tag
def tree_row(row: TreeRow) -> SafeString:
    """One row of the delegation tree; it may open, and load what lies below it."""
    return SafeString(_tree_row(row))  # it is escaped there


@register.simple_tag
def tree_rows(rows: Iterable[TreeRow]) -> SafeString:
    """All rows of the delegation tree."""
    return _joined(map(_tree_row, rows))


def _tree_row(row: TreeRow) -> str:
    is_first = row.level == 1 and row.position == 1
    return _TREE_ROW.format(
        escape(row.row_id), row.level, row.position, row.siblings, _expanded(row.is_open),
        _IS_WALKED if row.is_walked else "", 0 if is_first else -1,
        "" if row.is_shown else " hidden", row.level, _toggle(row), _named(row),
        f' <span class="badge">{escape(row.note)}</span>' if row.note else "",
        state_word(row.sign, row.word), escape(row.threshold), escape(row.version),
        escape(row.expires), name(row.paths) if row.paths else "",
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
_IS_WALKED = ' class="is-walked"'
_LEAF = '<span class="tree-leaf"></span>'
_LOADS = """<button class="tree-toggle" type="button" tabindex="-1" data-toggles data-load hx-get="{}" \
hx-target="closest tr" hx-swap="afterend" hx-trigger="click once" aria-label="Open or close {}"></button>"""
_TOGGLES = """<button class="tree-toggle" type="button" tabindex="-1" data-toggles \
aria-label="Open or close {}"></button>"""


def _expanded(is_open: bool | None) -> str:
    return "" if is_open is None else f' aria-expanded="{"true" if is_open else "false"}"'


def _toggle(row: TreeRow) -> str:
    if row.is_open is None:
        return _LEAF
    told = escape(plain(row.name))
    return _LOADS.format(escape(row.loads), told) if row.loads else _TOGGLES.format(told)


def _named(row: TreeRow) -> str:
    shown = name(row.name)
    return f'<a href="{escape(row.href)}">{shown}</a>' if row.href else shown


# ---- the roles


@register.simple_tag(takes_context=True)
def role_rows(
    context: template.Context, lines: Iterable[RoleLine], source_id: int, at: datetime
) -> SafeString:
    """The roles of a repository, each with its keys; their expiry judged at an instant."""
    roles, moment = _roles_of(source_id), _moment(context)
    return _joined(_role_row(one, f"{roles}{one.role_id}/{moment}", at) for one in lines)


def _role_row(line: RoleLine, href: str, at: datetime) -> str:
    more, lost = line.more_keys, escape(line.if_lost)
    return _ROLE_ROW.format(
        href, name(line.role),
        f'<span class="sub">by {name(line.delegator)}</span>' if line.delegator else "",
        state_word(line.sign, line.word), _needed(line.threshold, line.keys, line.signed),
        escape(line.version), expiry(line.expires, at),
        "".join(f"{held_key(one)} " for one in line.listed),
        f'<span class="muted">and {more:,} more</span>' if more else "",
        f'<span class="is-bad">{lost}</span>' if line.is_grave else lost,
    )  # fmt: skip


@lru_cache(maxsize=512)
def _needed(needed: int, keys: int, signed: int | None) -> SafeString:
    """As `threshold`; a repository has few of them, of many roles."""
    return threshold(needed, keys, signed)


_ROLE_ROW = """<tr>
        <th scope="row" data-label="Role"><a href="{}">{}</a>{}</th>
        <td data-label="State">{}</td>
        <td data-label="Threshold">{}</td>
        <td data-label="Version" class="number">{}</td>
        <td data-label="Expires">{}</td>
        <td data-label="Keys">{}{}</td>
        <td data-label="If one key is lost">{}</td>
      </tr>
      """
