"""Commits, trees and blobs of a repository by their names, from its own folder alone.

No alternates, replacements, grafts or configuration are read, and every object is held to its name.
"""

import hashlib
import re
import zlib
from pathlib import Path
from typing import NamedTuple

from dulwich.objects import Commit, ShaFile, parse_tree

from trustui.core.facts import Problem, ProblemKind
from trustui.core.limits import MIB
from trustui.core.primitives.text import visible
from trustui.crawl.files import names_in, read_file
from trustui.crawl.roots import OutsideRootsError, check_below
from trustui.crawl.sources.git.errors import MALFORMED, GitError, too_long, unreadable
from trustui.crawl.sources.git.packs import Pack

TYPES = {1: b"commit", 2: b"tree", 3: b"blob", 4: b"tag"}
COMMIT, TREE, BLOB = 1, 2, 3
NAME_BYTES = 20
MAX_COMMIT_BYTES = MIB
"""A commit is a few lines; a long message of merged ones has some kilobytes."""
MAX_TREE_BYTES = 16 * MIB
"""Some 400,000 names in one folder."""
MAX_INDEX_BYTES = 256 * MIB
"""All indices of packs together: eight million objects."""
MAX_PACKS = 1_000
MAX_REMEMBERED_TREES = 64
"""A commit's few folders are looked at more than once."""

_HEX_NAME = re.compile(rb"[0-9a-f]{40}")
_LOOSE_HEADER = re.compile(rb"(commit|tree|blob|tag) ([0-9]{1,12})\0")


class TreeEntry(NamedTuple):
    """One name of a folder. `mode` says what it is, `object` is the hexadecimal name."""

    name: bytes
    mode: int
    object: bytes


class Objects:
    """The objects below a folder `objects`. Every method raises GitError."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._because = ""
        self._trees: dict[bytes, list[TreeEntry]] = {}
        self._packs = list(self._read_packs())

    def commit(self, name: bytes) -> Commit:
        """A commit, parsed."""
        body = self._read(name, COMMIT, MAX_COMMIT_BYTES)
        try:
            commit = ShaFile.from_raw_string(COMMIT, body)
            assert isinstance(commit, Commit)
            if not commit.tree:
                raise ValueError("it has no tree")
            return commit
        except MALFORMED as error:
            raise unreadable(f"commit {_short(name)} is malformed: {error}") from error

    def tree(self, name: bytes) -> list[TreeEntry]:
        """The names in a folder, in the order of the repository."""
        if name not in self._trees:
            body = self._read(name, TREE, MAX_TREE_BYTES)
            try:
                entries = [TreeEntry(*entry) for entry in parse_tree(body, NAME_BYTES)]
            except MALFORMED as error:
                raise unreadable(f"folder {_short(name)} is malformed: {error}") from error
            if len(self._trees) >= MAX_REMEMBERED_TREES:
                self._trees.clear()
            self._trees[name] = entries
        return self._trees[name]

    def blob(self, name: bytes, max_bytes: int) -> bytes:
        """The bytes of a file."""
        return self._read(name, BLOB, max_bytes)

    def close(self) -> None:
        """Close the files of the packs."""
        for pack in self._packs:
            pack.close()

    def _read(self, name: bytes, wanted: int, max_bytes: int) -> bytes:
        if not _HEX_NAME.fullmatch(name):
            raise unreadable(f"{visible(repr(name))} is no name of an object: expected 40 digits")
        number, body = self._find(name, max_bytes)
        if number != wanted:
            found = TYPES.get(number, b"no object").decode()
            raise unreadable(f"{_short(name)} is a {found}, expected a {TYPES[wanted].decode()}")
        header = b"%s %d\0" % (TYPES[number], len(body))
        digest = hashlib.sha1(header + body, usedforsecurity=False).hexdigest()
        if digest.encode() != name:
            raise unreadable(f"the object {_short(name)} is another one by its content")
        return body

    def _find(self, name: bytes, max_bytes: int) -> tuple[int, bytes]:
        raw = bytes.fromhex(name.decode())
        for pack in self._packs:
            offset = pack.find(raw)
            if offset is not None:
                return pack.read(offset, max_bytes)
        return self._read_loose(name.decode(), max_bytes)

    def _read_loose(self, name: str, max_bytes: int) -> tuple[int, bytes]:
        path = self._folder / name[:2] / name[2:]
        # What does not compress grows by less than this.
        try:
            deflated = self._file(path, max_bytes + max_bytes // 512 + 1_024)
        except GitError as error:
            if error.kind is ProblemKind.ABSENT:
                because = f"the repository lacks the object {name[:12]}{self._because}"
                raise unreadable(because) from error
            raise
        try:
            return _inflate_loose(deflated, max_bytes)
        except MALFORMED as error:
            raise unreadable(f"the object {name[:12]} is malformed: {error}") from error

    def _file(self, path: Path, max_length: int) -> bytes:
        document = read_file(path, max_length, self._folder)
        if isinstance(document, Problem):
            raise GitError(document.kind, document.because)
        return document.body

    def _read_packs(self) -> list[Pack]:
        folder = self._folder / "pack"
        packs: list[Pack] = []
        left = MAX_INDEX_BYTES
        names = [name for name in names_in(folder) if name.endswith(".idx")]
        for name in names[:MAX_PACKS]:
            path = folder / name
            try:
                pack = check_below(path.with_suffix(".pack"), [self._folder])
                index = self._file(path, left)
                packs.append(Pack(pack, index))
            except (GitError, OutsideRootsError) as error:
                self._because = f" (and {visible(name)} cannot be used: {error})"
            else:
                left -= len(index)
        if names[MAX_PACKS:]:
            self._because = f" (of {len(names):,} packs only {MAX_PACKS:,} are read)"
        return packs


def _inflate_loose(deflated: bytes, max_bytes: int) -> tuple[int, bytes]:
    inflater = zlib.decompressobj()
    beginning = inflater.decompress(deflated, 64)
    header = _LOOSE_HEADER.match(beginning)
    if header is None:
        raise ValueError("it has no header")
    size = int(header.group(2))
    if size > max_bytes:
        raise too_long(max_bytes)
    body = beginning[header.end() :]
    if len(body) <= size:
        body += inflater.decompress(inflater.unconsumed_tail, size - len(body) + 1)
    if len(body) != size or not inflater.eof:
        raise ValueError("it has another length than it says")
    numbers = {name: number for number, name in TYPES.items()}
    return numbers[header.group(1)], body


def _short(name: bytes) -> str:
    return name[:12].decode("ascii", "replace")
