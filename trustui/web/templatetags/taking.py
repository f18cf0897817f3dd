"""What fails, a row each, and the button by which somebody takes it, or gives it back.

A thousand of them are written by hand, as the rows of the timeline are: a template takes ten times
as long for it. Whatever comes from metadata is escaped here.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString

from trustui.pages.failing import Failure, Group
from trustui.web.markup import escaped, filled
from trustui.web.templatetags.addresses import linked
from trustui.web.templatetags.trust import name as shown
from trustui.web.templatetags.trust import short_instant, span, when

register = template.Library()


@register.simple_tag(takes_context=True)
def take(
    context: template.Context,
    group: object,
    source_id: int | None = None,
    act: str = "",
    *,
    is_primary: bool = False,
) -> SafeString:
    """All of a group that fail alike, or one source of it; what is meant is told by its cause."""
    word = _WORDS.get(act, "Take it")
    if not act and not source_id and getattr(group, "count", 1) > 1:
        word = "Take them"
    return _form(_begin_of(context, group), source_id, act, word, is_primary=is_primary)


_RELEASE = "release"
_WORDS = {_RELEASE: "Give it back"}


def _begin_of(context: template.Context, group: object) -> SafeString:
    cause = tuple(str(getattr(group, name, "")) for name in ("state", "check", "role"))
    return _begin(str(context["csrf_token"]), cause, context["request"].get_full_path())


def _form(
    begin: SafeString, source_id: int | None, act: str, word: str, *, is_primary: bool = False
) -> SafeString:
    source = f'<input type="hidden" name="source" value="{source_id:d}">' if source_id else ""
    told = _field("act", act) if act else ""
    kind = "button is-primary" if is_primary else "button"
    return SafeString(  # a number, and words of ours
        f'{begin}{source}{told}<button class="{kind}" type="submit">{word}</button></form>'
    )


@register.simple_tag(takes_context=True)
def failure_rows(
    context: template.Context, group: Group, failures: Sequence[Failure]
) -> SafeString:
    """Sources that fail alike: why, since when, and who looks after each."""
    now, query, me = context["moment"].at, str(context["moment_query"]), context["viewer"].name
    begin = _begin_of(context, group) if any(one.may_take for one in failures) else SafeString()
    rows = [
        _ROW.format(
            linked("verdict", one.source, query, one.source_id, one.verdict_id),
            shown(one.because),
            escaped(span(one.since, now)),
            short_instant(one.since),
            _owner(one, begin, now, me),
        )
        for one in failures
    ]
    return SafeString("\n      ".join(rows))  # each cell is


_ROW = """<tr>
  <th scope="row" data-label="Source">{}</th>
  <td data-label="Why">{}</td>
  <td data-label="Since">{}<span class="sub">{}</span></td>
  <td data-label="Owner">{}</td>
</tr>"""


def _owner(one: Failure, begin: SafeString, now: datetime, me: str) -> str:
    """Who took it; a button for whoever may take it, or took it themselves."""
    if one.owner is None:
        if one.may_take:
            return _form(begin, one.source_id, "", "Take it")
        return '<span class="muted">nobody</span>'
    note = f": {shown(one.owner.note)}" if one.owner.note else ""
    told = f'{shown(one.owner.by)}<span class="sub">{when(one.owner.at, now)}{note}</span>'
    if one.may_take and one.owner.by == me:
        told += _form(begin, one.source_id, _RELEASE, _WORDS[_RELEASE])
    return told


@lru_cache(maxsize=32)
def _begin(token: str, cause: tuple[str, ...], back: str) -> SafeString:
    """What is the same in every form of a group on a page."""
    state, check, role = cause
    return filled(
        '<form class="take" method="post" action="{}">{}{}{}{}{}',
        reverse("take"),
        _field("csrfmiddlewaretoken", token),
        _field("state", state),
        _field("check", check),
        _field("role", role),
        _field("next", back),
    )


def _field(name: str, value: object) -> SafeString:
    return filled('<input type="hidden" name="{}" value="{}">', name, value)
