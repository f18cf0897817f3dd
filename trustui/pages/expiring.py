"""Everything that expires in one order: documents, what is in trust material, signatures."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import chain
from typing import TypeAlias

import msgspec

from trustui.core.primitives.text import counted
from trustui.core.trust_policy.terms import TermKind
from trustui.pages.due import (
    ALL,
    KINDS,
    LATER,
    REVOCATION_LIST,
    ROLE,
    WINDOWS,
    Asked,
    Bounds,
    Due,
    Stream,
    Tally,
    documents,
    sources_then,
)
from trustui.pages.moment import Moment
from trustui.pages.terms import (
    MATERIALS,
    REVOCATIONS,
    SIGNATURES,
    TermDue,
    material_terms,
    revocation_terms,
    signature_terms,
)
from trustui.pages.viewer import Viewer

Row: TypeAlias = Due | TermDue
Position: TypeAlias = tuple[datetime, int, int]
"""Of a row: when it expires, its stream, its id."""
_BEFORE, _BEHIND = -1, 2**63 - 1
_OF_MATERIALS = ("", TermKind.CERTIFICATE, TermKind.TRUSTED_ROOT)


class Counts(msgspec.Struct, frozen=True):
    """How many expire, by kind."""

    kinds: Mapping[str, Tally]

    @property
    def windows(self) -> dict[str, int]:
        """How many each window holds, of all kinds."""
        return {
            window: sum(one.windows[window] for one in self.kinds.values())
            for window in (*WINDOWS, LATER, ALL)
        }

    @property
    def days(self) -> dict[date, int]:
        """How many expire on each day of UTC."""
        found: Counter[date] = Counter()
        for one in self.kinds.values():
            found.update(one.days)
        return dict(found)

    def within(self, asked: Asked) -> dict[str, int]:
        """By kind, how many of them the window or the days of a question hold; no zeros."""
        found = {kind: _held(tally, asked) for kind, tally in self.kinds.items()}
        return {kind: found[kind] for kind in KINDS if found.get(kind)}


def _held(tally: Tally, asked: Asked) -> int:
    if not asked.is_brushed:
        return tally.windows[asked.window]
    return sum(
        count
        for day, count in tally.days.items()
        if (asked.begins is None or day >= asked.begins)
        and (asked.ends is None or day <= asked.ends)
    )


class Expiring(msgspec.Struct, frozen=True):
    """A question to the database, whatever the window; its streams by their number."""

    streams: Mapping[int, Stream[Due] | Stream[TermDue]]

    def page(self, bounds: Bounds, after: Position | None, limit: int) -> list[Row]:
        """The next of all, the first to expire first: a query for each stream."""
        pages: list[Sequence[Row]] = [
            stream.page(bounds, _after(number, after), limit)
            for number, stream in self.streams.items()
        ]
        if len(pages) == 1:
            return list(pages[0])
        return sorted(chain.from_iterable(pages), key=position_of)[:limit]

    def counts(self, begin: datetime, within: Bounds = (None, None)) -> Counts:
        """All of them between two instants, counted: a query for each stream."""
        found: dict[str, Tally] = {}
        for stream in self.streams.values():
            found |= stream.tallies(begin, within)
        return Counts(found)


def position_of(row: Row) -> Position:
    """Where a row stands."""
    return row.expires_at, row.stream, row.id


def _after(number: int, after: Position | None) -> tuple[datetime, int] | None:
    """Where a stream goes on behind a row of any stream."""
    if after is None:
        return None
    at, stream, id_ = after
    if number == stream:
        return at, id_
    return at, _BEFORE if number > stream else _BEHIND


def expiring(viewer: Viewer, moment: Moment, asked: Asked) -> Expiring | None:
    """What this person sees of it; None where that is the past of too many sources.

    At most one query for the past, none for now.
    """
    streams: dict[int, Stream[Due] | Stream[TermDue]] = {}
    of_sources = asked.kind in {"", ROLE, TermKind.SIGNATURE}
    then = [] if moment.at == moment.now or not of_sources else sources_then(viewer, moment, asked)
    if then is None:
        return None
    if asked.kind in {"", ROLE}:
        streams[0] = documents(viewer, moment, asked, then)
    if not asked.role and asked.source_id is None and asked.kind in _OF_MATERIALS:
        streams[MATERIALS] = material_terms(viewer, moment, asked)
    if not asked.role and asked.kind in {"", TermKind.SIGNATURE}:
        streams[SIGNATURES] = signature_terms(viewer, moment, asked, then)
    if not asked.role and asked.kind == REVOCATION_LIST:
        streams[REVOCATIONS] = revocation_terms(viewer, moment, asked)
    return Expiring(streams)


def in_words(counts: Mapping[str, int]) -> str:
    """`3 roles, 1 certificate and 2 signatures`; empty where there is nothing."""
    parts = [counted(counts[kind], noun) for kind, noun in KINDS.items() if counts.get(kind)]
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))
