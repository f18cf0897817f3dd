"""The rail of every page, written by hand: a template takes ten times as long for its twelve links."""

from collections.abc import Iterable
from functools import lru_cache

from django import template
from django.utils.safestring import SafeString

from trustui.web.frame import Group, Item
from trustui.web.markup import filled, joined

register = template.Library()


@register.simple_tag
def rail_links(groups: Iterable[Group], query: str, *, is_now: bool) -> SafeString:
    """Its groups, each line with how much there is now; `query` keeps the instant."""
    return joined(
        "\n    ",
        "{}<ul>\n      {}\n    </ul>",
        (
            (
                filled("<h2>{}</h2>\n    ", group.head) if group.head else "",
                joined("\n      ", "{}", ((_line(item, query, is_now),) for item in group.items)),
            )
            for group in groups
        ),
    )


@lru_cache(maxsize=512)
def _line(item: Item, query: str, is_now: bool) -> SafeString:
    count = SafeString()
    if item.count and is_now:
        kind = SafeString(" is-bad") if item.is_bad else ""
        count = filled(' <span class="count{}">{}</span>', kind, f"{item.count:,}")
    return filled(
        '<li><a href="{}{}"{}><span>{}</span>{}</a></li>',
        item.href, query, SafeString(' aria-current="page"') if item.is_here else "",
        item.name, count,
    )  # fmt: skip
