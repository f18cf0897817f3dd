"""A repository in a folder that the server may read, published anew as the test wants."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from trustui.demo.layout import write_files, write_history
from trustui.demo.publisher import Publisher
from trustui.demo.roles import RolePlan

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class ServedFolder:
    """`served` is laid out as over HTTP, `history` has every version, `root` the first root."""

    repo: Publisher
    folder: Path

    @property
    def served(self) -> Path:
        return self.folder / "served"

    @property
    def history(self) -> Path:
        return self.folder / "history"

    @property
    def root(self) -> Path:
        return self.folder / "1.root.json"

    def publish(self, at: datetime) -> None:
        """Publish and write everything."""
        self.repo.publish(at)
        self.write()

    def write(self) -> None:
        write_files(self.repo.metadata, self.served)
        write_history(self.repo.versions, self.history)
        self.root.write_bytes(self.repo.document("root", 1))


def served_folder(folder: Path, seed: str = "served") -> ServedFolder:
    """One that was published an hour ago, and whose roles live for a month or longer."""
    start = datetime.now(UTC).replace(microsecond=0) - HOUR
    plans = {name: RolePlan(lifetime=timedelta(days=30)) for name in ("timestamp", "snapshot")}
    repo = Publisher(seed, start, plans=plans)
    repo.add_target("targets", "app.tar.gz", b"an application")
    place = ServedFolder(repo, folder)
    place.publish(start)
    return place
