"""`trustui demo`: it makes a world, shows it, and never removes anything else."""

import os
import re
import sys
from datetime import datetime
from pathlib import Path

import pytest

from tests.simulators.command_line import Trustui
from trustui.cli import demo
from trustui.cli.places import Verified
from trustui.demo.images.stories import IMAGE_STORIES
from trustui.demo.world import SITE, STORIES, Entry, read_world


@pytest.fixture(scope="module")
def few_stories() -> list[object]:
    """The two quickest: one that verifies and one that does not."""
    return [story for story in STORIES if story.__name__ in {"schedules", "mirror_east"}]


@pytest.fixture(autouse=True)
def small_world(monkeypatch: pytest.MonkeyPatch, few_stories: list[object]) -> None:
    monkeypatch.setattr("trustui.demo.world.STORIES", tuple(few_stories))


def test_every_repository_of_the_whole_world_is_as_its_story_tells(
    trustui: Trustui, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trustui.demo.world.STORIES", STORIES)
    answer = trustui("demo", "--print", "--directory", tmp_path / "world")
    assert (answer.status, answer.err) == (0, "")
    told = f"{len(STORIES)} repositories and {len(IMAGE_STORIES)} of images"
    assert f"\n{told}, each as its story tells.\n" in answer.out
    for entry in read_world(tmp_path / "world").entries:
        assert f"━━ {entry.title} ━━" in answer.out
        assert entry.check is None or f"First failing check: {entry.check}\n" in answer.out
        assert entry.finding is None or f"      {entry.finding}\n" in answer.out


def test_the_commands_that_it_names_at_the_end_work(trustui: Trustui, tmp_path: Path) -> None:
    answer = trustui("demo", "--print", "--directory", tmp_path / "world")
    tuf, image = (line.split() for line in answer.out.splitlines()[-2:])
    assert (tuf[:3], image[:3]) == (["trustui", "verify", "tuf"], ["trustui", "verify", "image"])
    assert trustui(*tuf[1:]).status in {0, 1}
    assert trustui(*image[1:]).status == 0


def test_the_states_of_the_stories_stay_as_they_were(trustui: Trustui, tmp_path: Path) -> None:
    """Verifying in the world does not use up what makes its stories."""
    world = tmp_path / "world"
    trustui("demo", "--print", "--directory", world)
    kept = {path: path.read_bytes() for path in world.glob("*/state/*")}
    (entry,) = (one for one in read_world(world).entries if one.state)
    for _ in range(2):
        answer = trustui(
            *("verify", "tuf", world / entry.location, "--root", world / entry.root),
            *("--state", world / entry.state if entry.state else "", "--json"),
        )
        assert (answer.status, answer.first_failing) == (1, entry.check)
    assert kept
    assert all(path.read_bytes() == body for path, body in kept.items() if path.exists())


def test_a_world_that_differs_from_its_stories_ends_with_1(
    trustui: Trustui, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    verify = demo._verify

    def without_root(folder: Path, entry: Entry, now: datetime) -> Verified:
        (folder / entry.root).unlink()
        return verify(folder, entry, now)

    monkeypatch.setattr(demo, "_verify", without_root)
    answer = trustui("demo", "--print", "--directory", tmp_path / "world")
    assert answer.status == 1
    assert "Not as their stories tell: quayline-schedules, mirror-east" in answer.out


@pytest.mark.parametrize("name", [SITE, "mirror-east"])
def test_what_an_earlier_demo_kept_is_replaced(trustui: Trustui, tmp_path: Path, name: str) -> None:
    world = tmp_path / "world"
    trustui("demo", "--print", "--directory", world)
    (world / name).mkdir(exist_ok=True)
    (world / name / "left-over").touch()
    assert trustui("demo", "--print", "--directory", world).status == 0
    assert not (world / name / "left-over").exists()


def test_an_empty_folder_is_filled(trustui: Trustui, tmp_path: Path) -> None:
    assert trustui("demo", "--print", "--directory", tmp_path).status == 0
    assert (tmp_path / "world.json").is_file()


@pytest.mark.parametrize("manifest", [None, b"[]", b"{}", b'[{"name": "letters"}]'])
def test_a_folder_with_something_else_is_left_alone(
    trustui: Trustui, tmp_path: Path, manifest: bytes | None
) -> None:
    letter = tmp_path / "letters" / "to-the-port.txt"
    letter.parent.mkdir()
    letter.touch()
    if manifest is not None:
        (tmp_path / "world.json").write_bytes(manifest)
    answer = trustui("demo", "--print", "--directory", tmp_path)
    assert (answer.status, answer.out) == (2, "")
    assert "something else than a demo world" in answer.err
    assert letter.exists()


def test_a_world_with_something_else_in_it_is_left_alone(trustui: Trustui, tmp_path: Path) -> None:
    trustui("demo", "--print", "--directory", tmp_path)
    (tmp_path / "notes.txt").touch()
    assert trustui("demo", "--print", "--directory", tmp_path).status == 2
    assert (tmp_path / "notes.txt").exists()
    assert (tmp_path / "mirror-east").exists()


@pytest.mark.parametrize("below", ["", "/world"])
def test_a_place_that_cannot_be_a_folder_is_the_arguments_fault(
    trustui: Trustui, tmp_path: Path, below: str
) -> None:
    (tmp_path / "file").touch()
    answer = trustui("demo", "--print", "--directory", f"{tmp_path}/file{below}")
    assert answer.status == 2
    assert re.match(r"trustui: .*/file", answer.err)


# ---- in the browser


class Became(Exception):  # noqa: N818  what happened
    """Another program, which this process would be from here on."""

    def __init__(self, program: str, arguments: list[str], environment: dict[str, str]) -> None:
        super().__init__(program)
        self.program, self.arguments, self.environment = program, arguments, environment


@pytest.fixture
def no_exec(monkeypatch: pytest.MonkeyPatch) -> None:
    def execve(program: str, arguments: list[str], environment: dict[str, str]) -> None:
        raise Became(program, arguments, environment)

    monkeypatch.setattr(os, "execve", execve)


@pytest.mark.usefixtures("no_exec")
def test_it_becomes_the_server_of_the_world_that_it_made(trustui: Trustui, tmp_path: Path) -> None:
    with pytest.raises(Became) as became:
        trustui("demo", "--directory", tmp_path / "world", "--port", 8123)
    found = became.value
    assert (found.program, found.arguments[:4]) == (
        sys.executable,
        [sys.executable, "-P", "-m", "trustui.operate.start"],
    )
    assert found.arguments[4:7] == ["demo", "--directory", str(tmp_path / "world")]
    assert found.arguments[-2:] == ["--port", "8123"]
    assert found.environment["TRUSTUI_DATA"] == str(tmp_path / "world" / SITE)
    assert len(read_world(tmp_path / "world").entries) == 2


def test_no_setting_of_another_installation_is_left(tmp_path: Path) -> None:
    given = {
        "PATH": "/usr/bin",
        "DATABASE_URL": "postgresql://db.example/real",
        "REDIS_URL": "redis://real",
        "TRUSTUI_SECRET_KEY": "of the real one",
        "DJANGO_SETTINGS_MODULE": "others.settings",
    }
    assert demo.environment_of(given, tmp_path) == {
        "PATH": "/usr/bin",
        "TRUSTUI_DATA": str(tmp_path / SITE),
        "TRUSTUI_LOCAL_ROOTS": str(tmp_path),
    }


@pytest.mark.usefixtures("no_exec")
def test_the_base_install_says_what_can_be_done(
    trustui: Trustui, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "find_spec", lambda _name: None)
    answer = trustui("demo", "--directory", tmp_path / "world")
    assert answer.status == 2
    assert "trustui demo --print" in answer.err
    assert not (tmp_path / "world").exists()


@pytest.mark.usefixtures("no_exec")
def test_a_folder_that_no_setting_can_name_is_refused(trustui: Trustui, tmp_path: Path) -> None:
    answer = trustui("demo", "--directory", tmp_path / "a:b")
    assert (answer.status, answer.out) == (2, "")
    assert "without `:`" in answer.err


@pytest.mark.parametrize("text", ["", "0", "65536", "-1", "http", "٣", "8000000000"])
def test_what_is_no_port_is_refused(trustui: Trustui, tmp_path: Path, text: str) -> None:
    assert trustui("demo", "--directory", tmp_path / "world", "--port", text).status == 2
    assert not (tmp_path / "world").exists()
