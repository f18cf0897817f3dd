"""Copies of the whole database: a folder with the data, a manifest and a checkpoint of the log.

A copy is one moment of the database, whatever is written meanwhile. Nothing but the database and
this program is needed: SQLite's own backup interface, and COPY in one snapshot of PostgreSQL.
"""

import hashlib
import os
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec
from django.db import connection

from trustui import __version__
from trustui.operate import copies_of_postgresql, copies_of_sqlite
from trustui.operate.arguments import Failed, Refused
from trustui.operate.copies_of_postgresql import Table

MANIFEST = "manifest.json"
CHECKPOINT = "checkpoint.txt"
_CHUNK = 1024 * 1024
_FILLED = ("accounts_user", "events_event", "inventory_source", "jobs_job")
"""Where one of them has rows, somebody uses the database."""


class CopiedFile(msgspec.Struct, frozen=True):
    """A file of the copy; its name, bytes and SHA-256."""

    name: str
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What a copy holds."""

    made_at: datetime
    trustui: str
    database: str
    """`sqlite` or `postgresql`: a copy goes back into what it came from."""
    log_keys: tuple[str, ...]
    """Public keys of the event log; a machine that has others cannot check the copy."""
    files: tuple[CopiedFile, ...]
    tables: tuple[Table, ...] = ()
    migrations: dict[str, str] = {}
    """Of PostgreSQL: the last one of each app."""


def make_copy(
    folder: Path,
    *,
    checkpoint: str,
    log_keys: tuple[str, ...],
    now: datetime,
    progress: Callable[[int, int], object] = lambda *_: None,
) -> Manifest:
    """Copy the database into a new folder, which is there whole or not at all.

    `progress` hears how much is done of how much. Raises Refused for a folder that is there or
    cannot be made.
    """
    if folder.exists():
        raise Refused(f"{folder} is there already: expected a folder to be made")
    part = folder.with_name(f".{folder.name}.{os.getpid()}")
    try:
        part.mkdir(mode=0o700, parents=True)
    except OSError as error:
        raise Refused(f"{folder} cannot be made: {error.strerror}") from error
    try:
        manifest = _copied(part, checkpoint, log_keys, now, progress)
        part.rename(folder)
        _sync(folder.parent)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return manifest


def _copied(
    folder: Path,
    checkpoint: str,
    log_keys: tuple[str, ...],
    now: datetime,
    progress: Callable[[int, int], object],
) -> Manifest:
    tables: tuple[Table, ...] = ()
    migrations: dict[str, str] = {}
    if connection.vendor == "sqlite":
        copies_of_sqlite.dump(folder, progress)
    else:
        tables, migrations = copies_of_postgresql.dump(folder, progress)
    (folder / CHECKPOINT).write_text(checkpoint, encoding="utf-8")
    manifest = Manifest(
        made_at=now,
        trustui=__version__,
        database=connection.vendor,
        log_keys=log_keys,
        files=tuple(_copied_file(path) for path in sorted(folder.iterdir())),
        tables=tables,
        migrations=migrations,
    )
    (folder / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")
    for path in (*folder.iterdir(), folder):
        _sync(path)
    return manifest


def _copied_file(path: Path) -> CopiedFile:
    path.chmod(0o600)
    return CopiedFile(path.name, path.stat().st_size, _digest(path))


def read_manifest(folder: Path) -> Manifest:
    """The manifest, each file held against it. Raises Refused for no copy, Failed for a broken one."""
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except OSError as error:
        raise Refused(f"{folder} is no backup: {MANIFEST}: {error.strerror}") from error
    except msgspec.DecodeError as error:
        raise Failed(f"{folder / MANIFEST} cannot be read: {error}") from error
    for file in manifest.files:
        if Path(file.name).name != file.name:
            raise Failed(f"{folder / MANIFEST} names a file elsewhere: {file.name!r}")
        path = folder / file.name
        if not path.is_file():
            raise Failed(f"{path} is missing")
        found = _digest(path)
        if found != file.sha256:
            raise Failed(f"{path} was changed: expected SHA-256 {file.sha256}, found {found}")
    return manifest


def read_checkpoint(folder: Path) -> str:
    """The checkpoint of a copy; empty where nothing had been sealed."""
    return (folder / CHECKPOINT).read_text(encoding="utf-8")


def restore_copy(
    folder: Path, manifest: Manifest, progress: Callable[[int, int], object] = lambda *_: None
) -> None:
    """Put a copy into the database, whole or not at all. Raises Refused unless that is empty."""
    if manifest.database != connection.vendor:
        raise Refused(
            f"this is a copy of {manifest.database}: expected DATABASE_URL to name such a "
            f"database, found {connection.vendor}"
        )
    if full := _rows_there():
        raise Refused(f"expected an empty database, found rows in {full}")
    if connection.vendor == "sqlite":
        copies_of_sqlite.load(folder, progress)
    else:
        copies_of_postgresql.load(folder, manifest.tables, manifest.migrations, progress)


def _rows_there() -> str | None:
    there = connection.introspection.table_names()
    with connection.cursor() as cursor:
        for table in _FILLED:
            if table in there:
                cursor.execute(f"SELECT 1 FROM {table} LIMIT 1")  # noqa: S608  names of ours
                if cursor.fetchone():
                    return table
    return None


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _sync(path: Path) -> None:
    """Have it survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
