"""`/api/`: what programs can ask, for the person who writes one."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from django.http import HttpResponse
from django.shortcuts import render

from trustui.accounts.needs import Whom
from trustui.web.asking import Asking, Route, page

GROUPS: Mapping[str, str] = {
    "watch": "Watch",
    "repository": "One repository",
    "images": "Images",
    "across": "Across sources",
    "record": "The record",
    "own": "One's own",
}
"""Tags of the description, in the order of the page; what has another tag comes last, under it."""


class Address(msgspec.Struct, frozen=True):
    """One operation."""

    method: str
    path: str
    summary: str
    is_open: bool
    """Whether it can be looked at with nothing but an account: no parameter, and nothing posted."""


class Group(msgspec.Struct, frozen=True):
    """Operations about one thing."""

    name: str
    addresses: tuple[Address, ...]


def addresses(description: Mapping[str, Any]) -> tuple[Group, ...]:
    """The operations of an OpenAPI document, by their first tag."""
    found: dict[str, list[Address]] = {tag: [] for tag in GROUPS}
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            tag = operation["tags"][0]
            is_open = method == "get" and "{" not in path
            shown = Address(method.upper(), path, operation["summary"], is_open)
            found.setdefault(tag, []).append(shown)
    return tuple(Group(GROUPS.get(tag, tag), tuple(of)) for tag, of in found.items() if of)


def index_of(describe: Callable[[], Mapping[str, Any]]) -> Route[[]]:
    """The page of the API that `describe` gives as OpenAPI: pages know no API themselves."""

    @page(get=Whom.PERSON)
    def api(request: Asking) -> HttpResponse:
        """Every address, how to sign in, and where the description is."""
        groups = addresses(describe())
        count = sum(len(group.addresses) for group in groups)
        origin = request.build_absolute_uri("/").rstrip("/")
        return render(
            request, "api/index.html", {"groups": groups, "count": count, "origin": origin}
        )

    return api
