"""The button by which somebody takes a failure, or gives it back: one beside each of a thousand.

Written by hand, as the rows of the timeline are: a template takes ten times as long for it.
"""

from functools import lru_cache

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

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
    cause = tuple(str(getattr(group, name, "")) for name in ("state", "check", "role"))
    begin = _begin(str(context["csrf_token"]), cause, context["request"].get_full_path())
    word = "Take it"
    if act == "release":
        word = "Give it back"
    elif not source_id and getattr(group, "count", 1) > 1:
        word = "Take them"
    return format_html(
        '{}{}{}<button class="button{}" type="submit">{}</button></form>',
        begin,
        _field("source", source_id) if source_id else "",
        _field("act", act) if act else "",
        SafeString(" is-primary") if is_primary else "",
        word,
    )


@lru_cache(maxsize=32)
def _begin(token: str, cause: tuple[str, ...], back: str) -> SafeString:
    """What is the same in every form of a group on a page."""
    state, check, role = cause
    return format_html(
        '<form class="take" method="post" action="{}">{}{}{}{}{}',
        reverse("take"),
        _field("csrfmiddlewaretoken", token),
        _field("state", state),
        _field("check", check),
        _field("role", role),
        _field("next", back),
    )


def _field(name: str, value: object) -> SafeString:
    return format_html('<input type="hidden" name="{}" value="{}">', name, value)
