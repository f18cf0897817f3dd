"""What a client keeps: written whole, read back, and told apart from what only looks like it."""

from pathlib import Path

import pytest

from trustui.core.facts import Document
from trustui.crawl.client_state import load_state, save_state


def documents(**bodies: bytes) -> dict[str, Document]:
    return {role: Document(f"memory:{role}", body) for role, body in bodies.items()}


def loaded(folder: Path) -> dict[str, bytes]:
    return {role: document.body for role, document in load_state(folder).items()}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    save_state(tmp_path / "new" / "state", documents(root=b"1", timestamp=b"2"))
    assert loaded(tmp_path / "new" / "state") == {"root": b"1", "timestamp": b"2"}


def test_files_have_the_names_of_the_roles(tmp_path: Path) -> None:
    save_state(tmp_path, documents(root=b"1", snapshot=b"2"))
    assert names(tmp_path) == ["root.json", "snapshot.json"]


@pytest.mark.parametrize(
    "role", ["a/b", "../escape", "..", ".", "größe", "a b", "%2F", "a.json", "\x1b[31m", ""]
)
def test_any_role_name_stays_in_the_folder_and_comes_back(tmp_path: Path, role: str) -> None:
    folder = tmp_path / "state"
    save_state(folder, {role: Document("memory:", b"content")})
    assert names(tmp_path) == ["state"]
    assert len(names(folder)) == 1
    assert loaded(folder) == {role: b"content"}


def test_a_role_whose_name_no_file_can_have_is_not_kept(tmp_path: Path) -> None:
    save_state(tmp_path, documents(root=b"1") | {"a" * 300: Document("memory:", b"2")})
    assert loaded(tmp_path) == {"root": b"1"}


def test_newer_documents_replace_older_ones_and_leave_the_rest(tmp_path: Path) -> None:
    save_state(tmp_path, documents(root=b"1", timestamp=b"1", targets=b"1"))
    save_state(tmp_path, documents(timestamp=b"2"))
    assert loaded(tmp_path) == {"root": b"1", "timestamp": b"2", "targets": b"1"}
    assert names(tmp_path) == ["root.json", "targets.json", "timestamp.json"]


def test_an_unchanged_document_is_not_written_again(tmp_path: Path) -> None:
    save_state(tmp_path, documents(root=b"1"))
    before = (tmp_path / "root.json").stat()
    save_state(tmp_path, documents(root=b"1"))
    after = (tmp_path / "root.json").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_a_document_is_replaced_whole(tmp_path: Path) -> None:
    """A reader that has the old file open still has all of it."""
    save_state(tmp_path, documents(root=b"old content"))
    with (tmp_path / "root.json").open("rb") as reader:
        save_state(tmp_path, documents(root=b"new"))
        assert reader.read() == b"old content"


def test_the_root_is_written_first(tmp_path: Path) -> None:
    """§5.3.8: whatever happens afterwards, the client has followed the root."""
    (tmp_path / "snapshot.json").mkdir()
    with pytest.raises(OSError, match="directory"):
        save_state(tmp_path, documents(snapshot=b"2", root=b"1", timestamp=b"3"))
    assert (tmp_path / "root.json").read_bytes() == b"1"


def test_a_failed_write_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_self: Path, _target: Path) -> Path:
        raise OSError(28, "No space left on device")

    save_state(tmp_path, documents(root=b"1"))
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        save_state(tmp_path, documents(root=b"2"))
    assert names(tmp_path) == ["root.json"]
    assert loaded(tmp_path) == {"root": b"1"}


@pytest.mark.parametrize("path", ["none", "file", "a" * 5000])
def test_what_is_no_folder_keeps_nothing(tmp_path: Path, path: str) -> None:
    (tmp_path / "file").touch()
    assert load_state(tmp_path / path) == {}


def test_a_file_cannot_become_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FileExistsError):
        save_state(tmp_path / "file", documents(root=b"1"))


def test_other_files_and_links_that_lead_out_are_passed_over(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    save_state(folder, documents(root=b"1"))
    (tmp_path / "elsewhere.json").write_bytes(b"elsewhere")
    (folder / "timestamp.json").symlink_to("../elsewhere.json")
    (folder / "notes.txt").touch()
    (folder / "sub.json").mkdir()
    assert loaded(folder) == {"root": b"1"}
