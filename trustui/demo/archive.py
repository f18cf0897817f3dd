"""Everything a repository has published: what is served now, and every version before it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Self
from urllib.parse import quote

import msgspec

from trustui.demo.roles import TOP_LEVEL


class Version(msgspec.Struct, frozen=True):
    """One document as it was published: `at` and `expires` in UTC, `file_name` as served."""

    role: str
    type: str
    version: int
    at: datetime
    expires: datetime
    file_name: str
    body: bytes


class Archive:
    """The metadata served now, by file name, and all versions in order of publication."""

    def __init__(self) -> None:
        self.metadata: dict[str, bytes] = {}
        self.versions: list[Version] = []
        self._latest: dict[str, Version] = {}

    def __copy__(self) -> Self:
        other = type(self)()
        vars(other).update({name: value.copy() for name, value in vars(self).items()})
        return other

    @property
    def latest(self) -> Mapping[str, Version]:
        """The newest version of each role."""
        return self._latest

    def record(self, version: Version) -> None:
        """Serve a document under its file name and remember it."""
        self.versions.append(version)
        self.metadata[version.file_name] = version.body
        self._latest[version.role] = version

    def document(self, role: str, version: int | None = None) -> bytes:
        """A published document: the newest, or the last one published with this version.

        Raises LookupError when there is none.
        """
        if version is None:
            return self._latest[role].body
        for published in reversed(self.versions):
            if published.role == role and published.version == version:
                return published.body
        raise LookupError(f"{role} version {version} was never published")

    def metadata_as_of(self, at: datetime) -> dict[str, bytes]:
        """The metadata files as they were served at a past instant."""
        return {past.file_name: past.body for past in self.versions if past.at <= at}

    def client_state(self) -> dict[str, bytes]:
        """What a client that refreshed just now keeps: the four top-level files, by file name."""
        return {f"{name}.json": self._latest[name].body for name in TOP_LEVEL}


def served_name(role: str, version: int, *, consistent_snapshot: bool) -> str:
    """The file name of a metadata document (TUF 1.0.34 §6.2, §5.3.3), the role percent-encoded."""
    name = f"{quote(role, safe='')}.json"
    if role == "root" or (consistent_snapshot and role != "timestamp"):
        return f"{version}.{name}"
    return name
