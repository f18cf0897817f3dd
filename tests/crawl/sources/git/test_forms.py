"""What the commits of a branch published: every form of every version, once, in order."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from tests.simulators.git_history import Change, File, Link, Submodule, write_git
from tests.simulators.written import DAY, START
from trustui.core.facts import ProblemKind
from trustui.crawl.sources.git import forms as module
from trustui.crawl.sources.git.errors import GitError
from trustui.crawl.sources.git.forms import (
    Form,
    Forms,
    first_parents,
    max_bytes_of,
    read_blob,
)
from trustui.crawl.sources.git.layouts import LAYOUTS, Layout
from trustui.crawl.sources.git.objects import Objects, TreeEntry

Read = Callable[..., list[Form]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Write commits, a day apart, and read the forms of their branch."""

    def forms(*commits: Mapping[str, File], layout: Layout = LAYOUTS[0]) -> list[Form]:
        changes = [Change(START + day * DAY, files) for day, files in enumerate(commits)]
        names = write_git(changes, tmp_path / "r")
        objects = Objects(tmp_path / "r/objects")
        try:
            published = first_parents(objects, names[-1], frozenset())
            return list(Forms(objects, layout).read(published))
        finally:
            objects.close()

    return forms


def stating(version: object, form: str = "") -> bytes:
    return json.dumps({"signed": {"version": version, "form": form}, "signatures": []}).encode()


def told(forms: list[Form]) -> list[tuple[str, int | None, int]]:
    """Role, version and day."""
    return [(one.role, one.version, (one.at - START).days if one.at else -1) for one in forms]


# Names and versions ---------------------------------------------------------------------------


def test_a_file_without_a_number_is_the_version_that_it_states(read: Read) -> None:
    forms = read(
        {"metadata/timestamp.json": stating(1)},
        {"metadata/timestamp.json": stating(2)},
    )
    assert told(forms) == [("timestamp", 1, 0), ("timestamp", 2, 1)]
    assert forms[0].file.endswith(":metadata/timestamp.json")
    assert len(forms[0].file.partition(":")[0]) == 12


def test_a_file_with_a_number_is_that_version_whatever_it_states(read: Read) -> None:
    assert told(read({"metadata/7.snapshot.json": stating(3)})) == [("snapshot", 7, 0)]


@pytest.mark.parametrize(
    ("name", "role"),
    [("team%2Fa", "team/a"), ("größe", "größe"), ("a.b", "a.b"), ("1.2.a", "2.a")],
)
def test_the_name_of_a_role_is_decoded(read: Read, name: str, role: str) -> None:
    assert [one.role for one in read({f"metadata/{name}.json": stating(1)})] == [role]


@pytest.mark.parametrize(
    "name",
    ["README.md", ".json", "package.json", "index.json", "root.json.bak", "sub/targets.json"],
)
def test_files_that_are_no_metadata_are_passed_over(read: Read, name: str) -> None:
    assert read({f"metadata/{name}": b'{"version": 1}'}) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"garbage",
        b"\xff",
        b"[" * 100_000,
        stating("1"),
        stating(0),
        stating(-1),
        stating(True),
        stating(1.5),
        stating(10**18),
        stating(10**40),
        b" " * 20_000 + stating(1),
    ],
    ids=range(12),
)
def test_a_top_level_role_is_told_even_if_it_states_no_version(read: Read, body: bytes) -> None:
    assert told(read({"metadata/timestamp.json": body, "metadata/other.json": b"garbage"})) == [
        ("timestamp", None, 0)
    ]


@pytest.mark.parametrize("file", [Link("elsewhere"), Submodule()])
def test_what_is_no_plain_file_is_told_for_top_level_roles(read: Read, file: File) -> None:
    forms = read({"metadata/root.json": file, "metadata/team.json": file})
    assert told(forms) == [("root", None, 0)]


# What is new ----------------------------------------------------------------------------------


def test_only_what_a_commit_changed_is_told(read: Read) -> None:
    forms = read(
        {"metadata/root.json": stating(1), "metadata/timestamp.json": stating(1)},
        {"README.md": b"words"},
        {"metadata/timestamp.json": stating(2)},
    )
    assert told(forms) == [("root", 1, 0), ("timestamp", 1, 0), ("timestamp", 2, 2)]


def test_all_forms_of_a_version_are_told(read: Read) -> None:
    forms = read(*({"metadata/targets.json": stating(1, form)} for form in "ABA"))
    assert told(forms) == [("targets", 1, 0), ("targets", 1, 1), ("targets", 1, 2)]
    assert forms[0].entry == forms[2].entry != forms[1].entry


def test_a_version_that_comes_again_is_told_again(read: Read) -> None:
    forms = read(*({"metadata/timestamp.json": stating(version)} for version in (1, 2, 1)))
    assert told(forms) == [("timestamp", 1, 0), ("timestamp", 2, 1), ("timestamp", 1, 2)]


def test_a_file_that_stands_twice_is_told_once(read: Read) -> None:
    forms = read(
        {"metadata/root.json": stating(1), "metadata/root_history/1.root.json": stating(1)},
        {"metadata/root.json": stating(2), "metadata/root_history/2.root.json": stating(2)},
    )
    assert told(forms) == [("root", 1, 0), ("root", 2, 1)]


def test_a_late_copy_of_old_versions_tells_nothing_new(read: Read) -> None:
    """When Sigstore moved to tuf-on-ci, one commit brought all old roots into root_history."""
    old = {f"metadata/root_history/{n}.root.json": stating(n) for n in range(1, 12)}
    forms = read(
        *({"repository/repository/root.json": stating(n)} for n in range(1, 12)),
        {**old, "metadata/root.json": stating(11)},
        {"metadata/root.json": stating(12)},
    )
    assert told(forms) == [("root", n, n - 1) for n in range(1, 12)] + [("root", 12, 12)]


def test_a_copy_that_differs_is_another_form(read: Read) -> None:
    forms = read(
        {"metadata/root.json": stating(1)},
        {"metadata/root_history/1.root.json": stating(1, "other")},
    )
    assert told(forms) == [("root", 1, 0), ("root", 1, 1)]


def test_what_one_commit_brings_comes_root_first_and_in_order(read: Read) -> None:
    names = ["timestamp", "10.root", "2.root", "root", "a", "3.snapshot", "snapshot"]
    forms = read({f"metadata/{name}.json": stating(4, name) for name in names})
    assert [(one.role, one.version) for one in forms] == [
        ("root", 2),
        ("root", 10),
        ("root", 4),
        ("a", 4),
        ("snapshot", 3),
        ("snapshot", 4),
        ("timestamp", 4),
    ]


def test_two_layouts_are_one_past(read: Read) -> None:
    forms = read(
        {"repository/repository/timestamp.json": stating(1)},
        {"metadata/timestamp.json": stating(2)},
        {"repository/repository/timestamp.json": None},
        {"metadata/timestamp.json": stating(3)},
    )
    assert told(forms) == [("timestamp", 1, 0), ("timestamp", 2, 1), ("timestamp", 3, 3)]


def test_where_one_commit_changes_both_the_newer_layout_is_later(read: Read) -> None:
    forms = read(
        {
            "metadata/timestamp.json": stating(2),
            "repository/repository/timestamp.json": stating(1),
        }
    )
    assert forms[-1].version == 2


def test_what_is_deleted_and_comes_back_tells_nothing_new(read: Read) -> None:
    forms = read(
        {"metadata/timestamp.json": stating(1)},
        {"metadata/timestamp.json": None},
        {"metadata/timestamp.json": stating(1)},
    )
    assert told(forms) == [("timestamp", 1, 0)]


def test_the_repository_s_own_folder_may_hold_the_metadata(read: Read) -> None:
    forms = read({"timestamp.json": stating(1), "README.md": b""}, layout=Layout(""))
    assert told(forms) == [("timestamp", 1, 0)]
    assert forms[0].file.endswith(":timestamp.json")


# Commits --------------------------------------------------------------------------------------


@pytest.fixture
def branch(tmp_path: Path) -> tuple[Objects, list[bytes]]:
    names = write_git([Change(START + n * DAY, {"a": b"%d" % n}) for n in range(4)], tmp_path)
    return Objects(tmp_path / "objects"), names


def test_first_parents_are_followed_to_the_oldest(branch: tuple[Objects, list[bytes]]) -> None:
    objects, names = branch
    commits = first_parents(objects, names[-1], frozenset())
    assert [one.name for one in commits] == names
    assert [one.at for one in commits] == [START + n * DAY for n in range(4)]
    assert [one.name for one in first_parents(objects, names[1], frozenset())] == names[:2]
    objects.close()


def test_a_shallow_clone_ends_where_it_says(branch: tuple[Objects, list[bytes]]) -> None:
    objects, names = branch
    commits = first_parents(objects, names[-1], frozenset({names[2]}))
    assert [one.name for one in commits] == names[2:]
    objects.close()


def test_a_branch_has_a_bound(
    branch: tuple[Objects, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    objects, names = branch
    monkeypatch.setattr(module, "MAX_COMMITS", 3)
    with pytest.raises(GitError, match="more than 3 commits") as caught:
        first_parents(objects, names[-1], frozenset())
    assert caught.value.kind is ProblemKind.TOO_LONG
    objects.close()


def test_a_time_that_no_calendar_has_is_none(tmp_path: Path) -> None:
    (name,) = write_git([Change(START, {"a": b""})], tmp_path / "r")
    objects = Objects(tmp_path / "r/objects")
    commit = objects.commit(name)
    assert module._instant(commit.commit_time) == START
    assert [module._instant(seconds) for seconds in (2**40, 2**70, -(2**70))] == [None] * 3
    objects.close()


# Files ----------------------------------------------------------------------------------------


def test_only_plain_files_are_read(tmp_path: Path) -> None:
    write_git([Change(START, {"a": b"good"})], tmp_path)
    objects = Objects(tmp_path / "objects")
    tip = (tmp_path / "refs/heads/main").read_bytes().strip()
    (plain,) = objects.tree(objects.commit(tip).tree)
    assert read_blob(objects, plain, 4) == b"good"
    for mode in (0o100755, 0o100664):
        assert read_blob(objects, TreeEntry(b"a", mode, plain.object), 4) == b"good"
    for mode, kind in (
        (0o120000, ProblemKind.REFUSED),
        (0o160000, ProblemKind.UNREADABLE),
        (0o040000, ProblemKind.UNREADABLE),
        (0, ProblemKind.UNREADABLE),
    ):
        with pytest.raises(GitError) as caught:
            read_blob(objects, TreeEntry(b"a", mode, plain.object), 4)
        assert caught.value.kind is kind
    objects.close()


def test_each_role_has_the_bound_of_a_client() -> None:
    bounds = [max_bytes_of(role) for role in ("timestamp", "root", "snapshot", "targets")]
    assert bounds == sorted(bounds)
    assert max_bytes_of("team/a") == max_bytes_of("targets")
    assert max_bytes_of("timestamp") == 16_384


def test_times_are_those_of_the_committer_in_utc(tmp_path: Path) -> None:
    at = START + timedelta(seconds=1)
    (name,) = write_git([Change(at, {"a": b""})], tmp_path)
    objects = Objects(tmp_path / "objects")
    (commit,) = first_parents(objects, name, frozenset())
    assert commit.at == at
    assert str(commit.at).endswith("+00:00")
    objects.close()
