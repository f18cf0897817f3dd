"""A history folder: every version that a repository ever published (docs/sources/history.md)."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from urllib.parse import quote, unquote

import msgspec

from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.tuf.reading import Request
from trustui.core.limits import TufLimits
from trustui.core.primitives.instants import write_instant
from trustui.core.primitives.text import visible
from trustui.crawl.files import names_in, read_file
from trustui.crawl.past import Publication, as_served, trusted_after
from trustui.crawl.roots import refusal
from trustui.crawl.source import Options, Seen, SourceKind
from trustui.crawl.sources.history.index import Index, Recorded, read_index

_ALWAYS = datetime.min.replace(tzinfo=UTC)
"""Since when a version without a time exists."""
_VERSION = re.compile(r"([1-9][0-9]{0,17})\.(.+)\.json", re.DOTALL)


class History:
    """`<role>/<version>.<role>.json` at LOCATION or in LOCATION/history.

    Where `index.csv` has a `first_commit_time` for a version, that version exists from then on
    only: with an instant, the place answers as it did then. Versions without a time always exist.
    """

    def __init__(self, location: str, options: Options) -> None:
        self.location = location
        refused = refusal(location, options.local_roots)
        found = None if refused else _history_folder(Path(location))
        self._folder = found or Path(location)
        index = refused or read_index(self._folder)
        self._index: Index = {} if isinstance(index, Problem) else index
        self._problem = index if isinstance(index, Problem) else None
        self._at = options.at
        self._limits = TufLimits()

    def ask(self, request: Request) -> Document | Problem:
        """The version asked for or listed; of a role without either, the newest."""
        version = request.version if request.version is not None else request.wanted_version
        if version is not None:
            return self._read(request.role, version, request.max_length)
        existing = self._in_order(request.role)
        if not existing:
            return self._no_version(request.role)
        return self._read(request.role, existing[-1], request.max_length)

    def first_root(self) -> Document | Problem:
        """The lowest root of the folder."""
        existing = self._in_order("root")
        if not existing:
            return self._no_version("root")
        return self._read("root", min(existing), self._limits.root_bytes)

    def trusted_before(self) -> Mapping[str, Document]:
        """The highest timestamp before the newest one, and what it led to."""
        earlier = self._in_order("timestamp")[:-1]
        return trusted_after(max(earlier, default=None), self.version)

    def versions(self) -> Iterator[tuple[str, Document]]:
        """Every version that exists at the instant, by role and number."""
        for role in sorted(self._files):
            for version in sorted(self._in_order(role)):
                document = self._read(role, version, self._limits.targets_bytes)
                if isinstance(document, Document):
                    yield role, document

    def past(self) -> Iterator[Seen | Problem]:
        """Every version by its time, those without one first; each in the form that was kept."""
        if self._problem is not None:
            yield self._problem
            return
        yield from as_served(self._publications(), KIND.name)

    def version(self, role: str, version: int) -> Document | Problem:
        """One version by its number."""
        return self._read(role, version, self._limits.targets_bytes)

    def close(self) -> None:
        """Nothing is kept open."""

    def _publications(self) -> Iterator[Publication]:
        existing = [
            (self._since(role, version), role != "root", role, version)
            for role in self._files
            for version in self._in_order(role)
        ]
        for since, _, role, version in sorted(existing):
            at = None if since == _ALWAYS else since
            yield Publication(role, version, self.version(role, version), at)

    def _since(self, role: str, version: int) -> datetime:
        return self._index.get((role, version), Recorded()).since or _ALWAYS

    def _read(self, role: str, version: int, max_length: int) -> Document | Problem:
        if self._problem is not None:
            return self._problem
        path = self._files.get(role, {}).get(version)
        recorded = self._index.get((role, version), Recorded())
        if path is None or not self._exists(role, version):
            name = _encoded(f"{version}.{role}.json")
            because = _why_not(path, recorded.since)
            return Problem(str(self._folder / name), ProblemKind.ABSENT, because)
        # A later form of one version may be longer than the one that was listed.
        allowed = self._limits.targets_bytes if recorded.other_forms else max_length
        document = read_file(path, allowed, self._folder)
        if isinstance(document, Problem):
            return document
        return msgspec.structs.replace(
            document, seen_at=recorded.since, other_forms=recorded.other_forms
        )

    def _exists(self, role: str, version: int) -> bool:
        since = self._index.get((role, version), Recorded()).since
        return self._at is None or since is None or since <= self._at

    def _in_order(self, role: str) -> list[int]:
        """Versions that exist at the instant, in the order of publication."""
        existing = [one for one in self._files.get(role, {}) if self._exists(role, one)]
        return sorted(existing, key=lambda version: (self._since(role, version), version))

    def _no_version(self, role: str) -> Problem:
        if self._problem is not None:
            return self._problem
        at = "" if self._at is None else f" by {write_instant(self._at)}"
        because = f"the history has no version of {visible(role)}{at}"
        return Problem(str(self._folder / _encoded(role)), ProblemKind.ABSENT, because)

    @cached_property
    def _files(self) -> dict[str, dict[int, Path]]:
        files: dict[str, dict[int, Path]] = {}
        for folder in names_in(self._folder):
            for name in names_in(self._folder / folder):
                match = _VERSION.fullmatch(name)
                if match and match.group(2) == folder:
                    path = self._folder / folder / name
                    files.setdefault(unquote(folder), {})[int(match.group(1))] = path
        return files


def _why_not(path: Path | None, since: datetime | None) -> str:
    if path is None or since is None:
        return "the history has no such version"
    return f"it was published later, {write_instant(since)}"


def _encoded(name: str) -> str:
    return quote(name, safe="", errors="surrogatepass")


def _history_folder(folder: Path) -> Path | None:
    """Where the history stands: timestamps by version are the sign of one."""
    for candidate in (folder, folder / "history"):
        if any(name.endswith(".timestamp.json") for name in names_in(candidate / "timestamp")):
            return candidate
    return None


def _recognizes(location: str) -> bool:
    return _history_folder(Path(location)) is not None


KIND = SourceKind("history", "history folder", _recognizes, History)
