"""What every part of one recording knows: the crawl, its time, and the rows of its repositories."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from trustui.images.values import Found, SeenRepository
from trustui.inventory import sql


class Writing(msgspec.Struct, frozen=True):
    """One portion on its way into the store. Times are aware UTC."""

    source_id: int
    crawl_id: int
    now: datetime
    seen_at: datetime
    """When the portion ended: what it saw stood then."""
    repositories: Sequence[SeenRepository]
    ids: Mapping[str, int]
    """Row ids of the repositories, by name."""

    @property
    def asked_repositories(self) -> sql.Wanted:
        """The ids of its repositories as a table `w(id)`."""
        ids = sorted(self.ids[one.name] for one in self.repositories)
        return sql.wanted("w", {"id": "bigint"}, [(one,) for one in ids])

    @property
    def found(self) -> Iterable[tuple[int, Found]]:
        """Every artefact with new answers, and the row id of its repository."""
        return ((self.ids[one.name], found) for one in self.repositories for found in one.found)

    @property
    def confirmed(self) -> list[tuple[int, str]]:
        """Repository and digest of every artefact whose answers stand."""
        return [
            (self.ids[one.name], digest) for one in self.repositories for digest in one.confirmed
        ]


def keys(rows: Iterable[tuple[int, str]]) -> sql.Wanted:
    """Repository ids and digests as a table `w(repository_id, digest)`."""
    columns = {"repository_id": "bigint", "digest": "text"}
    return sql.wanted("w", columns, sorted(set(rows)))
