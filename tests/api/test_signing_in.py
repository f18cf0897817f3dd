"""By token or by session; nobody else."""

import json
import typing
from datetime import UTC, datetime, timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.simulators.people import Cast, sign_in
from trustui.accounts.models import ApiToken, Role, Scope
from trustui.accounts.tokens import make_token, revoke_token
from trustui.jobs.models import Job


def bearer(cast: Cast, scope: Scope = Scope.READ, role: Role = Role.VIEWER) -> dict[str, str]:
    now = datetime.now(UTC)
    _, text = make_token(
        owner=cast.people[role],
        name=f"{scope} {role}",
        scope=scope,
        expires_at=now + timedelta(days=1),
        now=now,
    )
    return {"Authorization": f"Bearer {text}"}


def post(client: Client, address: str, headers: dict[str, str] | None = None) -> HttpResponse:
    answer = client.post(address, b"{}", content_type="application/json", headers=headers)
    return typing.cast("HttpResponse", answer)


def test_a_token_reads_what_its_owner_sees(cast: Cast) -> None:
    answer = Client().get("/api/v1/sources/", headers=bearer(cast))
    assert [one["name"] for one in answer.json()["lines"]] == [cast.own.source.name]
    other = f"/api/v1/sources/{cast.other.source.pk}/source/"
    assert Client().get(other, headers=bearer(cast)).status_code == 404


@pytest.mark.parametrize("sent", ["Bearer nonsense", "Bearer ", "bearer tui_" + "a" * 49])
def test_a_token_that_opens_nothing_is_refused(cast: Cast, sent: str) -> None:
    answer = sign_in(Client(), cast.own.administrator).get(
        "/api/v1/account/", headers={"Authorization": sent}
    )
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


def test_nobody_is_told_how_to_sign_in(db: None) -> None:
    del db
    answer = Client().get("/api/v1/account/")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json()["type"] == "urn:trustui:problem:not-signed-in"


def test_a_revoked_token_opens_nothing(cast: Cast) -> None:
    headers = bearer(cast)
    revoke_token(token=ApiToken.objects.latest("pk"), now=datetime.now(UTC))
    assert Client().get("/api/v1/account/", headers=headers).status_code == 401


def test_a_token_for_reading_does_nothing(cast: Cast) -> None:
    address = f"/api/v1/sources/{cast.own.source.pk}/crawl/"
    reading = bearer(cast, Scope.READ, Role.ON_CALL)
    answer = post(Client(), address, reading)
    assert (answer.status_code, json.loads(answer.content)["type"]) == (
        403,
        "urn:trustui:problem:token-scope",
    )
    acting = bearer(cast, Scope.ACT, Role.ON_CALL)
    assert post(Client(), address, acting).status_code == 202
    assert Job.objects.get(kind="crawl", key=str(cast.own.source.pk)).state == "queued"


def test_a_session_acts_only_with_its_csrf_token(cast: Cast) -> None:
    client = sign_in(Client(enforce_csrf_checks=True), cast.own.administrator)
    address = f"/api/v1/sources/{cast.own.source.pk}/crawl/"
    assert client.post(address).status_code == 403  # a form of another site
    assert post(client, address).status_code == 403
    client.get("/sources/add/")  # a page with a form brings the token
    token = client.cookies["csrftoken"].value
    assert post(client, address, {"X-CSRFToken": token}).status_code == 202
    # A token is sent on purpose: no other site can make a browser send it.
    free = Client(enforce_csrf_checks=True)
    headers = bearer(cast, Scope.ACT, Role.ADMINISTRATOR)
    assert post(free, address, headers).status_code == 202
    assert free.post(address, {"reason": "a form"}, headers=headers).status_code == 415


def test_a_token_costs_two_queries_and_one_to_note_its_use(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    headers = bearer(cast)
    with django_assert_num_queries(3):
        Client().get("/api/v1/account/", headers=headers)
    with django_assert_num_queries(2):
        Client().get("/api/v1/account/", headers=headers)
