"""The Sigstore root chain with nothing verified before, against python-tuf.

`chain` is the roots alone: ours as the client workflow has it, the peer's as a bare loop of its
`verify_delegate`. `client` is what both clients do with the whole repository: the same roots, then
timestamp, snapshot, targets and the lookup of one path; python-tuf's also keeps them in files.
The chain begins with v5: python-tuf does not read the dates of v1 to v3 nor the keys of v4.
Needs the shared data set beside the project (CONTRIBUTING); says so where it is absent.
"""

import tarfile
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tuf.api.metadata import Metadata, Root

from bench.measuring import PROJECT, Aim, Prepared, compare
from tests.simulators.python_tuf import python_tuf_client
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.tuf.delegations import look_up
from trustui.core.formats.tuf.reading import Request
from trustui.core.formats.tuf.repository import Anchor, AnchorOrigin, Question
from trustui.core.formats.tuf.verify import refresh
from trustui.core.trace import Event, Outcome, Step, collect

DATA = PROJECT.parent / "shared" / "data" / "tuf"
ARCHIVES = {"sigstore": "sigstore-root-signing", "staging": "sigstore-root-signing-staging"}
"""What is measured, and another repository that warms the code up with other keys."""
FIRST = 5
AT = datetime(2026, 8, 22, tzinfo=UTC)
PATH = "trusted_root.json"


def _files(repository: str) -> dict[str, bytes]:
    """The metadata as served on the day of the copy, roots from the first on."""
    files: dict[str, bytes] = {}
    with tarfile.open(DATA / f"{ARCHIVES[repository]}.tar.gz") as archive:
        for member in archive.getmembers():
            folder, _, name = member.name.rpartition("/")
            file = archive.extractfile(member) if folder.endswith("current/metadata") else None
            version, _, role = name.partition(".")
            if file is not None and (role != "root.json" or int(version) >= FIRST):
                files[name] = file.read()
    return files


def _first_root(files: dict[str, bytes]) -> int:
    return min(int(name.split(".")[0]) for name in files if name.endswith(".root.json"))


def ours(size: str) -> Prepared:
    repository, _, client = size.partition(" ")
    files = _files(repository)
    if not client:
        files = {name: body for name, body in files.items() if name.endswith(".root.json")}

    def ask(request: Request) -> Document | Problem:
        body = files.get(request.file_name)
        if body is None:
            return Problem(request.file_name, ProblemKind.ABSENT, "not served")
        return Document(request.file_name, body)

    def run() -> object:
        root = Document("root", files[f"{_first_root(files)}.root.json"])
        question = Question(Anchor(root, AnchorOrigin.PINNED), AT)
        events, repository = collect(refresh, question, ask)
        assert repository.root is not None
        assert not [one for one in events if _is_bad(one, "" if client else "root")]
        if not client:
            return [repository.root.version]
        found = collect(look_up, repository, PATH)[1].target
        assert found is not None
        return [repository.root.version, found.hashes]

    return run, lambda found: found


def _is_bad(event: Event, group: str) -> bool:
    bad = {Outcome.FAILED, Outcome.UNDECIDED}
    return isinstance(event, Step) and event.outcome in bad and group in {"", event.group}


def peer(size: str) -> Prepared:
    repository, _, client = size.partition(" ")
    files = _files(repository)
    return _peers_client(files) if client else _peers_loop(files)


def _peers_loop(files: dict[str, bytes]) -> Prepared:
    def run() -> object:
        version = _first_root(files)
        trusted = Metadata[Root].from_bytes(files[f"{version}.root.json"])
        trusted.signed.verify_delegate("root", trusted.signed_bytes, trusted.signatures)
        while body := files.get(f"{trusted.signed.version + 1}.root.json"):
            new = Metadata[Root].from_bytes(body)
            trusted.signed.verify_delegate("root", new.signed_bytes, new.signatures)
            new.signed.verify_delegate("root", new.signed_bytes, new.signatures)
            assert new.signed.version == trusted.signed.version + 1
            trusted = new
        return [trusted.signed.version]

    return run, lambda found: found


def _peers_client(files: dict[str, bytes]) -> Prepared:
    folder = tempfile.TemporaryDirectory()

    def run() -> object:
        root = files[f"{_first_root(files)}.root.json"]
        client = python_tuf_client(files, root, AT, Path(folder.name))
        client.refresh()
        found = client.get_targetinfo(PATH)
        assert found is not None
        return found.hashes

    def answer(hashes: object) -> object:
        root = Metadata[Root].from_file(f"{folder.name}/metadata/root.json")
        folder.cleanup()
        return [root.signed.version, hashes]

    return run, answer


if __name__ == "__main__":
    if DATA.exists():
        compare(
            "Sigstore, root v5 to v15",
            {"ours": ours, "peer": peer},
            ("sigstore", "sigstore client"),
            Aim(2),
            rounds=15,
            warm_up="staging client",
        )
    else:
        print("not measured: the shared data is not beside the project")
