"""What the kinds of sources that keep a past share: names as served, and what was trusted before."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

import msgspec

from trustui.core.errors import ParseError
from trustui.core.facts import Document, Problem
from trustui.core.formats.tuf.parse import parse
from trustui.core.formats.tuf.reading import Request
from trustui.core.primitives.digests import sha256
from trustui.crawl.source import Seen, served_name


class Publication(NamedTuple):
    """A version as a past tells it; `version` is None where nothing says which it is."""

    role: str
    version: int | None
    answer: Document | Problem
    at: datetime | None


class _Signed(msgspec.Struct):
    consistent_snapshot: bool = True


class _Root(msgspec.Struct):
    signed: _Signed


_ROOT = msgspec.json.Decoder(_Root)


def as_served(past: Iterable[Publication], origin: str) -> Iterator[Seen | Problem]:
    """Publications, in their order, under the names that they were served by.

    The newest root of then says whether names carry numbers (TUF 1.0.34 §6.2); before any root they
    do. What a name already held is left out.
    """
    is_consistent = True
    held: dict[str, str] = {}
    for role, version, answer, at in past:
        if isinstance(answer, Problem):
            yield answer
            continue
        if role == "root":
            is_consistent = _wants_numbers(answer, is_consistent)
        is_numbered = role == "root" or (is_consistent and role != "timestamp")
        place = served_name(Request(role, version if is_numbered else None, 0))
        digest = sha256(answer.body)
        if held.get(place) != digest:
            held[place] = digest
            yield Seen(role, place, answer, at, origin)


def trusted_after(
    timestamp: int | None, read: Callable[[str, int], Document | Problem]
) -> dict[str, Document]:
    """The timestamp of that version, the snapshot that it lists and the targets that that lists.

    As far as `read` has them: it ends where the past has a gap.
    """
    trusted: dict[str, Document] = {}
    version = timestamp
    for role, leads_to in (("timestamp", "snapshot"), ("snapshot", "targets"), ("targets", "")):
        if version is None:
            break
        document = read(role, version)
        if isinstance(document, Problem):
            break
        trusted[role] = document
        version = _listed_version(document, leads_to)
    return trusted


def _listed_version(document: Document, role: str) -> int | None:
    try:
        metadata = parse(document)
    except ParseError:
        return None
    listed = metadata.meta(f"{role}.json") if role else None
    return None if listed is None else listed.version


def _wants_numbers(root: Document, before: bool) -> bool:
    try:
        return _ROOT.decode(root.body).signed.consistent_snapshot
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return before
