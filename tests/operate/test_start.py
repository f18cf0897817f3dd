"""What is wrong before a verb can run is said in words, with the exit status for it."""

from pathlib import Path

import pytest
from django.db import OperationalError

from tests.simulators.command_line import Trustui
from tests.simulators.server_process import Installation
from trustui.operate import status


def test_settings_that_cannot_be_used_are_all_named(tmp_path: Path) -> None:
    wrong = {"TRUSTUI_DEBUG": "yes", "REDIS_URL": "http://a"}
    ended = Installation(tmp_path / "data", environment=wrong).run("status")
    assert ended.returncode == 2
    assert "TRUSTUI_DEBUG: expected 0 or 1, found 'yes'" in ended.stderr
    assert "REDIS_URL: expected redis://HOST:PORT/NUMBER, found something else" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_log_key_that_is_none_is_a_setting_that_cannot_be_used(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "data", environment={"TRUSTUI_LOG_KEY": "no key"})
    ended = installation.run("events", "key")
    assert ended.returncode == 2
    assert "TRUSTUI_LOG_KEY: expected a key" in ended.stderr


def test_a_database_without_tables_is_told_what_it_needs(tmp_path: Path) -> None:
    ended = Installation(tmp_path / "data").run("source", "list")
    assert ended.returncode == 1
    assert "trustui migrate" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_database_that_does_not_answer_is_a_failure(
    trustui: Trustui, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(_: object) -> int:
        raise OperationalError("connection refused")

    monkeypatch.setattr(status, "run", run)
    answer = trustui("status")
    assert answer.status == 1
    assert answer.err.startswith("trustui: the database cannot be used: connection refused\n")


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    ended = Installation(tmp_path / "file" / "data").run("status")
    assert ended.returncode == 1
    assert str(tmp_path / "file") in ended.stderr
    assert "Traceback" not in ended.stderr


def test_an_interrupted_verb_ends_as_shells_expect(
    trustui: Trustui, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(status, "run", run)
    answer = trustui("status")
    assert (answer.status, answer.err) == (130, "trustui: interrupted\n")
