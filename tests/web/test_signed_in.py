"""Who is signed in, as every page asks."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from trustui.accounts.models import User
from trustui.web.signed_in import Accounts, SessionStore

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> User:
    return User.objects.create_user("ann")


def test_a_session_is_found_with_what_was_kept_in_it() -> None:
    kept = SessionStore()
    kept["seen"] = "today"
    kept.save()
    assert SessionStore(kept.session_key)["seen"] == "today"


def test_a_session_that_ended_is_not_found_and_its_key_is_not_used_again() -> None:
    kept = SessionStore()
    kept["seen"] = "today"
    kept.save()
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    found = SessionStore(kept.session_key)
    assert "seen" not in found
    assert found.session_key is None


@pytest.mark.parametrize("key", ["nobodyhasthiskeyof32letters", "\x00" * 32, "é" * 40])
def test_a_key_that_nobody_was_given_is_nobodys(key: str) -> None:
    assert dict(SessionStore(key).items()) == {}


def test_a_cookie_that_no_database_takes_is_nobodys(client: Client) -> None:
    # Quoted values of cookies may spell any octet.
    answer = client.get("/account/", headers={"cookie": 'sessionid="' + "\\000" * 32 + '"'})
    assert answer.headers["Location"].startswith("/account/sign-in/")


def test_a_locked_account_is_nobodys(person: User) -> None:
    assert Accounts().get_user(person.pk) == person
    User.objects.update(is_active=False)
    assert Accounts().get_user(person.pk) is None
    assert Accounts().get_user(person.pk + 1) is None
