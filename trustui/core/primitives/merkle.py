"""Merkle trees as certificate transparency makes them (RFC 6962 §2.1), over SHA-256.

A tree is made of leaf hashes in order. Nothing here keeps a tree in memory but the makers of
proofs, which are given its leaves.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from trustui.core.errors import ParseError

HASH_SIZE = 32
EMPTY_ROOT = hashlib.sha256().digest()
"""The root of no leaves at all (RFC 6962 §2.1)."""

_SIZE_BYTES = 8


def leaf_hash(entry: bytes) -> bytes:
    """The hash of one entry. The 0x00 keeps it apart from every hash of a node (§2.1)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two neighbouring subtrees (§2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over leaf hashes."""
    frontier = Frontier()
    frontier.extend(leaves)
    return frontier.root


@dataclass
class Frontier:
    """A growing tree in O(log n) memory: the roots of its complete subtrees, the largest first.

    Their sizes are the powers of two that make up `size`, so a leaf is joined to at most
    log2(size) hashes and everything left of them is never needed again.
    """

    size: int = 0
    hashes: list[bytes] = field(default_factory=list)

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        joined, size = leaf, self.size
        while size & 1:
            joined = node_hash(self.hashes.pop(), joined)
            size >>= 1
        self.hashes.append(joined)
        self.size += 1

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add leaf hashes in order."""
        for leaf in leaves:
            self.append(leaf)

    @property
    def root(self) -> bytes:
        """The Merkle tree hash of all leaves so far."""
        if not self.hashes:
            return EMPTY_ROOT
        root = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            root = node_hash(left, root)
        return root

    def to_bytes(self) -> bytes:
        """The size as 8 bytes, big-endian, then the hashes in order."""
        return self.size.to_bytes(_SIZE_BYTES, "big") + b"".join(self.hashes)

    @classmethod
    def from_bytes(cls, stored: bytes) -> "Frontier":
        """Read what `to_bytes` wrote. Raises ParseError where length and size do not agree."""
        size = int.from_bytes(stored[:_SIZE_BYTES], "big")
        expected = _SIZE_BYTES + HASH_SIZE * size.bit_count()
        if len(stored) != expected:
            raise ParseError(
                "the frontier is not as long as its size asks",
                expected=f"{expected} bytes",
                found=f"{len(stored)} bytes",
            )
        starts = range(_SIZE_BYTES, expected, HASH_SIZE)
        return cls(size, [stored[start : start + HASH_SIZE] for start in starts])


def inclusion_proof(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """The audit path of a leaf, from the leaf upwards (RFC 6962 §2.1.1).

    Raises IndexError where the tree has no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(f"there is no leaf {index} among {len(leaves)}")
    path: list[bytes] = []
    start, end = 0, len(leaves)
    while end - start > 1:
        middle = start + _left_size(end - start)
        if index < middle:
            path.append(root_of(leaves[middle:end]))
            end = middle
        else:
            path.append(root_of(leaves[start:middle]))
            start = middle
    return tuple(reversed(path))


def includes(root: bytes, size: int, index: int, leaf: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the leaf stands at this index in the tree of this root (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf
    for sibling in proof:
        if not last:
            return False
        if at & 1 or at == last:
            found = node_hash(sibling, found)
            at, last = _skip_missing(at, last)
        else:
            found = node_hash(found, sibling)
        at, last = at >> 1, last >> 1
    return not last and found == root


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> tuple[bytes, ...]:
    """That the tree of the first `old_size` leaves only grew since (RFC 6962 §2.1.2).

    Raises IndexError unless 0 < old_size <= the number of leaves.
    """
    if not 0 < old_size <= len(leaves):
        raise IndexError(f"a tree of {len(leaves)} leaves had no size {old_size}")
    path: list[bytes] = []
    start, end = 0, len(leaves)
    while old_size < end:
        middle = start + _left_size(end - start)
        if old_size <= middle:
            path.append(root_of(leaves[middle:end]))
            end = middle
        else:
            path.append(root_of(leaves[start:middle]))
            start = middle
    if start:
        path.append(root_of(leaves[start:end]))
    return tuple(reversed(path))


def is_extended_by(
    old_root: bytes, old_size: int, root: bytes, size: int, proof: Sequence[bytes]
) -> bool:
    """Whether the tree only grew from the old root to this one (RFC 9162 §2.1.4.2)."""
    if not 0 < old_size <= size:
        return False
    if old_size == size:
        return not proof and old_root == root
    # The old tree is a subtree of the new one: its root is known and left out of the proof.
    path = [old_root, *proof] if old_size.bit_count() == 1 else list(proof)
    if not path:
        return False
    at, last = _skip_ones(old_size - 1, size - 1)
    old_found = found = path[0]
    for sibling in path[1:]:
        if not last:
            return False
        if at & 1 or at == last:
            old_found = node_hash(sibling, old_found)
            found = node_hash(sibling, found)
            at, last = _skip_missing(at, last)
        else:
            found = node_hash(found, sibling)
        at, last = at >> 1, last >> 1
    return not last and (old_found, found) == (old_root, root)


def _left_size(size: int) -> int:
    """The largest power of two below the size: how many leaves stand left (§2.1)."""
    return 1 << (size - 1).bit_length() - 1


def _skip_missing(at: int, last: int) -> tuple[int, int]:
    """Pass the levels at which the rightmost node has no sibling."""
    while at and not at & 1:
        at, last = at >> 1, last >> 1
    return at, last


def _skip_ones(at: int, last: int) -> tuple[int, int]:
    """Pass the levels that lie inside the last complete subtree of the old tree."""
    while at & 1:
        at, last = at >> 1, last >> 1
    return at, last
