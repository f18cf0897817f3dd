"""A history folder: every version that a repository ever published (docs/sources/history.md)."""

import csv
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from urllib.parse import quote, unquote

import msgspec

from trustui.core.errors import ParseError
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.tuf.parse import parse
from trustui.core.formats.tuf.reading import Request
from trustui.core.limits import TufLimits
from trustui.crawl.files import read_file
from trustui.crawl.source import Options, SourceKind

_VERSION = re.compile(r"(\d{1,18})\.(.+)\.json", re.DOTALL)


class Recorded(msgspec.Struct, frozen=True):
    """What `index.csv` says about a version: since when (UTC), and how many other forms it had."""

    since: datetime | None = None
    other_forms: int = 0


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
        recorded = self._index.get((role, version), Recorded())
        if path is None or not self._exists(role, version):
            name = quote(f"{version}.{role}.json")
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
        earliest = datetime.min.replace(tzinfo=UTC)

        def published(version: int) -> tuple[datetime, int]:
            return self._index.get((role, version), Recorded()).since or earliest, version

        return sorted(existing, key=published)

    def _no_version(self, role: str) -> str:
        at = "" if self._at is None else f" by {self._at:%Y-%m-%dT%H:%M:%SZ}"
        return f"the history has no version of {role}{at}"

    @cached_property
    def _files(self) -> dict[str, dict[int, Path]]:
        files: dict[str, dict[int, Path]] = {}
        for path in self._folder.glob("*/*.json"):
            match = _VERSION.fullmatch(path.name)
            if match and match.group(2) == path.parent.name:
                files.setdefault(unquote(path.parent.name), {})[int(match.group(1))] = path
        return files

    @cached_property
    def _index(self) -> dict[tuple[str, int], Recorded]:
        try:
            with (self._folder / "index.csv").open(newline="", encoding="utf-8") as file:
                rows = list(csv.DictReader(file))
        except (OSError, ValueError, csv.Error):
            return {}
        return dict(_recorded_rows(rows))


def _recorded_rows(rows: list[dict[str, str]]) -> Iterator[tuple[tuple[str, int], Recorded]]:
    """Rows that can be read; one without a time or with a strange one says nothing."""
    for row in rows:
        try:
            since = datetime.fromisoformat(row["first_commit_time"]).astimezone(UTC)
            forms = int(row.get("alternates") or 0)
            yield (row["role"], int(row["version"])), Recorded(since, forms)
        except (KeyError, TypeError, ValueError):
            continue


def _why_not(path: Path | None, since: datetime | None) -> str:
    if path is None or since is None:
        return "the history has no such version"
    return f"it was published later, {since:%Y-%m-%dT%H:%M:%SZ}"


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
