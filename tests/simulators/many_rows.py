"""A store as it is after years of many sources: any number of signatures, the same for one seed.

Rows go in by COPY on PostgreSQL and by executemany on SQLite, past everything that makes them in
use; what they say is made up, how they hang together is not.
"""

import hashlib
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from django.db import connection, models

from trustui.accounts.models import Team
from trustui.inventory.models import (
    Blob,
    PublicKey,
    RoleSignature,
    RoleState,
    RoleVersion,
    Source,
    SourceKey,
)
from trustui.inventory.text import identity, version_rank

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ROLES_PER_SOURCE = 10
KEYS_PER_SOURCE = 20
SHARED_EVERY = 10
"""Each so many sources have the shared key among theirs."""

Row = Sequence[object]


@dataclass(frozen=True)
class Filled:
    """What there is to ask for."""

    sources: int
    versions: int
    signatures: int
    first_source: int
    role: str
    own_key: str
    """Fingerprint of a key of one source."""
    shared_key: str
    """Fingerprint of a key of many."""


def fill(
    signatures: int, *, seed: int = 1, versions_per_role: int = 100, signers: int = 10
) -> Filled:
    """Fill empty tables with about this many signatures, at least those of ten sources."""
    versions = signatures // signers
    sources = max(SHARED_EVERY, versions // (versions_per_role * ROLES_PER_SOURCE))
    per_role = max(1, versions // (sources * ROLES_PER_SOURCE))
    team = Team.objects.create(name="Many", created_at=START)
    made = _Made(random.Random(seed), sources, per_role, signers)
    Source.objects.bulk_create(made.sources(team.pk))
    write_rows(PublicKey, "id fingerprint keytype scheme public", made.keys())
    write_rows(SourceKey, "id source keyid keyid_id key", made.names())
    write_rows(Blob, "id sha256 size body written_at", made.blobs())
    write_rows(
        RoleVersion,
        "id source role role_id type version version_rank form blob spec_version expires_at first_seen_at origin signature_count",
        made.versions(),
    )
    write_rows(
        RoleSignature, "id role_version source position keyid keyid_id is_empty", made.signatures()
    )
    write_rows(
        RoleState,
        "id source role role_id served origin place_id expires_at is_listed",
        made.states(),
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    total = sources * ROLES_PER_SOURCE * per_role
    return Filled(
        sources, total, total * signers, 1, "role-3", _digest("key", 5), _digest("key", 0)
    )  # fmt: skip


class _Made:
    """The rows; ids count from 1."""

    def __init__(self, chance: random.Random, sources: int, per_role: int, signers: int) -> None:
        self._chance = chance
        self._sources = range(1, sources + 1)
        self._per_role = per_role
        self._signers = signers
        self._roles = [f"role-{n}" for n in range(ROLES_PER_SOURCE)]
        self._role_ids = [identity(name) for name in self._roles]

    def sources(self, team: int) -> list[Source]:
        return [
            Source(
                id=n,
                team_id=team,
                name=f"source {n}",
                kind="tuf_http",
                location=f"https://source-{n}.example/",
                location_id="0" * 64,
                every_seconds=900,
                created_at=START,
            )
            for n in self._sources
        ]

    def keys(self) -> Iterator[Row]:
        """Number 1 is the shared one; each source has its own after it."""
        for n in range(1 + len(self._sources) * KEYS_PER_SOURCE):
            yield n + 1, _digest("key", n), "ed25519", "ed25519", f"{n:064x}"

    def _keys_of(self, source: int) -> list[tuple[str, int]]:
        """Key id and row of the key."""
        first = 2 + (source - 1) * KEYS_PER_SOURCE
        keys = [(f"keyid-{row}", row) for row in range(first, first + KEYS_PER_SOURCE)]
        if source % SHARED_EVERY == 1:
            keys[0] = ("keyid-shared", 1)
        return keys

    def names(self) -> Iterator[Row]:
        named = ((n, keyid, key) for n in self._sources for keyid, key in self._keys_of(n))
        for id_, (source, keyid, key) in enumerate(named, 1):
            yield id_, source, keyid, identity(keyid), key

    def blobs(self) -> Iterator[Row]:
        for n in range(1, 1 + len(self._sources) * ROLES_PER_SOURCE * self._per_role):
            yield n, _digest("blob", n), 2, b"{}", START

    def _all_versions(self) -> Iterator[tuple[int, int, int, int]]:
        """Row, source, role and version."""
        id_ = 0
        for version in range(1, self._per_role + 1):
            for source in self._sources:
                for role in range(ROLES_PER_SOURCE):
                    id_ += 1
                    yield id_, source, role, version

    def _expiry(self, source: int, role: int, version: int) -> datetime:
        minutes = (source * 7919 + role * 104_729 + version) % 525_600
        return START + timedelta(minutes=minutes)

    def versions(self) -> Iterator[Row]:
        for id_, source, role, version in self._all_versions():
            yield (
                *(id_, source, self._roles[role], self._role_ids[role], "targets"),
                *(str(version), version_rank(version), 0, id_, "1.0.34"),
                *(self._expiry(source, role, version), START, "", self._signers),
            )

    def signatures(self) -> Iterator[Row]:
        of_source = {
            n: [(keyid, identity(keyid)) for keyid, _ in self._keys_of(n)] for n in self._sources
        }
        id_ = 0
        for version_id, source, _, _ in self._all_versions():
            signers = self._chance.sample(of_source[source], self._signers)
            for position, (keyid, keyid_id) in enumerate(signers):
                id_ += 1
                yield id_, version_id, source, position, keyid, keyid_id, False

    def states(self) -> Iterator[Row]:
        newest = (one for one in self._all_versions() if one[3] == self._per_role)
        for id_, (version_id, source, role, version) in enumerate(newest, 1):
            yield (
                *(id_, source, self._roles[role], self._role_ids[role], version_id, "", "0" * 64),
                *(self._expiry(source, role, version), True),
            )


def _digest(kind: str, number: int) -> str:
    return hashlib.sha256(f"{kind} {number}".encode()).hexdigest()


def write_rows(model: type[models.Model], names: str, rows: Iterable[Row]) -> None:
    """Rows past everything that makes them in use; `names` are those of the model's fields."""
    by_name = {field.name: field for field in model._meta.concrete_fields}
    columns = ", ".join(f'"{by_name[name].column}"' for name in names.split())
    target = f"{model._meta.db_table} ({columns})"
    if connection.vendor == "postgresql":
        _copy(target, rows)
    else:
        _insert(target, len(names.split()), iter(rows))


def _copy(target: str, rows: Iterable[Row]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _insert(target: str, width: int, rows: Iterator[Row]) -> None:
    marks = ", ".join(["%s"] * width)
    statement = f"INSERT INTO {target} VALUES ({marks})"  # noqa: S608  names of the models
    with connection.cursor() as cursor:
        while some := list(islice(rows, 10_000)):
            cursor.executemany(statement, [[_plain(value) for value in row] for row in some])


def _plain(value: Any) -> Any:
    return value.replace(tzinfo=None).isoformat(" ") if isinstance(value, datetime) else value
