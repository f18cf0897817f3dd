"""Which kind of source a location belongs to."""

from pathlib import Path

import pytest

from tests.simulators.git_history import write_git
from tests.simulators.written import vendor, write_repository
from trustui.core.facts import Problem, ProblemKind
from trustui.crawl.image_source import ImageOptions
from trustui.crawl.registry import IMAGE_SOURCES, SOURCES, open_registry, open_source, title_of
from trustui.crawl.source import Options


def kind_of(location: str) -> str:
    """The folder of the source that opened it."""
    source = open_source(location, Options())
    source.close()
    return type(source).__module__.rpartition(".")[2]


@pytest.mark.parametrize(
    "location",
    [
        "http://vendor.example",
        "https://vendor.example/metadata/",
        "HTTPS://VENDOR.EXAMPLE/",
        "https://",
        "http://[",
    ],
)
def test_http_and_https_are_asked(location: str) -> None:
    assert kind_of(location) == "tuf_http"


def test_a_folder_as_served_is_a_directory(tmp_path: Path) -> None:
    assert kind_of(str(write_repository(vendor(), tmp_path).metadata)) == "directory"


def test_a_history_is_recognized_where_it_stands_and_one_above(tmp_path: Path) -> None:
    place = write_repository(vendor(), tmp_path)
    assert kind_of(str(place.history)) == "history"
    assert kind_of(str(place.folder)) == "history"


def test_a_clone_and_a_bare_repository_are_read_by_git(tmp_path: Path) -> None:
    write_git([], tmp_path / "bare.git")
    write_git([], tmp_path / "clone" / ".git")
    assert kind_of(str(tmp_path / "bare.git")) == "git"
    assert kind_of(str(tmp_path / "clone")) == "git"


def test_a_history_in_a_clone_is_read_as_a_history(tmp_path: Path) -> None:
    write_repository(vendor(), tmp_path)
    write_git([], tmp_path / ".git")
    assert kind_of(str(tmp_path)) == "history"
    assert kind_of(str(tmp_path / "metadata")) == "directory"


def test_outside_of_the_roots_not_even_the_kind_is_looked_for(tmp_path: Path) -> None:
    place = write_repository(vendor(), tmp_path / "place")
    source = open_source(str(place.history), Options(local_roots=(tmp_path / "elsewhere",)))
    assert type(source).__module__.endswith(".directory")
    refused = source.first_root()
    assert isinstance(refused, Problem)
    assert refused.kind is ProblemKind.REFUSED
    inside = open_source(str(place.history), Options(local_roots=(tmp_path,)))
    assert type(inside).__module__.endswith(".history")


@pytest.mark.parametrize("location", ["", "no/such/folder", "a" * 5000, "a/" * 3000, "\udcff"])
def test_any_other_path_is_a_directory_which_answers_what_is_wrong(location: str) -> None:
    assert kind_of(location) == "directory"


@pytest.mark.parametrize(
    "location", ["ftp://vendor.example/", "file:///etc", "git+ssh://vendor.example", "a\0b"]
)
def test_anything_else_is_refused_with_what_was_expected(location: str) -> None:
    with pytest.raises(LookupError, match=r"expected an http\(s\) URL, a directory"):
        open_source(location, Options())


def test_the_first_kind_that_recognizes_a_location_reads_it() -> None:
    """A history and a clone are directories too, so they stand before."""
    names = [kind.name for kind in SOURCES]
    assert names.index("history") < names.index("git") < names.index("directory")


def test_a_layout_is_a_place_of_artefacts_and_what_is_none_is_said(tmp_path: Path) -> None:
    assert open_registry(f"oci-layout:{tmp_path}", ImageOptions()).location == str(tmp_path)
    with pytest.raises(LookupError, match="oci-layout"):
        open_registry("registry.example/app", ImageOptions())


def test_each_kind_has_a_title_of_its_own_and_an_unknown_one_its_name() -> None:
    names = [*(kind.name for kind in SOURCES), *(kind.name for kind in IMAGE_SOURCES)]
    titles = [title_of(name) for name in names]
    assert len(set(titles)) == len(titles)
    assert not any("_" in title for title in titles)
    assert title_of("carrier_pigeon") == "carrier_pigeon"
