"""What a source promises, and what every kind of source shares."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

import msgspec

from trustui.core.facts import Document, Problem
from trustui.core.formats.tuf.reading import Request


class Options(msgspec.Struct, frozen=True):
    """How a source is to be read.

    `at` (UTC) is the instant that a place with a past answers for; None is now.
    `allowed_hosts` are private addresses that the person allowed by name. `local_roots` are the
    folders below which local paths may be read; None is a person's own command line: any path.
    `branch` and `folder` say which branch of a git repository is read, and where in it the metadata
    stands; "" is the branch of HEAD, and the folder that is found.
    """

    at: datetime | None = None
    allowed_hosts: frozenset[str] = frozenset()
    local_roots: tuple[Path, ...] | None = None
    branch: str = ""
    folder: str = ""


class Seen(msgspec.Struct, frozen=True):
    """A document that a place with a past published once.

    `place` is the name that it was served under, as `served_name` gives it: by the number where
    the newest root of then wants consistent snapshots. `published_at` (UTC) is when this form of it
    came, None where the place keeps no time. `origin` is the kind of source.
    """

    role: str
    place: str
    document: Document
    published_at: datetime | None
    origin: str


class Source(Protocol):
    """A place that answers requests for TUF metadata.

    Whatever is wrong with the place is a Problem, never an exception.
    """

    location: str

    def ask(self, request: Request) -> Document | Problem:
        """The metadata document asked for."""
        ...

    def first_root(self) -> Document | Problem:
        """The oldest root that the place offers; nobody vouches for it."""
        ...

    def trusted_before(self) -> Mapping[str, Document]:
        """What a client that followed this place all along has trusted by now; often nothing."""
        ...

    def versions(self) -> Iterator[tuple[str, Document]]:
        """Every document that the place keeps, with its role; a place without a past gives none."""
        ...

    def past(self) -> Iterator[Seen | Problem]:
        """Every document that the place published, in order of publication, until `Options.at`.

        What came again after something else comes again. A Problem stands for what the past should
        have and does not give; a place without a past gives nothing.
        """
        ...

    def version(self, role: str, version: int) -> Document | Problem:
        """One version of a role's metadata by its number."""
        ...

    def close(self) -> None:
        """Give back connections."""
        ...


class TargetFiles(Protocol):
    """The files that the metadata of a place is about. Faults of the place are Problems."""

    def get(self, path: str, max_length: int) -> Document | Problem:
        """The file of a path, as metadata lists it or with a hash before its name."""
        ...

    def close(self) -> None:
        """Give back connections."""
        ...


class SourceKind(msgspec.Struct, frozen=True):
    """One kind of source; `recognizes` looks at a location without reading a document."""

    name: str
    title: str
    """What people call such a place."""
    recognizes: Callable[[str], bool]
    open: Callable[[str, Options], Source]
    files: Callable[[str, Options], TargetFiles] | None = None
    """How its target files are read; None: it keeps none."""


def stays_inside(path: str) -> bool:
    """Whether a target's path names something below the folder of targets and nowhere else."""
    return bool(path) and all(part not in {"", ".", ".."} for part in path.split("/"))


def served_name(request: Request) -> str:
    """The file name that a repository serves a document under, percent-encoded.

    The whole name of the role is encoded, `/` included, so that no role leaves its folder.
    """
    name = request.role
    if not (name.isascii() and name.isalnum()):  # nearly all are, and quoting is slow
        name = quote(name, safe="", errors="surrogatepass")
    return f"{name}.json" if request.version is None else f"{request.version}.{name}.json"
