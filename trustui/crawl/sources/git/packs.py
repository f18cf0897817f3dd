"""One pack file of a repository (gitformat-pack), read under limits and never mapped into memory.

A mapped file that somebody truncates ends the process; one that is read gives too few bytes.
"""

import io
import os
import zlib
from pathlib import Path

import msgspec
from dulwich.object_format import SHA1
from dulwich.objects import RawObjectID
from dulwich.pack import apply_delta, load_pack_index_file

from trustui.core.limits import MIB
from trustui.crawl.sources.git.errors import MALFORMED, GitError, too_long, unreadable

OFS_DELTA = 6
REF_DELTA = 7
MAX_CHAIN = 4_095
"""Deltas upon deltas; git itself makes no longer chains (pack.depth)."""
MAX_BASE_BYTES = 32 * MIB
"""What an object's bases and deltas may have each, where the object itself may have less."""
MAX_CHAIN_BYTES = 512 * MIB
"""All deltas and bases of one object together."""
MAX_HELD_BYTES = 16 * MIB
"""Objects that are kept for the next delta upon them."""
HEAD_BYTES = 64
"""More than the header of an entry takes: two numbers of ten bytes each, or one and a name."""
CHUNK_BYTES = 4_096


class Entry(msgspec.Struct, frozen=True):
    """What stands at one place of a pack: an object, or a delta against the one at `base`."""

    number: int
    body: bytes
    base: int | None = None


class Pack:
    """The objects of one pack. Every method raises GitError for what the files have wrong."""

    def __init__(self, path: Path, index: bytes) -> None:
        self._path = path
        self._file: io.FileIO | None = None
        self._held: dict[int, tuple[int, bytes]] = {}
        self._held_bytes = 0
        file = io.BytesIO(index)
        try:
            self._index = load_pack_index_file(str(path), file, SHA1)
        except MALFORMED as error:
            raise unreadable(f"the index of {path.name} is malformed: {error}") from error
        finally:
            file.close()

    def find(self, name: bytes) -> int | None:
        """Where the object with this name (20 bytes) stands, or None."""
        try:
            return self._index.object_offset(RawObjectID(name))
        except KeyError:
            return None
        except MALFORMED as error:
            raise unreadable(f"the index of {self._path.name} is malformed: {error}") from error

    def read(self, offset: int, max_bytes: int) -> tuple[int, bytes]:
        """The object's type number and its bytes. Nothing longer than allowed is inflated."""
        try:
            return self._resolve(offset, max_bytes)
        except MALFORMED as error:
            raise unreadable(f"{self._path.name} is malformed at {offset}: {error}") from error
        except OSError as error:
            because = error.strerror or str(error)
            raise unreadable(f"{self._path.name} cannot be read: {because}") from error

    def close(self) -> None:
        """Close the file; the next question opens it again."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _resolve(self, offset: int, max_bytes: int) -> tuple[int, bytes]:
        number, body, deltas = self._chain(offset, max_bytes)
        if not deltas and len(body) > max_bytes:
            raise too_long(max_bytes)
        spent = 0
        for place, delta in reversed(deltas):
            spent += _sizes(delta)[1]
            if spent > MAX_CHAIN_BYTES:
                raise self._too_much()
            body = b"".join(apply_delta(body, delta))
            self._hold(place, number, body)
        return number, body

    def _chain(self, offset: int, max_bytes: int) -> tuple[int, bytes, list[tuple[int, bytes]]]:
        """A whole object, and the deltas upon it in reverse, each with its place."""
        deltas: list[tuple[int, bytes]] = []
        spent = 0
        while offset not in self._held:
            entry = self._entry(offset, max_bytes, is_base=bool(deltas))
            if entry.base is None:
                self._hold(offset, entry.number, entry.body)
                return entry.number, entry.body, deltas
            deltas.append((offset, entry.body))
            spent += len(entry.body)
            if len(deltas) > MAX_CHAIN or spent > MAX_CHAIN_BYTES:
                raise self._too_much()
            offset = entry.base
        return *self._held[offset], deltas

    def _too_much(self) -> GitError:
        return unreadable(f"{self._path.name} has a chain of deltas that is too long")

    def _entry(self, offset: int, max_bytes: int, *, is_base: bool) -> Entry:
        bound = max(max_bytes, MAX_BASE_BYTES)
        allowed = bound if is_base else max_bytes
        head = self._read_at(offset, HEAD_BYTES)
        number, size, at = _type_and_size(head)
        if number not in {OFS_DELTA, REF_DELTA}:
            if size > allowed:
                raise too_long(max_bytes)
            return Entry(number, self._inflate(offset + at, size))
        if size > bound:
            raise too_long(max_bytes)
        base, at = self._base(head, at, offset)
        beginning = self._inflate_some(offset + at, min(size, 2 * HEAD_BYTES))
        if _sizes(beginning)[1] > allowed:
            raise too_long(max_bytes)
        return Entry(number, self._inflate(offset + at, size), base)

    def _base(self, head: bytes, at: int, offset: int) -> tuple[int, int]:
        """Where the base of a delta stands, and where in `head` the deflated delta begins."""
        if _type_and_size(head)[0] == OFS_DELTA:
            distance, at = _distance(head, at)
            if not 0 < distance < offset:
                raise unreadable(f"{self._path.name} has a delta against nothing")
            return offset - distance, at
        base = self.find(head[at : at + SHA1.oid_length])
        if base is None:
            raise unreadable(f"{self._path.name} has a delta against an object of another pack")
        return base, at + SHA1.oid_length

    def _inflate(self, offset: int, size: int) -> bytes:
        body = self._inflate_some(offset, size + 1)
        if len(body) != size:
            raise unreadable(f"{self._path.name} has an object of another length than it says")
        return body

    def _inflate_some(self, offset: int, limit: int) -> bytes:
        """At most `limit` bytes of a deflated object; fewer where it ends before."""
        inflater = zlib.decompressobj()
        body = bytearray()
        most_read = offset + 2 * limit + 2 * CHUNK_BYTES
        while not inflater.eof and len(body) < limit:
            data = inflater.unconsumed_tail
            if not data:
                data = self._read_at(offset, CHUNK_BYTES)
                offset += len(data)
                if not data or offset > most_read:
                    raise unreadable(f"{self._path.name} ends within an object")
            body += inflater.decompress(data, limit - len(body))
        return bytes(body)

    def _read_at(self, offset: int, length: int) -> bytes:
        if self._file is None:
            self._file = io.FileIO(self._path)
        return os.pread(self._file.fileno(), length, offset)

    def _hold(self, offset: int, number: int, body: bytes) -> None:
        if self._held_bytes + len(body) > MAX_HELD_BYTES:
            self._held.clear()
            self._held_bytes = 0
        if len(body) <= MAX_HELD_BYTES:
            self._held[offset] = (number, body)
            self._held_bytes += len(body)


def _type_and_size(head: bytes) -> tuple[int, int, int]:
    """Type number, inflated size, and where the header ends. Raises IndexError."""
    number, size, shift, at = head[0] >> 4 & 7, head[0] & 15, 4, 1
    while head[at - 1] & 0x80:
        size |= (head[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
    return number, size, at


def _distance(head: bytes, at: int) -> tuple[int, int]:
    """How far back the base of an OFS_DELTA stands, and where that number ends."""
    distance, at = head[at] & 0x7F, at + 1
    while head[at - 1] & 0x80:
        distance = ((distance + 1) << 7) | (head[at] & 0x7F)
        at += 1
    return distance, at


def _sizes(delta: bytes) -> tuple[int, int]:
    """The size of the base and that of the result, as a delta begins with them."""
    sizes = []
    at = 0
    for _ in range(2):
        size = shift = 0
        while True:
            size |= (delta[at] & 0x7F) << shift
            shift, at = shift + 7, at + 1
            if not delta[at - 1] & 0x80:
                break
        sizes.append(size)
    return sizes[0], sizes[1]
