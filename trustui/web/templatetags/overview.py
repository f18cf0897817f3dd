"""The rows of the overview: what fails by its cause, and the latest changes of trust.

Written by hand, as the rows of the long lists are. Whatever comes from metadata is escaped here.
"""

from collections.abc import Iterable, Sequence

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString

from trustui.pages.components import Part
from trustui.pages.failing import Group
from trustui.pages.images.failing import ImageGroup
from trustui.pages.overview import TrustChange
from trustui.web.markup import escaped
from trustui.web.templatetags.addresses import linked
from trustui.web.templatetags.taking import take
from trustui.web.templatetags.trust import address, name, short_instant, sign, span, thousands, when

register = template.Library()


@register.simple_tag(takes_context=True)
def cause_rows(
    context: template.Context, causes: Sequence[tuple[str, Group | ImageGroup]]
) -> SafeString:
    """Each cause with its anchor on the page of what fails."""
    query, at = escaped(str(context["moment_query"])), context["moment"].at
    rows = [
        _CAUSE.format(
            escaped(group.sign),
            sign(group.sign),
            _first(group, anchor, query),
            name(group.title),
            name(group.check),
            "<br>".join(address(one) for one in group.just_before) or _ONLY_TIME,
            _where(group, str(context["moment_query"])),
            escaped(span(group.since, at)),
            short_instant(group.since),
            _owners(context, group),
        )
        for anchor, group in causes
    ]
    return SafeString("".join(rows))  # each cell is


_CAUSE = """<tr>
  <th scope="row" data-label="Cause"><span class="cause is-{}">{}<a href="{}">{}</a></span><span class="sub mono">{}</span></th>
  <td data-label="Just before">{}</td>
  <td data-label="Where">{}</td>
  <td data-label="Since">{}<span class="sub">{}</span></td>
  <td data-label="Owner">{}</td>
</tr>
"""
_ONLY_TIME = '<span class="muted">nothing but time</span>'


def _first(group: Group | ImageGroup, anchor: str, query: str) -> str:
    """Where a cause leads to: all of it, or the only verdict."""
    if group.count > 1:
        return f"{reverse('now')}{query}#{anchor}"
    if isinstance(group, ImageGroup):
        return f"{escaped(group.artefacts[0].href)}{query}"
    only = group.failures[0]
    return f"{reverse('verdict', args=[only.source_id, only.verdict_id])}{query}"


def _where(group: Group | ImageGroup, query: str) -> str:
    if group.count > 1:
        return (
            f"{thousands(group.count)} {'images' if isinstance(group, ImageGroup) else 'sources'}"
        )
    if isinstance(group, Group):
        return linked("source", group.failures[0].source, query, group.failures[0].source_id)
    only = group.artefacts[0]
    href = reverse("image-repository", args=[only.repository_id])
    return f'<a href="{href}{escaped(query)}">{address(only.name)}</a>'


def _owners(context: template.Context, group: Group | ImageGroup) -> str:
    """Who took some of it, the button for the rest; of images whose they are."""
    if isinstance(group, ImageGroup):
        teams = f'<span class="sub">team{"" if len(group.teams) == 1 else "s"}</span>'
        return _named(group.teams) + teams
    owners = _named(group.owners)
    if group.is_open:
        return owners + take(context, group)
    return owners or '<span class="muted">nobody</span>'


def _named(people: Iterable[str]) -> str:
    return ", ".join(map(name, people))


@register.simple_tag(takes_context=True)
def trust_changes(context: template.Context, changes: Sequence[TrustChange]) -> SafeString:
    """Each change of trust: what it is, where and when."""
    query, at = str(context["moment_query"]), context["moment"].at
    rows = [
        _CHANGE.format(
            escaped(one.line.sign),
            "\N{MINUS SIGN}" if one.line.mark == "-" else escaped(one.line.mark),
            linked("verdict", one.source, query, one.source_id, one.verdict_id),
            "".join(map(_part, one.line.parts)),
            when(one.at, at),
            escaped(one.line.sign),
            escaped(one.line.badge),
        )
        for one in changes
    ]
    return SafeString("".join(rows))  # each cell is


_CHANGE = (
    '<div class="change"><span class="change-sign is-{}" aria-hidden="true">{}</span><span>{}: {}'
    '<span class="when">{}</span></span><span class="badge is-{}">{}</span></div>'
)


def _part(part: Part) -> str:
    return f"<b>{name(part.text)}</b>" if part.kind == "name" else name(part.text)
