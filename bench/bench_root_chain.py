"""Cold verification of the whole Sigstore root chain, against python-tuf.

The chain begins with v5: python-tuf does not read the dates of v1 to v3 nor the keys of v4.
Needs the shared data set beside the project (CONTRIBUTING); says so where it is absent.
"""

import tarfile
from datetime import UTC, datetime

from tuf.api.metadata import Metadata, Root

from bench.measuring import PROJECT, Aim, Prepared, compare
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.tuf.reading import Request
from trustui.core.formats.tuf.repository import Anchor, AnchorOrigin, Question
from trustui.core.formats.tuf.verify import refresh
from trustui.core.trace import collect

DATA = PROJECT.parent / "shared" / "data" / "tuf"
ARCHIVES = {"v5 to v15": "sigstore-root-signing", "warm": "sigstore-root-signing-staging"}
"""What is measured, and another chain that warms the code up with other keys."""
AT = datetime(2026, 8, 22, tzinfo=UTC)


def _roots(size: str) -> dict[int, bytes]:
    first = 5
    with tarfile.open(DATA / f"{ARCHIVES[size]}.tar.gz") as archive:
        names = [name for name in archive.getnames() if "/history/root/" in name]
        roots = {
            int(name.rpartition("/")[2].split(".")[0]): name
            for name in names
            if name.endswith(".json")
        }
        files = {version: archive.extractfile(name) for version, name in roots.items()}
        return {v: file.read() for v, file in sorted(files.items()) if file and v >= first}


def ours(size: str) -> Prepared:
    roots = _roots(size)

    def ask(request: Request) -> Document | Problem:
        body = roots.get(request.version or 0) if request.role == "root" else None
        if body is None:
            return Problem(request.file_name, ProblemKind.ABSENT, "not served")
        return Document(request.file_name, body)

    def run() -> object:
        anchor = Anchor(Document("root", roots[min(roots)]), AnchorOrigin.PINNED)
        _, repository = collect(refresh, Question(anchor, AT), ask)
        assert repository.root is not None
        return repository.root.version

    return run, lambda version: version


def peer(size: str) -> Prepared:
    roots = _roots(size)

    def run() -> object:
        trusted = Metadata[Root].from_bytes(roots[min(roots)])
        trusted.signed.verify_delegate("root", trusted.signed_bytes, trusted.signatures)
        for version in sorted(roots)[1:]:
            new = Metadata[Root].from_bytes(roots[version])
            trusted.signed.verify_delegate("root", new.signed_bytes, new.signatures)
            new.signed.verify_delegate("root", new.signed_bytes, new.signatures)
            assert new.signed.version == trusted.signed.version + 1
            trusted = new
        return trusted.signed.version

    return run, lambda version: version


if __name__ == "__main__":
    if DATA.exists():
        sides = {"ours": ours, "peer": peer}
        compare("Sigstore root chain", sides, ("v5 to v15",), Aim(2), rounds=9, warm_up="warm")
    else:
        print("not measured: the shared data is not beside the project")
