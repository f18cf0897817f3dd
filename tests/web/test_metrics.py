"""Who may read `/metrics`, and in which shape."""

from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
from django.conf import LazySettings
from django.db import OperationalError, connection
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

pytestmark = pytest.mark.django_db

TOKEN = "the-token-of-these-tests-0123456789"  # noqa: S105  of these tests


@dataclass(frozen=True)
class Asked:
    why: str
    status: int
    headers: dict[str, str] = field(default_factory=dict)


WITHOUT_TOKEN = [
    Asked("from this machine", 200, {"REMOTE_ADDR": "127.0.0.1"}),
    Asked("from this machine by IPv6", 200, {"REMOTE_ADDR": "::1"}),
    Asked("from elsewhere", 403, {"REMOTE_ADDR": "192.0.2.7"}),
    Asked("through a proxy here", 403, {"REMOTE_ADDR": "127.0.0.1", "HTTP_FORWARDED": "for=x"}),
    Asked("through one that adds XFF", 403, {"HTTP_X_FORWARDED_FOR": "192.0.2.7"}),
    Asked("through one that lies", 403, {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}),
    Asked("through a Unix socket", 403, {"REMOTE_ADDR": ""}),
]

WITH_TOKEN = [
    Asked("with it, from elsewhere", 200, {"HTTP_AUTHORIZATION": f"Bearer {TOKEN}"}),
    Asked("without it", 401),
    Asked("with another", 401, {"HTTP_AUTHORIZATION": f"Bearer {TOKEN[::-1]}"}),
    Asked("with its beginning", 401, {"HTTP_AUTHORIZATION": f"Bearer {TOKEN[:-1]}"}),
    Asked("without the scheme", 401, {"HTTP_AUTHORIZATION": TOKEN}),
    Asked("with odd letters", 401, {"HTTP_AUTHORIZATION": "Bearer \xff"}),
    Asked("from this machine", 401, {"REMOTE_ADDR": "127.0.0.1"}),
]


@pytest.fixture
def token(settings: LazySettings) -> None:
    settings.TRUSTUI = msgspec.structs.replace(settings.TRUSTUI, metrics_token=TOKEN)


@pytest.mark.parametrize("asked", WITHOUT_TOKEN, ids=lambda asked: asked.why)
def test_without_a_token_only_this_machine_is_answered(client: Client, asked: Asked) -> None:
    extra: dict[str, Any] = asked.headers
    assert client.get("/metrics", **extra).status_code == asked.status


@pytest.mark.usefixtures("token")
@pytest.mark.parametrize("asked", WITH_TOKEN, ids=lambda asked: asked.why)
def test_with_a_token_only_who_has_it_is_answered(client: Client, asked: Asked) -> None:
    extra: dict[str, Any] = {"REMOTE_ADDR": "192.0.2.7", **asked.headers}
    answer = client.get("/metrics", **extra)
    assert answer.status_code == asked.status
    assert ("WWW-Authenticate" in answer) == (asked.status == 401)


def test_it_is_text_that_prometheus_reads(client: Client) -> None:
    answer = client.get("/metrics")
    assert answer["Content-Type"].startswith("text/plain; version=")
    families = {family.name for family in text_string_to_metric_families(answer.text)}
    assert "trustui_sources" in families


def test_it_speaks_open_metrics_to_who_asks_for_it(client: Client) -> None:
    answer = client.get(
        "/metrics", headers={"accept": "application/openmetrics-text; version=1.0.0"}
    )
    assert answer["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    assert answer.text.endswith("# EOF\n")


def test_without_a_database_it_says_so(client: Client) -> None:
    def fail(*_: object) -> None:
        raise OperationalError("gone")

    with connection.execute_wrapper(fail):
        answer = client.get("/metrics")
    assert (answer.status_code, answer.text) == (503, "the database does not answer\n")
