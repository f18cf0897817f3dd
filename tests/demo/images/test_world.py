"""The images of the demo world on disk."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from trustui.core.trust_policy.notation.configuration import lint_configuration, read_document
from trustui.core.trust_policy.notation.selection import for_repository
from trustui.core.trust_policy.policies import covering, parse_policies
from trustui.crawl.notation_configuration import read_configuration
from trustui.demo.images.stories import IMAGE_STORIES
from trustui.demo.images.world import IMAGES, ImageEntry, read_images, write_images

NOW = datetime(2026, 9, 14, 8, 0, tzinfo=UTC)
UNCOVERED = {"port-simulator"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    write_images(folder, NOW)
    return folder


def files_below(folder: Path) -> dict[str, bytes]:
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def test_what_was_written_is_read_again(world: Path) -> None:
    entries = read_images(world)
    assert [one.name for one in entries] == [tell(NOW).name for tell in IMAGE_STORIES]
    assert all((world / one.layout / "index.json").is_file() for one in entries)


def test_a_world_from_before_has_no_images(tmp_path: Path) -> None:
    assert read_images(tmp_path) == ()


def test_the_same_present_gives_the_same_bytes(world: Path, tmp_path: Path) -> None:
    write_images(tmp_path, NOW)
    assert files_below(tmp_path) == files_below(world)


def test_another_present_gives_other_signatures(world: Path, tmp_path: Path) -> None:
    write_images(tmp_path, NOW.replace(year=2027))
    assert files_below(tmp_path) != files_below(world)


def test_no_private_key_is_written(world: Path) -> None:
    assert not any(b"PRIVATE" in body for body in files_below(world).values())


def test_the_policies_cover_all_repositories_but_one(world: Path) -> None:
    policies = parse_policies((world / IMAGES / "policies.json").read_bytes())
    names = {one.name for one in read_images(world) if not one.configuration}
    missing = {name for name in names if covering(policies, f"localhost/{name}") is None}
    assert missing == UNCOVERED


def test_the_configuration_of_notation_is_sound_and_covers_the_others(world: Path) -> None:
    others = [one for one in read_images(world) if one.configuration]
    (folder,) = {one.configuration for one in others}
    configuration = read_configuration(world / folder)
    document = read_document(configuration, "oci").document
    assert document is not None
    chosen = [for_repository(document, f"localhost/{one.name}").statement for one in others]
    assert [one.level for one in chosen if one] == ["strict", "permissive"]
    said = {one.id.rpartition(".")[2] for one in lint_configuration(configuration)}
    assert said == {"revocation_not_enforced", "time_logged"}


@pytest.mark.parametrize("name", [tell(NOW).name for tell in IMAGE_STORIES])
def test_each_tells_its_story_and_names_tags_that_it_has(world: Path, name: str) -> None:
    entry: ImageEntry = next(one for one in read_images(world) if one.name == name)
    assert 3 <= entry.story.count(". ") + 1 <= 6
    assert "trustui should say: " in entry.story
    index = json.loads((world / entry.layout / "index.json").read_bytes())
    annotations = [one.get("annotations", {}) for one in index["manifests"]]
    tags = {one.get("org.opencontainers.image.ref.name") for one in annotations}
    assert {expected.tag for expected in entry.expected} <= tags
