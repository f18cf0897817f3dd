"""Our client of tuf-conformance's protocol, as a process against a server of this machine.

What the suite itself asks is run by `test_tuf_conformance`; here is what must hold without it.
"""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.simulators.fault_server import FaultServer, answer
from trustui.demo.keys import throwaway_key
from trustui.demo.publisher import Publisher

pytestmark = pytest.mark.servers

PROJECT = Path(__file__).resolve().parent.parent.parent
CLIENT = Path(__file__).resolve().with_name("tuf_client.py")

APP = "tools/app.tar.gz"
NOTES = "docs/read me.txt"


@dataclass
class Suite:
    """A publisher's repository on a server, and a client's folders beside it."""

    repo: Publisher
    server: FaultServer
    folder: Path
    served: set[str] = field(default_factory=set)

    @property
    def metadata(self) -> Path:
        return self.folder / "metadata"

    @property
    def downloads(self) -> Path:
        return self.folder / "downloads"

    def publish(self, *, after: timedelta = timedelta(0)) -> None:
        self.repo.publish(self.repo.now + after)
        self.serve()

    def serve(self) -> None:
        """What the publisher serves now, and nothing else."""
        now = {f"/metadata/{quote(n, safe='%')}": b for n, b in self.repo.metadata.items()}
        now |= {f"/targets/{quote(n)}": b for n, b in self.repo.target_files.items()}
        for path in self.served - set(now):
            self.server.on(path, answer(404))
        for path, body in now.items():
            self.server.on(path, answer(200, body))
        self.served |= set(now)

    def initialise(self) -> subprocess.CompletedProcess[str]:
        root = self.folder / "trusted.json"
        root.write_bytes(self.repo.document("root", 1))
        return self.run("init", str(root))

    def refresh(self) -> subprocess.CompletedProcess[str]:
        return self.run("--metadata-url", self.server.url("/metadata/"), "refresh")

    def download(self, *names: str) -> subprocess.CompletedProcess[str]:
        self.downloads.mkdir(exist_ok=True)
        wanted = [part for name in names for part in ("--target-name", name)]
        places = ("--metadata-url", self.server.url("/metadata/"))
        targets = ("--target-base-url", self.server.url("/targets/"))
        folder = ("--target-dir", str(self.downloads))
        return self.run(*places, *wanted, *targets, *folder, "download")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(CLIENT), "--metadata-dir", str(self.metadata), *arguments],
            cwd=PROJECT,
            env={"PYTHONPATH": str(PROJECT)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def state(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.metadata.iterdir()}

    def asked_for_artifacts(self) -> list[str]:
        return [path for path in self.server.paths() if path.startswith("/targets/")]


@pytest.fixture
def suite(tmp_path: Path) -> Iterator[Suite]:
    """A client that was given the first root of a repository with one delegation."""
    repo = Publisher("conformance", datetime.now(UTC) - timedelta(days=1))
    repo.add_target("targets", APP, b"the app")
    repo.add_delegation("targets", "writers/docs", paths=["docs/*"])
    repo.add_target("writers/docs", NOTES, b"read me")
    with FaultServer() as server:
        suite = Suite(repo, server, tmp_path)
        suite.publish()
        assert suite.initialise().returncode == 0
        yield suite


def test_init_trusts_the_root_that_it_is_given(suite: Suite) -> None:
    assert suite.state() == {"root.json": suite.repo.document("root", 1)}
    assert suite.server.paths() == []


def test_refresh_leaves_what_is_trusted_under_names_without_versions(suite: Suite) -> None:
    suite.repo.rotate("root")
    suite.publish(after=timedelta(hours=1))
    done = suite.refresh()
    assert (done.returncode, done.stderr) == (0, "")
    roles = ("root", "timestamp", "snapshot", "targets")
    assert suite.state() == {f"{role}.json": suite.repo.document(role) for role in roles}


def test_refresh_asks_for_what_the_specification_names_and_nothing_else(suite: Suite) -> None:
    suite.refresh()
    names = ("2.root", "timestamp", "1.snapshot", "1.targets")
    assert suite.server.paths() == [f"/metadata/{name}.json" for name in names]


def test_a_second_refresh_asks_only_whether_something_is_new(suite: Suite) -> None:
    suite.refresh()
    before = len(suite.server.paths())
    assert suite.refresh().returncode == 0
    asked = suite.server.paths()[before:]
    assert asked == ["/metadata/2.root.json", "/metadata/timestamp.json"]


def test_without_init_nothing_is_trusted_or_asked_for(tmp_path: Path) -> None:
    with FaultServer() as server:
        suite = Suite(Publisher("conformance", datetime.now(UTC)), server, tmp_path)
        done = suite.refresh()
        assert done.returncode == 1
        assert "tuf.root.initial.load" in done.stderr
        assert server.paths() == []


def test_a_rolled_back_timestamp_is_refused_and_the_newer_one_kept(suite: Suite) -> None:
    old = suite.repo.document("timestamp")
    suite.publish(after=timedelta(hours=1))
    suite.refresh()
    kept = suite.state()
    suite.repo.serve("timestamp.json", old)
    suite.serve()
    done = suite.refresh()
    assert done.returncode == 1
    assert "tuf.timestamp.rollback.version" in done.stderr
    assert suite.state() == kept


def test_an_unsigned_snapshot_is_refused_and_what_came_before_it_kept(suite: Suite) -> None:
    suite.repo.sign_with("snapshot", throwaway_key("stranger"))
    suite.publish(after=timedelta(hours=1))
    done = suite.refresh()
    assert done.returncode == 1
    assert "tuf.snapshot.signature.threshold" in done.stderr
    assert set(suite.state()) == {"root.json", "timestamp.json"}


def test_a_server_that_has_no_timestamp_is_refused(suite: Suite) -> None:
    suite.repo.withdraw("timestamp.json")
    suite.serve()
    done = suite.refresh()
    assert done.returncode == 1
    assert "tuf.timestamp.fetch" in done.stderr


def test_download_keeps_the_file_under_one_name_whatever_its_path(suite: Suite) -> None:
    done = suite.download(APP)
    assert (done.returncode, done.stderr) == (0, "")
    kept = {path.name: path.read_bytes() for path in suite.downloads.iterdir()}
    assert kept == {"tools%2Fapp.tar.gz": b"the app"}


def test_download_verifies_the_delegated_role_and_keeps_it_by_its_encoded_name(
    suite: Suite,
) -> None:
    done = suite.download(NOTES)
    assert (done.returncode, done.stderr) == (0, "")
    assert suite.state()["writers%2Fdocs.json"] == suite.repo.document("writers/docs")


def test_a_file_that_is_there_already_is_not_fetched_again(suite: Suite) -> None:
    assert suite.download(APP).returncode == 0
    assert suite.download(APP).returncode == 0
    assert len(suite.asked_for_artifacts()) == 1


def test_a_file_that_was_altered_on_disk_is_fetched_again(suite: Suite) -> None:
    suite.download(APP)
    kept = suite.downloads / "tools%2Fapp.tar.gz"
    kept.write_bytes(b"the ape")
    assert suite.download(APP).returncode == 0
    assert kept.read_bytes() == b"the app"


def test_names_are_downloaded_in_their_order_by_one_client(suite: Suite) -> None:
    done = suite.download(NOTES, APP, NOTES)
    assert (done.returncode, done.stderr) == (0, "")
    names = [path.rpartition(".")[0].rpartition("/")[0] for path in suite.asked_for_artifacts()]
    assert names == ["/targets/docs", "/targets/tools"]
    assert suite.server.paths().count("/metadata/timestamp.json") == 1


def test_a_path_that_no_role_lists_is_refused(suite: Suite) -> None:
    done = suite.download("docs/other.txt")
    assert done.returncode == 1
    assert "tuf.target.found" in done.stderr
    assert list(suite.downloads.iterdir()) == []


@dataclass(frozen=True)
class Served:
    what: str
    body: bytes
    check: str


@pytest.mark.parametrize(
    "served",
    [
        Served("longer", b"the app and more", "tuf.target.length"),
        Served("shorter", b"the ap", "tuf.target.length"),
        Served("another", b"the ape", "tuf.target.hash"),
    ],
    ids=lambda served: served.what,
)
def test_another_file_than_the_target_is_refused_and_not_kept(served: Served, suite: Suite) -> None:
    (name,) = (name for name in suite.repo.target_files if name.endswith("app.tar.gz"))
    suite.server.on(f"/targets/{quote(name)}", answer(200, served.body))
    done = suite.download(APP)
    assert done.returncode == 1
    assert served.check in done.stderr
    assert list(suite.downloads.iterdir()) == []
