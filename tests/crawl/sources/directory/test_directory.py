"""A directory laid out as served: where its metadata stands, and which root is its first."""

from pathlib import Path

import pytest

from tests.simulators.written import START, vendor, write_repository
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.tuf.reading import Request
from trustui.core.limits import TufLimits
from trustui.crawl.source import Options
from trustui.crawl.sources.directory import KIND, Directory, DirectoryFiles


def opened(folder: Path, **files: bytes) -> Directory:
    """`a__json` becomes `a.json`: keywords have no dots."""
    folder.mkdir(exist_ok=True)
    for name, body in files.items():
        (folder / name.replace("__", ".").removeprefix("_")).write_bytes(body)
    return Directory(str(folder), Options())


def body_of(answered: Document | Problem) -> bytes:
    assert isinstance(answered, Document)
    return answered.body


def kind_of(answered: Document | Problem) -> ProblemKind:
    assert isinstance(answered, Problem)
    return answered.kind


def timestamp(source: Directory) -> Document | Problem:
    return source.ask(Request("timestamp", None, 100))


# Where the metadata stands --------------------------------------------------------------------


def test_the_metadata_may_stand_one_below(tmp_path: Path) -> None:
    """Also where a root to be pinned lies beside it."""
    place = write_repository(vendor(), tmp_path)
    assert place.root.parent == place.folder
    for location in (place.metadata, place.folder):
        source = Directory(str(location), Options())
        assert isinstance(source.ask(Request("timestamp", None, 16_384)), Document)
        assert source.location == str(location)


def test_a_timestamp_in_the_place_itself_goes_before_what_is_below(tmp_path: Path) -> None:
    (tmp_path / "metadata").mkdir()
    (tmp_path / "metadata" / "timestamp.json").write_bytes(b"below")
    assert body_of(timestamp(opened(tmp_path, timestamp__json=b"here"))) == b"here"


def test_a_file_called_metadata_is_not_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "metadata").touch()
    assert body_of(timestamp(opened(tmp_path, timestamp__json=b"here"))) == b"here"


# Files ----------------------------------------------------------------------------------------


def test_a_file_is_asked_for_by_its_served_name(tmp_path: Path) -> None:
    source = opened(tmp_path, timestamp__json=b"1")
    (tmp_path / "2.team%2Fa.json").write_bytes(b"2")
    assert body_of(timestamp(source)) == b"1"
    assert body_of(source.ask(Request("team/a", 2, 100))) == b"2"


def test_the_version_wanted_does_not_change_an_unnumbered_name(tmp_path: Path) -> None:
    source = opened(tmp_path, snapshot__json=b"1")
    assert body_of(source.ask(Request("snapshot", None, 100, wanted_version=7))) == b"1"


def test_a_directory_keeps_no_time_of_its_documents(tmp_path: Path) -> None:
    document = timestamp(opened(tmp_path, timestamp__json=b"1"))
    assert isinstance(document, Document)
    assert (document.seen_at, document.media_type) == (None, "")


def test_a_file_that_changes_is_read_anew(tmp_path: Path) -> None:
    source = opened(tmp_path, timestamp__json=b"1")
    timestamp(source)
    (tmp_path / "timestamp.json").write_bytes(b"2")
    assert body_of(timestamp(source)) == b"2"


def test_links_inside_are_followed_and_those_that_lead_out_are_refused(tmp_path: Path) -> None:
    source = opened(tmp_path / "place", _3__timestamp__json=b"3")
    (tmp_path / "place" / "timestamp.json").symlink_to("3.timestamp.json")
    (tmp_path / "outside.json").write_bytes(b"secret")
    (tmp_path / "place" / "snapshot.json").symlink_to("../outside.json")
    assert body_of(timestamp(source)) == b"3"
    assert kind_of(source.ask(Request("snapshot", None, 100))) is ProblemKind.REFUSED


def test_the_metadata_folder_is_the_wall_not_the_place_around_it(tmp_path: Path) -> None:
    (tmp_path / "metadata").mkdir()
    (tmp_path / "private.json").write_bytes(b"secret")
    (tmp_path / "metadata" / "timestamp.json").symlink_to("../private.json")
    assert kind_of(timestamp(opened(tmp_path))) is ProblemKind.REFUSED


# The first root -------------------------------------------------------------------------------


def test_the_first_root_is_the_one_of_the_lowest_number(tmp_path: Path) -> None:
    """By number, not by name: 10 comes after 9."""
    source = opened(
        tmp_path, _10__root__json=b"10", _9__root__json=b"9", _11__root__json=b"11", root__json=b"r"
    )
    assert body_of(source.first_root()) == b"9"


def test_without_numbers_it_is_root_json(tmp_path: Path) -> None:
    assert body_of(opened(tmp_path, root__json=b"r").first_root()) == b"r"


@pytest.mark.parametrize(
    "name",
    [
        "0.root.json",
        "01.root.json",
        "-1.root.json",
        "\u0661.root.json",
        "1.root.json.bak",
        "x.root.json",
        f"{'1' * 20}.root.json",
    ],
)
def test_names_that_no_repository_serves_are_no_roots(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"strange")
    assert body_of(opened(tmp_path, root__json=b"r").first_root()) == b"r"


def test_without_any_root_there_is_none(tmp_path: Path) -> None:
    assert kind_of(opened(tmp_path).first_root()) is ProblemKind.ABSENT


def test_the_first_root_is_read_up_to_the_limit_of_a_root(tmp_path: Path) -> None:
    source = opened(tmp_path, _1__root__json=b" " * (TufLimits().root_bytes + 1))
    assert kind_of(source.first_root()) is ProblemKind.TOO_LONG


# One version ----------------------------------------------------------------------------------


def test_a_version_is_the_numbered_file_or_else_the_only_one(tmp_path: Path) -> None:
    source = opened(tmp_path, _2__targets__json=b"2", targets__json=b"any", snapshot__json=b"s")
    assert body_of(source.version("targets", 2)) == b"2"
    assert body_of(source.version("targets", 3)) == b"any"
    assert body_of(source.version("snapshot", 1)) == b"s"


def test_a_numbered_file_that_cannot_be_read_is_not_passed_over(tmp_path: Path) -> None:
    source = opened(tmp_path, targets__json=b"any")
    (tmp_path / "2.targets.json").mkdir()
    assert kind_of(source.version("targets", 2)) is ProblemKind.UNREADABLE


# What it has no answer to ---------------------------------------------------------------------


def test_it_has_no_past(tmp_path: Path) -> None:
    source = opened(tmp_path, timestamp__json=b"1")
    assert dict(source.trusted_before()) == {}
    assert list(source.versions()) == []


def test_the_instant_changes_nothing(tmp_path: Path) -> None:
    opened(tmp_path, timestamp__json=b"1")
    past = Directory(str(tmp_path), Options(at=START))
    assert body_of(timestamp(past)) == b"1"


@pytest.mark.parametrize(
    ("location", "is_one"),
    [("a", True), (".", True), ("/a/b c", True), ("a:b", True), ("ftp://a", False), ("\0", False)],
)
def test_it_recognizes_paths(location: str, is_one: bool) -> None:
    assert KIND.recognizes(location) is is_one


# Target files ---------------------------------------------------------------------------------


@pytest.mark.parametrize("named", ["", "metadata"])
def test_target_files_stand_below_the_folder_or_beside_its_metadata(
    tmp_path: Path, named: str
) -> None:
    (tmp_path / "targets" / "team").mkdir(parents=True)
    (tmp_path / "metadata").mkdir()
    (tmp_path / "targets" / "team" / "app").write_bytes(b"an app")
    files = DirectoryFiles(str(tmp_path / named), Options())
    assert body_of(files.get("team/app", 10)) == b"an app"
    assert kind_of(files.get("team/else", 10)) is ProblemKind.ABSENT
    assert kind_of(files.get("team/app", 2)) is ProblemKind.TOO_LONG
    files.close()


@pytest.mark.parametrize("path", ["", "../secret", "a/../../secret", "/etc/passwd", "link"])
def test_no_target_file_outside_the_targets_is_read(tmp_path: Path, path: str) -> None:
    (tmp_path / "targets").mkdir()
    (tmp_path / "secret").write_bytes(b"a secret")
    (tmp_path / "targets" / "link").symlink_to(tmp_path / "secret")
    found = DirectoryFiles(str(tmp_path), Options()).get(path, 100)
    assert kind_of(found) is ProblemKind.REFUSED


def test_target_files_are_read_below_the_allowed_folders_only(tmp_path: Path) -> None:
    (tmp_path / "targets").mkdir()
    (tmp_path / "targets" / "app").write_bytes(b"an app")
    files = DirectoryFiles(str(tmp_path), Options(local_roots=()))
    assert kind_of(files.get("app", 10)) is ProblemKind.REFUSED
