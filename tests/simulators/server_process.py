"""The command `trustui` in a process of its own, with a database of its own."""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
TIMEOUT_SECONDS = 120


@dataclass(frozen=True)
class Installation:
    """A data folder and a database; every call is a new process."""

    data: Path
    database_url: str = ""
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def variables(self) -> dict[str, str]:
        """All that the process is told."""
        told = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.data.parent),
            "TRUSTUI_DATA": str(self.data),
            **self.environment,
        }
        return {**told, "DATABASE_URL": self.database_url} if self.database_url else told

    def run(self, *arguments: object, input: str = "") -> subprocess.CompletedProcess[str]:  # noqa: A002
        return subprocess.run(
            [sys.executable, "-P", "-m", "trustui.cli.main", *map(str, arguments)],
            cwd=PROJECT,
            env={**self.variables, "PYTHONPATH": str(PROJECT)},
            input=input,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )

    def must(self, *arguments: object, input: str = "") -> str:  # noqa: A002
        """Its standard output; what fails is an error that shows what it said."""
        done = self.run(*arguments, input=input)
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
        return done.stdout
