"""The demo world holds what its manifest says, and python-tuf sees it the same way."""

import csv
import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from tuf.api import exceptions

from tests.simulators.python_tuf import python_tuf_client
from trustui.demo.images.stories import IMAGE_STORIES
from trustui.demo.world import STORIES, Entry, World, make_world, read_world

NOW = datetime(2026, 9, 14, 8, 0, tzinfo=UTC)
NAMES = (
    "quayline-releases",
    "quayline-packages",
    "quayline-advisories",
    "quayline-schedules",
    "mirror-east",
    "quayline-firmware",
    "mirror-west",
)
ORACLE: dict[str | None, type[Exception]] = {
    "tuf.timestamp.freeze.expired": exceptions.ExpiredMetadataError,
    "tuf.timestamp.rollback.version": exceptions.BadVersionNumberError,
    "tuf.delegation.signature.threshold": exceptions.UnsignedMetadataError,
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("world"), NOW)


@pytest.fixture(params=NAMES)
def entry(request: pytest.FixtureRequest, world: World) -> Entry:
    return entry_named(world, request.param)


def entry_named(world: World, name: str) -> Entry:
    return next(entry for entry in world.entries if entry.name == name)


def files_below(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def history(world: World, entry: Entry) -> list[dict[str, str]]:
    with (world.folder / entry.history / "index.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def served(world: World, entry: Entry) -> dict[str, bytes]:
    targets = files_below(world.folder / entry.name / "targets")
    metadata = files_below(world.folder / entry.metadata)
    return metadata | {f"targets/{name}": body for name, body in targets.items()}


def ask_for_a_target_of_each_role(world: World, entry: Entry, folder: Path) -> None:
    """What python-tuf can do of a walk: look up one target of each delegated role."""
    root = (world.folder / entry.root).read_bytes()
    state = files_below(world.folder / entry.state) if entry.state else None
    client = python_tuf_client(served(world, entry), root, NOW, folder, state)
    client.refresh()
    for path in paths_listed(world, entry):
        info = client.get_targetinfo(path)
        assert info is not None
        client.download_target(info)


def paths_listed(world: World, entry: Entry) -> list[str]:
    rows = history(world, entry)
    newest = {row["role"]: row["version"] for row in rows if row["type"] == "targets"}
    bodies = [
        (world.folder / entry.history / role / f"{version}.{role}.json").read_bytes()
        for role, version in newest.items()
    ]
    return [path for body in bodies for path in json.loads(body)["signed"]["targets"]]


def test_it_has_the_seven_repositories(world: World) -> None:
    assert tuple(entry.name for entry in world.entries) == NAMES
    assert len(STORIES) == len(NAMES)


def test_each_has_thirty_or_more_versions_of_history(world: World, entry: Entry) -> None:
    versions = [row for row in history(world, entry) if row["role"] == "timestamp"]
    assert len(versions) >= 30


def test_the_history_index_describes_its_files(world: World, entry: Entry) -> None:
    folder = world.folder / entry.history
    rows = history(world, entry)
    for row in rows:
        body = (folder / row["role"] / f"{row['version']}.{row['role']}.json").read_bytes()
        signed = json.loads(body)["signed"]
        assert (len(body), hashlib.sha256(body).hexdigest()) == (int(row["size"]), row["sha256"])
        assert (signed["_type"], signed["version"], signed["expires"]) == (
            row["type"],
            int(row["version"]),
            row["expires"],
        )
    assert len(rows) == len(list(folder.glob("*/*.json")))


def test_the_past_lies_before_now_and_in_order(world: World, entry: Entry) -> None:
    times = [datetime.fromisoformat(row["first_commit_time"]) for row in history(world, entry)]
    assert times == sorted(times)
    assert times[-1] <= NOW


def test_each_tells_its_story_in_three_to_six_sentences(world: World, entry: Entry) -> None:
    readme = (world.folder / entry.name / "README.txt").read_text("utf-8")
    assert readme == f"{entry.title}\n\n{entry.story}\n"
    assert 3 <= entry.story.count(". ") + 1 <= 6
    assert "trustui should say: " in entry.story


def test_the_pinned_root_is_the_first(world: World, entry: Entry) -> None:
    pinned = (world.folder / entry.root).read_bytes()
    assert pinned == (world.folder / entry.history / "root/1.root.json").read_bytes()


def test_python_tuf_says_what_is_expected(world: World, entry: Entry, tmp_path: Path) -> None:
    if entry.outcome == "passed":
        ask_for_a_target_of_each_role(world, entry, tmp_path)
    else:
        with pytest.raises(ORACLE[entry.check]):
            ask_for_a_target_of_each_role(world, entry, tmp_path)


def test_every_place_of_the_manifest_is_there(world: World, entry: Entry) -> None:
    assert (world.folder / entry.metadata / "timestamp.json").is_file()
    assert (world.folder / entry.history / "index.csv").is_file()
    assert entry.location in {entry.metadata, entry.history}
    assert entry.state is None or len(files_below(world.folder / entry.state)) == 4


def test_the_manifest_can_be_read_back(world: World) -> None:
    assert read_world(world.folder) == world
    listed = json.loads((world.folder / "world.json").read_bytes())
    assert [entry["name"] for entry in listed] == list(NAMES)


def test_the_same_instant_in_any_zone_gives_the_same_world(world: World, tmp_path: Path) -> None:
    make_world(tmp_path, NOW.astimezone(timezone(timedelta(hours=9))))
    assert files_below(tmp_path) == files_below(world.folder)


def test_it_tells_of_each_repository_as_it_is_written(tmp_path: Path) -> None:
    told: list[str] = []
    make_world(tmp_path, NOW, told.append)
    images = [image.name for image in read_world(tmp_path).images]
    assert (tuple(told), len(images)) == ((*NAMES, *images), len(IMAGE_STORIES))


def test_files_bear_the_time_of_their_publication(world: World) -> None:
    entry = entry_named(world, "quayline-advisories")
    path = world.folder / entry.metadata / "timestamp.json"
    published = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    assert published == NOW - timedelta(hours=43)


def test_no_private_key_is_written(world: World) -> None:
    assert not [
        name for name, body in files_below(world.folder).items() if b"private" in body.lower()
    ]


def test_it_refuses_a_time_without_a_zone(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="zone"):
        make_world(tmp_path, NOW.replace(tzinfo=None))
