"""A sealed event log as values, and somebody who tampers with it as thoroughly as they can."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from random import Random

import msgspec

from trustui.core.primitives.merkle import Frontier
from trustui.core.primitives.signed_note import Signer, TreeHead
from trustui.events.kinds import KINDS
from trustui.events.reading import Row, StoredCheckpoint
from trustui.events.records import Record

START = datetime(2026, 11, 21, 9, tzinfo=UTC)
LOG_KEY = Signer("trustui", b"the key of the log, in a test ok")
OTHER_KEY = Signer("trustui", b"some other key of the same name!")


class Act(StrEnum):
    """What is done to the rows."""

    EDIT = "edit"
    DELETE = "delete"
    SWAP = "swap"
    INSERT = "insert"
    CUT = "cut off the tail"


class Cover(StrEnum):
    """How far it is covered up."""

    NONE = "nothing else is touched"
    LEAVES = "positions and leaves are made to fit"
    OTHER_KEY = "and every checkpoint is made anew, signed with another key"
    NO_CHECKPOINTS = "and every checkpoint that would tell is deleted"
    OWN_KEY = "and every checkpoint is made anew, signed with the log's own key"


@dataclass(frozen=True)
class Log:
    rows: tuple[Row, ...]
    checkpoints: tuple[StoredCheckpoint, ...]


def records(count: int, start: int = 0) -> list[Record]:
    kinds = list(KINDS)
    return [
        Record(
            position=number,
            kind=kinds[number % len(kinds)],
            at=START + timedelta(seconds=number, microseconds=number),
            actor="worker" if number % 3 else "person:alice",
            team_id=number % 2 or None,
            source_id=number % 5 or None,
            subject=f"source {number}",
            reason="" if number % 3 else "planned rotation",
            detail={"roles": [f"timestamp v{number}"], "count": number},
        )
        for number in range(start, start + count)
    ]


def sealed(contents: Sequence[Record], sizes: Sequence[int], signer: Signer = LOG_KEY) -> Log:
    """An honest log of these records, in this order, with checkpoints of these sizes."""
    rows, checkpoints = [], []
    frontier = Frontier()
    for position, content in enumerate(contents):
        placed = content.placed_at(position)
        rows.append(Row(position, placed, placed.leaf))
        frontier.append(placed.leaf)
        if frontier.size in sizes:
            head = TreeHead(signer.name, frontier.size, frontier.root)
            note = signer.sign(head.text)
            stored = StoredCheckpoint(head.size, head.root, frontier.to_bytes(), note)
            checkpoints.append(stored)
    return Log(tuple(rows), tuple(checkpoints))


@dataclass(frozen=True)
class Tampered:
    log: Log
    first: int
    """The first position that is not what it was."""


@dataclass(frozen=True)
class Attacker:
    """Draws what to do from `random`; touches nothing at or above `below`."""

    random: Random
    below: int

    def tamper(self, log: Log, act: Act, cover: Cover) -> Tampered:
        first = self.random.randrange(self.below)
        if cover is Cover.NONE:
            return Tampered(replace(log, rows=self._crudely(log.rows, act, first)), first)
        contents = self._rearranged([row.record for row in log.rows if row.record], act, first)
        sizes = [one.size for one in log.checkpoints]
        if cover is Cover.OWN_KEY:
            return Tampered(sealed(contents, [*sizes, len(contents)]), first)
        if cover is Cover.OTHER_KEY:
            return Tampered(sealed(contents, [*sizes, len(contents)], OTHER_KEY), first)
        kept = log.checkpoints
        if cover is Cover.NO_CHECKPOINTS:
            kept = tuple(one for one in kept if one.size <= first)
        return Tampered(Log(sealed(contents, ()).rows, kept), first)

    def _crudely(self, rows: tuple[Row, ...], act: Act, at: int) -> tuple[Row, ...]:
        """As somebody does with one statement of SQL."""
        before, row, after = rows[:at], rows[at], rows[at + 1 :]
        assert row.record is not None
        match act:
            case Act.EDIT:
                edited = msgspec.structs.replace(row, record=self._edited(row.record))
                return (*before, edited, *after)
            case Act.DELETE:
                return (*before, *after)
            case Act.SWAP:
                return self._swapped(rows, at)
            case Act.INSERT:
                (added,) = records(1, start=1_000_000)
                return (*rows, Row(len(rows), added.placed_at(len(rows)), row.leaf))
            case Act.CUT:
                return before

    def _swapped(self, rows: tuple[Row, ...], at: int) -> tuple[Row, ...]:
        """Positions are exchanged, or everything but the positions, with or without the leaf."""
        other = self._another(at, len(rows))
        first, second = rows[at], rows[other]
        assert first.record is not None
        assert second.record is not None
        leaves = (
            (second.leaf, first.leaf) if self.random.random() < 0.5 else (first.leaf, second.leaf)
        )
        changed = list(rows)
        changed[at] = Row(at, second.record.placed_at(at), leaves[0])
        changed[other] = Row(other, first.record.placed_at(other), leaves[1])
        return tuple(changed)

    def _rearranged(self, contents: list[Record], act: Act, at: int) -> list[Record]:
        match act:
            case Act.EDIT:
                return [*contents[:at], self._edited(contents[at]), *contents[at + 1 :]]
            case Act.DELETE:
                return [*contents[:at], *contents[at + 1 :]]
            case Act.SWAP:
                other = self._another(at, len(contents))
                changed = list(contents)
                changed[at], changed[other] = contents[other], contents[at]
                return changed
            case Act.INSERT:
                return [*contents[:at], *records(1, start=1_000_000), *contents[at:]]
            case Act.CUT:
                return contents[:at]

    def _another(self, at: int, count: int) -> int:
        other = self.random.randrange(count - 1)
        return other + (other >= at)

    def _edited(self, record: Record) -> Record:
        changes: dict[str, object] = {
            "kind": "team.created" if record.kind != "team.created" else "user.created",
            "at": record.at + timedelta(microseconds=self.random.choice([-1, 1, 3_600_000_000])),
            "actor": record.actor + "x",
            "team_id": 7,
            "source_id": 8,
            "subject": record.subject.replace("source", "Source"),
            "reason": record.reason + ".",
            "detail": {"roles": [], "count": self.random.randrange(10**6, 10**7)},
        }
        name = self.random.choice(list(changes))
        return msgspec.structs.replace(record, **{name: changes[name]})
