"""Who acts, for whom, and how verbs speak."""

import argparse
import getpass
import io
import sys
import time
from datetime import UTC, datetime

import pytest

from tests.simulators.watched import Watched, vendor
from trustui.accounts.models import Team, User
from trustui.events.models import Event
from trustui.operate.arguments import (
    Person,
    Refused,
    person_of,
    progress,
    progress_ends,
    source_named,
    team_named,
    tell,
)

NOW = datetime(2026, 11, 21, tzinfo=UTC)
ALICE = Person("alice", None)


@pytest.mark.django_db
def test_a_person_is_whoever_is_named_with_their_account() -> None:
    alice = User.objects.create_user("alice")
    assert person_of(argparse.Namespace(person="alice")) == Person("alice", alice)
    assert person_of(argparse.Namespace(person="bob")).actor == "person:bob"


@pytest.mark.django_db
def test_without_a_name_it_is_the_user_of_the_system() -> None:
    assert person_of(argparse.Namespace(person=None)).name == getpass.getuser()


@pytest.mark.django_db
def test_a_user_without_a_name_is_called_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert person_of(argparse.Namespace(person=None)).name.startswith("uid ")


@pytest.mark.parametrize("name", ["", "  ", "a\x1b[31m", "a\u202eb"])
def test_a_name_that_cannot_be_shown_is_refused(name: str) -> None:
    with pytest.raises(Refused, match="expected the name of a person"):
        person_of(argparse.Namespace(person=name))


@pytest.mark.django_db
def test_a_team_is_made_once_and_told() -> None:
    first = team_named("Delivery", ALICE, NOW)
    assert team_named(" Delivery ", ALICE, NOW) == first
    assert Team.objects.count() == 1
    event = Event.objects.get()
    assert (event.kind, event.actor, event.team_id) == ("team.created", "person:alice", first.pk)


@pytest.mark.django_db
def test_a_team_without_a_name_is_refused() -> None:
    with pytest.raises(Refused, match="expected the name of a team"):
        team_named(" ", ALICE, NOW)


@pytest.mark.django_db
def test_a_source_is_found_by_name_and_not_once_it_is_removed() -> None:
    source = Watched(vendor(), name="vendor").source
    assert source_named("vendor") == source
    source.removed_at = NOW
    source.save()
    with pytest.raises(Refused, match="there is no source 'vendor'; there are: none"):
        source_named("vendor")


def test_people_get_lines_in_which_nothing_is_hidden(capsys: pytest.CaptureFixture[str]) -> None:
    tell(argparse.Namespace(json=False), {}, ["plain", "red \x1b[31m"])
    plain, red = capsys.readouterr().out.splitlines()
    assert plain == "plain"
    assert "\x1b" not in red


def test_programs_get_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    tell(argparse.Namespace(json=True), {"b": 1, "a": 2}, ["not this"])
    assert capsys.readouterr().out == '{"a":2,"b":1}\n'


class Terminal(io.StringIO):
    """A stream that says it is one."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def ticking(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time that progress goes by; the test moves it."""
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    progress_ends()
    return now


def test_progress_in_a_log_is_a_line_now_and_then(
    ticking: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    progress("1 of 3")
    progress("2 of 3")
    ticking[0] += 2
    progress("3 of 3")
    progress_ends()
    assert capsys.readouterr().err == "1 of 3\n3 of 3\n"


def test_progress_on_a_terminal_is_one_line_that_changes(
    ticking: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    progress("1 of 2")
    ticking[0] += 0.1
    progress("2 of 2 \x07")
    progress_ends()
    progress_ends()
    assert terminal.getvalue() == "\r\x1b[K1 of 2\r\x1b[K2 of 2 \\u{0007}\n"
