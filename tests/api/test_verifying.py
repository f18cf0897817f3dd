"""Verify anything, by programs."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from tests.simulators.people import Cast
from trustui.accounts.models import Role, Scope
from trustui.accounts.tokens import make_token
from trustui.inventory.models import Blob
from trustui.pages import verifying


@pytest.fixture
def client(cast: Cast) -> Client:
    return cast.as_role(Role.VIEWER)


def verify(client: Client, text: str) -> Any:
    return client.post(
        "/api/v1/verify/", json.dumps({"text": text}), content_type="application/json"
    )


def test_a_document_is_recognized(cast: Cast, client: Client) -> None:
    body = bytes(Blob.objects.get(sha256=cast.own.examples["sha256"]).body)
    told = verify(client, body.decode()).json()
    assert (told["kind"], told["document"]["type"]) == ("metadata", "targets")
    assert told["document"]["seen"][0]["source"] == cast.own.source.name
    assert verify(client, '{"signed": 1}').json()["unreadable"]["because"]


def test_a_digest_a_text_and_nothing(cast: Cast, client: Client) -> None:
    digest = verify(client, f"sha256:{cast.own.examples['sha256']}").json()
    assert (digest["kind"], digest["found"]["hits"][0]["kind"]) == ("digest", "document")
    assert verify(client, "timestamp.json is expired").json()["kind"] == "text"
    assert verify(client, "").json()["kind"] == "nothing"
    assert verify(client, "-----BEGIN PUBLIC KEY-----").json()["key"] is None


def test_a_private_key_is_not_repeated(client: Client) -> None:
    answer = verify(client, "-----BEGIN PRIVATE KEY-----\nMC4CAQ\n-----END PRIVATE KEY-----")
    assert answer.json()["kind"] == "private_key"
    assert "MC4CAQ" not in answer.content.decode()


def test_a_link_asks_no_place(cast: Cast, client: Client) -> None:
    told = client.get("/api/v1/verify/", {"q": "https://updates.example/"}).json()
    assert (told["kind"], told["location"]) == ("location", None)
    known = client.get("/api/v1/verify/", {"q": cast.own.source.location}).json()
    assert known["known"]["source_id"] == cast.own.source.pk
    hidden = client.get("/api/v1/verify/", {"q": cast.other.source.location}).json()
    assert hidden["known"] is None


def test_a_place_is_asked_for_whoever_may_crawl(cast: Cast, client: Client) -> None:
    assert verify(client, "https://updates.example/").status_code == 403
    on_call = cast.as_role(Role.ON_CALL)
    assert verify(on_call, "http://127.0.0.1:1/").status_code == 422  # no private address


def test_a_reading_token_asks_no_place(cast: Cast) -> None:
    now = datetime.now(UTC)
    _, text = make_token(
        owner=cast.people[Role.ON_CALL],
        name="reading",
        scope=Scope.READ,
        expires_at=now + timedelta(days=1),
        now=now,
    )
    headers = {"Authorization": f"Bearer {text}"}
    body = json.dumps({"text": "https://updates.example/"})
    answer = Client().post(
        "/api/v1/verify/", body, content_type="application/json", headers=headers
    )
    assert answer.json()["type"] == "urn:trustui:problem:token-scope"


def test_when_others_wait_already_it_says_so(cast: Cast) -> None:
    for _ in range(verifying.AT_ONCE):
        assert verifying._turns.acquire(blocking=False)
    try:
        answer = verify(cast.as_role(Role.ON_CALL), "https://updates.example/")
    finally:
        for _ in range(verifying.AT_ONCE):
            verifying._turns.release()
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
