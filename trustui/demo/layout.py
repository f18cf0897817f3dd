"""Writing a repository into folders: as it is served, as a history, as a client's cache."""

import csv
import hashlib
import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from trustui.demo.archive import Version

COLUMNS = ("role", "version", "type", "first_commit_time", "expires", "size", "sha256")
"""Of `index.csv`; times are ISO 8601 in UTC."""


def write_files(
    files: Mapping[str, bytes],
    folder: Path,
    times: Mapping[str, datetime] | None = None,
) -> None:
    """Write files by their names below a folder; `times` become the times of modification.

    Raises ValueError for a name that leads out of the folder.
    """
    for name, body in files.items():
        if ".." in Path(name).parts or Path(name).is_absolute():
            raise ValueError(f"{name!r} leads out of the folder")
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        if times and name in times:
            os.utime(path, (times[name].timestamp(), times[name].timestamp()))


def write_history(versions: Sequence[Version], folder: Path) -> None:
    """Write `<role>/<version>.<role>.json` for every version, and `index.csv`."""
    rows = [COLUMNS, *(_row(version) for version in versions)]
    write_files({history_name(version): version.body for version in versions}, folder)
    with (folder / "index.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def history_name(version: Version) -> str:
    """Where a version stands in a history folder, the role percent-encoded."""
    role = quote(version.role, safe="")
    return f"{role}/{version.version}.{role}.json"


def _row(version: Version) -> tuple[str, ...]:
    return (
        version.role,
        str(version.version),
        version.type,
        version.at.isoformat(),
        version.expires.isoformat().replace("+00:00", "Z"),
        str(len(version.body)),
        hashlib.sha256(version.body).hexdigest(),
    )
