"""`trustui events`: the log verified, signed and exported."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from django.db import transaction

from tests.simulators.append_only import create_triggers, drop_triggers
from tests.simulators.command_line import Trustui
from trustui.core.primitives.signed_note import parse_note, parse_verifier
from trustui.events.models import Checkpoint, Event
from trustui.events.services import record
from trustui.events.signing_key import log_signer

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def happen(times: int = 3) -> None:
    with transaction.atomic():
        for number in range(times):
            record(kind="team.created", at=NOW, actor="worker", subject=f"T{number}", detail={})


@pytest.fixture
def log(trustui: Trustui, tmp_path: Path) -> Path:
    """Three sealed events, and the checkpoint of them in a file."""
    happen()
    file = tmp_path / "checkpoint.txt"
    file.write_text(trustui("events", "checkpoint", "--seal").out, encoding="utf-8")
    return file


def tamper(**changes: str) -> None:
    drop_triggers()
    Event.objects.filter(position=1).update(**changes)
    create_triggers()


def test_a_whole_log_passes_against_a_checkpoint(trustui: Trustui, log: Path) -> None:
    answer = trustui("events", "verify", "--against", log)
    assert (answer.status, answer.out) == (
        0,
        "3 events, 1 checkpoint of its own and 1 given checkpoint compared: nothing is wrong\n",
    )


@pytest.mark.usefixtures("log")
def test_an_edited_row_is_named(trustui: Trustui) -> None:
    tamper(subject="somebody else")
    answer = trustui("events", "verify")
    assert answer.status == 1
    assert "it is NOT what it was" in answer.out
    assert "edited at 1: the row is not what was sealed" in answer.out
    report = trustui("events", "verify", "--json").json
    assert (report["is_whole"], report["wrong"][0]["what"]) == (False, "edited")


def test_a_log_that_was_cut_off_is_found_by_the_checkpoint_that_was_kept(
    trustui: Trustui, log: Path
) -> None:
    drop_triggers()
    Event.objects.all().delete()
    Checkpoint.objects.all().delete()
    create_triggers()
    assert trustui("events", "verify").status == 0
    answer = trustui("events", "verify", "--against", log)
    assert answer.status == 1
    assert "cut off at 0 to 2" in answer.out


@pytest.mark.parametrize("text", [b"", b"hello\n", b"\xff", b"name\n1\nAAAA\n"])
def test_what_is_no_checkpoint_is_refused(trustui: Trustui, tmp_path: Path, text: bytes) -> None:
    file = tmp_path / "note"
    file.write_bytes(text)
    answer = trustui("events", "verify", "--against", file)
    assert answer.status == 2
    assert "is no checkpoint" in answer.err


def test_a_checkpoint_that_is_not_there_is_refused(trustui: Trustui, tmp_path: Path) -> None:
    answer = trustui("events", "verify", "--against", tmp_path / "none")
    assert answer.status == 2
    assert "cannot be read" in answer.err


def test_the_checkpoint_is_the_note_as_it_was_signed(trustui: Trustui, log: Path) -> None:
    note = parse_note(log.read_text(encoding="utf-8"))
    assert note.signers((log_signer().verifier,))
    answer = trustui("events", "checkpoint", "--json").json
    assert (answer["size"], answer["note"]) == (3, log.read_text(encoding="utf-8"))


def test_without_sealing_there_is_no_checkpoint(trustui: Trustui) -> None:
    happen()
    answer = trustui("events", "checkpoint")
    assert answer.status == 1
    assert "nothing is sealed yet" in answer.err


@pytest.mark.usefixtures("log")
def test_a_broken_log_is_not_signed(trustui: Trustui) -> None:
    drop_triggers()
    Checkpoint.objects.update(root=bytes(32))
    create_triggers()
    happen(1)
    answer = trustui("events", "checkpoint", "--seal")
    assert answer.status == 1
    assert "the log is broken" in answer.err


@pytest.mark.usefixtures("log")
def test_the_export_has_a_line_for_each_sealed_event(trustui: Trustui) -> None:
    happen(1)
    lines = trustui("events", "export").out.splitlines()
    assert [msgspec.json.decode(line)["position"] for line in lines] == [0, 1, 2]
    assert trustui("events", "export", "--from", 2, "--json").out.splitlines() == lines[2:]
    assert trustui("events", "export", "--from", 3).out == ""


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize("start", [4, -1, "x", 10**30])
def test_an_export_from_no_position_is_refused(trustui: Trustui, start: object) -> None:
    answer = trustui("events", "export", f"--from={start}")
    assert answer.status == 2
    assert "expected a position" in answer.err


def test_the_public_key_is_the_one_that_signs(trustui: Trustui) -> None:
    printed = trustui("events", "key").out.strip()
    assert parse_verifier(printed) == log_signer().verifier
    assert trustui("events", "key", "--json").json == {"public": printed, "earlier": []}


def test_a_new_key_is_another_each_time_and_changes_nothing(trustui: Trustui) -> None:
    before = log_signer()
    first, second = (trustui("events", "key", "--new").out for _ in range(2))
    assert first.startswith("PRIVATE+KEY+")
    assert first != second
    assert log_signer() == before
