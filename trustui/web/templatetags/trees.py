"""What the pages of a repository need besides the components: addresses made of foreign names."""

from django import template
from django.urls import reverse

from trustui.inventory.text import identity

register = template.Library()


@register.filter
def role_id(name: str) -> str:
    """What a role is found by in an address, however odd its name."""
    return identity(name)


@register.filter
def key_address(fingerprint: str) -> str:
    """The page of a key; empty where the key cannot be read."""
    return reverse("key", args=[fingerprint]) if fingerprint else ""


@register.simple_tag(takes_context=True)
def same_query(context: template.Context) -> str:
    """The query string of this page as it is, to keep on an address beside it."""
    query = context["request"].GET.urlencode()
    return f"?{query}" if query else ""
