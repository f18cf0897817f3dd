"""The page of one's own API tokens."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from tests.simulators.people import Cast, sign_in
from trustui.accounts.models import ApiToken, Role, User
from trustui.accounts.tokens import token_of
from trustui.events.models import Event

PAGE = "/account/tokens/"
GIVEN = {"name": "release pipeline", "scope": "read", "days": "90"}


def make(client: Client) -> str:
    text: str = client.post(PAGE, GIVEN).context["made"]
    return text


def test_a_token_is_shown_once(signed_in: Client, mira: User) -> None:
    answer = signed_in.post(PAGE, GIVEN)
    text = answer.context["made"]
    found = token_of(text, datetime.now(UTC))
    assert found is not None
    assert (found.owner, found.name, found.scope) == (mira, "release pipeline", "read")
    assert text in answer.content.decode()
    assert answer.headers["Cache-Control"] == "no-store"
    assert text not in signed_in.get(PAGE).content.decode()


def test_making_and_revoking_are_events_that_do_not_tell_the_token(signed_in: Client) -> None:
    text = make(signed_in)
    token = ApiToken.objects.get()
    signed_in.post(f"{PAGE}{token.pk}/revoke/")
    signed_in.post(f"{PAGE}{token.pk}/revoke/")
    events = list(Event.objects.order_by("id"))
    assert [(event.kind, event.actor) for event in events] == [
        ("token.made", "person:mira"),
        ("token.revoked", "person:mira"),
    ]
    assert not any(text in str(event.detail) for event in events)
    assert token_of(text, datetime.now(UTC)) is None


@pytest.mark.parametrize(
    ("name", "value", "because"),
    [
        ("name", "", "expected a name"),
        ("name", "\u202e", "expected a name"),
        ("scope", "everything", "offered uses"),
        ("days", "9999", "offered lengths"),
        ("days", "x", "offered lengths"),
    ],
)
def test_what_cannot_be_made_is_told(
    signed_in: Client, name: str, value: str, because: str
) -> None:
    answer = signed_in.post(PAGE, {**GIVEN, name: value})
    assert answer.status_code == 400
    assert because in answer.content.decode().lower()
    assert not ApiToken.objects.exists()


def test_the_token_of_somebody_else_does_not_exist(cast: Cast) -> None:
    client = cast.as_role(Role.VIEWER)
    assert client.post(f"{PAGE}{cast.own.token.pk}/revoke/").status_code == 404
    cast.own.token.refresh_from_db()
    assert cast.own.token.revoked_at is None


def test_making_one_asks_for_the_password_again(cast: Cast) -> None:
    client = sign_in(Client(), cast.own.administrator, is_fresh=False)
    assert client.post(PAGE, GIVEN).status_code == 302
    assert ApiToken.objects.filter(owner=cast.own.administrator).count() == 1


def test_revoking_can_be_done_without_script(signed_in: Client) -> None:
    make(signed_in)
    token = ApiToken.objects.get()
    page = signed_in.get(f"{PAGE}{token.pk}/revoke/")
    assert b"Revoke the token" in page.content
