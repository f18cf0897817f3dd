"""What stands at a location is judged without asking anybody, and only where it may be looked at."""

from pathlib import Path

import pytest

from trustui.inventory.recognizing import SourceError, checked_hosts, kind_named, recognized

URL = "https://updates.example/metadata"


def test_recognizing_looks_at_nothing_outside_of_the_roots(tmp_path: Path) -> None:
    folder = tmp_path / "timestamp"
    folder.mkdir()
    (folder / "1.timestamp.json").write_bytes(b"{}")
    with pytest.raises(SourceError, match="expected a path below"):
        recognized(str(tmp_path), [], (tmp_path / "elsewhere",))
    assert recognized(str(tmp_path), [], (tmp_path,)).kind == "history"


@pytest.mark.parametrize(
    "spelling",
    [f"{URL}/", "HTTPS://UPDATES.example:443/metadata", "https://updates.example./metadata"],
)
def test_one_place_has_one_id_whatever_its_spelling(spelling: str) -> None:
    assert recognized(spelling, [], ()) == recognized(URL, [], ())


@pytest.mark.parametrize(
    "other",
    ["http://updates.example/metadata", "https://updates.example/Metadata", f"{URL}/x"],
)
def test_another_place_has_another_id(other: str) -> None:
    assert recognized(other, [], ()) != recognized(URL, [], ())


def test_paths_are_one_place_with_and_without_a_slash_at_their_end(tmp_path: Path) -> None:
    assert recognized(f"{tmp_path}/", [], (tmp_path,)) == recognized(str(tmp_path), [], (tmp_path,))


def test_an_allowed_host_may_be_recognized_and_no_other() -> None:
    assert recognized("http://10.1.2.3:9000/", ["10.1.2.3"], ()).kind == "tuf_http"
    with pytest.raises(SourceError, match="private"):
        recognized("http://10.1.2.4/", ["10.1.2.3"], ())


def test_a_location_of_no_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no place of a kind that can be crawled"):
        recognized(str(tmp_path), [], (tmp_path,), kind="history")


def test_a_kind_is_named_or_refused_with_those_there_are() -> None:
    assert kind_named("tuf_http").name == "tuf_http"
    with pytest.raises(SourceError, match="tuf_http, history, git, directory"):
        kind_named("teapot")


def test_hosts_are_listed_once_and_in_order() -> None:
    assert checked_hosts([" b.example", "a.example", "b.example"]) == ["a.example", "b.example"]
