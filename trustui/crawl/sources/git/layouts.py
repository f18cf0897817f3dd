"""Where in a repository its metadata stands: the layouts that tools use, one row each."""

import msgspec

from trustui.core.facts import ProblemKind
from trustui.core.primitives.text import visible
from trustui.crawl.sources.git.errors import GitError
from trustui.crawl.sources.git.objects import Objects, TreeEntry

FOLDER_MODE = 0o040000
MAX_SEARCHED = 2_000
"""Folders that are looked into where no layout of the table fits."""
MAX_DEPTH = 4

_SIGNS = frozenset({b"timestamp.json", b"root.json", b"1.root.json"})
"""Names that only metadata has, or nearly so."""


class Layout(msgspec.Struct, frozen=True):
    """The folder that metadata is published from, and others that hold parts of its past."""

    folder: str
    others: tuple[str, ...] = ()
    """Folders of before, or of older versions; where one commit changes both, `folder` is later."""


LAYOUTS = (
    # tuf-on-ci, and what root-signing had before it (handbook: Sigstore, first-parent history).
    Layout("metadata", ("repository/repository", "metadata/root_history")),
    # go-tuf 0.x and python-tuf's repository tool.
    Layout("repository/repository"),
    Layout("repository/metadata"),
    Layout("repository"),
)


def find_layout(objects: Objects, tree: bytes, folder: str) -> Layout:
    """The layout of a commit's tree: the folder named, one of the table, or the only one there is.

    Raises GitError when no folder holds metadata, or several do and nobody said which.
    """
    if folder:
        named = folder.strip("/")
        return next((one for one in LAYOUTS if one.folder == named), Layout(named))
    for layout in LAYOUTS:
        if holds_metadata(folder_at(objects, tree, layout.folder)):
            return layout
    found = _search(objects, tree)
    if len(found) == 1:
        return Layout(found[0])
    if not found:
        raise GitError(ProblemKind.ABSENT, "no folder of the branch holds TUF metadata")
    names = ", ".join(visible(name, 60) for name in found[:5])
    raise GitError(
        ProblemKind.ABSENT, f"several folders hold metadata ({names}): name the one to read"
    )


def folder_at(objects: Objects, tree: bytes, folder: str) -> list[TreeEntry]:
    """The names in a folder of a tree; none where there is no such folder. Raises GitError."""
    entries = objects.tree(tree)
    for part in filter(None, folder.encode("utf-8", "surrogateescape").split(b"/")):
        below = [one for one in entries if one.name == part and one.mode == FOLDER_MODE]
        entries = objects.tree(below[0].object) if below else []
    return entries


def holds_metadata(entries: list[TreeEntry]) -> bool:
    """Whether a folder looks like one that metadata is published from."""
    return any(entry.name in _SIGNS for entry in entries)


def _search(objects: Objects, tree: bytes) -> list[str]:
    """The folders with metadata that are the least deep, by name."""
    level = [("", tree)]
    left = MAX_SEARCHED
    for _ in range(MAX_DEPTH + 1):
        listed = [(name, objects.tree(one)) for name, one in level[:left]]
        left -= len(listed)
        found = [name for name, entries in listed if holds_metadata(entries)]
        if found or left <= 0:
            return found
        level = [
            (f"{name}/{entry.name.decode('utf-8', 'surrogateescape')}".lstrip("/"), entry.object)
            for name, entries in listed
            for entry in entries
            if entry.mode == FOLDER_MODE
        ]
    return []
