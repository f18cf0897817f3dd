"""Numbers in addresses may be of any length; columns hold 64 bits."""

from collections.abc import Mapping

import pytest
from django.test import Client

from tests.simulators.people import Route, make_cast, routes, sign_in

NUMBERED = sorted(
    (route for route in routes() if "<int:" in route.pattern or "<number:" in route.pattern),
    key=lambda route: route.pattern,
)
LONG = 10**25


def with_long_numbers(route: Route, examples: Mapping[str, object]) -> dict[str, object]:
    return {
        name: LONG if isinstance(examples[name], int) else examples[name]
        for name in route.parameters
    }


@pytest.mark.django_db
def test_one_that_no_column_holds_is_not_found() -> None:
    cast = make_cast(has_images=True)
    client = sign_in(Client(raise_request_exception=False), cast.own.administrator)
    wrong = {}
    for route in NUMBERED:
        answer = client.get(route.address(with_long_numbers(route, cast.own.examples)))
        if answer.status_code >= 500 or answer.status_code == 200:
            wrong[route.pattern] = answer.status_code
    assert NUMBERED
    assert wrong == {}
