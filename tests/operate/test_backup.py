"""`trustui backup` and `restore`: one moment of the database, and a log that proves it."""

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from pytest_django import Settings

from tests.servers import PostgresServer, wait_until
from tests.simulators.append_only import create_triggers, drop_triggers
from tests.simulators.command_line import Trustui
from tests.simulators.served_folder import ServedFolder, served_folder
from tests.simulators.server_process import Installation
from trustui.events.models import Checkpoint
from trustui.events.signing_key import log_signer, new_key
from trustui.operate import copies

pytestmark = pytest.mark.servers

REASON = ("--reason", "read out over the phone", "--as", "alice")


# ---- for real: processes of their own, while others write


@pytest.fixture(params=["sqlite", "postgresql"])
def installations(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Installation, ...]:
    """One to be used, and an empty one of the same kind elsewhere."""
    urls = ("", "")
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        urls = (server.create_database("backup_old"), server.create_database("backup_new"))
    roots = {"TRUSTUI_LOCAL_ROOTS": str(tmp_path / "mirrors")}
    named = zip(("old", "new"), urls, strict=True)
    return tuple(Installation(tmp_path / name, url, roots) for name, url in named)


@contextmanager
def writing(installation: Installation) -> Iterator[list[str]]:
    """Somebody asks for crawls, in other processes, all the while."""
    done: list[str] = []
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            done.append(installation.must("crawl", "vendor", "--no-wait"))

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield done
    finally:
        stop.set()
        thread.join()


def test_a_copy_made_while_others_write_is_restored_and_goes_on_from_there(
    installations: tuple[Installation, Installation], tmp_path: Path
) -> None:
    place, copy = served_folder(tmp_path / "mirrors" / "vendor"), tmp_path / "copies" / "monday"
    old, new = installations
    old.must("migrate")
    old.must("source", "add", "vendor", place.served, "--root", place.root, *REASON)
    old.must("import", place.history, "--source", "vendor")
    with writing(old) as written:
        wait_until(lambda: bool(written), "somebody wrote")
        old.must("backup", copy)
    new.data.mkdir()
    shutil.copy(old.data / "log.key", new.data / "log.key")
    restored = json.loads(new.must("restore", copy, "--json"))
    assert (restored["log_is_whole"], restored["missing_migrations"]) == (True, [])
    exported = new.must("events", "export")
    assert len(exported.splitlines()) == restored["events"] >= 5
    assert old.must("events", "export").startswith(exported)
    assert new.must("crawl", "vendor") == "vendor: everything was read, verified\n"
    new.must("events", "verify", "--against", copy / "checkpoint.txt")


# ---- in this process, on the database of the run


@pytest.fixture
def copy(trustui: Trustui, place: ServedFolder, tmp_path: Path, transactional_db: None) -> Path:  # noqa: ARG001
    """A copy of a database with one source."""
    trustui("source", "add", "vendor", place.served)
    assert trustui("backup", tmp_path / "copy").status == 0
    return tmp_path / "copy"


def test_a_copy_is_for_its_owner_only_and_says_what_it_is(copy: Path) -> None:
    assert copy.stat().st_mode & 0o777 == 0o700
    manifest = msgspec.json.decode((copy / "manifest.json").read_bytes(), type=copies.Manifest)
    assert manifest.log_keys == (str(log_signer().verifier),)
    named = {file.name for file in manifest.files}
    assert {path.name for path in copy.iterdir()} == named | {"manifest.json"}
    private = [path for path in copy.iterdir() if b"PRIVATE+KEY" in path.read_bytes()]
    assert private == []


def test_the_checkpoint_in_it_covers_what_had_happened(copy: Path, trustui: Trustui) -> None:
    answer = trustui("events", "verify", "--against", copy / "checkpoint.txt", "--json").json
    assert (answer["is_whole"], answer["unsealed"]) == (True, 0)
    assert answer["compared"] == [answer["rows"]]


def test_nothing_is_restored_over_rows(copy: Path, trustui: Trustui) -> None:
    answer = trustui("restore", copy)
    assert answer.status == 2
    assert "expected an empty database, found rows in events_event" in answer.err


def test_a_folder_that_is_there_is_never_written_into(copy: Path, trustui: Trustui) -> None:
    before = sorted(copy.iterdir())
    answer = trustui("backup", copy)
    assert answer.status == 2
    assert "is there already" in answer.err
    assert sorted(copy.iterdir()) == before


def test_a_machine_without_the_logs_key_restores_nothing_until_told_whom_to_believe(
    copy: Path, trustui: Trustui, settings: Settings
) -> None:
    public, other = str(log_signer().verifier), new_key("trustui").text
    settings.TRUSTUI = msgspec.structs.replace(settings.TRUSTUI, log_key=other)
    answer = trustui("restore", copy)
    assert answer.status == 2
    assert f"signed with the key {public}, which this machine does not know" in answer.err
    settings.TRUSTUI = msgspec.structs.replace(settings.TRUSTUI, log_key=f"{other} {public}")
    assert "expected an empty database" in trustui("restore", copy).err


def test_a_copy_that_was_changed_is_not_restored(copy: Path, trustui: Trustui) -> None:
    data = [path for path in copy.iterdir() if path.name != "manifest.json"]
    changed = max(data, key=lambda path: path.stat().st_size)
    changed.write_bytes(changed.read_bytes() + b"\0")
    answer = trustui("restore", copy)
    assert answer.status == 1
    assert f"{changed} was changed: expected SHA-256" in answer.err


def test_a_copy_that_lacks_a_file_is_not_restored(copy: Path, trustui: Trustui) -> None:
    (copy / "checkpoint.txt").unlink()
    answer = trustui("restore", copy)
    assert (answer.status, answer.err) == (1, f"trustui: {copy / 'checkpoint.txt'} is missing\n")


def edit(copy: Path, **members: object) -> None:
    file = copy / "manifest.json"
    manifest = msgspec.json.decode(file.read_bytes())
    file.write_bytes(msgspec.json.encode({**manifest, **members}))


def test_a_copy_of_another_kind_of_database_is_refused(copy: Path, trustui: Trustui) -> None:
    edit(copy, database="oracle")
    answer = trustui("restore", copy)
    assert answer.status == 2
    assert "this is a copy of oracle" in answer.err


def test_a_manifest_that_names_files_elsewhere_is_refused(copy: Path, trustui: Trustui) -> None:
    edit(copy, files=[{"name": "../copy/checkpoint.txt", "size": 1, "sha256": ""}])
    answer = trustui("restore", copy)
    assert answer.status == 1
    assert "names a file elsewhere" in answer.err


@pytest.mark.parametrize("text", [b"", b"[]", b"\xff"])
def test_a_manifest_that_is_none_is_refused(copy: Path, trustui: Trustui, text: bytes) -> None:
    (copy / "manifest.json").write_bytes(text)
    answer = trustui("restore", copy)
    assert answer.status == 1
    assert "manifest.json cannot be read" in answer.err


@pytest.mark.django_db
def test_what_is_no_backup_is_refused(trustui: Trustui, tmp_path: Path) -> None:
    answer = trustui("restore", tmp_path)
    assert answer.status == 2
    assert "is no backup" in answer.err


@pytest.mark.django_db
def test_a_folder_that_cannot_be_made_is_refused(trustui: Trustui, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    answer = trustui("backup", tmp_path / "file" / "copy")
    assert answer.status == 2
    assert "cannot be made" in answer.err


def test_a_broken_log_is_told_and_copied_all_the_same(
    copy: Path, trustui: Trustui, tmp_path: Path
) -> None:
    drop_triggers()
    Checkpoint.objects.update(root=bytes(32))
    create_triggers()
    trustui("source", "remove", "vendor", "--reason", "a mistake")
    answer = trustui("backup", tmp_path / "second", "--json")
    assert (answer.status, (tmp_path / "second" / "manifest.json").exists()) == (1, True)
    assert "the log is broken" in answer.json["log"]
    assert copy.exists()


@pytest.mark.usefixtures("transactional_db")
def test_a_copy_that_fails_half_way_leaves_nothing(
    trustui: Trustui, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_path: Path) -> str:
        raise OSError(28, "No space left on device", "copy")

    monkeypatch.setattr(copies, "_digest", full)
    answer = trustui("backup", tmp_path / "copies" / "monday")
    assert (answer.status, answer.err.splitlines()[-1]) == (
        1,
        "trustui: copy: No space left on device",
    )
    assert list((tmp_path / "copies").iterdir()) == []
