"""Pack files written entry by entry (gitformat-pack), so that they can be wrong in one place."""

import hashlib
import io
import struct
import zlib
from pathlib import Path

from dulwich.pack import write_pack_index_v2

OFS_DELTA = 6
REF_DELTA = 7


def name_of(body: bytes, kind: bytes = b"blob") -> bytes:
    """The 20 bytes that git names an object by."""
    return hashlib.sha1(b"%s %d\0" % (kind, len(body)) + body, usedforsecurity=False).digest()


def header(number: int, size: int) -> bytes:
    """Type and inflated size, as an entry begins."""
    first, size = (number << 4) | (size & 15), size >> 4
    written = bytearray()
    while size:
        written.append(first | 0x80)
        first, size = size & 0x7F, size >> 7
    return bytes([*written, first])


def size_of(number: int) -> bytes:
    """A size as a delta writes it."""
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*written, number])


def distance(back: int) -> bytes:
    """How far back the base of an OFS_DELTA stands."""
    written = [back & 0x7F]
    while back := back >> 7:
        back -= 1
        written.insert(0, back & 0x7F | 0x80)
    return bytes(written)


def adding(base: int, text: bytes, *, copied: int = 0) -> bytes:
    """A delta that copies the first bytes of its base and adds text (up to 127 bytes)."""
    copy = b"\xb0" + struct.pack("<H", copied) if copied else b""
    return size_of(base) + size_of(copied + len(text)) + copy + bytes([len(text)]) + text


class PackWriter:
    """Collects entries; `write` makes the pack and its index."""

    def __init__(self) -> None:
        self._pack = bytearray(b"PACK" + struct.pack(">LL", 2, 0))
        self._index: list[tuple[bytes, int, int]] = []

    def add(self, name: bytes, entry: bytes) -> int:
        """An entry as it is to stand, under a name; gives where it stands."""
        offset = len(self._pack)
        self._pack += entry
        self._index.append((name, offset, 0))
        return offset

    def whole(self, body: bytes, number: int = 3) -> int:
        """A blob, by its right name."""
        return self.add(name_of(body), header(number, len(body)) + zlib.compress(body))

    def upon(self, base: int, delta: bytes, result: bytes) -> int:
        """An OFS_DELTA upon the entry at `base`, under the name of `result`."""
        entry = header(OFS_DELTA, len(delta)) + distance(len(self._pack) - base)
        return self.add(name_of(result), entry + zlib.compress(delta))

    def upon_name(self, base: bytes, delta: bytes, result: bytes) -> int:
        """A REF_DELTA upon the object with a name."""
        entry = header(REF_DELTA, len(delta)) + base
        return self.add(name_of(result), entry + zlib.compress(delta))

    def write(self, path: Path) -> bytes:
        """Write the pack to a file; gives the bytes of its index."""
        self._pack[8:12] = struct.pack(">L", len(self._index))
        checksum = hashlib.sha1(self._pack, usedforsecurity=False).digest()
        path.write_bytes(bytes(self._pack) + checksum)
        index = io.BytesIO()
        write_pack_index_v2(index, sorted(self._index), checksum)
        return index.getvalue()
