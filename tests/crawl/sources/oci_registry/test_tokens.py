"""Asking token services, and what they answer."""

import base64
from urllib.parse import parse_qs

import pytest

from tests.crawl.sources.oci_registry.conftest import LOGIN, NAME, Open, Serve
from tests.simulators.fault_server import answer
from tests.simulators.registry import PASSWORD, TOKEN, USER
from trustui.core.facts import Document, Problem
from trustui.core.oci.requests import manifest_request
from trustui.crawl.image_source import Login
from trustui.crawl.secrets import Secret
from trustui.crawl.sources.oci_registry.tokens import basic

ASK = manifest_request("1.0")
BASIC = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


def because(answer: object) -> str:
    assert isinstance(answer, Problem), answer
    return answer.because


def test_a_refresh_token_is_posted(serve: Serve, open_at: Open) -> None:
    server = serve(login="bearer")
    login = Login("", Secret("refresh me"), is_refresh_token=True)
    assert isinstance(open_at(server, login=login).open(NAME).ask(ASK), Document)
    (token,) = server.asked("/token")
    assert (token.method, token.path) == ("POST", "/token")
    assert parse_qs(token.body.decode()) == {
        "grant_type": ["refresh_token"],
        "refresh_token": ["refresh me"],
        "service": ["registry.example"],
        "client_id": ["trustui"],
        "scope": ["repository:team/app:pull"],
    }


def test_where_a_token_service_knows_no_get_the_password_is_posted(
    serve: Serve, open_at: Open
) -> None:
    server = serve(login="bearer")
    query = "/token?service=registry.example&scope=repository%3Ateam%2Fapp%3Apull"
    server.on(query, answer(405))
    assert isinstance(open_at(server, login=LOGIN).open(NAME).ask(ASK), Document)
    posted = parse_qs(server.asked("/token")[-1].body.decode())
    assert (posted["grant_type"], posted["password"]) == (["password"], [PASSWORD])


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"token":""}', b'{"token":7}', b'{"token":"a b"}', b"<html>"]
)
def test_an_answer_of_a_token_service_without_a_token_is_a_problem(
    serve: Serve, open_at: Open, body: bytes
) -> None:
    server = serve(login="bearer")
    server.on(
        "/token?service=registry.example&scope=repository%3Ateam%2Fapp%3Apull", answer(200, body)
    )
    assert "token service" in because(open_at(server).open(NAME).ask(ASK))


def test_odd_lives_of_tokens_are_taken_as_the_default(serve: Serve, open_at: Open) -> None:
    server = serve(login="bearer")
    path = "/token?service=registry.example&scope=repository%3Ateam%2Fapp%3Apull"
    server.on(path, answer(200, b'{"access_token":"%s","expires_in":true}' % TOKEN.encode()))
    assert isinstance(open_at(server).open(NAME).ask(ASK), Document)


def test_a_realm_may_have_a_query_of_its_own(serve: Serve, open_at: Open) -> None:
    server = serve(login="bearer", realm="")
    server.manners.realm = server.url("/token?a=b")
    assert isinstance(open_at(server).open(NAME).ask(ASK), Document)
    assert server.asked("/token")[0].path.startswith("/token?a=b&service=")


def test_a_secret_shows_itself_only_when_asked() -> None:
    value = basic(LOGIN)
    assert isinstance(value, Secret)
    assert value.reveal() == BASIC
    assert BASIC not in f"{value} {value!r} {LOGIN!r}"
