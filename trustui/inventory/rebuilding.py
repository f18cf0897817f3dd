"""Making every projection again from blobs and sightings."""

# ruff: noqa: S608  names of tables come from the models, values are bound

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TypeAlias

import msgspec
from django.db import models, transaction

from trustui.core.errors import ParseError
from trustui.core.facts import Document
from trustui.core.formats.tuf.parse import parse
from trustui.core.limits import MIB
from trustui.inventory import sql
from trustui.inventory.models import (
    Blob,
    Delegation,
    DelegationSet,
    ListedKey,
    PublicKey,
    RoleSignature,
    RoleState,
    RoleVersion,
    Sighting,
    Source,
    SourceKey,
)
from trustui.inventory.projecting import Form, project
from trustui.inventory.reaching import mark_reachable
from trustui.inventory.role_states import ROOT, State, write_states
from trustui.inventory.sightings import bodies_of
from trustui.inventory.text import real_name

Progress: TypeAlias = Callable[[int, int, str], object]
"""Hears how far a rebuild is: documents done, of how many, what is at hand."""

PROJECTIONS: tuple[type[models.Model], ...] = (
    RoleState,
    RoleSignature,
    RoleVersion,
    SourceKey,
    Delegation,
    ListedKey,
    DelegationSet,
    PublicKey,
)
"""What is deleted, each before what it points to."""

AT_ONCE = 500
"""Documents of one batch, unless their bytes are more than these:"""
BYTES_AT_ONCE = 64 * MIB
SOURCES_AT_ONCE = 50
"""Sources whose snapshots are in memory side by side."""


class Rebuilt(msgspec.Struct, frozen=True):
    """What a rebuild made."""

    documents: int
    """Documents that sources showed, one for each role and form."""
    role_versions: int
    """Of these the ones that are TUF 1.0 metadata."""
    roles: int


def rebuild(progress: Progress = lambda *_: None) -> Rebuilt:
    """Delete all projections and make them again, in one transaction with bounded memory.

    What a client trusts of each role is carried over. On PostgreSQL recorders wait meanwhile and
    readers see the rows of before; on SQLite all writers wait.
    """
    with transaction.atomic():
        hold_recorders()
        trusted = _trusted_blobs()
        for model in PROJECTIONS:
            sql.execute(f"DELETE FROM {sql.table(model)}")
        total = _count_documents()
        done = made = 0
        for batch in _in_batches(_documents()):
            made += _project(batch)
            done += len(batch)
            progress(done, total, "documents")
        roles = _write_states(trusted)
        sources = list(Source.objects.order_by("pk").values_list("pk", flat=True))
        for first in range(0, len(sources), SOURCES_AT_ONCE):
            mark_reachable(sources[first : first + SOURCES_AT_ONCE], {})
    return Rebuilt(done, made, roles)


def hold_recorders() -> None:
    """A recorder's first statement locks rows of sources, so it waits here and nowhere later."""
    if sql.is_postgresql():
        sql.execute(f"LOCK TABLE {sql.table(Source)} IN EXCLUSIVE MODE")


def _trusted_blobs() -> dict[tuple[int, str], int]:
    rows = RoleState.objects.filter(trusted__isnull=False)
    return {
        (source_id, role_id): blob_id
        for source_id, role_id, blob_id in rows.values_list(
            "source_id", "role_id", "trusted__blob_id"
        )
    }


# Role versions -----------------------------------------------------------------------------------


class _Stored(msgspec.Struct, frozen=True):
    """A document that a source showed as a role's, as its earliest sighting tells."""

    source_id: int
    role: str
    role_id: str
    blob_id: int
    size: int
    first_seen_at: datetime
    origin: str


_RANKED = (
    "SELECT s.*, MIN(s.id) OVER form AS first_id,"
    " ROW_NUMBER() OVER (form ORDER BY s.first_seen_at, s.id) AS place_in_time"
    " FROM {sighting} s WINDOW form AS (PARTITION BY s.source_id, s.role_id, s.blob_id)"
)
"""Of the sightings of one document the earliest is number 1; the first recorded gives its place."""


def _count_documents() -> int:
    ranked = _RANKED.format(sighting=sql.table(Sighting))
    found = sql.select(f"SELECT COUNT(*) FROM ({ranked}) r WHERE r.place_in_time = 1", [])
    return int(found[0][0])


def _documents() -> Iterator[_Stored]:
    """Every document in the order in which it was first recorded."""
    ranked = _RANKED.format(sighting=sql.table(Sighting))
    after = 0
    while True:
        found = Sighting.objects.raw(
            "SELECT r.id, r.source_id, r.role, r.role_id, r.role_bytes, r.blob_id,"
            f" r.first_seen_at, r.origin, r.first_id, b.size FROM ({ranked}) r"
            f" JOIN {sql.table(Blob)} b ON b.id = r.blob_id"
            " WHERE r.place_in_time = 1 AND r.first_id > %s ORDER BY r.first_id LIMIT %s",
            [after, 100 * AT_ONCE],
        )
        rows = list(found)
        if not rows:
            return
        for row in rows:
            name = real_name(row.role, row.role_bytes)
            after = row.first_id  # type: ignore[attr-defined]
            yield _Stored(
                *(row.source_id, name, row.role_id, row.blob_id),
                *(row.size, row.first_seen_at, row.origin),  # type: ignore[attr-defined]
            )


def _in_batches(documents: Iterator[_Stored]) -> Iterator[list[_Stored]]:
    batch: list[_Stored] = []
    size = 0
    for document in documents:
        if batch and (len(batch) >= AT_ONCE or size + document.size > BYTES_AT_ONCE):
            yield batch
            batch, size = [], 0
        batch.append(document)
        size += document.size
    if batch:
        yield batch


def _project(batch: list[_Stored]) -> int:
    bodies = bodies_of((one.blob_id for one in batch), max(one.size for one in batch))
    forms: list[Form] = []
    for one in batch:
        try:
            metadata = parse(Document("", bodies[one.blob_id]))
        except ParseError:
            continue
        forms.append(
            Form(
                *(one.source_id, one.role, one.role_id, one.blob_id),
                *(metadata, one.first_seen_at, one.origin),
            )
        )
    project(forms)
    return len(forms)


# The states of roles -----------------------------------------------------------------------------


def _write_states(trusted: dict[tuple[int, str], int]) -> int:
    """What was seen last at the place itself, else what was given, as a pinned root or a past."""
    kept = _version_ids(trusted)
    written = 0
    for batch in _states_in_batches():
        states = [
            State(
                *(row.source_id, real_name(row.role, row.role_bytes), row.role_id),
                *(row.version_id, row.origin, row.place_id),  # type: ignore[attr-defined]
                *(kept.get((row.source_id, row.role_id)), row.expires_at),  # type: ignore[attr-defined]
            )
            for row in batch
        ]
        write_states(states)
        written += len(states)
    return written


def _states_in_batches() -> Iterator[list[Sighting]]:
    last = (0, "")
    while True:
        rows = list(
            Sighting.objects.raw(
                "SELECT r.* FROM (SELECT s.id, s.source_id, s.role, s.role_id, s.role_bytes,"
                " s.origin, s.place_id, v.id AS version_id, v.expires_at,"
                " ROW_NUMBER() OVER (PARTITION BY s.source_id, s.role_id ORDER BY"
                " CASE WHEN s.origin = '' THEN 0 ELSE 1 END, s.last_crawl_id DESC,"
                " CASE WHEN s.role_id = %s THEN v.version_rank ELSE '' END DESC, s.id DESC) AS n"
                f" FROM {sql.table(Sighting)} s JOIN {sql.table(RoleVersion)} v"
                " ON v.source_id = s.source_id AND v.role_id = s.role_id AND v.blob_id = s.blob_id"
                ") r WHERE r.n = 1 AND (r.source_id, r.role_id) > (%s, %s)"
                " ORDER BY r.source_id, r.role_id LIMIT %s",
                [ROOT, *last, 20 * AT_ONCE],
            )
        )
        if not rows:
            return
        last = (rows[-1].source_id, rows[-1].role_id)
        yield rows


def _version_ids(blobs: dict[tuple[int, str], int]) -> dict[tuple[int, str], int]:
    """The new rows of the documents that are trusted."""
    columns = {"source_id": "bigint", "role_id": "text", "blob_id": "bigint"}
    asked = sql.wanted("w", columns, [(*key, blob) for key, blob in sorted(blobs.items())])
    found = sql.select(
        f"SELECT v.source_id, v.role_id, v.id FROM {asked.text} JOIN {sql.table(RoleVersion)} v"
        " ON v.source_id = w.source_id AND v.role_id = w.role_id AND v.blob_id = w.blob_id",
        asked.parameters,
    )
    return {(source_id, role_id): version_id for source_id, role_id, version_id in found}
