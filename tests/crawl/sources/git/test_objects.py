"""Commits, folders and files by their names, loose and packed, and what is refused."""

import hashlib
import os
import shutil
import zlib
from pathlib import Path

import pytest

from tests.simulators.git_history import Change, Submodule, write_git
from tests.simulators.git_packs import PackWriter, name_of
from tests.simulators.memory import measured
from tests.simulators.written import START
from trustui.core.facts import ProblemKind
from trustui.core.limits import MIB
from trustui.crawl.sources.git import objects as module
from trustui.crawl.sources.git.errors import GitError
from trustui.crawl.sources.git.objects import Objects

BODY = b"metadata"
NAME = name_of(BODY).hex().encode()


@pytest.fixture(params=[True, False], ids=["packed", "loose"])
def repository(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    write_git([Change(START, {"metadata/a.json": BODY})], tmp_path / "r", packed=request.param)
    return tmp_path / "r"


@pytest.fixture
def loose(tmp_path: Path) -> Path:
    write_git([Change(START, {"metadata/a.json": BODY})], tmp_path / "r", packed=False)
    return tmp_path / "r" / "objects"


def tip(repository: Path) -> bytes:
    return (repository / "refs/heads/main").read_bytes().strip()


def problem(objects: Objects, name: bytes = NAME, limit: int = 1_000) -> tuple[str, str]:
    with pytest.raises(GitError) as caught:
        objects.blob(name, limit)
    return caught.value.kind.value, caught.value.because


def path_of(folder: Path, name: bytes) -> Path:
    return folder / name[:2].decode() / name[2:].decode()


def put(folder: Path, name: bytes, content: bytes) -> None:
    path = path_of(folder, name)
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_bytes(content)


def put_object(folder: Path, kind: bytes, body: bytes) -> bytes:
    """A loose object by its right name."""
    content = b"%s %d\0" % (kind, len(body)) + body
    name = hashlib.sha1(content, usedforsecurity=False).hexdigest().encode()
    put(folder, name, zlib.compress(content))
    return name


# What is good ---------------------------------------------------------------------------------


def test_commit_folder_and_file_are_read(repository: Path) -> None:
    objects = Objects(repository / "objects")
    commit = objects.commit(tip(repository))
    (metadata,) = objects.tree(commit.tree)
    (file,) = objects.tree(metadata.object)
    assert (metadata.name, oct(metadata.mode)) == (b"metadata", "0o40000")
    assert (file.name, oct(file.mode), file.object) == (b"a.json", "0o100644", NAME)
    assert objects.blob(file.object, len(BODY)) == BODY
    assert commit.commit_time == int(START.timestamp())
    assert commit.parents == []
    objects.close()


def test_the_bytes_are_those_that_git_makes(tmp_path: Path) -> None:
    """`git hash-object -t tree /dev/null` and of `blob 0` give these names (git's own tests)."""
    write_git([Change(START, {"empty": b""})], tmp_path / "r")
    objects = Objects(tmp_path / "r/objects")
    assert objects.blob(b"e69de29bb2d1d6434b8b29ae775ad8c2e48c5391", 0) == b""
    objects.close()


def test_no_more_than_was_asked_for_is_given(repository: Path) -> None:
    objects = Objects(repository / "objects")
    assert problem(objects, limit=len(BODY) - 1) == ("too_long", "more than 7 bytes")
    objects.close()


def test_folders_are_remembered_but_not_without_a_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_git([Change(START, {f"{n}/a": b"%d" % n for n in range(9)})], tmp_path / "r")
    monkeypatch.setattr(module, "MAX_REMEMBERED_TREES", 3)
    objects = Objects(tmp_path / "r/objects")
    for entry in objects.tree(objects.commit(tip(tmp_path / "r")).tree):
        assert objects.tree(entry.object)[0].name == b"a"
        assert len(objects._trees) <= 3
    objects.close()


# Names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", [b"", b"../../../etc/passwd", b"A" * 40, b"a" * 39, b"a" * 41, b"a" * 64, b"\xff" * 40]
)
def test_what_is_no_name_is_refused(repository: Path, name: bytes) -> None:
    objects = Objects(repository / "objects")
    assert "is no name of an object" in problem(objects, name)[1]
    objects.close()


def test_an_object_of_another_type_is_refused(repository: Path) -> None:
    objects = Objects(repository / "objects")
    assert problem(objects, tip(repository))[1].endswith("is a commit, expected a blob")
    with pytest.raises(GitError, match="is a blob, expected a commit"):
        objects.commit(NAME)
    with pytest.raises(GitError, match="is a commit, expected a tree"):
        objects.tree(tip(repository))
    objects.close()


def test_an_object_that_is_not_there_is_unreadable_not_absent(repository: Path) -> None:
    """The repository says that it has it; nobody may take it for a version that never was."""
    objects = Objects(repository / "objects")
    assert problem(objects, b"0" * 40) == (
        "unreadable",
        "the repository lacks the object 000000000000",
    )
    objects.close()


def test_a_loose_object_is_held_to_its_name(loose: Path) -> None:
    put(loose, NAME, zlib.compress(b"blob 8\0METADATA"))
    assert "is another one by its content" in problem(Objects(loose))[1]


def test_a_packed_object_is_held_to_its_name(tmp_path: Path) -> None:
    (tmp_path / "pack").mkdir()
    writer = PackWriter()
    writer.add(name_of(BODY), b"\x38" + zlib.compress(b"METADATA"))
    (tmp_path / "pack/one.idx").write_bytes(writer.write(tmp_path / "pack/one.pack"))
    objects = Objects(tmp_path)
    assert "is another one by its content" in problem(objects)[1]
    objects.close()


# Loose objects that are none ------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no zlib",
        zlib.compress(b""),
        zlib.compress(b"blob"),
        zlib.compress(b"blob 8metadata"),
        zlib.compress(b"blob -8\0metadata"),
        zlib.compress(b"blob 9\0metadata"),
        zlib.compress(b"blob 7\0metadata"),
        zlib.compress(b"blob 9999999999999\0metadata"),
        zlib.compress(b"thing 8\0metadata"),
        zlib.compress(b"blob 8\0metadata")[:-1],
        zlib.compress(b"blob 8\0metadata")[:8],
        b"\0" * 100,
    ],
    ids=range(13),
)
def test_a_loose_object_that_is_none_is_unreadable(loose: Path, content: bytes) -> None:
    put(loose, NAME, content)
    assert problem(Objects(loose))[0] == "unreadable"


def test_a_small_file_that_inflates_to_much_is_not_inflated(loose: Path) -> None:
    bomb = zlib.compress(b"blob 104857600\0" + b"\0" * (100 * MIB))
    put(loose, NAME, bomb)
    objects = Objects(loose)
    with measured() as growth:
        assert problem(objects, limit=MIB) == ("too_long", "more than 1,048,576 bytes")
    assert growth.bytes < 16 * MIB


def test_a_small_file_that_lies_about_its_length_is_not_inflated(loose: Path) -> None:
    bomb = zlib.compress(b"blob 8\0" + b"\0" * (100 * MIB))
    put(loose, NAME, bomb)
    objects = Objects(loose)
    with measured() as growth:
        assert problem(objects, limit=MIB)[0] == "unreadable"
    assert growth.bytes < 16 * MIB


def test_a_large_file_is_not_read(loose: Path) -> None:
    put(loose, NAME, b"")
    with path_of(loose, NAME).open("wb") as file:
        file.truncate(2**33)
    assert problem(Objects(loose))[0] == "too_long"


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_a_loose_object_that_is_no_plain_file_is_refused(
    loose: Path, tmp_path: Path, kind: str
) -> None:
    path = path_of(loose, NAME)
    path.rename(tmp_path / "outside")
    if kind == "link":
        path.symlink_to(tmp_path / "outside")
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.mkdir()
    expected = "unreadable" if kind == "folder" else "refused"
    assert problem(Objects(loose))[0] == expected


# Malformed commits and folders ----------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\n",
        b"garbage",
        b"tree \n",
        b"tree 1234\n",
        b"parent " + b"1" * 40 + b"\n",
        b"tree " + b"1" * 40 + b"\ncommitter x <x> eleven +0000\n\n",
    ],
    ids=range(7),
)
def test_a_commit_that_is_none_is_unreadable(loose: Path, body: bytes) -> None:
    name = put_object(loose, b"commit", body)
    with pytest.raises(GitError, match="is malformed") as caught:
        Objects(loose).commit(name)
    assert caught.value.kind is ProblemKind.UNREADABLE


@pytest.mark.parametrize(
    "body", [b"\0", b"100644", b"100644 a", b"100644 a\0short", b"9 a\0" + b"1" * 20, b" a\0"]
)
def test_a_folder_that_is_none_is_unreadable(loose: Path, body: bytes) -> None:
    name = put_object(loose, b"tree", body)
    with pytest.raises(GitError, match="is malformed"):
        Objects(loose).tree(name)


# What is not read -----------------------------------------------------------------------------


def test_alternates_are_not_followed(loose: Path, tmp_path: Path) -> None:
    shutil.copytree(loose, tmp_path / "elsewhere")
    shutil.rmtree(path_of(loose, NAME).parent)
    (loose / "info").mkdir(exist_ok=True)
    (loose / "info/alternates").write_text(f"{tmp_path / 'elsewhere'}\n")
    assert "lacks the object" in problem(Objects(loose))[1]


def test_replacements_and_grafts_change_nothing(tmp_path: Path) -> None:
    files = [Change(START, {"a": b"one"}), Change(START, {"a": b"two", "b": Submodule()})]
    first, second = write_git(files, tmp_path / "r")
    (tmp_path / "r/refs/replace").mkdir()
    (tmp_path / "r/refs/replace" / second.decode()).write_bytes(first)
    (tmp_path / "r/info").mkdir()
    (tmp_path / "r/info/grafts").write_bytes(second + b"\n")
    objects = Objects(tmp_path / "r/objects")
    assert objects.commit(second).parents == [first]
    objects.close()


def test_a_pack_that_is_a_link_to_elsewhere_is_not_used(tmp_path: Path) -> None:
    write_git([Change(START, {"a": BODY})], tmp_path / "r")
    (pack,) = (tmp_path / "r/objects/pack").glob("*.pack")
    pack.rename(tmp_path / "outside")
    pack.symlink_to(tmp_path / "outside")
    assert "cannot be used: expected a path below" in problem(Objects(tmp_path / "r/objects"))[1]


def test_a_pack_with_a_broken_index_does_not_hide_the_others(tmp_path: Path) -> None:
    write_git([Change(START, {"a": BODY})], tmp_path / "r")
    folder = tmp_path / "r/objects"
    (folder / "pack/broken.idx").write_bytes(b"\xfftOc")
    (folder / "pack/broken.pack").write_bytes(b"PACK")
    objects = Objects(folder)
    assert objects.blob(NAME, 100) == BODY
    assert "and broken.idx cannot be used" in problem(objects, b"0" * 40)[1]
    objects.close()


def test_indices_have_a_bound_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_git([Change(START, {"a": BODY})], tmp_path / "r")
    monkeypatch.setattr(module, "MAX_INDEX_BYTES", 1_000)
    assert "more than 1,000 bytes" in problem(Objects(tmp_path / "r/objects"))[1]


def test_packs_have_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_git([Change(START, {"a": BODY})], tmp_path / "r")
    monkeypatch.setattr(module, "MAX_PACKS", 0)
    assert "of 1 packs only 0 are read" in problem(Objects(tmp_path / "r/objects"))[1]
