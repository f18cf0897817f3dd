"""Images of the demo world on the terminal."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.simulators.command_line import Trustui
from trustui.cli.demo_images import command_for, tell_image
from trustui.cli.terminal import Style
from trustui.demo.images.world import IMAGES, ImageEntry, write_images

NOW = datetime(2026, 9, 14, 8, 0, tzinfo=UTC)
PLAIN = Style(width=100)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    write_images(folder, NOW)
    return folder


def entry_named(world: Path, name: str) -> ImageEntry:
    return next(one for one in write_images(world, NOW) if one.name == name)


def test_each_tag_is_shown_and_is_as_told(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entry = entry_named(world, "gate-kiosk")
    assert tell_image(world, entry, NOW, PLAIN)
    out = capsys.readouterr().out
    assert f"━━ {entry.title} ━━" in out
    assert "localhost/gate-kiosk:3.3.0" in out
    assert "First failing check: cosign.tlog_key" in out


def test_a_repository_with_a_configuration_of_notation_is_judged_by_it(
    world: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tell_image(world, entry_named(world, "customs-link"), NOW, PLAIN)
    assert "First failing check: notation.identity" in capsys.readouterr().out


def test_a_verdict_that_is_not_as_told_is_noticed(world: Path) -> None:
    entry = entry_named(world, "gate-kiosk")
    (world / IMAGES / "quayline.pub").write_bytes(b"another key")
    assert not tell_image(world, entry, NOW, PLAIN)


@pytest.mark.parametrize("name", ["crane-controller", "customs-link"])
def test_the_command_that_it_names_gives_the_same(world: Path, trustui: Trustui, name: str) -> None:
    entry = entry_named(world, name)
    answer = trustui("verify", "image", *command_for(world, entry).split(), "--json")
    assert answer.status == 0
