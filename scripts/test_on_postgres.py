"""Run pytest on a PostgreSQL cluster of its own, which ends with it.

Usage: scripts/test_on_postgres.py ARGUMENT...        (those of pytest)
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from tests import servers  # noqa: E402  the project is not installed for this interpreter alone


def main() -> int:
    """The exit status of pytest; 1 without PostgreSQL."""
    program = servers.binary("postgres")
    if program is None:
        print("expected PostgreSQL's programs on this machine (Debian: postgresql), found none")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        server = servers.postgres(program, Path(folder))
        try:
            url = server.create_database("trustui")
            return subprocess.run(
                [sys.executable, "-m", "pytest", *sys.argv[1:]],
                cwd=PROJECT,
                env={**os.environ, "DATABASE_URL": url},
                check=False,
            ).returncode
        finally:
            server.stop()


if __name__ == "__main__":
    sys.exit(main())
