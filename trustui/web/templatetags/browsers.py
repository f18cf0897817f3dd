"""A browser by the name that people call it, from what it says of itself."""

import re

from django import template
from django.utils.safestring import SafeString

from trustui.web.markup import filled
from trustui.web.templatetags.trust import name, plain

register = template.Library()

_BROWSERS = (
    ("Edge", re.compile(r"Edg(?:e|A|iOS)?/(\d{1,4})")),
    ("Opera", re.compile(r"OPR/(\d{1,4})")),
    ("Firefox", re.compile(r"(?:Firefox|FxiOS)/(\d{1,4})")),
    ("Chrome", re.compile(r"(?:Chrome|CriOS)/(\d{1,4})")),
    ("Safari", re.compile(r"Version/(\d{1,4})\S* (?:Mobile/\S+ )?Safari/")),
)
"""The first that is found: all of them also say that they are the ones behind it."""
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)


@register.filter
def browser(user_agent: str) -> SafeString:
    """`Firefox 145 on Linux`, with all that it says as its title; whatever else, as it is."""
    found = ((called, form.search(user_agent)) for called, form in _BROWSERS)
    known = next(((called, match[1]) for called, match in found if match), None)
    if known is None:
        return name(user_agent or "unknown")
    system = next((f" on {called}" for word, called in _SYSTEMS if word in user_agent), "")
    return filled('<span title="{}">{} {}{}</span>', plain(user_agent), *known, system)
