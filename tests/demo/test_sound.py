"""The repositories of the world that verify."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.simulators.python_tuf import python_tuf_client
from trustui.demo.archive import Version
from trustui.demo.sound import advisories, packages, releases
from trustui.demo.story import Story

NOW = datetime(2026, 9, 14, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def healthy() -> Story:
    return releases(NOW)


def versions_of(story: Story, role: str) -> list[Version]:
    return [version for version in story.repo.versions if version.role == role]


def life_left(version: Version) -> float:
    return (version.expires - NOW) / (version.expires - version.at)


def test_the_healthy_one_starts_from_a_root_that_has_expired(healthy: Story) -> None:
    first, _, newest = versions_of(healthy, "root")
    assert first.expires < NOW < newest.expires


def test_the_healthy_one_delegates_on_two_levels(healthy: Story, tmp_path: Path) -> None:
    repo = healthy.repo
    client = python_tuf_client(repo.files, repo.document("root", 1), NOW, tmp_path)
    assert client.get_targetinfo("terminal/cranes/crane-controller-4.2.bin") is not None
    assert repo.version("terminal") >= 1
    assert repo.version("cranes") >= 2


def test_no_role_of_the_healthy_one_is_about_to_expire(healthy: Story) -> None:
    assert min(map(life_left, healthy.repo.archive.latest.values())) > 0.2


def test_the_package_index_has_1024_bins() -> None:
    story = packages(NOW)
    assert len([role for role in story.repo.archive.latest if role.startswith("packages-")]) == 1024


def test_a_client_finds_the_asked_package_in_one_bin(tmp_path: Path) -> None:
    story = packages(NOW)
    client = python_tuf_client(story.repo.files, story.repo.document("root", 1), NOW, tmp_path)
    assert story.target is not None
    info = client.get_targetinfo(story.target)
    assert info is not None
    assert Path(client.download_target(info)).read_bytes() != b""


def test_only_the_timestamp_of_the_advisories_is_about_to_expire() -> None:
    latest = advisories(NOW).repo.archive.latest
    assert [role for role, version in latest.items() if life_left(version) < 0.2] == ["timestamp"]
    assert latest["timestamp"].expires - NOW == timedelta(hours=5)
