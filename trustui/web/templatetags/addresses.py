"""Django's `{% url %}`, asked once for each address: rows of a list name the same few again and again.

A built-in of every template. Our routes have neither namespaces that depend on the request nor
languages, so that an address follows from its name and arguments alone.
"""

from functools import lru_cache

from django import template
from django.template.base import Parser, Token
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as parse_url
from django.urls import get_urlconf, reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

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
    return conditional_escape(reverse(name, urlconf, args=args))
