"""Expiries, keys, findings, search and help."""

import json
from datetime import UTC, datetime, timedelta
from typing import get_args, get_type_hints

import pytest
from django.test import Client

from tests.simulators.people import HIDDEN_NAME, OWN_NAME, Cast
from tests.simulators.watched import START
from trustui.accounts.models import Role
from trustui.api.looking import ExpiriesQuery, FindingsQuery, KeysQuery
from trustui.pages import due, findings, keys
from trustui.verdicts.models import Finding


@pytest.fixture
def client(cast: Cast) -> Client:
    return cast.as_role(Role.VIEWER)


def test_what_may_be_asked_is_what_pages_offer() -> None:
    assert set(get_args(get_type_hints(KeysQuery)["kind"])) == {"", *keys.KINDS}
    assert set(get_args(get_type_hints(FindingsQuery)["state"])) == set(findings.STATES)
    severities = get_args(get_type_hints(FindingsQuery)["severity"])
    assert set(severities) == {"", *findings.SEVERITIES}
    windows = get_args(get_type_hints(ExpiriesQuery)["window"])
    assert set(windows) == {*due.WINDOWS, due.LATER, due.ALL}


def test_what_expires_is_narrowed_as_on_the_page(cast: Cast, client: Client) -> None:
    every = client.get("/api/v1/expiries/?window=all").json()
    assert {one["source"] for one in every["lines"]} == {OWN_NAME}
    one_role = client.get("/api/v1/expiries/?window=all&role=targets").json()
    assert [one["role"] for one in one_role["lines"]] == ["targets"]
    wrong = client.get("/api/v1/expiries/?since=tomorrow")
    assert (wrong.status_code, wrong.json()["errors"][0]["where"]) == (400, "from")
    timeline = client.get(f"/api/v1/sources/{cast.own.source.pk}/timeline/").json()
    assert timeline["picture"] is not None


def test_a_key_is_found_by_its_fingerprint(cast: Cast, client: Client) -> None:
    fingerprint = str(cast.own.examples["fingerprint"])
    listed = client.get("/api/v1/keys/", {"text": fingerprint[:12]}).json()
    assert [one["fingerprint"] for one in listed["lines"]] == [fingerprint]
    told = client.get(f"/api/v1/keys/{fingerprint}/").json()
    assert told["fingerprint"] == fingerprint
    other = str(cast.other.examples["fingerprint"])
    assert client.get(f"/api/v1/keys/{other}/").status_code == 404


def test_findings_are_accepted_and_opened_again(cast: Cast) -> None:
    made = Finding.objects.create(
        source=cast.own.source,
        check_id="tuf.lint.shared_key",
        on="root",
        on_id="0" * 64,
        severity="medium",
        because="one key, two roles",
        first_seen_at=START,
        last_seen_at=START,
    )
    client = cast.as_role(Role.SECURITY_ENGINEER)
    until = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    body = {"findings": [made.pk], "until": until, "reason": "until the next root"}
    assert _post(client, body) == (200, {"findings": 1})
    state = "/api/v1/findings/?state=accepted"
    assert [one["finding_id"] for one in client.get(state).json()["lines"]] == [made.pk]
    assert _post(client, {"findings": [made.pk], "act": "reopen"})[0] == 200
    assert client.get(state).json()["lines"] == []
    assert _post(client, {**body, "until": "soon"})[0] == 400
    assert _post(client, {**body, "reason": ""})[0] == 422
    assert _post(client, {**body, "findings": [10**12]})[0] == 404
    assert _post(cast.as_role(Role.ON_CALL), body)[0] == 403


def _post(client: Client, body: object) -> tuple[int, object]:
    answer = client.post("/api/v1/findings/", json.dumps(body), content_type="application/json")
    return answer.status_code, answer.json()


def test_search_finds_what_is_ones_own(client: Client) -> None:
    hits = client.get("/api/v1/search/", {"q": OWN_NAME}).json()["hits"]
    assert [one["kind"] for one in hits] == ["source"]
    assert client.get("/api/v1/search/", {"q": HIDDEN_NAME}).json()["hits"] == []


def test_every_check_is_explained(client: Client) -> None:
    index = client.get("/api/v1/checks/?q=rollback").json()
    first = index["sections"][0]["lines"][0]["id"]
    assert client.get(f"/api/v1/checks/{first}/").json()["page"]["id"] == first
    assert client.get("/api/v1/checks/no.such.check/").status_code == 404
