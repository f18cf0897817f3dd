"""A look at a place before it becomes a source: does it answer, and which root would be pinned?"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from trustui.core.errors import ParseError
from trustui.core.facts import Document, Problem
from trustui.core.formats.tuf.parse import parse
from trustui.core.formats.tuf.reading import Request
from trustui.core.limits import DEFAULT_LIMITS
from trustui.core.primitives.text import visible
from trustui.crawl.source import Source as Place
from trustui.inventory.recognizing import checked_hosts, kind_named, recognized
from trustui.inventory.sources import place_options


class FirstRoot(msgspec.Struct, frozen=True):
    """The oldest root that a place offers. Nobody vouches for it yet."""

    sha256: str
    """The fingerprint that a person compares with one from elsewhere, lower-case hex."""
    version: int
    expires_at: datetime
    threshold: int
    keyids: tuple[str, ...]
    """Who may sign the next root; as the document states them."""


class Inspection(msgspec.Struct, frozen=True):
    """What stands at a location. A place that does not answer can be added all the same."""

    kind: str
    root: FirstRoot | None
    troubles: tuple[str, ...]
    """What did not answer as a repository does, in words; empty where all is well."""


def inspect(
    location: str, *, roots: tuple[Path, ...], allow_addresses: Sequence[str] = ()
) -> Inspection:
    """Ask a place for its first root and its timestamp; nothing is stored.

    Local paths only below `roots`. Raises SourceError for a location that may not be crawled.
    """
    hosts = checked_hosts(allow_addresses)
    kind = kind_named(recognized(location.strip(), hosts, roots).kind)
    place = kind.open(location.strip(), place_options(hosts, roots))
    try:
        return _inspected(kind.name, place)
    finally:
        place.close()


def _inspected(kind: str, place: Place) -> Inspection:
    troubles: list[str] = []
    root = _first_root(place.first_root(), troubles)
    timestamp = place.ask(Request("timestamp", None, DEFAULT_LIMITS.timestamp_bytes))
    if isinstance(timestamp, Problem):
        troubles.append(f"no timestamp: {visible(timestamp.because)}")
    return Inspection(kind, root, tuple(troubles))


def _first_root(answer: Document | Problem, troubles: list[str]) -> FirstRoot | None:
    if isinstance(answer, Problem):
        troubles.append(f"no first root: {visible(answer.because)}")
        return None
    try:
        root = parse(answer)
    except ParseError as error:
        troubles.append(f"the first root cannot be read: {visible(str(error))}")
        return None
    if root.type != "root":
        troubles.append(f"what stands as the first root is {root.type} metadata")
        return None
    role = root.role("root")
    return FirstRoot(root.digest, root.version, root.expires, role.threshold, role.keyids)
