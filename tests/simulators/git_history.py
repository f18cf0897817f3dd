"""Git repositories that are made on the spot: from changes of files, and from histories.

Written with dulwich, without its configuration, and as git would: the bytes of each object are
those that `git` makes of the same commits.
"""

import csv
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import TypeAlias
from urllib.parse import quote, unquote

from dulwich.object_format import SHA1
from dulwich.object_store import DiskObjectStore
from dulwich.objects import Blob, Commit, ObjectID, ShaFile, Tree
from dulwich.pack import write_pack

from trustui.demo.archive import Version

MODE_FILE = 0o100644
MODE_LINK = 0o120000
MODE_FOLDER = 0o040000
MODE_SUBMODULE = 0o160000


@dataclass(frozen=True)
class Link:
    """A symbolic link, as git keeps it."""

    to: str


@dataclass(frozen=True)
class Submodule:
    """A commit of another repository."""

    commit: bytes = b"1" * 40


File: TypeAlias = bytes | Link | Submodule | None
"""What a path holds; None takes it away."""


@dataclass(frozen=True)
class Change:
    """One commit: what it puts where, at a time."""

    at: datetime
    files: Mapping[str, File]


@dataclass
class _Folder:
    """A folder of the tree that grows commit by commit."""

    entries: dict[str, "tuple[int, ObjectID] | _Folder"] = field(default_factory=dict)

    def put(self, path: str, entry: tuple[int, ObjectID] | None) -> None:
        name, _, rest = path.partition("/")
        if rest:
            below = self.entries.get(name)
            if not isinstance(below, _Folder):
                below = self.entries[name] = _Folder()
            below.put(rest, entry)
        elif entry is None:
            self.entries.pop(name, None)
        else:
            self.entries[name] = entry

    def write(self, objects: dict[bytes, ShaFile]) -> ObjectID:
        tree = Tree()
        for name, entry in self.entries.items():
            if isinstance(entry, _Folder):
                mode, to = MODE_FOLDER, entry.write(objects)
            else:
                mode, to = entry
            tree.add(name.encode("utf-8", "surrogateescape"), mode, to)
        objects[tree.id] = tree
        return tree.id


def write_git(
    changes: Iterable[Change],
    folder: Path,
    *,
    branch: str = "main",
    packed: bool = True,
    with_deltas: bool = False,
) -> list[bytes]:
    """A bare repository with one commit for each change; gives the names of the commits.

    What stood in `folder` is replaced.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    objects: dict[bytes, ShaFile] = {}
    commits = _commits(changes, objects)
    store = DiskObjectStore.init(str(folder / "objects"))
    if with_deltas:
        sequence = [(one, None) for one in objects.values()]
        write_pack(str(folder / "objects/pack/pack-1"), sequence, SHA1, deltify=True)
    elif packed:
        store.add_objects([(one, None) for one in objects.values()])
    else:
        for one in objects.values():
            store.add_object(one)
    store.close()
    (folder / "refs/heads").mkdir(parents=True)
    (folder / "HEAD").write_text(f"ref: refs/heads/{branch}\n")
    if commits:
        (folder / f"refs/heads/{branch}").write_bytes(commits[-1] + b"\n")
    return commits


def _commits(changes: Iterable[Change], objects: dict[bytes, ShaFile]) -> list[bytes]:
    top = _Folder()
    names: list[bytes] = []
    for change in changes:
        for path, file in change.files.items():
            top.put(path, _entry(file, objects))
        commit = Commit()
        commit.tree = top.write(objects)
        commit.parents = [ObjectID(names[-1])] if names else []
        commit.author = commit.committer = b"Publisher <publisher@vendor.example>"
        commit.author_time = commit.commit_time = int(change.at.timestamp())
        commit.author_timezone = commit.commit_timezone = 0
        commit.encoding = b"UTF-8"
        commit.message = b"Publish\n"
        objects[commit.id] = commit
        names.append(commit.id)
    return names


def _entry(file: File, objects: dict[bytes, ShaFile]) -> tuple[int, ObjectID] | None:
    if file is None:
        return None
    if isinstance(file, Submodule):
        return MODE_SUBMODULE, ObjectID(file.commit)
    blob = Blob.from_string(file.to.encode() if isinstance(file, Link) else file)
    objects[blob.id] = blob
    return MODE_LINK if isinstance(file, Link) else MODE_FILE, blob.id


# As tuf-on-ci keeps metadata ------------------------------------------------------------------


@dataclass(frozen=True)
class Dated:
    """A version and when it was published."""

    at: datetime
    role: str
    version: int
    body: bytes


def changes_of(published: Sequence[Dated], folder: str = "metadata") -> list[Change]:
    """One commit for each time; a role with two versions at one time takes two."""
    order = sorted(published, key=lambda one: (one.at, one.role != "root", one.role, one.version))
    changes: list[Change] = []
    for at, together in groupby(order, key=lambda one: one.at):
        waiting: dict[str, list[Dated]] = {}
        for one in together:
            waiting.setdefault(one.role, []).append(one)
        while waiting:
            files: dict[str, File] = {}
            for role in list(waiting):
                one = waiting[role].pop(0)
                files |= _files(one, folder)
                if not waiting[role]:
                    del waiting[role]
            changes.append(Change(at, files))
    return changes


def _files(one: Dated, folder: str) -> dict[str, File]:
    files: dict[str, File] = {f"{folder}/{quote(one.role, safe='')}.json": one.body}
    if one.role == "root":
        files[f"{folder}/root_history/{one.version}.root.json"] = one.body
    return files


def changes_of_versions(versions: Sequence[Version]) -> list[Change]:
    """What a publisher of the demo published."""
    return changes_of([Dated(one.at, one.role, one.version, one.body) for one in versions])


def changes_of_history(history: Path) -> list[Change]:
    """A history folder, whose index has a time for every version."""
    with (history / "index.csv").open(newline="", encoding="utf-8") as file:
        times = {
            (row["role"], int(row["version"])): datetime.fromisoformat(row["first_commit_time"])
            for row in csv.DictReader(file)
        }
    dated = []
    for path in sorted(history.glob("*/*.json")):
        role, version = unquote(path.parent.name), int(path.name.partition(".")[0])
        dated.append(Dated(times[role, version], role, version, path.read_bytes()))
    return changes_of(dated)
