"""Local files: what is read, what is refused, and that nothing is waited for."""

import os
from pathlib import Path

import pytest

from trustui.core.facts import Document, Problem, ProblemKind
from trustui.crawl.files import MAX_NAME_BYTES, is_there, names_in, read_file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "folder").mkdir()
    return tmp_path / "folder"


def problem(path: Path, max_length: int = 100, below: Path | None = None) -> tuple[str, str]:
    answer = read_file(path, max_length, below)
    assert isinstance(answer, Problem)
    return answer.kind.value, answer.because


def test_a_file_is_a_document_with_its_bytes(folder: Path) -> None:
    (folder / "a").write_bytes(b"\x00bytes\xff")
    assert read_file(folder / "a", 7, folder) == Document(str(folder / "a"), b"\x00bytes\xff")


def test_an_empty_file_is_an_empty_document(folder: Path) -> None:
    (folder / "a").touch()
    assert read_file(folder / "a", 0, folder) == Document(str(folder / "a"), b"")


def test_a_file_that_is_too_long_is_not_read_on(folder: Path) -> None:
    with (folder / "a").open("wb") as file:
        file.truncate(2**40)
    assert problem(folder / "a", 6_000) == ("too_long", "more than 6,000 bytes")


def test_a_file_that_is_not_there_is_absent(folder: Path) -> None:
    assert problem(folder / "a", below=folder) == ("absent", "no such file")
    assert problem(folder / "b" / "a", below=folder) == ("absent", "no such file")


@pytest.mark.parametrize("letter", ["a", "é", "\udcff"])
def test_a_name_that_no_file_can_have_is_absent(folder: Path, letter: str) -> None:
    length = len(letter.encode("utf-8", "surrogatepass"))
    name = letter * (MAX_NAME_BYTES // length + 1)
    assert problem(folder / name) == ("absent", "no file can have a name this long")


def test_a_path_that_is_too_long_is_unreadable(folder: Path) -> None:
    assert problem(folder / ("a/" * 3000) / "b", below=folder)[0] == "unreadable"


def test_a_name_with_a_null_is_unreadable(folder: Path) -> None:
    assert problem(folder / "a\0b", below=folder)[0] == "unreadable"


def test_a_folder_is_unreadable(folder: Path) -> None:
    assert problem(folder, below=folder) == ("unreadable", "Is a directory")


def test_a_file_below_a_file_is_unreadable(folder: Path) -> None:
    (folder / "a").touch()
    assert problem(folder / "a" / "b", below=folder) == ("unreadable", "Not a directory")


def test_a_file_without_permission_is_unreadable(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Simulated: to root nothing is forbidden."""

    def forbidden(_self: Path, _mode: str) -> None:
        raise PermissionError(13, "Permission denied")

    (folder / "a").touch()
    monkeypatch.setattr(Path, "open", forbidden)
    assert problem(folder / "a", below=folder) == ("unreadable", "Permission denied")


# Links and what is no file --------------------------------------------------------------------


def test_a_link_inside_the_folder_is_followed(folder: Path) -> None:
    (folder / "a").write_bytes(b"content")
    (folder / "link").symlink_to("a")
    answer = read_file(folder / "link", 100, folder)
    assert isinstance(answer, Document)
    assert answer.body == b"content"


@pytest.mark.parametrize("target", ["../secret", "/etc/passwd", "../folder/../secret"])
def test_a_link_that_leads_out_is_refused(folder: Path, target: str) -> None:
    (folder.parent / "secret").write_bytes(b"secret")
    (folder / "link").symlink_to(target)
    refused = ("refused", "a link leads out of the folder")
    assert problem(folder / "link", below=folder) == refused


def test_a_folder_that_leads_out_is_refused(folder: Path) -> None:
    (folder.parent / "other").mkdir()
    (folder.parent / "other" / "a").touch()
    (folder / "link").symlink_to("../other")
    assert problem(folder / "link" / "a", below=folder)[0] == "refused"


def test_a_path_that_leads_out_is_refused(folder: Path) -> None:
    (folder.parent / "secret").touch()
    assert problem(folder / ".." / "secret", below=folder)[0] == "refused"


def test_a_link_to_the_folder_itself_is_no_way_out(folder: Path) -> None:
    (folder / "a").touch()
    (folder.parent / "link").symlink_to("folder")
    link = folder.parent / "link"
    assert isinstance(read_file(link / "a", 100, link), Document)


def test_a_link_that_leads_nowhere_is_absent(folder: Path) -> None:
    (folder / "link").symlink_to("nothing")
    assert problem(folder / "link", below=folder) == ("absent", "no such file")


@pytest.mark.parametrize("below", [True, False])
def test_a_loop_of_links_is_unreadable(folder: Path, below: bool) -> None:
    (folder / "a").symlink_to("b")
    (folder / "b").symlink_to("a")
    assert problem(folder / "a", below=folder if below else None)[0] == "unreadable"


def test_a_pipe_is_refused_and_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    assert problem(folder / "pipe", below=folder) == ("refused", "it is no plain file")


def test_a_pipe_that_a_person_names_is_read() -> None:
    """As in `--root <(command)`."""
    reader, writer = os.pipe()
    os.write(writer, b"content")
    os.close(writer)
    answer = read_file(Path(f"/dev/fd/{reader}"), 100)
    os.close(reader)
    assert isinstance(answer, Document)
    assert answer.body == b"content"


def test_a_device_that_never_ends_is_too_long() -> None:
    assert problem(Path("/dev/zero"))[0] == ProblemKind.TOO_LONG


# Folders --------------------------------------------------------------------------------------


def test_names_come_in_order(folder: Path) -> None:
    for name in ("b", "a", ".c"):
        (folder / name).touch()
    assert names_in(folder) == [".c", "a", "b"]


@pytest.mark.parametrize("path", ["nothing", "file", "a" * 5000, "a\0b", "\udcff"])
def test_what_is_no_folder_has_no_names(folder: Path, path: str) -> None:
    (folder / "file").touch()
    assert names_in(folder / path) == []


@pytest.mark.parametrize(
    ("path", "there"),
    [("file", True), (".", True), ("none", False), ("a" * 5000, False), ("a\0b", False)],
)
def test_it_says_whether_something_is_there(folder: Path, path: str, there: bool) -> None:
    (folder / "file").touch()
    assert is_there(folder / path) is there


def test_a_loop_of_links_is_not_there(folder: Path) -> None:
    (folder / "a").symlink_to("a")
    assert not is_there(folder / "a")
