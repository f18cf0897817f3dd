"""Accounts, teams and roles are made once, with names and passwords that will do."""

from datetime import UTC, datetime

import pytest

from trustui.accounts.models import Membership, Role, Team, User
from trustui.accounts.services import (
    AccountError,
    change_role,
    create_user,
    join,
    leave,
    team_of,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, tzinfo=UTC)
PASSWORD = "correct horse battery staple"  # noqa: S105  of a test


def test_an_account_has_its_password_and_no_rights() -> None:
    alice = create_user(name="alice", password=PASSWORD, email="alice@example.org")
    assert alice.check_password(PASSWORD)
    assert PASSWORD not in alice.password
    assert (alice.is_staff, alice.is_superuser) == (False, False)


@pytest.mark.parametrize("password", ["", "short", "password1234", "alice-of-delivery"])
def test_a_weak_password_is_refused(password: str) -> None:
    with pytest.raises(AccountError, match=r"too short|too common|too similar"):
        create_user(name="alice-of-delivery", password=password)
    assert not User.objects.exists()


@pytest.mark.parametrize("name", ["", "two words", "a" * 151, "a\u202eb"])
def test_what_is_no_name_of_an_account_is_refused(name: str) -> None:
    with pytest.raises(AccountError):
        create_user(name=name, password=PASSWORD)


def test_a_name_is_taken_once() -> None:
    create_user(name="alice", password=PASSWORD)
    with pytest.raises(AccountError, match="already exists"):
        create_user(name="alice", password=PASSWORD)


def test_an_address_has_to_be_one() -> None:
    with pytest.raises(AccountError, match="valid email"):
        create_user(name="alice", password=PASSWORD, email="alice")


def test_a_team_is_made_on_first_need() -> None:
    team, is_new = team_of(" Delivery ", NOW)
    assert (team.name, team.created_at, is_new) == ("Delivery", NOW, True)
    assert team_of("Delivery", NOW) == (team, False)


@pytest.mark.parametrize("name", ["", "  ", "a" * 101, "a\nb", "a\u202eb"])
def test_what_is_no_name_of_a_team_is_refused(name: str) -> None:
    with pytest.raises(AccountError, match="expected the name of a team"):
        team_of(name, NOW)
    assert not Team.objects.exists()


def test_a_person_has_the_role_that_was_given_last() -> None:
    alice, (team, _) = create_user(name="alice", password=PASSWORD), team_of("Delivery", NOW)
    join(user=alice, team=team, role=Role.VIEWER)
    join(user=alice, team=team, role=Role.ON_CALL)
    assert Membership.objects.get().role == Role.ON_CALL


def test_the_last_administrator_stays() -> None:
    alice, bob = (create_user(name=name, password=PASSWORD) for name in ("alice", "bob"))
    team, _ = team_of("Delivery", NOW)
    join(user=alice, team=team, role=Role.ADMINISTRATOR)
    with pytest.raises(AccountError, match="expected another administrator"):
        leave(user=alice, team=team)
    with pytest.raises(AccountError, match="expected another administrator"):
        change_role(user=alice, team=team, role=Role.VIEWER)
    assert change_role(user=bob, team=team, role=Role.ADMINISTRATOR) is None
    assert change_role(user=alice, team=team, role=Role.VIEWER) is Role.ADMINISTRATOR
    leave(user=alice, team=team)
    assert list(Membership.objects.values_list("user__username", flat=True)) == ["bob"]
