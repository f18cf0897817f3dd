"""Errors for programs: RFC 9457."""

import json
import logging

import pytest
from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import Http404
from django.test import Client, RequestFactory
from rest_framework.exceptions import MethodNotAllowed, PermissionDenied

from tests.simulators.people import Cast
from trustui.accounts.models import Role
from trustui.accounts.permissions import Act
from trustui.api import problems, watching
from trustui.api.problems import Kind, Refused, Wrong, handle
from trustui.inventory.recognizing import SourceError
from trustui.pages.due import AskedError
from trustui.pages.paging import PagingError


class View:
    allowed_methods = ("GET", "HEAD")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Refused(Kind.PAST, "no"), 409),
        (problems.not_allowed(Act.CRAWL), 403),
        (problems.not_found(), 404),
        (Http404(), 404),
        (PagingError("after: expected a cursor, found x"), 400),
        (AskedError("from: expected a day, found x"), 400),
        (SourceError("no place"), 422),
        (RequestDataTooBig("too big"), 413),
        (MethodNotAllowed("PUT"), 405),
        (PermissionDenied("CSRF Failed"), 403),
        (Refused(Kind.BUSY, "wait"), 503),
    ],
)
def test_each_error_is_a_problem_of_its_kind(error: Exception, status: int) -> None:
    answer = handle(error, {"view": View()})
    assert answer is not None
    told = json.loads(answer.content)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.status_code == told["status"] == status
    assert told["type"].startswith("urn:trustui:problem:")
    assert told["title"]
    assert told["detail"]


def test_a_sentence_of_a_page_is_taken_apart() -> None:
    answer = handle(PagingError("size: expected 1 to 200, found 'x'"), {})
    assert answer is not None
    assert json.loads(answer.content)["errors"] == [
        {"where": "size", "expected": "1 to 200", "found": "'x'"}
    ]


def test_a_fault_of_ours_is_not_swallowed() -> None:
    assert handle(ZeroDivisionError(), {}) is None


def test_text_of_strangers_is_visible() -> None:
    answer = problems.problem(Kind.BAD_REQUEST, "a\u202eb", (Wrong("x", "y", "\u0007"),))
    assert b"\\u202e" in answer.content


def test_an_unexpected_error_is_json_without_details(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr(watching, "failing", broken)
    client = cast.as_role(Role.VIEWER)
    client.raise_request_exception = False
    with caplog.at_level(logging.CRITICAL):
        answer = client.get("/api/v1/now/")
    assert answer.status_code == 500
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "secret" not in answer.content.decode()


def test_a_database_that_is_away_says_when_to_come_back() -> None:
    def lost() -> None:
        raise OperationalError("gone")

    try:
        lost()
    except OperationalError:
        answer = problems.server_error(RequestFactory().get("/api/v1/now/"))
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "15"


def test_addresses_that_there_are_not_are_problems_too(cast: Cast) -> None:
    for address in ("/api/v1/", "/api/v1/nothing/", "/api/v1/keys/xyz/"):
        assert Client().get(address).status_code == 401
        answer = cast.as_role(Role.VIEWER).post(address)
        assert answer.status_code == 404
        assert answer.headers["Content-Type"] == "application/problem+json"
