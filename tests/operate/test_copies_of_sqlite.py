"""A copy of SQLite is one moment, however much is written while it is made."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection

from trustui.operate import copies_of_sqlite
from trustui.operate.copies_of_sqlite import FILE, dump

ROWS = 2_000


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database of two tables with equal rows, some 500 pages."""
    path = tmp_path / "trustui.sqlite3"
    with closing(sqlite3.connect(path)) as made:
        made.execute("PRAGMA journal_mode=WAL")
        for table in ("a", "b"):
            made.execute(f"CREATE TABLE {table} (n INTEGER, body BLOB)")
            made.executemany(
                f"INSERT INTO {table} VALUES (?, ?)",  # noqa: S608  one of two names
                [(number, bytes(500)) for number in range(ROWS)],
            )
        made.commit()
    monkeypatch.setitem(connection.settings_dict, "NAME", path)
    monkeypatch.setattr(copies_of_sqlite, "PAGES", 10)
    return path


def test_what_is_written_meanwhile_is_not_in_it_and_does_not_make_it_begin_again(
    database: Path, tmp_path: Path
) -> None:
    steps: list[tuple[int, int]] = []

    def write(done: int, total: int) -> None:
        steps.append((done, total))
        with closing(sqlite3.connect(database)) as other:
            for table in ("a", "b"):
                other.execute(f"INSERT INTO {table} VALUES (-1, NULL)")  # noqa: S608  as above
            other.commit()

    dump(tmp_path, write)
    assert len(steps) > 20
    assert [done for done, _ in steps] == sorted({done for done, _ in steps})
    assert steps[-1][0] == steps[-1][1]
    with closing(sqlite3.connect(tmp_path / FILE)) as copy:
        for table in ("a", "b"):
            (count,) = copy.execute(f"SELECT COUNT(*) FROM {table}").fetchone()  # noqa: S608
            assert count == ROWS
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_it_is_one_file(database: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    folder.mkdir()
    dump(folder, lambda *_: None)
    assert [path.name for path in folder.iterdir()] == [FILE]
    assert database.exists()
