import base64
import json

import pytest

from trustui.core.errors import ParseError
from trustui.core.facts import Document
from trustui.crawl.docker_config import login_in
from trustui.crawl.image_source import Login
from trustui.crawl.secrets import Secret


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def found(auths: object, host: str = "registry.example") -> Login | None:
    return login_in(Document("x", json.dumps({"auths": auths}).encode()), host)


ALICE = Login("alice", Secret("a:b"))


@pytest.mark.parametrize(
    ("auths", "login"),
    [
        ({}, None),
        ({"registry.example": {"auth": encoded("alice:a:b")}}, ALICE),
        ({"https://Registry.example/v1/": {"auth": encoded("alice:a:b")}}, ALICE),
        ({"registry.example": {"username": "alice", "password": "a:b"}}, ALICE),
        ({"registry.example": {}}, None),
        (
            {"registry.example": {"identitytoken": "t", "auth": encoded("alice:")}},
            Login("", Secret("t"), is_refresh_token=True),
        ),
        ({"registry.example:5000": {"auth": encoded("alice:a")}}, None),
        ({"example": {"auth": encoded("alice:a")}}, None),
        ({"evil-registry.example": {"auth": encoded("alice:a")}}, None),
        ({"sub.registry.example": {"auth": encoded("alice:a")}}, None),
    ],
)
def test_the_login_for_exactly_this_host_is_taken(auths: object, login: Login | None) -> None:
    assert found(auths) == login


@pytest.mark.parametrize(
    "auths",
    [
        [],
        {"registry.example": "secret"},
        {"registry.example": {"auth": 7}},
        {"registry.example": {"auth": "secret!"}},
        {"registry.example": {"auth": encoded("secret")}},
        {"registry.example": {"auth": base64.b64encode(b"\xff:").decode()}},
        {"registry.example": {}, "https://registry.example/v1/": {}},
    ],
)
def test_what_is_no_login_is_refused_without_telling_it(auths: object) -> None:
    with pytest.raises(ParseError) as error:
        found(auths)
    assert "secret" not in f"{error.value} {error.value.found}"


@pytest.mark.parametrize("body", [b"", b"[]", b'{"auths":{},"auths":{}}'])
def test_what_is_no_configuration_is_refused(body: bytes) -> None:
    with pytest.raises(ParseError):
        login_in(Document("x", body), "registry.example")


def test_helpers_are_not_run_and_a_file_without_auths_has_no_login() -> None:
    body = b'{"credsStore":"desktop","credHelpers":{"registry.example":"x"}}'
    assert login_in(Document("x", body), "registry.example") is None
