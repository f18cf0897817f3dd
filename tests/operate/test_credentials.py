"""`trustui source login|logout` and `trustui credentials`: a secret never stands in the arguments."""

import io
import sys
from pathlib import Path

import msgspec
import pytest
from pytest_django import Settings

from tests.simulators.command_line import Trustui
from trustui.crawl.image_source import Login
from trustui.crawl.secrets import Secret
from trustui.events.models import Event
from trustui.inventory.credentials import login_of, new_key
from trustui.inventory.models import Credential, Source

pytestmark = pytest.mark.django_db

WHY = ("--reason", "the robot of the team", "--as", "alice")


@pytest.fixture(autouse=True)
def key(settings: Settings) -> str:
    made = new_key()
    settings.TRUSTUI = msgspec.structs.replace(settings.TRUSTUI, credential_keys=made)
    return made


@pytest.fixture
def source(trustui: Trustui) -> Source:
    assert trustui("source", "add", "images", "oci://registry.example", *WHY).status == 0
    return Source.objects.get()


def test_a_password_comes_from_standard_input(
    trustui: Trustui, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("hunter2\nanother line\n"))
    answer = trustui("source", "login", "images", "--username", "robot", *WHY, "--json")
    assert (answer.status, answer.json) == (0, {"source": "images", "username": "robot"})
    assert login_of(source) == Login("robot", Secret("hunter2"))
    event = Event.objects.get(kind="credential.set")
    assert (event.actor, event.reason) == ("person:alice", "the robot of the team")


def test_a_token_comes_from_a_file(trustui: Trustui, source: Source, tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("a-token\r\n")
    more = ("--refresh-token", "--token-host", "auth.example", "--password-file", path)
    answer = trustui("source", "login", "images", *more, *WHY)
    assert (answer.status, answer.out) == (0, "images logs in as a token\n")
    assert login_of(source) == Login("", Secret("a-token"), "auth.example", is_refresh_token=True)


@pytest.mark.usefixtures("source")
def test_what_cannot_be_a_login_is_refused_with_status_2(trustui: Trustui, tmp_path: Path) -> None:
    latin = tmp_path / "latin"
    latin.write_bytes(b"\xe4")
    (tmp_path / "good").write_text("good")
    missing = trustui("source", "login", "images", "--password-file", tmp_path / "none", *WHY)
    odd = trustui("source", "login", "images", "--password-file", latin, *WHY)
    nameless = trustui("source", "login", "images", "--password-file", tmp_path / "good", *WHY)
    assert [one.status for one in (missing, odd, nameless)] == [2, 2, 2]
    assert "cannot be read" in missing.err
    assert "expected UTF-8" in odd.err
    assert "expected a user name" in nameless.err
    assert not Credential.objects.exists()


@pytest.mark.usefixtures("source")
def test_no_option_takes_the_secret_itself(trustui: Trustui) -> None:
    assert trustui("source", "login", "images", "--password", "x", *WHY).status == 2


def test_a_login_is_forgotten(trustui: Trustui, source: Source, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("x")
    trustui(
        "source", "login", "images", "--username", "a", "--password-file", tmp_path / "token", *WHY
    )
    first = trustui("source", "logout", "images", *WHY)
    second = trustui("source", "logout", "images", *WHY, "--json")
    assert first.out == "images logs in no more\n"
    assert second.json == {"source": "images", "had_login": False}
    assert login_of(source) is None


def test_keys_are_turned(
    trustui: Trustui, source: Source, tmp_path: Path, settings: Settings, key: str
) -> None:
    (tmp_path / "token").write_text("x")
    trustui(
        "source", "login", "images", "--username", "a", "--password-file", tmp_path / "token", *WHY
    )
    made = trustui("credentials", "new-key").out.strip()
    settings.TRUSTUI = msgspec.structs.replace(settings.TRUSTUI, credential_keys=f"{made} {key}")
    assert trustui("credentials", "rotate", *WHY, "--json").json == {"sealed": 1}
    settings.TRUSTUI = msgspec.structs.replace(settings.TRUSTUI, credential_keys=made)
    assert login_of(source) == Login("a", Secret("x"))
    settings.TRUSTUI = msgspec.structs.replace(settings.TRUSTUI, credential_keys=new_key())
    failed = trustui("credentials", "rotate", *WHY)
    assert failed.status == 1
    assert "has no more" in failed.err
