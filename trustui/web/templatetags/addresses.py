"""Django's `{% url %}` and `{% static %}`, asked once for each address: rows of a list name the same few
again and again, and every page the same files. And links, made once for each name that leads somewhere.

A built-in of every template. Our routes have neither namespaces that depend on the request nor
languages, so that an address follows from its name and arguments alone.
"""

from functools import lru_cache

from django import template
from django.template.base import Parser, Token
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as parse_url
from django.templatetags.static import static as address_of_file
from django.urls import get_urlconf, reverse
from django.utils.safestring import SafeString

from trustui.web.markup import escaped, filled
from trustui.web.templatetags.trust import name

register = template.Library()


@register.tag
def url(parser: Parser, token: Token) -> URLNode:
    """As Django's, with the same words and the same errors."""
    node = parse_url(parser, token)
    if node.asvar or node.kwargs:
        return node
    return _KeptURLNode(node.view_name, node.args, node.kwargs, node.asvar)


class _KeptURLNode(URLNode):
    def render(self, context: template.Context) -> SafeString:
        """The address, escaped."""
        args = [one.resolve(context) for one in self.args]
        return _address(get_urlconf(), self.view_name.resolve(context), *args)


@lru_cache(maxsize=4_096, typed=True)
def _address(urlconf: str | None, name: str, *args: object) -> SafeString:
    return escaped(reverse(name, urlconf, args=args))


@register.simple_tag
@lru_cache(maxsize=64)
def static(path: str) -> SafeString:
    """The address of one of our files, escaped."""
    return escaped(address_of_file(path))


@register.simple_tag(takes_context=True)
def link(context: template.Context, route: str, text: object, *where: object) -> SafeString:
    """A name that leads to its page, as of the instant that is looked at."""
    return linked(route, str(text), str(context.get("moment_query", "")), *where)


@lru_cache(maxsize=4_096, typed=True)
def linked(route: str, text: str, query: str, *where: object) -> SafeString:
    """As `link`, with the query that keeps the instant."""
    address = reverse(route, args=where)
    return filled('<a href="{}{}">{}</a>', address, query, name(text))


@register.simple_tag(takes_context=True)
def help_link(context: template.Context, check: str, text: str, kind: str = "") -> SafeString:
    """What we say of a check, which leads to what we explain of it."""
    return help_linked(check, text, kind, str(context.get("moment_query", "")))


@lru_cache(maxsize=4_096)
def help_linked(check: str, text: str, kind: str, query: str) -> SafeString:
    """As `help_link`, with the query that keeps the instant."""
    classes = filled(' class="{}"', kind) if kind else ""
    return filled(
        '<a{} href="{}{}">{}</a>', classes, reverse("help-check", args=[check]), query, text
    )
