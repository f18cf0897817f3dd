"""When documents expire, when they lapsed, and which one needs a successor next.

Times are aware datetimes in UTC. A document is valid strictly before its expiry.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from trustui.core.formats.tuf.metadata import TOP_LEVEL_ROLES, Metadata
from trustui.core.formats.tuf.repository import Repository
from trustui.core.formats.tuf.states import expires_soon, signing_begins

DAY = timedelta(days=1)


class Life(StrEnum):
    """Where a version is in its life at an instant; about dates only, not signatures."""

    VALID = "valid"
    EXPIRES_SOON = "expires_soon"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    """A newer version has been published; the expiry of this one means nothing any more."""


class Bar(msgspec.Struct, frozen=True):
    """One version of a role, from its publication to its expiry."""

    version: int
    digest: str
    begins: datetime | None
    """When it was published or first seen; None where nobody knows."""
    expires: datetime
    signing_begins: datetime | None
    """When its successor should be signed, where the metadata says so."""
    life: Life
    days_left: int
    """Whole days until the expiry, negative after it."""


class Lapse(msgspec.Struct, frozen=True):
    """A time in which a role had no valid document: clients refused the repository."""

    version: int
    """The version that expired."""
    begins: datetime
    ends: datetime
    """When the successor was published, or the instant of the timeline."""
    is_open: bool
    """Whether no successor has been published yet."""


class Gap(msgspec.Struct, frozen=True):
    """A time without a valid version, after the one that stands at `index`."""

    index: int
    begins: datetime
    ends: datetime
    is_open: bool
    """Whether it lasts until the instant that is looked at."""


class Lane(msgspec.Struct, frozen=True):
    """The versions of one role in the order of their publication, oldest first."""

    role: str
    bars: tuple[Bar, ...]
    lapses: tuple[Lapse, ...]

    @property
    def newest(self) -> Bar:
        """The version that clients are served at the instant of the timeline."""
        return self.bars[-1]


class Timeline(msgspec.Struct, frozen=True):
    """The lanes of a repository: top-level roles first, in the order a client asks."""

    at: datetime
    lanes: tuple[Lane, ...]
    begins: datetime
    ends: datetime
    """The earliest and the latest instant that any bar touches, the instant itself included."""


class Expiry(msgspec.Struct, frozen=True):
    """A document of a repository and how long it has."""

    role: str
    version: int
    expires: datetime
    signing_begins: datetime | None
    life: Life
    days_left: int


def expiries(documents: Iterable[tuple[str, Metadata, datetime | None]], at: datetime) -> Timeline:
    """The timeline of roles' versions as it was known at an instant.

    Each document comes with its role and the time of its publication; where that is None its
    `seen_at` counts. What was published after `at` is left out.
    """
    known: dict[str, list[tuple[Metadata, datetime | None]]] = {}
    for role, metadata, published_at in documents:
        begins = published_at or metadata.seen_at
        if begins is None or begins <= at:
            known.setdefault(role, []).append((metadata, begins))
    roots = sorted(known.get("root", ()), key=_order)
    root = roots[-1][0] if roots else None
    top = [role for role in TOP_LEVEL_ROLES if role in known]
    names = [*top, *(role for role in known if role not in TOP_LEVEL_ROLES)]
    lanes = tuple(_lane(name, sorted(known[name], key=_order), root, at) for name in names)
    touched = [at, *(edge for lane in lanes for bar in lane.bars for edge in _edges(bar))]
    return Timeline(at, lanes, min(touched), max(touched))


def next_expiries(repository: Repository, at: datetime) -> tuple[Expiry, ...]:
    """The documents of a repository as they were read, the one that expires first in front."""
    found = [
        Expiry(
            role=name,
            version=metadata.version,
            expires=metadata.expires,
            signing_begins=(began := signing_begins(repository.root, name, metadata)),
            life=_life(metadata, at, began),
            days_left=(metadata.expires - at) // DAY,
        )
        for name, metadata in _documents(repository)
    ]
    return tuple(sorted(found, key=lambda one: one.expires))


def gaps(versions: Sequence[tuple[datetime | None, datetime]], at: datetime) -> Iterator[Gap]:
    """Where versions had expired before their successors came, or before `at`.

    Each version is given by its publication and its expiry, in the order of publication. What was
    seen for the first time after its expiry leaves a gap from then on: nobody knows what was there.
    """
    for index, (begins, expires) in enumerate(versions):
        is_last = index + 1 == len(versions)
        ends = at if is_last else versions[index + 1][0]
        since = expires if begins is None else max(begins, expires)
        if ends is not None and ends > since:
            yield Gap(index, since, ends, is_last)


def _documents(repository: Repository) -> Iterator[tuple[str, Metadata]]:
    top = {
        "root": repository.root,
        "timestamp": repository.timestamp,
        "snapshot": repository.snapshot,
    }
    for name, metadata in {**top, **repository.roles}.items():
        if metadata is not None:
            yield name, metadata


def _order(known: tuple[Metadata, datetime | None]) -> tuple[bool, datetime, int]:
    """By publication, then by version; what nobody knows the publication of comes first."""
    metadata, begins = known
    return begins is not None, begins or metadata.expires, metadata.version


def _edges(bar: Bar) -> tuple[datetime, ...]:
    return (bar.expires,) if bar.begins is None else (bar.begins, bar.expires)


def _lane(
    role: str, known: list[tuple[Metadata, datetime | None]], root: Metadata | None, at: datetime
) -> Lane:
    newest = known[-1][0]
    bars = tuple(
        _bar(role, metadata, begins, root, at, is_newest=metadata is newest)
        for metadata, begins in known
    )
    return Lane(role, bars, tuple(_lapses(bars, at)))


def _bar(
    role: str,
    metadata: Metadata,
    begins: datetime | None,
    root: Metadata | None,
    at: datetime,
    *,
    is_newest: bool,
) -> Bar:
    renewal = signing_begins(root, role, metadata)
    aged = msgspec.structs.replace(metadata, seen_at=begins)
    return Bar(
        version=metadata.version,
        digest=metadata.digest,
        begins=begins,
        expires=metadata.expires,
        signing_begins=renewal,
        life=_life(aged, at, renewal) if is_newest else Life.SUPERSEDED,
        days_left=(metadata.expires - at) // DAY,
    )


def _life(metadata: Metadata, at: datetime, signing_begins: datetime | None) -> Life:
    if at >= metadata.expires:
        return Life.EXPIRED
    return Life.EXPIRES_SOON if expires_soon(metadata, at, signing_begins) else Life.VALID


def _lapses(bars: tuple[Bar, ...], at: datetime) -> Iterator[Lapse]:
    for gap in gaps([(bar.begins, bar.expires) for bar in bars], at):
        yield Lapse(bars[gap.index].version, gap.begins, gap.ends, gap.is_open)
