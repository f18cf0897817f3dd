"""A repository and its parts, as the pages tell them."""

import hashlib
import json

import pytest
from django.test import Client

from tests.simulators.people import Cast
from trustui.accounts.models import Role


@pytest.fixture
def client(cast: Cast) -> Client:
    return cast.as_role(Role.VIEWER)


@pytest.fixture
def base(cast: Cast) -> str:
    return f"/api/v1/sources/{cast.own.source.pk}/"


def test_the_repository_and_its_tree_agree(client: Client, base: str) -> None:
    repository = client.get(base, {"path": "app.tar.gz"}).json()
    tree = client.get(f"{base}tree/", {"path": "app.tar.gz"}).json()
    assert repository["source"] == "vendor-updates"
    assert repository["rows"] == tree["rows"]
    assert tree["walk"]["stopped_at"] == "targets"
    assert {one["role"] for one in repository["roles"]} >= {"root", "targets"}


def test_a_role_has_its_versions_and_keys(cast: Cast, client: Client, base: str) -> None:
    role = client.get(f"{base}roles/{cast.own.examples['role_id']}/").json()
    assert (role["role"], role["versions"][0]["version"]) == ("targets", "1")
    keys = client.get(f"{base}keys/").json()
    assert keys["rows"]
    assert client.get(f"{base}roles/{'0' * 64}/").status_code == 404


def test_a_document_and_its_bytes(cast: Cast, client: Client, base: str) -> None:
    sha256 = str(cast.own.examples["sha256"])
    document = client.get(f"{base}documents/{sha256}/").json()
    answer = client.get(f"{base}documents/{sha256}/bytes/")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert hashlib.sha256(answer.content).hexdigest() == sha256
    assert document["text"].encode() == answer.content


def test_verdicts_and_one_of_them(cast: Cast, client: Client, base: str) -> None:
    (line,) = client.get(f"{base}verdicts/").json()["lines"]
    assert line["verdict_id"] == cast.own.examples["verdict_id"]
    verdict = client.get(f"{base}verdicts/{line['verdict_id']}/?every=true").json()
    trace = client.get(f"{base}verdicts/{line['verdict_id']}/trace/").json()
    assert verdict["evidence_digest"] == line["evidence"]
    assert trace["trust_state"] == line["trust_state"] == "verified"
    page = client.get(f"/sources/{cast.own.source.pk}/verdicts/{line['verdict_id']}/json/")
    assert json.loads(page.content) == trace


def test_the_history_of_a_role(cast: Cast, client: Client, base: str) -> None:
    role = str(cast.own.examples["role_id"])
    history = client.get(f"{base}history/", {"role": role, "view": "text"}).json()
    assert history["role"]["role"] == "targets"
    assert history["is_text"] is True


def test_what_is_another_teams_does_not_exist(cast: Cast, client: Client) -> None:
    base = f"/api/v1/sources/{cast.other.source.pk}/"
    parts = ("", "tree/", "keys/", "history/", "verdicts/", "timeline/", "source/", "crawl/")
    assert {client.get(f"{base}{part}").status_code for part in parts} == {404}
