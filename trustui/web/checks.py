"""System checks of the routes."""

from collections.abc import Iterator, Sequence

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error
from django.urls import URLPattern, URLResolver, get_resolver

from trustui.accounts.needs import needs_of


def routes_declare_their_needs(
    app_configs: Sequence[AppConfig] | None, **_given: object
) -> list[CheckMessage]:
    """`trustui.E001` for each route that says not who may come."""
    del app_configs
    return [
        Error(
            f"/{address} does not declare what it needs",
            hint="decorate its view with `page` or `public` (trustui.web.asking), or `declare` it",
            id="trustui.E001",
        )
        for address, pattern in all_routes()
        if needs_of(pattern.callback) is None
    ]


def all_routes(
    resolver: URLResolver | None = None, before: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    """Every route with its pattern as written, such as `keys/<hex:fingerprint>/`."""
    for one in (resolver or get_resolver()).url_patterns:
        address = f"{before}{one.pattern}"
        if isinstance(one, URLResolver):
            yield from all_routes(one, address)
        else:
            yield address, one
