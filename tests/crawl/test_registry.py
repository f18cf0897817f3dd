"""Which kind of source a location belongs to."""

from pathlib import Path

import pytest

from tests.simulators.written import vendor, write_repository
from trustui.crawl.registry import SOURCES, open_source
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
    """A history is a directory too, so it stands before."""
    names = [kind.name for kind in SOURCES]
    assert names.index("history") < names.index("directory")
