"""Links to a list as CSV and JSON, with the filters of the page that they stand on."""

from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString

from trustui.web.markup import filled

register = template.Library()

OF_THE_PAGE = ("after", "size", "view", "old", "new", "path", "every")
"""What chooses a part of a list, or something beside it."""


@register.simple_tag(takes_context=True)
def export_links(context: template.Context, name: str, *where: object) -> SafeString:
    """`All of it as CSV or JSON`; `name` is an entry of `trustui.web.exports.EXPORTS`."""
    given = context["request"].GET
    pairs = [
        (key, value)
        for key in given
        if key not in OF_THE_PAGE
        for value in given.getlist(key)
        if value
    ]
    query = f"?{urlencode(pairs)}" if pairs else ""
    return filled(
        '<p class="exports">All of it as <a href="{}" download>CSV</a> or '
        '<a href="{}" download>JSON</a></p>',
        f"{reverse(f'{name}-csv', args=where)}{query}",
        f"{reverse(f'{name}-json', args=where)}{query}",
    )
