"""Importing a past: what a place published before anybody here looked."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

import msgspec
from django.db import transaction

from trustui.core.errors import ParseError
from trustui.core.facts import Document, Problem
from trustui.core.formats.tuf.metadata import Metadata
from trustui.core.formats.tuf.parse import parse
from trustui.core.limits import MIB
from trustui.core.primitives.digests import sha256
from trustui.core.primitives.instants import write_instant
from trustui.core.primitives.text import counted, visible
from trustui.crawl.source import Seen
from trustui.events.services import record
from trustui.inventory import sql
from trustui.inventory.models import Crawl, CrawlOutcome, Sighting, Source, Standing
from trustui.inventory.projecting import Form, Written, known_versions, move_back, project
from trustui.inventory.reaching import mark_reachable
from trustui.inventory.role_states import ROOT, State, states_of, write_states
from trustui.inventory.sightings import PlaceKey, Showing, write_blobs, write_sightings
from trustui.inventory.text import identity

AT_ONCE = 1_000
"""Documents of one batch, unless their bytes are more than these:"""
BYTES_AT_ONCE = 32 * MIB

_VersionKey: TypeAlias = tuple[int, str, str]


class ImportReport(msgspec.Struct, frozen=True):
    """What an import found and wrote."""

    documents: int
    """That the past has."""
    sightings: int
    """Of these the ones that were not imported before."""
    role_versions: int
    """Documents that nothing had shown before and that are TUF 1.0 metadata."""
    problems: tuple[Problem, ...]
    """What the past should have and does not give."""
    crawl_id: int | None
    """None where nothing was written."""


@transaction.atomic
def import_past(
    *, source: Source, seen: Iterable[Seen | Problem], now: datetime, actor: str
) -> ImportReport:
    """Write the past of a source, given in the order of publication, as sightings of its own origin.

    A document stood at its place from its publication until the next one of that place, or until
    the past ends; one without a time stood from where the past begins. What was imported before is
    not written again. `now` is aware UTC, `actor` as in an event. One event `source.imported`
    where anything was new.
    """
    source = Source.objects.select_for_update(no_key=True).get(pk=source.pk)
    reader = _Reader(source.pk, now)
    for batch in _in_batches(seen, reader.problems):
        reader.take(batch)
    stands = _settled(reader.stands, now)
    imported = _imported(source.pk)
    new = _not_imported(stands, imported)
    crawl_id = _write(source, new, imported.ordinals, reader, now) if new else None
    report = ImportReport(
        documents=reader.documents,
        sightings=len(new),
        role_versions=reader.new_versions,
        problems=tuple(reader.problems),
        crawl_id=crawl_id,
    )
    if crawl_id is not None:
        _tell(source, report, stands, now, actor)
    return report


# Reading -----------------------------------------------------------------------------------------


class _Stand(msgspec.Struct):
    """A document at its place, without its bytes."""

    place: str
    role: str
    origin: str
    sha256: str
    version_key: _VersionKey
    version: str
    published_at: datetime | None
    since: datetime
    until: datetime

    @property
    def place_key(self) -> PlaceKey:
        """Where it stood."""
        return self.version_key[0], identity(self.place), self.origin


class _Reader:
    """Takes the documents of a past in batches: their bytes and projections are written at once."""

    def __init__(self, source_id: int, now: datetime) -> None:
        self.problems: list[Problem] = []
        self.stands: list[_Stand] = []
        self.versions: dict[_VersionKey, Written] = {}
        self.blobs: dict[str, int] = {}
        self.parsed: dict[int, Metadata] = {}
        """The last snapshot and what else came in its batch, by blob."""
        self.documents = 0
        self.new_versions = 0
        self._source_id = source_id
        self._now = now

    def take(self, batch: Sequence[Seen]) -> None:
        """Write what these documents are; where they stood is kept for the end."""
        self.documents += len(batch)
        digests = [sha256(one.document.body) for one in batch]
        bodies = {digest: one.document.body for digest, one in zip(digests, batch, strict=True)}
        self.blobs |= write_blobs(bodies, self._now)
        keys = [
            (self._source_id, identity(one.role), digest)
            for digest, one in zip(digests, batch, strict=True)
        ]
        self.versions |= known_versions(key for key in keys if key not in self.versions)
        self._project(batch, keys)
        for one, key in zip(batch, keys, strict=True):
            known = self.versions.get(key)
            version = "" if known is None else known.version
            at = one.published_at or self._now
            stand = (one.place, one.role, one.origin, key[2], key, version, one.published_at)
            self.stands.append(_Stand(*stand, since=at, until=at))

    def _project(self, batch: Sequence[Seen], keys: Sequence[_VersionKey]) -> None:
        forms: dict[_VersionKey, Form] = {}
        self.parsed = {}
        for one, key in zip(batch, keys, strict=True):
            if key in self.versions or key in forms:
                continue
            metadata = _parsed(one.document)
            if metadata is None:
                continue
            blob_id = self.blobs[key[2]]
            self.parsed[blob_id] = metadata
            at = one.published_at or self._now
            forms[key] = Form(key[0], one.role, key[1], blob_id, metadata, at, one.origin)
        rows = project(forms.values()).rows
        self.versions |= {key: rows[form.key] for key, form in forms.items()}
        self.new_versions += len(forms)


def _in_batches(past: Iterable[Seen | Problem], problems: list[Problem]) -> Iterator[list[Seen]]:
    batch: list[Seen] = []
    size = 0
    for one in past:
        if isinstance(one, Problem):
            problems.append(one)
            continue
        batch.append(one)
        size += len(one.document.body)
        if len(batch) >= AT_ONCE or size >= BYTES_AT_ONCE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _parsed(document: Document) -> Metadata | None:
    try:
        return parse(document)
    except ParseError:
        return None


# When and where ----------------------------------------------------------------------------------


def _settled(stands: Sequence[_Stand], now: datetime) -> list[_Stand]:
    """Those that hold something else than their place held before, with their times."""
    times = [one.published_at for one in stands if one.published_at is not None]
    begins, ends = min(times, default=now), max(times, default=now)
    at_place: dict[PlaceKey, _Stand] = {}
    settled: list[_Stand] = []
    for one in stands:
        before = at_place.get(one.place_key)
        if before is not None and before.sha256 == one.sha256:
            continue
        one.since = one.published_at or begins
        one.until = max(ends, one.since)
        if before is not None:
            before.until = max(one.since, before.since)
        at_place[one.place_key] = one
        settled.append(one)
    return settled


class _Imported(msgspec.Struct):
    """A sighting that an earlier import wrote."""

    id: int
    first_seen_at: datetime
    last_seen_at: datetime
    is_met: bool = False


class _Past(msgspec.Struct, frozen=True):
    """What earlier imports wrote: sightings by place and bytes, and the last number of each place."""

    rows: dict[tuple[PlaceKey, str], list[_Imported]]
    ordinals: dict[PlaceKey, int]


def _imported(source_id: int) -> _Past:
    rows = (
        Sighting.objects.filter(source=source_id)
        .exclude(origin="")
        .order_by("ordinal")
        .values_list(
            *("place_id", "origin", "id", "blob__sha256", "first_seen_at", "last_seen_at"),
            "ordinal",
        )
    )
    past = _Past({}, {})
    for place_id, origin, id_, digest, first, last, ordinal in rows.iterator(chunk_size=2_000):
        key = source_id, place_id, origin
        past.rows.setdefault((key, digest), []).append(_Imported(id_, first, last))
        past.ordinals[key] = ordinal
    return past


def _not_imported(stands: Sequence[_Stand], imported: _Past) -> list[_Stand]:
    """What no earlier import wrote. Of the rest the end moves when the past goes on."""
    new: list[_Stand] = []
    ends: list[tuple[int, datetime]] = []
    for stand in stands:
        row = _met(stand, imported.rows.get((stand.place_key, stand.sha256), ()))
        if row is None:
            new.append(stand)
        elif stand.published_at is not None and row.last_seen_at != stand.until:
            ends.append((row.id, stand.until))
    sql.update(Sighting, "last_seen_at = {last_seen_at}", ("id", "last_seen_at"), ends)
    return new


def _met(stand: _Stand, rows: Iterable[_Imported]) -> _Imported | None:
    """The row of an earlier import for this; one without a time is known by its bytes alone."""
    for row in rows:
        is_then = stand.published_at is None or row.first_seen_at == stand.since
        if is_then and not row.is_met:
            row.is_met = True
            return row
    return None


# Writing -----------------------------------------------------------------------------------------


def _write(
    source: Source,
    new: Sequence[_Stand],
    ordinals: Mapping[PlaceKey, int],
    reader: _Reader,
    now: datetime,
) -> int:
    """The import as a crawl, its sightings, and what they change; gives the crawl's id."""
    crawl = Crawl.objects.create(
        source=source,
        started_at=now,
        finished_at=now,
        outcome=CrawlOutcome.PARTIAL if reader.problems else CrawlOutcome.COMPLETE,
        origin=new[0].origin,
        because=_because(reader.problems),
    )
    showings = [
        Showing(
            source_id=source.pk,
            crawl_id=crawl.pk,
            place=one.place,
            role=one.role,
            version=one.version,
            sha256=one.sha256,
            standing=Standing.SEEN,
            first_seen_at=one.since,
            last_seen_at=one.until,
            origin=one.origin,
        )
        for one in new
    ]
    write_sightings(showings, ordinals, reader.blobs, now)
    _move_back(new, reader.versions)
    _write_states(new, reader)
    return crawl.pk


def _because(problems: Sequence[Problem]) -> str:
    if not problems:
        return ""
    first = visible(problems[0].because)
    return f"{counted(len(problems), 'document')} could not be read, first: {first}"


def _move_back(new: Sequence[_Stand], versions: Mapping[_VersionKey, Written]) -> None:
    """What was seen here already was published earlier than that."""
    earlier: dict[int, tuple[datetime, str]] = {}
    for one in new:
        row = versions.get(one.version_key)
        if row is not None:
            since = earlier[row.id][0] if row.id in earlier else row.first_seen_at
            if one.since < since:
                earlier[row.id] = (one.since, one.origin)
    move_back(earlier)


def _write_states(new: Sequence[_Stand], reader: _Reader) -> None:
    """The last document of a role is what it was at the end, where nobody looked since."""
    readable = [one for one in new if one.version_key in reader.versions]
    readable.sort(key=lambda one: _rank(one, reader.versions))
    last = {one.version_key[:2]: one for one in readable}
    before = states_of(last)
    states = []
    for key, one in last.items():
        row, version = before.get(key), reader.versions[one.version_key]
        if row is None or row.origin:
            states.append(
                State(
                    *(key[0], one.role, key[1], version.id),
                    *(one.origin, one.place_key[1]),
                    *(None if row is None else row.trusted_id, version.expires_at),
                )
            )
    write_states(states)
    mark_reachable((state.source_id for state in states), reader.parsed)


def _rank(stand: _Stand, versions: Mapping[_VersionKey, Written]) -> str:
    """Sorts roots by their version and leaves the rest in its order."""
    version = versions[stand.version_key]
    return version.version_rank if stand.version_key[1] == ROOT else ""


def _tell(
    source: Source, report: ImportReport, stands: Sequence[_Stand], now: datetime, actor: str
) -> None:
    record(
        kind="source.imported",
        at=now,
        actor=actor,
        subject=source.name,
        team_id=source.team_id,
        source_id=source.pk,
        detail={
            "crawl": report.crawl_id,
            "origin": stands[0].origin,
            "documents": report.documents,
            "new": report.sightings,
            "problems": len(report.problems),
            "from": write_instant(min(one.since for one in stands)),
            "until": write_instant(max(one.until for one in stands)),
        },
    )
