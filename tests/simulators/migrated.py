"""A database to which every migration was applied: on SQLite kept for the runs that follow.

Applying them takes seconds, in each worker of each run; a copy takes none.
"""

import hashlib
import os
import shutil
from contextlib import suppress
from pathlib import Path

from django.db import connection

PROJECT = Path(__file__).resolve().parent.parent.parent

MIGRATED_ON_POSTGRESQL = os.environ.get("TRUSTUI_TEST_TEMPLATE", "")
"""The database that scripts/test_on_postgres.py made, of which each worker gets a copy; or nothing."""


class Template:
    """One file in a folder that outlives the run, for as long as nothing changes that shapes tables."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / f"{_version()}.sqlite3"

    def copy(self, to: Path) -> bool:
        """False where nobody has kept one yet."""
        with suppress(FileNotFoundError):
            shutil.copyfile(self._file, to)
            return True
        return False

    def keep(self) -> None:
        """What the tests' connection leads to, just after the migrations, instead of older ones."""
        new = self._folder / f"{os.getpid()}.new"
        new.unlink(missing_ok=True)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(new)])
        for old in self._folder.glob("*.sqlite3"):
            old.unlink(missing_ok=True)
        new.rename(self._file)


def _version() -> str:
    """Of the migrations, of those that others bring, and of the triggers that one of ours makes."""
    product = PROJECT / "trustui"
    ours = sorted((*product.glob("*/migrations/*.py"), *product.glob("events/*.py")))
    found = hashlib.sha256()
    for path in (*ours, PROJECT / "requirements-dev.lock"):
        found.update(f"{path.relative_to(PROJECT)}\n".encode() + path.read_bytes())
    return found.hexdigest()
