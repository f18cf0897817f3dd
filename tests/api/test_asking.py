"""How each route answers: permissions, instants, ETags, pages of lists."""

import dataclasses
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.simulators.inventoried import new_source
from tests.simulators.people import Cast, sign_in
from trustui.accounts.models import Role
from trustui.api.asking import Endpoint
from trustui.inventory.models import Source


@pytest.fixture
def client(cast: Cast) -> Client:
    return cast.as_role(Role.VIEWER)


def test_what_was_had_already_is_not_sent_again(client: Client) -> None:
    first = client.get("/api/v1/checks/")
    again = client.get("/api/v1/checks/", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    other = client.get(
        "/api/v1/checks/?q=expired", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert other.status_code == 200


def test_answers_are_for_whoever_asked(client: Client) -> None:
    answer = client.get("/api/v1/account/")
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert {"Authorization", "Cookie"} <= set(answer.headers["Vary"].split(", "))
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_head_has_no_body(client: Client) -> None:
    answer = client.head("/api/v1/sources/")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["ETag"]


def test_other_methods_are_told_which_ones_there_are(client: Client) -> None:
    for method in ("PUT", "PATCH", "DELETE", "OPTIONS"):
        answer = client.generic(method, "/api/v1/keys/")
        assert answer.status_code == 405
        assert answer.headers["Allow"] == "GET, HEAD"


def test_whatever_is_accepted_json_is_sent(client: Client) -> None:
    answer = client.get("/api/v1/keys/", headers={"Accept": "text/html"})
    assert answer.headers["Content-Type"] == "application/json"


def test_a_page_leads_to_the_next(cast: Cast) -> None:
    for name in ("alpha", "beta", "gamma"):
        Source.objects.filter(pk=new_source(name).pk).update(team=cast.own.team)
    client, names = cast.as_role(Role.VIEWER), []
    address: str | None = "/api/v1/sources/?size=2&sort=name"
    while address:
        answer = client.get(address)
        names += [one["name"] for one in answer.json()["lines"]]
        link = answer.headers.get("Link", "")
        assert ('rel="next"' in link) == (answer.json()["after"] is not None)
        address = link[1 : link.index(">")] if link else None
    assert names == ["alpha", "beta", "gamma", cast.own.source.name]


def test_a_cursor_that_no_list_gave_is_a_problem(client: Client) -> None:
    for address in ("sources", "keys", "expiries", "findings", "events"):
        answer = client.get(f"/api/v1/{address}/?after=x")
        assert answer.status_code == 400, address
        assert answer.json()["errors"][0]["where"] == "after"


def test_an_instant_that_nobody_can_look_at_is_a_problem(client: Client) -> None:
    for query in ("at=yesterday", "at=2999-01-01T00:00:00Z", "valid_at=x"):
        assert client.get(f"/api/v1/overview/?{query}").status_code == 400


def test_the_past_is_told_and_nothing_is_done_in_it(cast: Cast) -> None:
    client = sign_in(Client(), cast.own.administrator)
    then = "?at=2026-01-01T00:00:00Z"
    assert client.get(f"/api/v1/sources/{then}").json()["lines"] == []
    answer = _post(client, f"/api/v1/sources/{cast.own.source.pk}/crawl/{then}")
    assert answer.status_code == 409


def test_mistakes_tell_nothing_of_other_teams(cast: Cast) -> None:
    client = sign_in(Client(), cast.own.administrator)
    for source in (cast.other.source.pk, 10**17):
        answer = _post(client, f"/api/v1/sources/{source}/source/", b"{}")
        assert answer.status_code == 404


def test_numbers_beyond_a_database_are_no_addresses(client: Client) -> None:
    assert client.get(f"/api/v1/sources/{10**30}/").status_code == 404


LISTS = ("overview", "now", "sources", "expiries", "keys", "findings", "events")


@pytest.mark.parametrize("name", LISTS)
def test_queries_do_not_grow_with_what_is_listed(
    cast: Cast, name: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = cast.as_role(Role.VIEWER)
    with django_assert_max_num_queries(20) as few:
        client.get(f"/api/v1/{name}/")
    for number in range(12):
        source = new_source(f"source-{number}")
        Source.objects.filter(pk=source.pk).update(team=cast.own.team)
    with django_assert_max_num_queries(len(few.captured_queries)):
        assert client.get(f"/api/v1/{name}/").status_code == 200


def test_what_changes_whom_to_trust_is_not_offered() -> None:
    assert "anchor" not in str(Endpoint.__subclasses__())
    acts = [one for kind in Endpoint.__subclasses__() for one in kind.operations.values()]
    needs = {str(one.need) for one in acts if one.is_act}
    assert needs <= {
        "crawl", "take", "accept_finding", "edit_source", "manage_jobs", "person",
    }  # fmt: skip


def test_operations_are_values() -> None:
    one = next(kind for kind in Endpoint.__subclasses__() if kind.operations)
    operation: Any = one.operations["get"]
    with pytest.raises(dataclasses.FrozenInstanceError):
        operation.need = None


def _post(client: Client, address: str, body: bytes = b"") -> HttpResponse:
    answer = client.post(address, body, content_type="application/json")
    assert isinstance(answer, HttpResponse)
    return answer
