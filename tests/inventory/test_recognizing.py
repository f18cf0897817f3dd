"""What stands at a location is judged without asking anybody, and only where it may be looked at."""

from pathlib import Path

import pytest

from trustui.inventory.recognizing import (
    SourceError,
    checked_hosts,
    checked_repositories,
    kind_named,
    recognized,
)

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


# ---- places of artefacts


def test_registries_and_layouts_are_told_by_their_prefix(tmp_path: Path) -> None:
    folder = tmp_path / "app"
    assert recognized(f"oci-layout:{folder}", [], (tmp_path,)).kind == "oci_layout"
    assert recognized("oci://registry.example", [], ()).kind == "oci_registry"
    assert recognized("oci+http://registry.example", [], (), "oci_registry").kind == "oci_registry"


@pytest.mark.parametrize(
    "location",
    [
        "oci://10.0.0.1",
        "oci://registry.example/team/app",
        "oci://user:secret@registry.example",
        "oci://",
        "oci-layout:relative",
        "oci-layout:/etc",
        "oci-layout:",
    ],
)
def test_a_place_of_artefacts_that_may_not_be_asked_is_refused(
    location: str, tmp_path: Path
) -> None:
    with pytest.raises(SourceError) as refused:
        recognized(location, [], (tmp_path,))
    assert "secret" not in str(refused.value)


def test_a_layout_is_one_place_with_and_without_a_slash_at_its_end(tmp_path: Path) -> None:
    one, two = (recognized(f"oci-layout:{tmp_path}/app{end}", [], (tmp_path,)) for end in ("", "/"))
    assert one == two
    assert recognized(f"{tmp_path}/app", [], (tmp_path,)).location_id != one.location_id


@pytest.mark.parametrize(
    ("kind", "chosen"),
    [
        ("oci_registry", []),
        ("oci_registry", ["team/app", "team/*", "*"]),
        ("oci_layout", []),
        ("oci_layout", ["registry.example/team/app"]),
        ("oci_layout", ["localhost/app"]),
    ],
)
def test_repositories_are_named_or_chosen_by_a_prefix(kind: str, chosen: list[str]) -> None:
    assert checked_repositories(kind, [*chosen, *chosen]) == sorted(chosen)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("oci_registry", "Team/App"),
        ("oci_registry", "team/a*"),
        ("oci_registry", "../etc"),
        ("oci_registry", "team/app:1.0"),
        ("oci_registry", ""),
        ("oci_registry", "x" * 400),
        ("oci_layout", "team/app"),
        ("oci_layout", "registry.example/team/*"),
        ("oci_layout", "*"),
        ("tuf_http", "team/app"),
    ],
)
def test_what_is_no_choice_of_repositories_is_refused(kind: str, name: str) -> None:
    with pytest.raises(SourceError, match="expected"):
        checked_repositories(kind, [name])


def test_more_choices_than_anybody_needs_are_refused() -> None:
    with pytest.raises(SourceError, match="at most 1,000"):
        checked_repositories("oci_registry", [f"team/app{number}" for number in range(1_001)])
    with pytest.raises(SourceError, match="at most 1 repositor"):
        checked_repositories("oci_layout", ["localhost/a", "localhost/b"])
