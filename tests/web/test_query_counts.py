"""Every page, every list and every route of the API: as many queries for much as for little."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.simulators.many_repositories import about, install
from tests.simulators.people import Route, routes, sign_in
from trustui.accounts.needs import Whom, needs_of
from trustui.pages.keeping import Keeper, Remembered

pytestmark = pytest.mark.django_db


MORE = 2
"""What is asked only where there is more than one page: how much there is, and of what."""


def asked() -> Iterator[Route]:
    """What shows something to whoever signed in, a page at a time.

    What others' views show is theirs; exports read every row, some hundred with each query.
    """
    for route in sorted(routes(), key=lambda one: one.pattern):
        needs = needs_of(route.view)
        is_whole = "export" in route.pattern
        is_own = not is_whole and not route.pattern.startswith(("account/", "^"))
        if is_own and needs is not None and needs.get is not Whom.ANYONE:
            yield route


def queries(client: Client, route: Route, examples: Mapping[str, object]) -> int | None:
    """How many a request takes, once everything is warm; None where nothing is shown."""
    address = route.address(examples)
    # A key's page verifies some of the repositories that list it: here the one in question.
    if "fingerprint" in route.parameters:
        name = "source" if route.pattern.startswith("api/") else "in"
        address += f"?{name}={examples['source_id']}"
    for _ in range(2):
        Keeper.forget_everything()
        Remembered.forget_everything()
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(address)
    return len(captured) if answer.status_code == 200 else None


def test_thirty_repositories_with_thirty_roles_take_as_many_queries_as_one_with_ten() -> None:
    now = datetime.now(UTC)
    one = install(1, now, published=1, roles=10, name="little")
    thirty = install(30, now, published=1, roles=30, name="much")
    little, much = sign_in(Client(), one.everything), sign_in(Client(), thirty.everything)
    of_little = about(one.everything, one.models[0], 5)
    of_much = about(thirty.everything, thirty.models[0], 29)
    differing: dict[str, tuple[int, int]] = {}
    compared = 0
    for route in asked():
        if route.parameters <= of_little.keys():
            few, many = queries(little, route, of_little), queries(much, route, of_much)
            if few is not None and many is not None:
                compared += 1
                if many > few + MORE:
                    differing[route.pattern] = few, many
    assert compared > 60
    assert differing == {}
