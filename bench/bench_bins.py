"""Refresh and look up one path in a repository of 2^8 to 2^14 hash bins, against python-tuf.

Bins are succinct roles; `hashes`: snapshot lists length and hash of each bin; `prefixes`: targets
names each bin with its path hash prefixes. Both sides read from memory; python-tuf's client also
keeps what it trusts in files, which is a small part of its time.
"""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from tuf.ngclient import TargetFile as PeersTargetFile
from tuf.ngclient import UpdaterConfig

from bench.measuring import Aim, Prepared, compare
from tests.simulators.python_tuf import python_tuf_client
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.tuf.delegations import look_up
from trustui.core.formats.tuf.metadata import TargetFile
from trustui.core.formats.tuf.reading import Request
from trustui.core.formats.tuf.repository import Anchor, AnchorOrigin, Question
from trustui.core.formats.tuf.verify import refresh
from trustui.core.trace import Outcome, Step, collect
from trustui.demo.keys import JsonObject
from trustui.demo.publisher import Publisher

AT = datetime(2026, 1, 1, tzinfo=UTC)
PATH = "packages/terminal-1.0.tar.gz"


def _path(size: str) -> Path:
    return Path(tempfile.gettempdir()) / f"trustui-bench-bins-{size.replace(' ', '-')}.json"


def make(size: str) -> None:
    """Once for each size, as signing 16,384 bins takes longer than reading one."""
    if _path(size).exists():
        return
    bits, _, variant = size.partition(" ")
    publisher = Publisher("bench bins", AT, meta_hashes=variant == "hashes", compact=True)
    publisher.delegate_hash_bins("targets", bit_length=int(bits), prefix="bin")
    publisher.add_target(publisher.bin_for("targets", PATH), PATH, b"terminal")
    if variant == "prefixes":
        publisher.edit_next("targets", _name_each_bin)
    publisher.publish(AT)
    _path(size).write_bytes(msgspec.json.encode(publisher.metadata))


def _name_each_bin(targets: JsonObject) -> None:
    """The same bins as roles of their own, each with the prefixes of its hashes (§4.5)."""
    delegations = targets["delegations"]
    assert isinstance(delegations, dict)
    bins = delegations.pop("succinct_roles")
    assert isinstance(bins, dict)
    bits = bins["bit_length"]
    assert isinstance(bits, int)
    count, digits = 2**bits, (bits + 3) // 4
    each = 16**digits // count
    delegations["roles"] = [
        {
            "name": f"{bins['name_prefix']}-{number:0{digits}x}",
            "keyids": bins["keyids"],
            "threshold": bins["threshold"],
            "terminating": True,
            "path_hash_prefixes": [f"{number * each + n:0{digits}x}" for n in range(each)],
        }
        for number in range(count)
    ]


def _files(size: str) -> dict[str, bytes]:
    return msgspec.json.decode(_path(size).read_bytes(), type=dict[str, bytes])


def ours(size: str) -> Prepared:
    files = _files(size)

    def ask(request: Request) -> Document | Problem:
        body = files.get(request.file_name)
        if body is None:
            return Problem(request.file_name, ProblemKind.ABSENT, "not served")
        return Document(request.file_name, body)

    def run() -> TargetFile | None:
        anchor = Anchor(Document("root", files["1.root.json"]), AnchorOrigin.PINNED)
        events, repository = collect(refresh, Question(anchor, AT), ask)
        more, lookup = collect(look_up, repository, PATH)
        bad = {Outcome.FAILED, Outcome.UNDECIDED}
        assert not [one for one in (*events, *more) if isinstance(one, Step) and one.outcome in bad]
        return lookup.target

    return run, _answer


def peer(size: str) -> Prepared:
    files = _files(size)
    folder = tempfile.TemporaryDirectory()

    def run() -> PeersTargetFile | None:
        updater = python_tuf_client(files, files["1.root.json"], AT, Path(folder.name))
        updater.config = UpdaterConfig(
            snapshot_max_length=50_000_000, targets_max_length=50_000_000
        )
        updater.refresh()
        return updater.get_targetinfo(PATH)

    def answer(target: PeersTargetFile | None) -> object:
        folder.cleanup()
        return _answer(target)

    return run, answer


def _answer(target: TargetFile | PeersTargetFile | None) -> object:
    assert target is not None
    return [target.path, target.length, target.hashes]


if __name__ == "__main__":
    compare(
        "refresh and lookup among 2^n bins",
        {"ours": ours, "peer": peer},
        ("8", "10", "12", "14", "14 hashes", "8 prefixes", "14 prefixes"),
        Aim(8),
        rounds=7,
        warm_up="2",
        make=make,
    )
