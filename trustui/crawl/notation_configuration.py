"""Reading a directory as `~/.config/notation`: trust policies, and the files of its trust stores.

No link is followed below the directory that was named: clients refuse links there, and one could lead
to files that nobody meant to trust.
"""

from collections.abc import Iterator
from pathlib import Path

from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.primitives.text import visible
from trustui.core.trust_policy.notation.configuration import DOCUMENTS, Configuration
from trustui.core.trust_policy.notation.parsing import MAX_DOCUMENT
from trustui.core.trust_policy.notation.rules import STORE_TYPES
from trustui.core.trust_policy.notation.stores import (
    MAX_STORE_FILE,
    MAX_STORE_FILES,
    StoreFile,
    StoreFolder,
)
from trustui.crawl.files import is_there, read_file

STORES = ("truststore", "x509")
MAX_STORES = 1_000
"""Trust stores of one type that are read."""


def read_configuration(folder: Path) -> Configuration:
    """Everything that verification may need from there; what is wrong is a Problem in its place."""
    names = [name for several in DOCUMENTS.values() for name in several]
    found = {name: _plain_file(folder / name, folder, MAX_DOCUMENT) for name in names}
    documents = {name: one for name, one in found.items() if not _is_absent(one)}
    return Configuration(str(folder), documents, tuple(_stores(folder)))


def _is_absent(answer: Document | Problem) -> bool:
    return isinstance(answer, Problem) and answer.kind is ProblemKind.ABSENT


def _stores(folder: Path) -> Iterator[StoreFolder]:
    place = folder.joinpath(*STORES)
    for kind in STORE_TYPES:
        listed = _entries(place / kind)
        if not isinstance(listed, Problem):
            for store in listed[:MAX_STORES]:
                yield StoreFolder(kind, store.name, _files(store, folder))


def _files(store: Path, folder: Path) -> tuple[StoreFile, ...] | Problem:
    if _is_behind_a_link(store, folder):
        return _refused(store, "a link stands in the way: links are not followed here")
    listed = _entries(store)
    if isinstance(listed, Problem):
        return listed
    if len(listed) > MAX_STORE_FILES:
        return _refused(store, f"more than {MAX_STORE_FILES:,} files")
    return tuple(StoreFile(path.name, _plain_file(path, folder, MAX_STORE_FILE)) for path in listed)


def _plain_file(path: Path, folder: Path, limit: int) -> Document | Problem:
    if not is_there(path):
        return read_file(path, limit, folder)  # which says why
    if _is_behind_a_link(path, folder):
        return _refused(path, f"{visible(path.name, 80)} is a link: links are not followed here")
    if path.is_dir():
        return _refused(path, f"{visible(path.name, 80)} is a folder: a file was expected")
    return read_file(path, limit, folder)


def _is_behind_a_link(path: Path, folder: Path) -> bool:
    parts = path.relative_to(folder).parts
    return any(folder.joinpath(*parts[: n + 1]).is_symlink() for n in range(len(parts)))


def _entries(folder: Path) -> list[Path] | Problem:
    try:
        return sorted(folder.iterdir())
    except (OSError, ValueError) as error:
        because = (isinstance(error, OSError) and error.strerror) or str(error)
        return Problem(visible(str(folder)), ProblemKind.UNREADABLE, because)


def _refused(path: Path, because: str) -> Problem:
    return Problem(visible(str(path)), ProblemKind.REFUSED, because)
