"""What a source promises, and what every kind of source shares."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Protocol
from urllib.parse import quote

import msgspec

from trustui.core.facts import Document, Problem
from trustui.core.formats.tuf.reading import Request


class Options(msgspec.Struct, frozen=True):
    """How a source is to be read.

    `at` (UTC) is the instant that a place with a past answers for; None is now.
    `allowed_hosts` are private addresses that the person allowed by name.
    """

    at: datetime | None = None
    allowed_hosts: frozenset[str] = frozenset()


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

    def version(self, role: str, version: int) -> Document | Problem:
        """One version of a role's metadata by its number."""
        ...

    def close(self) -> None:
        """Give back connections."""
        ...


class SourceKind(msgspec.Struct, frozen=True):
    """One kind of source; `recognizes` looks at a location without reading a document."""

    name: str
    recognizes: Callable[[str], bool]
    open: Callable[[str, Options], Source]


def served_name(request: Request) -> str:
    """The file name that a repository serves a document under, percent-encoded.

    The whole name of the role is encoded, `/` included, so that no role leaves its folder.
    """
    name = quote(request.role, safe="", errors="surrogatepass")
    return f"{name}.json" if request.version is None else f"{request.version}.{name}.json"
