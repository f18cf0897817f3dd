"""Accepting findings: the box by which one is ticked, and who lives with it; by hand, as the button of `taking` is."""

from collections.abc import Collection
from functools import lru_cache

from django import template
from django.utils.safestring import SafeString

from trustui.pages.accepted import Accepted
from trustui.pages.dates import day_words
from trustui.pages.findings import Line
from trustui.web.markup import filled
from trustui.web.templatetags.trust import name, plain, sign

register = template.Library()


def tick(line: Line, ticked: Collection[str]) -> SafeString:
    """Named by what it ticks; nothing beside what this person may not accept."""
    if not line.may_accept:
        return SafeString()
    number = str(line.finding_id)
    return filled(
        '<label class="tick"><input type="checkbox" name="finding" value="{}"{}>{}</label>',
        SafeString(number),  # digits
        SafeString(" checked") if number in ticked else SafeString(),
        _what(line.title, line.on, line.source),
    )


@lru_cache(maxsize=4_096)
def _what(title: str, on: str, source: str) -> SafeString:
    return filled(
        '<span class="visually-hidden">Tick {} on {} of {}</span>',
        plain(title), plain(on), plain(source),
    )  # fmt: skip


@register.simple_tag
def acceptance(accepted: Accepted) -> SafeString:
    """Who lives with a finding, until when, and why."""
    until = accepted.until
    return filled(
        '<span class="accepted">{}<span>accepted by <b>{}</b> until '
        '<time datetime="{}">{}</time>: {}</span></span>',
        sign("noted"), name(accepted.by), until.isoformat(), day_words(until),
        name(accepted.reason),
    )  # fmt: skip
