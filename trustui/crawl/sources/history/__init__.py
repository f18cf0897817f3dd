"""A history folder: every version that a repository ever published (docs/sources/history.md)."""

import csv
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from urllib.parse import quote, unquote

from trustui.core.errors import ParseError
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.tuf.parse import parse
from trustui.core.formats.tuf.reading import Request
from trustui.core.limits import TufLimits
from trustui.crawl.files import dated, read_file
from trustui.crawl.source import Options, SourceKind

_VERSION = re.compile(r"(\d{1,18})\.(.+)\.json", re.DOTALL)


class History:
    """`<role>/<version>.<role>.json` at LOCATION or in LOCATION/history.

    Where `index.csv` has a `first_commit_time` for a version, that version exists from then on
    only: with an instant, the place answers as it did then. Versions without a time always exist.
    """

    def __init__(self, location: str, options: Options) -> None:
        self.location = location
        self._folder = _history_folder(Path(location)) or Path(location)
        self._at = options.at
        self._limits = TufLimits()

    def ask(self, request: Request) -> Document | Problem:
        """The version asked for or listed; of a role without either, the newest."""
        version = request.version if request.version is not None else request.wanted_version
        if version is not None:
            return self._read(request.role, version, request.max_length)
        newest = self._in_order(request.role)[-1:]
        if not newest:
            location = str(self._folder / quote(request.role, safe=""))
            return Problem(location, ProblemKind.ABSENT, self._no_version(request.role))
        return self._read(request.role, newest[0], request.max_length)

    def first_root(self) -> Document | Problem:
        """The lowest root of the folder."""
        versions = sorted(self._in_order("root"))
        if not versions:
            return Problem(str(self._folder / "root"), ProblemKind.ABSENT, self._no_version("root"))
        return self._read("root", versions[0], self._limits.root_bytes)

    def trusted_before(self) -> Mapping[str, Document]:
        """The highest timestamp before the newest one, and what it led to."""
        earlier = self._in_order("timestamp")[:-1]
        trusted: dict[str, Document] = {}
        version: int | None = max(earlier, default=None)
        for role, leads_to in (("timestamp", "snapshot"), ("snapshot", "targets"), ("targets", "")):
            if version is None:
                break
            document = self._read(role, version, self._limits.targets_bytes)
            if isinstance(document, Problem):
                break
            trusted[role] = document
            version = _listed_version(document, leads_to)
        return trusted

    def versions(self) -> Iterator[tuple[str, Document]]:
        """Every version that exists at the instant, by role and number."""
        for role in sorted(self._files):
            for version in sorted(self._in_order(role)):
                document = self._read(role, version, self._limits.targets_bytes)
                if isinstance(document, Document):
                    yield role, document

    def version(self, role: str, version: int) -> Document | Problem:
        """One version by its number."""
        return self._read(role, version, self._limits.targets_bytes)

    def close(self) -> None:
        """Nothing is kept open."""

    def _read(self, role: str, version: int, max_length: int) -> Document | Problem:
        path = self._files.get(role, {}).get(version)
        since = self._times.get((role, version))
        if path is None or not self._exists(role, version):
            name = f"{version}.{role}.json"
            return Problem(str(self._folder / quote(name)), ProblemKind.ABSENT, self._why_not(path, since))
        return dated(read_file(path, max_length, self._folder), since)

    def _exists(self, role: str, version: int) -> bool:
        since = self._times.get((role, version))
        return self._at is None or since is None or since <= self._at

    def _in_order(self, role: str) -> list[int]:
        """Versions that exist at the instant, in the order of publication."""
        existing = [one for one in self._files.get(role, {}) if self._exists(role, one)]
        earliest = datetime.min.replace(tzinfo=UTC)
        return sorted(existing, key=lambda one: (self._times.get((role, one), earliest), one))

    def _no_version(self, role: str) -> str:
        at = "" if self._at is None else f" by {self._at:%Y-%m-%dT%H:%M:%SZ}"
        return f"the history has no version of {role}{at}"

    def _why_not(self, path: Path | None, since: datetime | None) -> str:
        if path is None or since is None:
            return "the history has no such version"
        return f"it was published later, {since:%Y-%m-%dT%H:%M:%SZ}"

    @cached_property
    def _files(self) -> dict[str, dict[int, Path]]:
        files: dict[str, dict[int, Path]] = {}
        for path in self._folder.glob("*/*.json"):
            match = _VERSION.fullmatch(path.name)
            if match and match.group(2) == path.parent.name:
                files.setdefault(unquote(path.parent.name), {})[int(match.group(1))] = path
        return files

    @cached_property
    def _times(self) -> dict[tuple[str, int], datetime]:
        try:
            with (self._folder / "index.csv").open(newline="", encoding="utf-8") as file:
                rows = list(csv.DictReader(file))
        except (OSError, ValueError, csv.Error):
            return {}
        return dict(_timed_rows(rows))


def _timed_rows(rows: list[dict[str, str]]) -> Iterator[tuple[tuple[str, int], datetime]]:
    for row in rows:
        try:
            since = datetime.fromisoformat(row["first_commit_time"])
            yield (row["role"], int(row["version"])), since.astimezone(UTC)
        except (KeyError, TypeError, ValueError):
            continue


def _listed_version(document: Document, role: str) -> int | None:
    try:
        metadata = parse(document)
    except ParseError:
        return None
    listed = metadata.meta(f"{role}.json") if role else None
    return None if listed is None else listed.version


def _history_folder(folder: Path) -> Path | None:
    """Where the history stands: timestamps by version are the sign of one."""
    for candidate in (folder, folder / "history"):
        if any((candidate / "timestamp").glob("*.timestamp.json")):
            return candidate
    return None


def _recognizes(location: str) -> bool:
    return _history_folder(Path(location)) is not None


KIND = SourceKind("history", _recognizes, History)
