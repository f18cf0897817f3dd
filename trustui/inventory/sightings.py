"""Writing bytes once, and what was seen where: the rows that everything else is made from."""

# ruff: noqa: S608  names of tables come from the models, values are bound

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

import msgspec

from trustui.core.limits import MIB
from trustui.inventory import sql
from trustui.inventory.models import NAME, Blob, Sighting, Standing
from trustui.inventory.text import exact, identity, storable, version_text

WRITTEN_AT_ONCE = 32 * MIB
"""Bytes of bodies in one statement; a driver holds them several times over."""
_VALIDATOR = 256

PlaceKey: TypeAlias = tuple[int, str, str]
"""Source, place id and origin: what a sighting is numbered within."""

SIGHTING_COLUMNS = (
    "id", "source", "crawl", "place", "place_id", "ordinal", "blob", "role", "role_id",
    "role_bytes", "version", "standing", "first_seen_at", "last_seen_at", "last_crawl_id",
    "recorded_at", "origin", "validator",
)  # fmt: skip
_SEEN_AGAIN = (
    "last_seen_at = CASE WHEN old.first_seen_at > {last_seen_at} THEN old.first_seen_at"
    " ELSE {last_seen_at} END,"
    " last_crawl_id = {last_crawl_id},"
    " validator = CASE WHEN {validator} = '' THEN old.validator ELSE {validator} END,"
    " standing = CASE WHEN old.standing = 'trusted' OR {standing} = 'seen' THEN old.standing"
    " ELSE {standing} END"
)


class Showing(msgspec.Struct, frozen=True):
    """A document that stood at a place; names are the real ones, times UTC."""

    source_id: int
    crawl_id: int
    place: str
    role: str
    version: str
    sha256: str
    standing: Standing
    first_seen_at: datetime
    last_seen_at: datetime
    origin: str = ""
    validator: str = ""

    @property
    def place_key(self) -> PlaceKey:
        """Where it stood."""
        return self.source_id, identity(self.place), self.origin


class Newest(msgspec.Struct, frozen=True):
    """The last sighting of a place and origin."""

    id: int
    source_id: int
    place_id: str
    origin: str
    ordinal: int
    sha256: str
    standing: str
    validator: str
    first_seen_at: datetime
    place: str

    @property
    def place_key(self) -> PlaceKey:
        """Where it stands."""
        return self.source_id, self.place_id, self.origin


def newest(places: Iterable[PlaceKey]) -> dict[PlaceKey, Newest]:
    """The last sighting of each place, where there is one; one statement."""
    columns = {"source_id": "bigint", "place_id": "text", "origin": "text"}
    asked = sql.wanted("w", columns, sorted(set(places)))
    sighting = sql.table(Sighting)
    found = Sighting.objects.raw(
        "SELECT s.id, s.source_id, s.place, s.place_id, s.origin, s.ordinal, s.standing,"
        f" s.validator, s.first_seen_at, b.sha256 FROM {asked.text} JOIN {sighting} s ON s.id ="
        f" (SELECT n.id FROM {sighting} n WHERE n.source_id = w.source_id"
        " AND n.place_id = w.place_id AND n.origin = w.origin ORDER BY n.ordinal DESC LIMIT 1)"
        f" JOIN {sql.table(Blob)} b ON b.id = s.blob_id",
        asked.parameters,
    )
    rows = [_newest(row) for row in found]
    return {row.place_key: row for row in rows}


def _newest(row: Sighting) -> Newest:
    return Newest(
        row.pk,
        row.source_id,
        row.place_id,
        row.origin,
        row.ordinal,
        row.sha256,  # type: ignore[attr-defined]  # of the join
        row.standing,
        row.validator,
        row.first_seen_at,
        row.place,
    )


# Blobs -------------------------------------------------------------------------------------------


def write_blobs(bodies: Mapping[str, bytes], now: datetime) -> dict[str, int]:
    """Row ids by SHA-256; bytes that are new are written, in as few statements as they fit in."""
    known = blob_ids(bodies)
    new = sorted(bodies.keys() - known.keys())
    for digests in _in_portions(new, bodies):
        rows = [(digest, len(bodies[digest]), bodies[digest], now) for digest in digests]
        sql.insert(Blob, ("sha256", "size", "body", "written_at"), rows, sql.DO_NOTHING)
    return known | blob_ids(new) if new else known


def blob_ids(digests: Iterable[str]) -> dict[str, int]:
    """The row ids of those blobs that are there, by SHA-256."""
    asked = sql.wanted("w", {"sha256": "text"}, [(one,) for one in digests])
    found = sql.select(
        f"SELECT b.sha256, b.id FROM {asked.text} JOIN {sql.table(Blob)} b ON b.sha256 = w.sha256",
        asked.parameters,
    )
    return dict(found)


def bodies_of(blob_ids: Iterable[int], max_size: int) -> dict[int, bytes]:
    """The bytes of blobs of at most `max_size`, by row id; one statement."""
    asked = sql.wanted("w", {"id": "bigint"}, [(one,) for one in sorted(set(blob_ids))])
    found = sql.select(
        f"SELECT b.id, b.body FROM {asked.text} JOIN {sql.table(Blob)} b"
        " ON b.id = w.id AND b.size <= %s",
        [*asked.parameters, max_size],
    )
    return {blob_id: bytes(body) for blob_id, body in found}


def _in_portions(digests: Sequence[str], bodies: Mapping[str, bytes]) -> Iterator[list[str]]:
    portion: list[str] = []
    size = 0
    for digest in digests:
        portion.append(digest)
        size += len(bodies[digest])
        if size >= WRITTEN_AT_ONCE:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


# Sightings ---------------------------------------------------------------------------------------


def write_sightings(
    showings: Sequence[Showing],
    ordinals: Mapping[PlaceKey, int],
    blobs: Mapping[str, int],
    now: datetime,
) -> None:
    """Insert each as the next sighting of its place, in this order.

    `ordinals` are the last numbers of places that have some.
    """
    last = dict(ordinals)
    rows: list[tuple[object, ...]] = []
    for id_, one in zip(sql.next_ids(Sighting, len(showings)), showings, strict=True):
        key = one.place_key
        last[key] = last.get(key, -1) + 1
        role = storable(one.role, NAME)
        rows.append(
            (
                id_,
                one.source_id,
                one.crawl_id,
                storable(one.place, NAME),
                key[1],
                last[key],
                blobs[one.sha256],
                role,
                identity(one.role),
                exact(one.role, role),
                version_text(one.version),
                str(one.standing),
                one.first_seen_at,
                one.last_seen_at,
                one.crawl_id,
                now,
                one.origin,
                storable_validator(one.validator),
            )
        )
    sql.insert(Sighting, SIGHTING_COLUMNS, rows)


def storable_validator(validator: str) -> str:
    """A validator has to come back as it was; one that cannot is no use."""
    return validator if storable(validator, _VALIDATOR) == validator else ""


class Again(msgspec.Struct, frozen=True):
    """A sighting whose bytes were seen once more."""

    sighting_id: int
    seen_at: datetime
    crawl_id: int
    standing: Standing = Standing.SEEN
    """Raises that of the row; `seen` leaves it as it is."""
    validator: str = ""
    """Empty leaves that of the row as it is."""


def see_again(again: Iterable[Again]) -> None:
    """Move what tells of the last time that sightings were seen; the last one given counts."""
    by_id = {one.sighting_id: one for one in again}
    sql.update(
        Sighting,
        _SEEN_AGAIN,
        ("id", "last_seen_at", "last_crawl_id", "standing", "validator"),
        [
            (id_, one.seen_at, one.crawl_id, str(one.standing), storable_validator(one.validator))
            for id_, one in sorted(by_id.items())
        ],
    )


def raise_to_trusted(documents: Iterable[tuple[int, str, int]]) -> None:
    """Say of documents, by source, role id and blob, that a verification trusted them."""
    columns = {"source_id": "bigint", "role_id": "text", "blob_id": "bigint"}
    asked = sql.wanted("w", columns, sorted(set(documents)))
    sql.execute(
        f"UPDATE {sql.table(Sighting)} SET standing = %s WHERE standing <> %s AND"
        " (source_id, role_id, blob_id) IN"
        f" (SELECT w.source_id, w.role_id, w.blob_id FROM {asked.text})",
        [Standing.TRUSTED, Standing.TRUSTED, *asked.parameters],
    )
