"""What the pages of a repository need besides the components: addresses made of foreign names."""

from functools import cache, lru_cache

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from trustui.inventory.text import identity
from trustui.pages.repository import Key
from trustui.web.templatetags.trust import digest, name

register = template.Library()


@register.filter
def role_id(name: str) -> str:
    """What a role is found by in an address, however odd its name."""
    return identity(name)


@register.filter
def key_address(fingerprint: str) -> str:
    """The page of a key; empty where the key cannot be read."""
    return reverse("key", args=[fingerprint]) if fingerprint else ""


@register.simple_tag
@lru_cache(maxsize=4_096)
def held_key(key: Key) -> SafeString:
    """A key of a role, with whose it is where somebody says so."""
    short = digest(key.keyid, key_address(key.fingerprint))
    if not key.owner:
        return short
    return format_html(
        '<span class="held"><span class="key-name">{}</span> {}</span>', name(key.owner), short
    )


@register.simple_tag
@cache
def tree_sign(shape: str) -> SafeString:
    """The shape of a state, drawn: a file has no stylesheet that it could name one in."""
    return render_to_string("repository/_sign.html", {"shape": shape})


@register.simple_tag(takes_context=True)
def same_query(context: template.Context) -> str:
    """The query string of this page as it is, to keep on an address beside it."""
    query = context["request"].GET.urlencode()
    return f"?{query}" if query else ""
