"""Where in a repository the metadata stands."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.simulators.git_history import Change, File, Link, write_git
from tests.simulators.written import START
from trustui.core.facts import ProblemKind
from trustui.crawl.sources.git import layouts
from trustui.crawl.sources.git.errors import GitError
from trustui.crawl.sources.git.layouts import LAYOUTS, Layout, find_layout, folder_at
from trustui.crawl.sources.git.objects import Objects

Find = Callable[..., Layout]


@pytest.fixture
def find(tmp_path: Path) -> Find:
    """Write one commit with these files, and look for the layout in it."""

    def found(*files: str, folder: str = "") -> Layout:
        objects, tree = written(tmp_path / "r", *files)
        try:
            return find_layout(objects, tree, folder)
        finally:
            objects.close()

    return found


def written(repository: Path, *files: str) -> tuple[Objects, bytes]:
    (tip,) = write_git([Change(START, dict.fromkeys(files, b"{}"))], repository)
    objects = Objects(repository / "objects")
    return objects, objects.commit(tip).tree


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.folder)
@pytest.mark.parametrize("sign", ["timestamp.json", "root.json", "1.root.json"])
def test_every_layout_of_the_table_is_found(find: Find, layout: Layout, sign: str) -> None:
    assert find(f"{layout.folder}/{sign}", "README.md", "other/package.json") == layout


def test_the_first_of_the_table_goes_before_the_others(find: Find) -> None:
    found = find("repository/repository/timestamp.json", "metadata/timestamp.json")
    assert found.folder == "metadata"
    assert found.others == ("repository/repository", "metadata/root_history")


def test_a_folder_without_metadata_is_passed_over(find: Find) -> None:
    assert find("metadata/package.json", "repository/root.json").folder == "repository"


@pytest.mark.parametrize("folder", ["", "published", "a/b/c/d"])
def test_any_other_folder_is_found_where_it_is_the_only_one(find: Find, folder: str) -> None:
    assert find(f"{folder}/root.json".lstrip("/"), "README.md") == Layout(folder)


def test_the_least_deep_is_found(find: Find) -> None:
    assert find("tests/data/root.json", "live/root.json") == Layout("live")


def test_several_of_one_depth_are_a_choice_that_is_not_ours(find: Find) -> None:
    with pytest.raises(GitError, match=r"\(dev, live\): name the one to read") as caught:
        find("live/root.json", "dev/root.json")
    assert caught.value.kind is ProblemKind.ABSENT
    assert find("live/root.json", "dev/root.json", folder="live") == Layout("live")


@pytest.mark.parametrize("files", [["README.md"], ["a/b/c/d/e/root.json"]])
def test_no_metadata_is_absent(find: Find, files: list[str]) -> None:
    with pytest.raises(GitError, match="no folder of the branch") as caught:
        find(*files)
    assert caught.value.kind is ProblemKind.ABSENT


def test_the_search_has_a_bound(find: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layouts, "MAX_SEARCHED", 5)
    with pytest.raises(GitError, match="no folder of the branch"):
        find(*(f"{n}/x" for n in range(10)), "z/root.json")


@pytest.mark.parametrize("named", ["metadata", "/metadata/", "metadata/"])
def test_a_folder_of_the_table_that_is_named_keeps_its_past(find: Find, named: str) -> None:
    assert find("other/root.json", folder=named) == LAYOUTS[0]


@pytest.mark.parametrize(
    "name", ["metadata", "metadata/", "//metadata//", "größe/a", "\udcff"], ids=ascii
)
def test_a_folder_is_listed(tmp_path: Path, name: str) -> None:
    objects, tree = written(tmp_path / "r", f"{name.strip('/')}/root.json", "other")
    assert [entry.name for entry in folder_at(objects, tree, name)] == [b"root.json"]
    objects.close()


@pytest.mark.parametrize("name", ["none", "metadata/none", "file", "file/x", "..", "link"])
def test_what_is_no_folder_has_no_names(tmp_path: Path, name: str) -> None:
    files: dict[str, File] = {"metadata/root.json": b"{}", "file": b"", "link": Link("metadata")}
    (tip,) = write_git([Change(START, files)], tmp_path / "r")
    objects = Objects(tmp_path / "r/objects")
    assert folder_at(objects, objects.commit(tip).tree, name) == []
    objects.close()
