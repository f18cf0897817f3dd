"""Django-allauth's pages in our frame; what is not offered has no route."""

import re

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from tests.simulators.people import new_user, sign_in
from trustui.accounts.models import Role, Team, User

PAGES = [
    "/account/sessions/",
    "/account/oidc/",
    "/account/passkeys/",
    "/account/passkeys/add/",
    "/account/second/app/",
    "/account/password/set/",
]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_stands_in_the_frame_with_nothing_inline(signed_in: Client, path: str) -> None:
    answer = signed_in.get(path)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert '<nav class="rail"' in text
    assert " style=" not in text
    assert re.findall(r"<script(?![^>]*(?: src=|application/json))", text) == []
    assert re.findall(r"\son\w+=", text) == []


@pytest.mark.parametrize(
    "name", ["account_signup", "account_email", "account_reset_password", "account_confirm_email"]
)
def test_what_is_not_offered_is_not_routed(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)


def test_the_confirmation_asks_for_the_password(client: Client, platform: Team) -> None:
    alice: User = new_user("alice", platform, Role.VIEWER)
    alice.set_password("correct horse battery staple")
    alice.save()
    sign_in(client, alice, is_fresh=False)
    assert b"Confirm that it is you" in client.get("/account/confirm/").content


def test_a_session_elsewhere_can_be_ended(client: Client, mira: User) -> None:
    elsewhere = Client()
    sign_in(elsewhere, mira)
    sign_in(client, mira)
    for browser in (elsewhere, client):
        assert browser.get("/account/sessions/").status_code == 200
    client.post("/account/sessions/")
    assert elsewhere.get("/account/").status_code in {200, 302}
    assert client.get("/account/sessions/").status_code in {200, 302}
