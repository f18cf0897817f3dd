"""The demo in the browser is made in a database of its own, and for this machine only."""

import argparse
import re
import socket
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from pytest_django import Settings

from trustui.accounts.models import User
from trustui.demo.story import Story
from trustui.demo.troubled import schedules
from trustui.demo.world import SITE
from trustui.events.models import Event
from trustui.inventory.models import Crawl
from trustui.operate import demo, serve, verbs
from trustui.operate.arguments import Refused

NOW = datetime(2026, 9, 14, 8, 0, tzinfo=UTC)
ARGUMENTS = ("demo", "--at", "2026-09-14T08:00:00Z", "--port", "8000", "--directory")


@pytest.fixture
def own(tmp_path: Path, settings: Settings) -> Path:
    """The folder of a world whose database is the one in use."""
    settings.TRUSTUI = msgspec.structs.replace(
        settings.TRUSTUI, data=tmp_path / SITE, local_roots=(tmp_path,), database_url=""
    )
    return tmp_path


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[argparse.Namespace]:
    """What is handed to `serve`, with a short story of one repository to tell."""

    def short(now: datetime) -> Story:
        return msgspec.structs.replace(schedules(now), watched_days=2)

    asked: list[argparse.Namespace] = []

    def run(arguments: argparse.Namespace) -> int:
        asked.append(arguments)
        return 0

    monkeypatch.setattr(demo, "STORIES", (short,))
    monkeypatch.setattr(serve, "run", run)
    return asked


@pytest.mark.django_db(transaction=True)
def test_it_fills_its_database_says_who_may_look_and_serves(
    own: Path, served: list[argparse.Namespace], capsys: pytest.CaptureFixture[str]
) -> None:
    assert verbs.run([*ARGUMENTS, str(own)]) == 0
    (arguments,) = served
    assert re.fullmatch(r"127\.0\.0\.1:8\d{3}", arguments.listen)
    assert not arguments.no_worker
    said = capsys.readouterr().out
    assert f"http://{arguments.listen}/" in said
    assert f"1 source, {Crawl.objects.count()} crawls of the past" in said
    password = re.search(r"^Password +(\S{16,})$", said, re.MULTILINE)
    assert password is not None
    assert User.objects.get(username="demo").check_password(password[1])
    assert not Event.objects.filter(position=None).exists()


@pytest.mark.django_db(transaction=True)
def test_every_run_has_another_password(
    own: Path, served: list[argparse.Namespace], monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[str] = []
    monkeypatch.setattr(
        demo, "make_site", lambda _folder, login, _now: given.append(login.password)
    )
    for _ in range(2):
        verbs.run([*ARGUMENTS, str(own)])
    assert len(served) == len(set(given)) == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    "otherwise", [{"data": Path("/srv/trustui")}, {"database_url": "postgresql://db.example/real"}]
)
def test_no_other_database_gets_a_login(
    own: Path, settings: Settings, otherwise: dict[str, object], served: list[argparse.Namespace]
) -> None:
    settings.TRUSTUI = msgspec.structs.replace(settings.TRUSTUI, **otherwise)
    assert verbs.run([*ARGUMENTS, str(own)]) == 2
    assert not User.objects.exists()
    assert served == []


@pytest.mark.django_db
def test_a_database_that_is_there_already_is_left_alone(
    own: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (own / SITE).mkdir()
    (own / SITE / "trustui.sqlite3").touch()
    assert verbs.run([*ARGUMENTS, str(own)]) == 2
    assert "is there already" in capsys.readouterr().err
    assert not User.objects.exists()


def test_a_port_that_is_taken_is_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind((demo.HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert port < demo.free_port(port) < port + 50


def test_without_a_free_port_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise OSError("in use")

    monkeypatch.setattr(socket.socket, "bind", refused)
    with pytest.raises(Refused, match="no port is free from 65530 on"):
        demo.free_port(65_530)


def test_the_instant_is_read_as_it_was_written() -> None:
    assert demo.instant("2026-09-14T08:00:00Z") == NOW
