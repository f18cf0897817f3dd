"""A copy of a SQLite database, by SQLite's own backup interface."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from django.conf import settings
from django.db import connection

FILE = "database.sqlite3"
PAGES = 2_000
"""Copied between two words about it; 8 MB."""


def dump(folder: Path, progress: Callable[[int, int], object]) -> None:
    """The database as it is now, as a file. Others go on writing."""
    source_name = str(connection.settings_dict["NAME"])
    with (
        closing(sqlite3.connect(source_name, timeout=30)) as source,
        closing(sqlite3.connect(folder / FILE)) as copy,
    ):
        # Of a transaction that reads, SQLite keeps the moment: the copy does not begin again
        # whenever somebody writes, as it would without.
        source.execute("BEGIN")
        source.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
        _copy(source, copy, progress)
        source.rollback()
        # One file, to be carried about; in use it goes back to WAL by itself.
        copy.execute("PRAGMA journal_mode=DELETE")


def load(folder: Path, progress: Callable[[int, int], object]) -> None:
    """Put the copy where the empty database is. One step for whoever has that open."""
    settings.TRUSTUI.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    connection.ensure_connection()
    source = f"{(folder / FILE).absolute().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(source, uri=True)) as copy:
        _copy(copy, connection.connection, progress)
    connection.close()


def _copy(
    source: sqlite3.Connection, target: sqlite3.Connection, progress: Callable[[int, int], object]
) -> None:
    source.backup(
        target, pages=PAGES, progress=lambda _, left, total: progress(total - left, total)
    )
