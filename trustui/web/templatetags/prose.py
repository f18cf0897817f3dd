"""Paragraphs of docs/formats as HTML: plain text with code between back quotes."""

from django import template
from django.utils.safestring import SafeString

from trustui.web.markup import filled, joined

register = template.Library()


@register.filter
def prose(markdown: str) -> SafeString:
    """One paragraph; every second piece between back quotes is code."""
    pieces = markdown.split("`")
    return joined(
        "",
        "{}",
        (
            (filled("<code>{}</code>", piece) if number % 2 else piece,)
            for number, piece in enumerate(pieces)
        ),
    )


@register.filter
def items(markdown: str) -> list[str]:
    """The parts of a list that is written with semicolons, each beginning with a capital."""
    parts = (part.strip().rstrip(".") for part in markdown.split("; "))
    return [f"{part[0].upper()}{part[1:]}" for part in parts if part]
