"""From commits to what was published: every form of every version, in the order of the branch."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import unquote

import msgspec

from trustui.core.facts import ProblemKind
from trustui.core.limits import TufLimits
from trustui.crawl.sources.git.errors import GitError, unreadable
from trustui.crawl.sources.git.layouts import Layout, folder_at
from trustui.crawl.sources.git.objects import Objects, TreeEntry

MAX_COMMITS = 200_000
"""Of one branch. Sigstore's has 1,800 after five years; more are no repository of metadata."""
MAX_VERSION = 10**18
TOP_LEVEL = frozenset({"root", "timestamp", "snapshot", "targets"})
PLAIN_FILE_MODES = frozenset({0o100644, 0o100664, 0o100755})
LINK_MODE = 0o120000

_NAME = re.compile(r"(?:([1-9][0-9]{0,17})\.)?(.+)\.json", re.DOTALL)


class Published(NamedTuple):
    """A commit of the branch: its name, its tree, and when it was made (UTC, the committer's)."""

    name: bytes
    tree: bytes
    at: datetime | None


class Form(msgspec.Struct, frozen=True):
    """One form of a version of a role, from the commit on that first had it.

    `version` is None where the name has none and the content says none; `file` is commit and path
    as git writes them.
    """

    role: str
    version: int | None
    file: str
    entry: TreeEntry
    at: datetime | None


class _Signed(msgspec.Struct):
    version: int = 0


class _Envelope(msgspec.Struct):
    signed: _Signed


_DECODER = msgspec.json.Decoder(_Envelope)


def first_parents(objects: Objects, tip: bytes, shallow: frozenset[bytes]) -> list[Published]:
    """The commits of a branch along first parents, the oldest first. Raises GitError."""
    commits: list[Published] = []
    name = tip
    while len(commits) < MAX_COMMITS:
        commit = objects.commit(name)
        commits.append(Published(name, commit.tree, _instant(commit.commit_time)))
        if not commit.parents or name in shallow:
            return commits[::-1]
        name = commit.parents[0]
    raise GitError(ProblemKind.TOO_LONG, f"the branch has more than {MAX_COMMITS:,} commits")


def max_bytes_of(role: str) -> int:
    """What a document of the role may have."""
    limits = TufLimits()
    by_role = {
        "root": limits.root_bytes,
        "timestamp": limits.timestamp_bytes,
        "snapshot": limits.snapshot_bytes,
    }
    return by_role.get(role, limits.targets_bytes)


def read_blob(objects: Objects, entry: TreeEntry, max_bytes: int) -> bytes:
    """The bytes of a plain file. Raises GitError for links, folders and submodules too."""
    if entry.mode == LINK_MODE:
        raise GitError(ProblemKind.REFUSED, "it is a link, and links are not followed")
    if entry.mode not in PLAIN_FILE_MODES:
        raise unreadable("it is no plain file")
    return objects.blob(entry.object, max_bytes)


class Forms:
    """Reads the forms of all versions from a list of commits. Raises GitError."""

    def __init__(self, objects: Objects, layout: Layout) -> None:
        self._objects = objects
        self._folders = (*layout.others, layout.folder)
        self._seen: dict[str, dict[bytes, TreeEntry]] = {name: {} for name in self._folders}
        self._versions: dict[bytes, int | None] = {}
        self._last: dict[tuple[str, int | None], bytes] = {}
        self._newest: dict[str, bytes] = {}

    def read(self, commits: list[Published]) -> Iterator[Form]:
        """What each commit published that was not there before."""
        tree = b""
        for commit in commits:
            if commit.tree != tree:
                tree = commit.tree
                yield from self._published_by(commit)

    def _published_by(self, commit: Published) -> Iterator[Form]:
        forms = (
            (is_numbered, form)
            for folder in self._folders
            for entry in self._changed(commit.tree, folder)
            for is_numbered, form in self._forms(commit, folder, entry)
        )
        for is_numbered, form in sorted(forms, key=_order):
            key = form.role, form.version
            known = self._last.get(key) if is_numbered else self._newest.get(form.role)
            if known != form.entry.object:
                self._last[key] = self._newest[form.role] = form.entry.object
                yield form

    def _changed(self, tree: bytes, folder: str) -> list[TreeEntry]:
        """Names of a folder that are new, or hold something else than in the commit before."""
        entries = folder_at(self._objects, tree, folder)
        before = self._seen[folder]
        self._seen[folder] = {entry.name: entry for entry in entries}
        return [entry for entry in entries if before.get(entry.name) != entry]

    def _forms(
        self, commit: Published, folder: str, entry: TreeEntry
    ) -> Iterator[tuple[bool, Form]]:
        name = entry.name.decode("utf-8", "surrogateescape")
        match = _NAME.fullmatch(name)
        if match is None:
            return
        role = unquote(match.group(2), errors="surrogateescape")
        version = int(match.group(1)) if match.group(1) else self._version_in(entry, role)
        if version is not None or role in TOP_LEVEL:
            path = f"{folder}/{name}".lstrip("/")
            file = f"{commit.name[:12].decode()}:{path}"
            yield match.group(1) is not None, Form(role, version, file, entry, commit.at)

    def _version_in(self, entry: TreeEntry, role: str) -> int | None:
        """The version that a document states; None where it states none, or cannot be read."""
        if entry.object not in self._versions:
            self._versions[entry.object] = self._stated(entry, role)
        return self._versions[entry.object]

    def _stated(self, entry: TreeEntry, role: str) -> int | None:
        try:
            version = _DECODER.decode(
                read_blob(self._objects, entry, max_bytes_of(role))
            ).signed.version
        except (GitError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None
        return version if 0 < version < MAX_VERSION else None


def _order(published: tuple[bool, Form]) -> tuple[bool, str, bool, int]:
    """Root first, as it says how the rest is named; what carries no number is the newest."""
    is_numbered, form = published
    return form.role != "root", form.role, not is_numbered, form.version or 0


def _instant(seconds: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
