"""Where a repository stands, and which commit its branch is at."""

import os
import shutil
from pathlib import Path

import pytest

from tests.simulators.git_history import Change, write_git
from tests.simulators.written import START
from trustui.core.facts import ProblemKind
from trustui.crawl.sources.git.errors import GitError
from trustui.crawl.sources.git.repository import (
    find_repository,
    is_repository,
    shallow_commits,
    tip_of,
)

NAME = b"1234567890" * 4
OTHER = b"abcdef0123" * 4


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    folder = tmp_path / "bare.git"
    write_git([Change(START, {"a": b"a"})], folder)
    (folder / "refs/heads/main").write_bytes(NAME + b"\n")
    return folder


def refused(folder: Path, branch: str = "") -> tuple[ProblemKind, str]:
    with pytest.raises(GitError) as caught:
        tip_of(folder, branch)
    return caught.value.kind, caught.value.because


# Where it stands ------------------------------------------------------------------------------


def test_a_bare_repository_is_one(bare: Path) -> None:
    assert is_repository(str(bare))
    assert find_repository(str(bare)) == bare


def test_a_clone_has_it_in_a_folder(bare: Path, tmp_path: Path) -> None:
    shutil.copytree(bare, tmp_path / "clone" / ".git")
    assert is_repository(str(tmp_path / "clone"))
    assert find_repository(str(tmp_path / "clone")) == tmp_path / "clone" / ".git"


def test_it_may_be_named_from_where_one_stands(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(bare.parent)
    assert find_repository("bare.git") == bare
    monkeypatch.chdir(bare)
    assert find_repository(".") == bare
    assert find_repository("../bare.git") == bare


def test_it_may_be_named_by_a_link(bare: Path, tmp_path: Path) -> None:
    (tmp_path / "named").symlink_to(bare)
    assert find_repository(str(tmp_path / "named")) == bare


def test_an_empty_name_is_no_repository(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(bare)
    assert not is_repository("")


@pytest.mark.parametrize("part", ["HEAD", "objects"])
def test_without_its_parts_it_is_none(bare: Path, part: str) -> None:
    path = bare / part
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert not is_repository(str(bare))
    with pytest.raises(GitError, match="no git repository") as caught:
        find_repository(str(bare))
    assert caught.value.kind is ProblemKind.ABSENT


def test_a_file_that_points_elsewhere_is_not_followed(bare: Path, tmp_path: Path) -> None:
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / ".git").write_text(f"gitdir: {bare}\n")
    assert not is_repository(str(tmp_path / "linked"))
    with pytest.raises(GitError):
        find_repository(str(tmp_path / "linked"))


def test_a_link_to_a_repository_elsewhere_is_refused(bare: Path, tmp_path: Path) -> None:
    (tmp_path / "clone").mkdir()
    (tmp_path / "clone" / ".git").symlink_to(bare)
    with pytest.raises(GitError, match="leads out") as caught:
        find_repository(str(tmp_path / "clone"))
    assert caught.value.kind is ProblemKind.REFUSED


def test_a_link_to_objects_elsewhere_is_refused(bare: Path, tmp_path: Path) -> None:
    shutil.move(bare / "objects", tmp_path / "objects")
    (bare / "objects").symlink_to(tmp_path / "objects")
    with pytest.raises(GitError, match="leads out"):
        find_repository(str(bare))


# Branches -------------------------------------------------------------------------------------


def test_without_a_name_it_is_the_branch_of_head(bare: Path) -> None:
    assert tip_of(bare, "") == NAME


def test_a_branch_is_named_short_or_whole(bare: Path) -> None:
    (bare / "refs/heads/release").mkdir()
    (bare / "refs/heads/release/1").write_bytes(OTHER)
    assert tip_of(bare, "release/1") == tip_of(bare, "refs/heads/release/1") == OTHER


def test_head_may_be_a_commit(bare: Path) -> None:
    (bare / "HEAD").write_bytes(OTHER + b"\n")
    assert tip_of(bare, "") == OTHER


def test_packed_refs_are_read(bare: Path) -> None:
    (bare / "refs/heads/main").unlink()
    (bare / "packed-refs").write_bytes(
        b"# pack-refs with: peeled fully-peeled sorted \n"
        + b"%s refs/heads/notmain\n%s refs/heads/main\n^%s\n" % (NAME, OTHER, NAME)
    )
    assert tip_of(bare, "") == OTHER


def test_a_loose_ref_goes_before_a_packed_one(bare: Path) -> None:
    (bare / "packed-refs").write_bytes(OTHER + b" refs/heads/main\n")
    assert tip_of(bare, "") == NAME


def test_a_packed_ref_is_found_where_a_folder_has_its_name(bare: Path) -> None:
    (bare / "refs/heads/team/a").mkdir(parents=True)
    (bare / "packed-refs").write_bytes(OTHER + b" refs/heads/team\n")
    assert tip_of(bare, "team") == OTHER


def test_a_branch_that_is_not_there_is_absent(bare: Path) -> None:
    assert refused(bare, "other") == (
        ProblemKind.ABSENT,
        "the repository has no refs/heads/other",
    )


def test_a_ref_may_lead_to_a_ref_but_not_without_an_end(bare: Path) -> None:
    (bare / "refs/heads/alias").write_text("ref: refs/heads/main\n")
    assert tip_of(bare, "alias") == NAME
    (bare / "refs/heads/main").write_text("ref: refs/heads/alias\n")
    assert refused(bare)[0] is ProblemKind.UNREADABLE


@pytest.mark.parametrize(
    "branch",
    [
        "../config",
        "refs/../config",
        "refs/heads/../../config",
        "/etc/passwd",
        "a//b",
        "a\0b",
        "a\nb",
        "a b",
        ".hidden",
        "a.lock",
        "a/",
        "a@{1}",
        "a\\b",
        "a*",
    ],
)
def test_no_name_of_a_branch_leads_elsewhere(bare: Path, branch: str) -> None:
    (bare / "config").write_bytes(OTHER)
    assert refused(bare, branch)[0] is ProblemKind.REFUSED


@pytest.mark.parametrize("target", ["config", "../outside", "HEAD2", "refs/heads/../../config"])
def test_head_leads_to_refs_only(bare: Path, target: str) -> None:
    (bare / "config").write_bytes(OTHER)
    (bare / "HEAD").write_text(f"ref: {target}\n")
    assert refused(bare)[0] is ProblemKind.REFUSED


@pytest.mark.parametrize(
    "content", [b"garbage", b"1234", b"G" * 40, OTHER + b"0", b"\xff\xfe", b"\0" * 40]
)
def test_a_ref_that_names_no_commit_is_unreadable(bare: Path, content: bytes) -> None:
    (bare / "refs/heads/main").write_bytes(content)
    assert refused(bare)[0] is ProblemKind.UNREADABLE


def test_names_of_sha_256_are_not_supported_and_it_is_said(bare: Path) -> None:
    (bare / "refs/heads/main").write_bytes(b"a" * 64)
    assert "SHA-256" in refused(bare)[1]


def test_an_empty_ref_is_as_if_it_were_not_there(bare: Path) -> None:
    (bare / "refs/heads/main").write_bytes(b"")
    assert refused(bare)[0] is ProblemKind.ABSENT


def test_a_ref_that_leads_out_is_refused(bare: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").write_bytes(OTHER)
    (bare / "refs/heads/main").unlink()
    (bare / "refs/heads/main").symlink_to(tmp_path / "outside")
    assert refused(bare)[0] is ProblemKind.REFUSED


def test_a_head_that_never_ends_is_refused(bare: Path) -> None:
    (bare / "HEAD").unlink()
    os.mkfifo(bare / "HEAD")
    assert refused(bare)[0] is ProblemKind.REFUSED


def test_a_head_of_a_gigabyte_is_not_read(bare: Path) -> None:
    with (bare / "HEAD").open("wb") as file:
        file.truncate(2**30)
    assert refused(bare)[0] is ProblemKind.TOO_LONG


def test_the_ends_of_a_shallow_clone_are_known(bare: Path) -> None:
    assert shallow_commits(bare) == frozenset()
    (bare / "shallow").write_bytes(NAME + b"\n" + OTHER + b"\n")
    assert shallow_commits(bare) == {NAME, OTHER}
