"""Refresh and look up one path in a repository of 2^8 to 2^14 hash bins, against python-tuf."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from tuf.ngclient import UpdaterConfig

from bench.measuring import Aim, Prepared, compare
from tests.simulators.python_tuf import python_tuf_client
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.tuf.delegations import look_up
from trustui.core.formats.tuf.reading import Request
from trustui.core.formats.tuf.repository import Anchor, AnchorOrigin, Question
from trustui.core.formats.tuf.verify import refresh
from trustui.core.trace import Outcome, Step, collect
from trustui.demo.publisher import Publisher

AT = datetime(2026, 1, 1, tzinfo=UTC)
PATH = "packages/terminal-1.0.tar.gz"


def _files(size: str) -> dict[str, bytes]:
    """Made once for each size, as signing 16,384 bins takes longer than reading one."""
    bits, _, hashes = size.partition(" ")
    made = Path(tempfile.gettempdir()) / f"trustui-bench-bins-{bits}{hashes}.json"
    if not made.exists():
        publisher = Publisher(seed="bench bins", start=AT, meta_hashes=bool(hashes))
        publisher.delegate_hash_bins("targets", bit_length=int(bits), prefix="bin")
        publisher.add_target(publisher.bin_for("targets", PATH), PATH, b"terminal")
        publisher.publish(AT)
        made.write_bytes(msgspec.json.encode(publisher.metadata))
    return msgspec.json.decode(made.read_bytes(), type=dict[str, bytes])


def _ours(files: dict[str, bytes]) -> Prepared:
    def ask(request: Request) -> Document | Problem:
        body = files.get(request.file_name)
        if body is None:
            return Problem(request.file_name, ProblemKind.ABSENT, "not served")
        return Document(request.file_name, body)

    def run() -> object:
        anchor = Anchor(Document("root", files["1.root.json"]), AnchorOrigin.PINNED)
        events, repository = collect(refresh, Question(anchor, AT), ask)
        more, lookup = collect(look_up, repository, PATH)
        bad = {Outcome.FAILED, Outcome.UNDECIDED}
        assert not [one for one in (*events, *more) if isinstance(one, Step) and one.outcome in bad]
        return lookup.target

    return run, lambda target: [target.path, target.length, target.hashes]


def _peer(files: dict[str, bytes]) -> Prepared:
    folder = tempfile.TemporaryDirectory()
    updater = python_tuf_client(files, files["1.root.json"], AT, Path(folder.name))
    updater.config = UpdaterConfig(snapshot_max_length=50_000_000)

    def run() -> object:
        updater.refresh()
        found = updater.get_targetinfo(PATH)
        folder.cleanup()
        return found

    return run, lambda target: [target.path, target.length, target.hashes]


def ours(size: str) -> Prepared:
    return _ours(_files(size))


def peer(size: str) -> Prepared:
    return _peer(_files(size))


if __name__ == "__main__":
    compare(
        "refresh and lookup among 2^n bins, snapshot without and with hashes",
        {"ours": ours, "peer": peer},
        ("8", "10", "12", "14", "14 hashes"),
        Aim(8),
        warm_up="2",
    )
