"""What a verdict rests on besides time, as one digest: equal evidence is not concluded twice."""

from collections.abc import Iterable, Iterator

import msgspec

from trustui.core.facts import ProblemKind
from trustui.core.formats.tuf.metadata import Metadata
from trustui.core.formats.tuf.reading import Request
from trustui.core.formats.tuf.repository import Repository
from trustui.core.primitives.digests import sha256
from trustui.crawl.source import served_name


class Looked(msgspec.Struct, frozen=True):
    """What a verification was answered: places with digests of bytes, and places without."""

    documents: tuple[tuple[str, str], ...] = ()
    """Place and SHA-256 of each document that came."""
    problems: tuple[tuple[str, ProblemKind], ...] = ()


def digest_of(anchor_id: int | None, repository: Repository, looked: Looked) -> str:
    """SHA-256 over the anchor, the documents in force by role, and whatever else was answered.

    How a client came there does not count: neither which root it started from, nor whether it
    asked for a document or had it. So a second look that finds the same gives the same digest.
    """
    in_force = sorted((name, metadata.digest) for name, metadata in documents_in_force(repository))
    passed_through = {root.digest for root in repository.roots}
    known = passed_through | {digest for _, digest in in_force}
    others = sorted({one for one in looked.documents if one[1] not in known})
    problems = sorted({one for one in looked.problems if one != _end_of_chain(repository)})
    return sha256(msgspec.json.encode([anchor_id, in_force, others, problems], order="sorted"))


def documents_in_force(repository: Repository) -> Iterator[tuple[str, Metadata]]:
    """Each role's document as last read, in the order of the workflow."""
    top: Iterable[tuple[str, Metadata | None]] = (
        ("root", repository.root),
        ("timestamp", repository.timestamp),
        ("snapshot", repository.snapshot),
    )
    for name, metadata in (*top, *repository.roles.items()):
        if metadata is not None:
            yield name, metadata


def _end_of_chain(repository: Repository) -> tuple[str, ProblemKind] | None:
    """§5.3.3: that there is no next root says nothing is wrong."""
    if repository.root is None:
        return None
    return served_name(Request("root", repository.root.version + 1, 0)), ProblemKind.ABSENT
