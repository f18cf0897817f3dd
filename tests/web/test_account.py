"""One's own account on one page."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from tests.simulators.people import new_user, sign_in
from trustui.accounts.models import User


def test_it_says_what_is_set_up_and_where_to_change_it(signed_in: Client) -> None:
    text = signed_in.get("/account/").content.decode()
    assert "administrator of Platform" in text
    for there in (
        "/account/password/set/",
        "/account/second/app/",
        "/account/passkeys/add/",
        "/account/sessions/",
        "/account/tokens/",
    ):
        assert f'href="{there}"' in text


def test_few_recovery_codes_are_worth_a_look(signed_in: Client, mira: User) -> None:
    Authenticator.objects.create(
        user=mira,
        type=Authenticator.Type.RECOVERY_CODES,
        data={"migrated_codes": ["a", "b"], "seed": "", "used_mask": 0},
    )
    text = signed_in.get("/account/").content.decode()
    assert "2 left" in text


@pytest.mark.django_db
def test_somebody_without_a_team_is_told_what_to_wait_for(client: Client) -> None:
    sign_in(client, new_user("newcomer"))
    assert b"In no team yet" in client.get("/account/").content


def test_second_factors_stand_on_the_account_page(signed_in: Client) -> None:
    assert signed_in.get("/account/second/").headers["Location"] == "/account/"
