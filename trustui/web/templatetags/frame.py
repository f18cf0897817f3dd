"""The rail of every page, written by hand: a template takes ten times as long for its twelve links."""

from collections.abc import Iterable
from functools import lru_cache

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from trustui.web.frame import Group, Item

register = template.Library()


@register.simple_tag
def rail_links(groups: Iterable[Group], query: str, *, is_now: bool) -> SafeString:
    """Its groups, each line with how much there is now; `query` keeps the instant."""
    return format_html_join(
        "\n    ",
        "{}<ul>\n      {}\n    </ul>",
        (
            (
                format_html("<h2>{}</h2>\n    ", group.head) if group.head else "",
                format_html_join(
                    "\n      ", "{}", ((_line(item, query, is_now),) for item in group.items)
                ),
            )
            for group in groups
        ),
    )


@lru_cache(maxsize=512)
def _line(item: Item, query: str, is_now: bool) -> SafeString:
    count = SafeString()
    if item.count and is_now:
        kind = SafeString(" is-bad") if item.is_bad else ""
        count = format_html(' <span class="count{}">{}</span>', kind, f"{item.count:,}")
    return format_html(
        '<li><a href="{}{}"{}><span>{}</span>{}</a></li>',
        item.href, query, SafeString(' aria-current="page"') if item.is_here else "",
        item.name, count,
    )  # fmt: skip
