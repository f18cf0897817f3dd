"""The box by which a finding is ticked to be accepted; by hand, as the button of `taking` is."""

from collections.abc import Collection

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from trustui.pages.findings import Line
from trustui.web.templatetags.trust import plain

register = template.Library()


@register.simple_tag
def tick(line: Line, ticked: Collection[str]) -> SafeString:
    """Named by what it ticks; nothing beside what this person may not accept."""
    if not line.may_accept:
        return SafeString()
    number = str(line.finding_id)
    return format_html(
        '<label class="tick"><input type="checkbox" name="finding" value="{}"{}>'
        '<span class="visually-hidden">Tick {} on {} of {}</span></label>',
        number,
        SafeString(" checked") if number in ticked else "",
        plain(line.title),
        plain(line.on),
        plain(line.source),
    )
