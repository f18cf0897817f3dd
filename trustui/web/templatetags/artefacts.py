"""What the pages of images need besides the components: digests with their algorithm."""

from django import template
from django.utils.safestring import SafeString

from trustui.core.primitives.text import visible
from trustui.web.markup import filled

register = template.Library()

SHOWN = 160
"""The longest digest, `sha512:` and 128 digits, and some more."""


@register.simple_tag
def artefact(digest: str, href: str = "") -> SafeString:
    """A digest as registries write it, shortened in the middle; the whole is in its title."""
    text = visible(str(digest), SHOWN)
    algorithm, colon, encoded = text.partition(":")
    short = f"{algorithm}:{encoded[:8]}…{encoded[-4:]}" if colon and len(encoded) > 16 else text  # noqa: PLR2004  no shorter than what is left
    inner = (
        filled('<a href="{}" title="{}">{}</a>', href, text, short)
        if href
        else filled('<span title="{}">{}</span>', text, short)
    )
    return filled(
        '<span class="digest is-unbroken">{}<button class="digest-copy" type="button" data-copy="{}" '
        'aria-label="Copy {}" hidden>copy</button></span>',
        inner, text, short,
    )  # fmt: skip
