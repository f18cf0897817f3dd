"""`trustui createuser`: an account with a good password, and its role in a team."""

import io
import sys

import pytest

from tests.simulators.command_line import Trustui
from trustui.accounts.models import Membership, Role, User
from trustui.events.models import Event

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery staple"  # noqa: S105  of a test


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What comes in on standard input."""
    stream = io.StringIO(PASSWORD + "\n")
    monkeypatch.setattr(sys, "stdin", stream)
    return stream


@pytest.mark.usefixtures("typed")
def test_it_makes_an_account_with_a_role_in_a_new_team(trustui: Trustui) -> None:
    answer = trustui(
        *("createuser", "alice", "--password-stdin", "--email", "alice@example.org"),
        *("--team", "Delivery", "--role", "administrator", "--as", "root", "--reason", "the first"),
    )
    assert (answer.status, answer.out) == (0, "made alice, administrator of Delivery\n")
    alice = User.objects.get(username="alice")
    assert alice.check_password(PASSWORD)
    assert Membership.objects.get(user=alice).role == Role.ADMINISTRATOR
    event = Event.objects.get(kind="user.created")
    assert (event.actor, event.subject, event.reason) == ("person:root", "alice", "the first")
    assert PASSWORD not in str(event.detail)


@pytest.mark.usefixtures("typed")
def test_it_says_what_it_made_as_json(trustui: Trustui) -> None:
    answer = trustui("createuser", "bob", "--password-stdin", "--json")
    assert answer.json == {"user": "bob", "team": None, "role": None}


def test_a_weak_password_is_refused_with_the_reason(trustui: Trustui, typed: io.StringIO) -> None:
    typed.seek(0)
    typed.write("alice\n")
    typed.seek(0)
    answer = trustui("createuser", "alice", "--password-stdin")
    assert answer.status == 2
    assert "too short" in answer.err
    assert not User.objects.exists()


@pytest.mark.usefixtures("typed")
@pytest.mark.parametrize("name", ["", "two words", "a" * 151, "a\nb"])
def test_a_name_that_no_account_can_have_is_refused(trustui: Trustui, name: str) -> None:
    assert trustui("createuser", name, "--password-stdin").status == 2
    assert not Event.objects.exists()


def test_a_name_that_is_taken_is_refused(trustui: Trustui, typed: io.StringIO) -> None:
    trustui("createuser", "alice", "--password-stdin")
    typed.seek(0)
    answer = trustui("createuser", "alice", "--password-stdin")
    assert answer.status == 2
    assert "already exists" in answer.err


@pytest.mark.usefixtures("typed")
def test_a_role_needs_a_team(trustui: Trustui) -> None:
    answer = trustui("createuser", "alice", "--password-stdin", "--role", "viewer")
    assert (answer.status, answer.err) == (2, "trustui: --role needs --team\n")


@pytest.mark.usefixtures("typed")
def test_without_a_terminal_the_password_has_to_come_in(trustui: Trustui) -> None:
    answer = trustui("createuser", "alice")
    assert answer.status == 2
    assert "--password-stdin" in answer.err


def test_a_person_types_the_password_twice(
    trustui: Trustui, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    words = iter([PASSWORD, PASSWORD, PASSWORD, "something else"])
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(words))
    assert trustui("createuser", "alice").status == 0
    answer = trustui("createuser", "bob")
    assert (answer.status, answer.err) == (2, "trustui: the two passwords differ\n")
