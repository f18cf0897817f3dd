"""A folder that changes as a server's would."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from trustui.demo.serving import NOTICED_AFTER, Serving

DAY = timedelta(days=1)
START = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
STATES = (
    (START, {"a": b"1", "below/b": b"2"}),
    (START + DAY, {"a": b"3"}),
)


def files_in(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "served"


def test_what_was_published_before_somebody_watches_is_there_at_once(folder: Path) -> None:
    serving = Serving(STATES, folder, START)
    assert files_in(folder) == {"a": b"1", "below/b": b"2"}
    assert serving.next_look == START + DAY + NOTICED_AFTER


def test_what_is_published_appears_and_what_is_withdrawn_goes(folder: Path) -> None:
    serving = Serving(STATES, folder, START - DAY)
    assert (files_in(folder), serving.next_look) == ({}, START + NOTICED_AFTER)
    serving.turn_to(START + 2 * DAY)
    assert (files_in(folder), serving.next_look) == ({"a": b"3"}, None)


def test_whatever_stood_there_is_removed(folder: Path) -> None:
    (folder / "left").mkdir(parents=True)
    Serving(STATES, folder, START - DAY)
    assert list(folder.iterdir()) == []


def test_files_bear_the_time_of_their_publication(folder: Path) -> None:
    Serving(STATES, folder, START + DAY)
    assert datetime.fromtimestamp((folder / "a").stat().st_mtime, UTC) == START + DAY
