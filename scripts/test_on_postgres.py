"""Run pytest on a PostgreSQL cluster of its own, which ends with it.

The migrations are applied once; the database of each worker is a copy of that.

Usage: scripts/test_on_postgres.py ARGUMENT...        (those of pytest)
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from tests import servers  # noqa: E402  the project is not installed for this interpreter alone

MIGRATED = "trustui"
"""The database that has all migrations; nobody is connected with it while it is copied."""


def main() -> int:
    """The exit status of pytest; 1 without PostgreSQL."""
    program = servers.binary("postgres")
    if program is None:
        print("expected PostgreSQL's programs on this machine (Debian: postgresql), found none")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        server = servers.postgres(program, Path(folder), is_forgetful=True)
        environment = {
            **os.environ,
            "DATABASE_URL": server.create_database(MIGRATED),
            "TRUSTUI_DATA": str(Path(folder) / "trustui"),
            "TRUSTUI_TEST_TEMPLATE": MIGRATED,
        }
        try:
            return run("manage.py", "migrate", "--verbosity=0", among=environment) or run(
                "-m", "pytest", *sys.argv[1:], among=environment
            )
        finally:
            server.stop()


def run(*arguments: str, among: Mapping[str, str]) -> int:
    """This interpreter in the project, with these variables; gives its exit status."""
    return subprocess.run(
        [sys.executable, *arguments], cwd=PROJECT, env=among, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
