"""Where a repository stands, and which commit a branch is at: HEAD, loose and packed refs.

Only those files are read; a branch is never looked for elsewhere, in a reftable or by a reflog.
"""

import re
from pathlib import Path

from trustui.core.facts import Problem, ProblemKind
from trustui.core.limits import KIB, MIB
from trustui.core.primitives.text import visible
from trustui.crawl.files import is_there, read_file
from trustui.crawl.roots import OutsideRootsError, check_below
from trustui.crawl.sources.git.errors import GitError, unreadable

MAX_REF_BYTES = 4 * KIB
MAX_PACKED_REFS_BYTES = 16 * MIB
"""A quarter of a million branches and tags."""
MAX_SYMBOLIC = 5
"""Refs that lead to refs; git itself follows as many."""

_NAME = re.compile(rb"[0-9a-f]{40}")
_LONG_NAME = re.compile(rb"[0-9a-f]{64}")
_UNSAFE = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|//|/\.|\.lock(/|$)|/$|@\{")
"""What git-check-ref-format(1) forbids; with it no name leads out of `refs`."""


def is_repository(location: str) -> bool:
    """Whether a clone with a folder `.git`, or a bare repository, stands here.

    An empty location is no name of a repository, although the current folder may be one.
    """
    folder = Path(location)
    return location != "" and (_is_layout(folder / ".git") or _is_layout(folder))


def find_repository(location: str) -> Path:
    """The folder with HEAD and objects, both in LOCATION itself. Raises GitError."""
    place = Path(location)
    folder = place / ".git" if is_there(place / ".git") else place
    if not is_there(place):
        raise GitError(ProblemKind.ABSENT, "no such file")
    if not _is_layout(folder):
        raise GitError(ProblemKind.ABSENT, "no git repository: expected HEAD and objects in it")
    try:
        real = check_below(folder.resolve(), [place.absolute()])
        check_below(real / "objects", [real])
        return real
    except OutsideRootsError as error:
        raise GitError(ProblemKind.REFUSED, "a link leads out of the folder") from error


def tip_of(folder: Path, branch: str) -> bytes:
    """The commit that a branch is at; of HEAD without a name. Raises GitError.

    `branch` is the name of a branch, or a whole name such as `refs/remotes/origin/main`.
    """
    if not branch:
        return _follow(folder, "HEAD")
    ref = branch if branch.startswith("refs/") else f"refs/heads/{branch}"
    return _follow(folder, ref)


def shallow_commits(folder: Path) -> frozenset[bytes]:
    """The commits of a shallow clone whose parents were left out. Raises GitError."""
    return frozenset(_lines(folder, "shallow", MAX_PACKED_REFS_BYTES))


def _is_layout(folder: Path) -> bool:
    return is_there(folder / "HEAD") and is_there(folder / "objects")


def _follow(folder: Path, ref: str) -> bytes:
    for _ in range(MAX_SYMBOLIC):
        if ref != "HEAD" and (not ref.startswith("refs/") or _UNSAFE.search(ref)):
            raise GitError(ProblemKind.REFUSED, f"{visible(ref)} is no name of a branch")
        value = b"".join(_lines(folder, ref, MAX_REF_BYTES)[:1]) or _packed(folder, ref)
        if value.startswith(b"ref:"):
            ref = value.removeprefix(b"ref:").strip().decode("utf-8", "surrogateescape")
            continue
        if _NAME.fullmatch(value):
            return value
        if _LONG_NAME.fullmatch(value):
            raise unreadable("the repository names its objects by SHA-256, which is not supported")
        if value:
            raise unreadable(f"{visible(ref)} leads to no commit")
        raise GitError(ProblemKind.ABSENT, f"the repository has no {visible(ref)}")
    raise unreadable("HEAD leads from ref to ref without an end")


def _packed(folder: Path, ref: str) -> bytes:
    wanted = b" " + ref.encode("utf-8", "surrogateescape")
    for line in _lines(folder, "packed-refs", MAX_PACKED_REFS_BYTES):
        if line.endswith(wanted) and len(line) - len(wanted) in {40, 64}:
            return line.removesuffix(wanted)
    return b""


def _lines(folder: Path, name: str, max_length: int) -> list[bytes]:
    """The lines of a file of the repository; none where there is no such file."""
    document = read_file(folder / name, max_length, folder)
    if not isinstance(document, Problem):
        return [line.strip() for line in document.body.splitlines()]
    if document.kind is ProblemKind.ABSENT or (folder / name).is_dir():
        return []
    raise GitError(document.kind, f"{visible(name)}: {document.because}")
