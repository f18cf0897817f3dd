"""A directory laid out as a repository is served (docs/sources/directory.md)."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.tuf.reading import Request
from trustui.core.limits import TufLimits
from trustui.crawl.files import is_there, names_in, read_file
from trustui.crawl.roots import refusal
from trustui.crawl.source import Options, Seen, SourceKind, served_name, stays_inside

_ROOT_NAME = re.compile(r"([1-9][0-9]{0,8})\.root\.json")


class Directory:
    """Metadata under LOCATION, or under LOCATION/metadata where only that may have a timestamp."""

    def __init__(self, location: str, options: Options) -> None:
        self.location = location
        self._refused = refusal(location, options.local_roots)
        folder = Path(location)
        self._folder = folder
        if self._refused:
            return
        below = folder / "metadata"
        is_below = is_there(below) and not is_there(folder / "timestamp.json")
        self._folder = below if is_below else folder

    def ask(self, request: Request) -> Document | Problem:
        """The file that would be served; nothing but its name decides."""
        return self._refused or read_file(
            self._folder / served_name(request), request.max_length, self._folder
        )

    def first_root(self) -> Document | Problem:
        """The root of the lowest number, or `root.json` where none is numbered."""
        if self._refused:
            return self._refused
        limit = TufLimits().root_bytes
        found = map(_ROOT_NAME.fullmatch, names_in(self._folder))
        numbers = sorted(int(match.group(1)) for match in found if match)
        name = f"{numbers[0]}.root.json" if numbers else "root.json"
        return read_file(self._folder / name, limit, self._folder)

    def trusted_before(self) -> Mapping[str, Document]:
        """A directory is served now; it has no past."""
        return {}

    def versions(self) -> Iterator[tuple[str, Document]]:
        """A directory keeps no past that could be told from what is served."""
        return iter(())

    def past(self) -> Iterator[Seen | Problem]:
        """As for `versions`."""
        return iter(())

    def version(self, role: str, version: int) -> Document | Problem:
        """`N.role.json`, or `role.json` as the only one there is."""
        limit = TufLimits().targets_bytes
        numbered = self.ask(Request(role, version, limit))
        if isinstance(numbered, Problem) and numbered.kind is ProblemKind.ABSENT:
            return self.ask(Request(role, None, limit))
        return numbered

    def close(self) -> None:
        """Nothing is kept open."""


class DirectoryFiles:
    """`targets/` below the directory; where that is called `metadata`, beside it instead."""

    def __init__(self, location: str, options: Options) -> None:
        self._refused = refusal(location, options.local_roots)
        folder = Path(location)
        self._folder = (folder.parent if folder.name == "metadata" else folder) / "targets"

    def get(self, path: str, max_length: int) -> Document | Problem:
        """The file, where it stands below that folder."""
        if not stays_inside(path):
            return Problem(path, ProblemKind.REFUSED, "it stands outside the targets")
        return self._refused or read_file(self._folder / path, max_length, self._folder)

    def close(self) -> None:
        """Nothing is kept open."""


def _recognizes(location: str) -> bool:
    """Any local path, also one that is not there: that is the verdict's to say."""
    return "://" not in location and "\0" not in location


KIND = SourceKind("directory", "folder", _recognizes, Directory, DirectoryFiles)
