"""The page of the API."""

import pytest
from django.test import Client

from tests.simulators.people import Cast
from trustui.accounts.models import Role
from trustui.api.schema import document
from trustui.web.api_index import GROUPS, addresses


def test_every_operation_of_the_description_is_there_once() -> None:
    listed = [
        (one.path, one.method.lower()) for group in addresses(document()) for one in group.addresses
    ]
    described = [(path, method) for path, of in document()["paths"].items() for method in of]
    assert sorted(listed) == sorted(described)
    assert {group.name for group in addresses(document())} <= set(GROUPS.values())


def test_a_tag_that_has_no_name_comes_last_under_its_own() -> None:
    get = {"tags": ["odd"], "summary": "It is odd."}
    paths = {"/api/v1/odd/{id}/": {"get": get}, "/api/v1/now/": {"get": {**get, "tags": ["watch"]}}}
    groups = addresses({"paths": paths})
    assert [group.name for group in groups] == ["Watch", "odd"]
    assert [one.is_open for group in groups for one in group.addresses] == [True, False]


@pytest.mark.django_db
def test_it_leads_to_the_description_and_to_tokens(cast: Cast) -> None:
    text = cast.as_role(Role.VIEWER).get("/api/").content.decode()
    for address in ("/api/schema/", "/account/tokens/", "/api/v1/now/"):
        assert f'href="{address}"' in text
    assert "http://testserver/api/v1/now/" in text
    assert 'href="/api/v1/sources/{source_id}/' not in text


@pytest.mark.django_db
def test_whoever_is_not_signed_in_is_asked_to() -> None:
    assert Client().get("/api/").headers["Location"].startswith("/account/sign-in/")


@pytest.mark.django_db
def test_help_leads_to_it(cast: Cast) -> None:
    assert 'href="/api/"' in cast.as_role(Role.VIEWER).get("/help/").content.decode()
