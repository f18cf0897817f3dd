"""Headers, and what refusals look like."""

import pytest
from django.db import OperationalError, connection
from django.test import Client

from trustui.web.security import policy

FORBIDDEN = ("unsafe-inline", "unsafe-eval", "http:", "https:", "*", "blob:")


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere() -> None:
    assert policy().startswith("default-src 'none'; ")
    assert [word for word in FORBIDDEN if word in policy()] == []
    assert "frame-ancestors 'none'" in policy()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/account/sign-in/", "/healthz", "/nowhere/"])
def test_every_answer_has_the_headers(client: Client, path: str) -> None:
    headers = client.get(path).headers
    assert headers["Content-Security-Policy"] == policy()
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


def test_what_a_person_sees_is_not_kept_by_caches(signed_in: Client) -> None:
    assert "no-cache" in signed_in.get("/account/").headers["Cache-Control"]
    assert "private" in signed_in.get("/account/").headers["Cache-Control"]


@pytest.mark.django_db
def test_while_the_database_is_away_the_page_says_so(client: Client) -> None:
    client.cookies["sessionid"] = "a" * 32
    client.raise_request_exception = False

    def fail(*_: object) -> None:
        raise OperationalError("connection to db.internal failed")

    with connection.execute_wrapper(fail):
        answer = client.get("/")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "15"
    assert b"The database does not answer" in answer.content
    assert b"db.internal" not in answer.content
