"""Repositories that pages have verified, kept while verifying again would come to the same.

By what their answers follow from; each process keeps its own, the newest within a bound.
"""

from collections import OrderedDict
from collections.abc import Hashable
from datetime import datetime
from threading import Lock
from typing import Generic, TypeVar

import msgspec

from trustui.core.formats.tuf.repository import Repository
from trustui.core.formats.tuf.states import instants_of_roles

T = TypeVar("T")

MOST_BYTES = 16 * 1024 * 1024
"""Of the documents behind all that is kept; parsed they take some six times as much."""
LEAST = 16 * 1024
"""Bytes that anything counts as, so that what rests on hardly any document is bounded too."""


class _Kept(msgspec.Struct, Generic[T], frozen=True):
    value: T
    since: datetime
    until: datetime | None
    size: int


class TreeMemory(Generic[T]):
    """Values by key, each from the instant that it was judged at until time alone changes it."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._size = 0
        self._found: OrderedDict[Hashable, _Kept[T]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, at: datetime) -> tuple[T, datetime] | None:
        """The value and the instant that it was judged at, where it holds at this one (UTC)."""
        with self._lock:
            kept = self._found.get(key)
            if kept is None or at < kept.since or (kept.until is not None and kept.until <= at):
                return None
            self._found.move_to_end(key)
            return kept.value, kept.since

    def keep(self, key: Hashable, value: T, repository: Repository, at: datetime) -> None:
        """Remember what was made of this repository as of `at` (UTC); the oldest are forgotten."""
        later = (instant for instant in instants_of_roles(repository) if instant > at)
        made = _Kept(value, at, min(later, default=None), _size(repository))
        with self._lock:
            self._forget(key)
            self._found[key] = made
            self._size += made.size
            while self._size > self._most:
                self._forget(next(iter(self._found)))

    def forget_all(self) -> None:
        """Remember nothing."""
        with self._lock:
            self._found.clear()
            self._size = 0

    def _forget(self, key: Hashable) -> None:
        gone = self._found.pop(key, None)
        self._size -= 0 if gone is None else gone.size


def _size(repository: Repository) -> int:
    """Bytes of the documents that it holds."""
    edges = (edge.metadata for edge in repository.edges.values())
    top = (repository.timestamp, repository.snapshot, *repository.roots)
    documents = {
        one.digest: one.length
        for one in (*top, *repository.roles.values(), *edges)
        if one is not None
    }
    return max(LEAST, sum(documents.values()))
