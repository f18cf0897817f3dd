"""A disk of a few megabytes in memory, to be filled."""

import os
import pwd
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.conftest import missing

SIZE = "64m"


@dataclass(frozen=True)
class SmallDisk:
    """What stands on it stands in `folder`; the ballast beside it."""

    folder: Path

    @classmethod
    @contextmanager
    def mounted(cls, owner: str | None) -> Iterator[Self]:
        """Until the end of the block; needs the right to mount."""
        with tempfile.TemporaryDirectory(prefix="trustui-disk-") as name:
            place = Path(name) / "disk"
            place.mkdir()
            Path(name).chmod(0o755)
            made = subprocess.run(
                ["/usr/bin/mount", "-t", "tmpfs", "-o", f"size={SIZE}", "none", place],
                check=False, capture_output=True, text=True,
            )  # fmt: skip
            if made.returncode:
                missing(f"a small disk cannot be mounted: {made.stderr.strip()}")
            try:
                folder = place / "tablespace"
                folder.mkdir()
                if owner is not None:
                    account = pwd.getpwnam(owner)
                    os.chown(folder, account.pw_uid, account.pw_gid)
                yield cls(folder)
            finally:
                subprocess.run(["/usr/bin/umount", place], check=True)

    @property
    def _ballast(self) -> Path:
        return self.folder.parent / "ballast"

    @contextmanager
    def full(self) -> Iterator[None]:
        """Not a byte more until the end of the block."""
        with self._ballast.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                pass  # that it is full is what was wanted
        try:
            yield
        finally:
            self._ballast.unlink()
