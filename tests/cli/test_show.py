"""`trustui show tuf`: which picture is printed, and when nothing can be."""

import argparse
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from tests.simulators.written import NOON_OF_DAY_3, Written
from trustui.cli import show
from trustui.core.graph import Tree, Walk
from trustui.core.primitives.instants import write_instant
from trustui.core.timeline import Timeline

AT = write_instant(NOON_OF_DAY_3)
TOO_LATE = write_instant(NOON_OF_DAY_3 + timedelta(days=20))

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """The verb alone, 80 columns wide."""
    monkeypatch.delenv("COLUMNS", raising=False)
    parser = argparse.ArgumentParser()
    show.add_parser(parser.add_subparsers())

    def run(*arguments: object) -> tuple[int, str, str]:
        parsed = parser.parse_args(["show", "tuf", *map(str, arguments)])
        return (parsed.run(parsed), *capsys.readouterr())

    return run


def test_the_tree_is_printed(run: Run, place: Written) -> None:
    status, out, err = run(place.metadata, "--root", place.root, "--at", AT, "--tree")
    assert (status, err) == (0, "")
    assert out.startswith("Who delegates to whom\n5 roles, 2 levels below root\n")


def test_the_keys_are_printed(run: Run, place: Written) -> None:
    status, out, _ = run(place.metadata, "--root", place.root, "--at", AT, "--keys")
    assert status == 0
    assert out.startswith("5 public keys\n")


def test_the_walk_of_a_path_is_printed(run: Run, place: Written) -> None:
    options = ("--root", place.root, "--at", AT, "--who-can-sign", "firmware/gate.bin")
    status, out, _ = run(place.metadata, *options)
    assert status == 0
    assert "The search stops here: firmware lists the path" in out


def test_the_timeline_of_a_history_has_every_version(run: Run, place: Written) -> None:
    status, out, _ = run(place.history, "--root", place.root, "--at", TOO_LATE, "--timeline")
    assert status == 0
    assert "timestamp v3 lapsed 2026-03-09T09:00:00Z" in out
    assert "What needs a successor next" in out


def test_the_timeline_of_a_place_without_a_past_has_what_is_served(
    run: Run, place: Written
) -> None:
    options = ("--root", place.root, "--at", AT, "--timeline", "--json")
    status, out, _ = run(place.metadata, *options)
    found = msgspec.json.decode(out)
    timeline = msgspec.convert(found["timeline"], Timeline)
    assert status == 0
    assert [(lane.role, len(lane.bars)) for lane in timeline.lanes] == [
        ("root", 1),
        ("timestamp", 1),
        ("snapshot", 1),
        ("targets", 1),
        ("firmware", 1),
    ]
    assert found["next"][0]["role"] == "timestamp"


def test_what_is_no_metadata_in_a_history_is_passed_over(run: Run, place: Written) -> None:
    (place.history / "timestamp" / "2.timestamp.json").write_text("{}")
    options = ("--root", place.root, "--at", AT, "--timeline", "--json")
    _, out, _ = run(place.history, *options)
    lanes = msgspec.json.decode(out)["timeline"]["lanes"]
    versions = {lane["role"]: [bar["version"] for bar in lane["bars"]] for lane in lanes}
    assert versions["timestamp"] == [1, 3]


def test_without_targets_the_timeline_shows_the_rest(run: Run, place: Written) -> None:
    (place.metadata / "timestamp.json").unlink()
    status, out, _ = run(place.metadata, "--root", place.root, "--at", AT, "--timeline")
    assert status == 0
    assert "root v1" in out
    assert "targets" not in out


def test_what_is_shown_is_there_as_json(run: Run, place: Written) -> None:
    place_and_time = (place.metadata, "--root", place.root, "--at", AT, "--json")
    _, tree, _ = run(*place_and_time, "--tree")
    _, walk, _ = run(*place_and_time, "--who-can-sign", "firmware/gate.bin")
    _, keys, _ = run(*place_and_time, "--keys")
    assert msgspec.json.decode(tree, type=Tree).roles == 5
    assert msgspec.json.decode(walk, type=Walk).stopped_at == "firmware"
    assert {*msgspec.json.decode(keys)[0]} == {"key", "impact"}


def test_without_a_pinned_root_it_says_so_first(run: Run, place: Written) -> None:
    status, out, _ = run(place.metadata, "--at", AT, "--tree")
    assert status == 0
    assert out.startswith("Nobody has pinned a root")


def test_without_any_root_there_is_nothing_to_show(
    run: Run, place: Written, tmp_path: Path
) -> None:
    status, out, err = run(place.metadata, "--root", tmp_path / "none.json", "--tree")
    assert (status, out) == (1, "")
    assert err.startswith("trustui: the root to start from cannot be read")


def test_exactly_one_picture_is_asked_for(run: Run, place: Written) -> None:
    for pictures in ([], ["--tree", "--keys"]):
        with pytest.raises(SystemExit) as end:
            run(place.metadata, *pictures)
        assert end.value.code == 2


def test_now_is_the_instant_when_none_is_given(run: Run, place: Written) -> None:
    status, out, _ = run(place.metadata, "--root", place.root, "--timeline")
    assert status == 0
    assert "as of 20" in out
