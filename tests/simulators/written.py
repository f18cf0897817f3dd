"""Repositories on disk and on a server of ours, laid out as places that a person may name."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.simulators.fault_server import FaultServer, answer
from trustui.demo.layout import write_files, write_history
from trustui.demo.publisher import Publisher
from trustui.demo.roles import RolePlan

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
NOON_OF_DAY_3 = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
"""After the last publication of `vendor`, before anything of it expires."""


@dataclass(frozen=True)
class Written:
    """Where the parts of a repository stand in `folder`."""

    folder: Path

    @property
    def metadata(self) -> Path:
        """As it is served."""
        return self.folder / "metadata"

    @property
    def history(self) -> Path:
        return self.folder / "history"

    @property
    def root(self) -> Path:
        """The first root, to be pinned."""
        return self.folder / "root.json"


def vendor(seed: str = "vendor") -> Publisher:
    """Three days of a small repository with one delegation; its timestamp lives for five days."""
    repo = Publisher(seed, START, plans={"timestamp": RolePlan(lifetime=5 * DAY)})
    repo.add_delegation("targets", "firmware", paths=["firmware/*"])
    repo.add_target("firmware", "firmware/crane.bin", b"crane 1")
    repo.publish()
    repo.publish(START + DAY)
    repo.add_target("firmware", "firmware/gate.bin", b"gate 1")
    repo.publish(START + 2 * DAY)
    return repo


def write_repository(repo: Publisher, folder: Path) -> Written:
    write_files(repo.metadata, folder / "metadata")
    write_history(repo.versions, folder / "history")
    write_files({"root.json": repo.document("root", 1)}, folder)
    return Written(folder)


def serve(server: FaultServer, files: Mapping[str, bytes], base: str = "/metadata/") -> str:
    """Answer with these files below `base`; gives the address that a client would be told."""
    for name, body in files.items():
        server.on(base + name, answer(200, body))
    return server.url(base)
