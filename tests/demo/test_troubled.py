"""The repositories of the world where something is wrong."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.simulators.python_tuf import python_tuf_client
from trustui.demo.story import Story
from trustui.demo.troubled import firmware, mirror_east, mirror_west, schedules

NOW = datetime(2026, 9, 14, 8, 0, tzinfo=UTC)


def version_in(body: bytes) -> int:
    version: int = json.loads(body)["signed"]["version"]
    return version


def test_the_lapsed_timestamp_was_accepted_until_two_days_ago(tmp_path: Path) -> None:
    repo = schedules(NOW).repo
    lapsed = NOW - timedelta(days=2)
    just_before = lapsed - timedelta(seconds=1)
    python_tuf_client(repo.files, repo.document("root", 1), just_before, tmp_path).refresh()
    assert repo.archive.latest["timestamp"].expires == lapsed


def test_only_the_timestamp_of_the_schedules_has_lapsed() -> None:
    latest = schedules(NOW).repo.archive.latest
    assert [role for role, version in latest.items() if version.expires <= NOW] == ["timestamp"]


def test_the_eastern_mirror_is_behind_what_its_client_has_seen() -> None:
    story = mirror_east(NOW)
    assert story.state is not None
    seen, shown = (part["timestamp.json"] for part in (story.state, story.served))
    assert version_in(seen) - version_in(shown) == 3
    assert f"{version_in(story.state['snapshot.json'])}.snapshot.json" not in story.served


@pytest.mark.parametrize("tell", [mirror_east, mirror_west])
def test_a_client_without_a_past_accepts_the_mirror(
    tell: Callable[[datetime], Story], tmp_path: Path
) -> None:
    story = tell(NOW)
    client = python_tuf_client(story.served, story.repo.document("root", 1), NOW, tmp_path)
    assert client.get_targetinfo("terminal/terminal-suite-7.0.2.tar.gz") is not None
    assert client.get_targetinfo("terminal/terminal-suite-7.0.3.tar.gz") is None


def test_the_crane_firmware_has_one_signature_of_two_keys() -> None:
    repo = firmware(NOW).repo
    newest = json.loads(repo.document("cranes"))
    assert [signature["keyid"] for signature in newest["signatures"]] == [
        repo.keys("cranes")[0].key_id
    ]
    assert len(repo.keys("cranes")) == 2


@pytest.mark.parametrize("role", ["timestamp", "snapshot"])
def test_the_western_mirror_has_two_documents_of_one_version(role: str) -> None:
    story = mirror_west(NOW)
    assert story.state is not None
    kept = story.state[f"{role}.json"]
    name = "timestamp.json" if role == "timestamp" else f"{version_in(kept)}.snapshot.json"
    shown = story.served[name]
    assert version_in(shown) == version_in(kept)
    assert shown != kept


def test_the_western_mirror_keeps_a_client_that_has_seen_the_fix(tmp_path: Path) -> None:
    story = mirror_west(NOW)
    root = story.repo.document("root", 1)
    client = python_tuf_client(story.served, root, NOW, tmp_path, story.state)
    assert client.get_targetinfo("terminal/terminal-suite-7.0.3.tar.gz") is not None
