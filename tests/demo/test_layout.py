"""Folders as they are served, and histories."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from trustui.demo.layout import write_files, write_history
from trustui.demo.repository import Repository

START = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize("name", ["../outside", "a/../../outside", "/outside"])
def test_it_writes_nothing_outside_its_folder(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="leads out"):
        write_files({name: b""}, tmp_path / "folder")
    assert list(tmp_path.iterdir()) == []


def test_files_stand_under_their_names_with_their_times(tmp_path: Path) -> None:
    write_files({"a/b.json": b"{}"}, tmp_path, {"a/b.json": START})
    path = tmp_path / "a" / "b.json"
    assert path.read_bytes() == b"{}"
    assert datetime.fromtimestamp(path.stat().st_mtime, UTC) == START


def test_a_history_has_every_version_by_role(tmp_path: Path) -> None:
    repo = Repository("history", START)
    repo.add_delegation("targets", "team/a", paths=["*"])
    repo.publish()
    repo.publish(START + timedelta(days=1))
    write_history(repo.versions, tmp_path)
    names = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.*")}
    assert names == {
        "index.csv",
        "root/1.root.json",
        "targets/1.targets.json",
        "team%2Fa/1.team%2Fa.json",
        "snapshot/1.snapshot.json",
        "timestamp/1.timestamp.json",
        "timestamp/2.timestamp.json",
    }


def test_the_index_tells_when_a_version_was_published(tmp_path: Path) -> None:
    repo = Repository("history", START)
    repo.publish()
    write_history(repo.versions, tmp_path)
    header, first, *_ = (tmp_path / "index.csv").read_text("utf-8").splitlines()
    assert header == "role,version,type,first_commit_time,expires,size,sha256"
    assert first.startswith("root,1,root,2026-03-01T12:30:00+00:00,2027-03-01T12:30:00Z,")
