"""Is the log what it was? Its rows, its own checkpoints and an exported one, held against each other.

Rows are read once, in order. Three things are compared: what each row says with its leaf hash,
the leaf hashes with the roots that were signed, and what is there with what must be.

What only the log's own checkpoints say can be forged by whoever has its key; what an exported
checkpoint says cannot.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum

import msgspec

from trustui.core.errors import ParseError
from trustui.core.primitives.merkle import HASH_SIZE, Frontier
from trustui.core.primitives.signed_note import (
    MAX_SIZE,
    TreeHead,
    Verifier,
    parse_note,
    parse_tree_head,
)
from trustui.core.primitives.text import counted
from trustui.events.reading import (
    Row,
    StoredCheckpoint,
    newest_size,
    rows_inside,
    rows_outside,
    sealed_rows,
    stored_checkpoints,
)
from trustui.events.sealing import LogBroken, vouched_frontier

MAX_WRONG = 100
"""Findings that a report lists; the rest is counted."""
MAX_SUSPECTS = 300
"""Rows of other content that are compared with one another to tell a swap from an edit."""


class Tampering(StrEnum):
    """What was done to the log."""

    EDITED = "edited"
    """A row says something else than was sealed."""
    SWAPPED = "swapped"
    """A row holds the record of another position."""
    MISSING = "missing"
    """Positions inside the log have no row."""
    INSERTED = "inserted"
    """Rows that no checkpoint covers, or a position that no log has."""
    REWRITTEN = "rewritten"
    """Rows that agree with themselves are not those that a stored checkpoint was signed for."""
    CUT_OFF = "cut off"
    """A checkpoint says that there were more."""
    CHECKPOINT = "checkpoint"
    """A stored checkpoint was changed, or is not signed with the log's key."""
    FORKED = "forked"
    """The rows are not those that the given checkpoint was signed for."""
    FOREIGN = "foreign"
    """The given checkpoint is not of this log."""


class Wrong(msgspec.Struct, frozen=True):
    """One finding; `first` and `last` are the positions it is about, as closely as is known."""

    what: Tampering
    first: int
    last: int
    because: str


class Report(msgspec.Struct, frozen=True):
    """What a check of the log found."""

    rows: int
    root: str
    """Over the leaf hashes of those rows, lower-case hex; "" where some are missing."""
    checkpoints: int
    """Stored checkpoints that were compared."""
    compared: tuple[int, ...]
    """Sizes of the given checkpoints whose root was compared."""
    wrong: tuple[Wrong, ...]
    more: int = 0
    """Findings beyond those listed."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.wrong


def check_log(
    known: Sequence[Verifier],
    given: Sequence[str] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Check the stored log against itself and against given checkpoints (notes, as exported).

    `progress` is told how many of how many rows are done. Raises ParseError where a given
    checkpoint is none.
    """
    bound = newest_size()
    running = LogCheck(known, [_given(note, known) for note in given], stored_checkpoints(bound))
    for row in sealed_rows(0, bound):
        running.row(row)
        if progress is not None and row.position % 1_000 == 0:
            progress(row.position, bound)
    stray = rows_inside(bound) - running.rows
    # What was sealed meanwhile has its checkpoint by now, as the two are written together.
    if rows_outside(max(bound, newest_size())):
        for row in sealed_rows(bound, MAX_SIZE):
            running.row(row)
        stray = rows_inside(MAX_SIZE) + rows_outside(MAX_SIZE) - running.rows
    return running.report(stray)


def check(
    rows: Iterable[Row],
    checkpoints: Iterable[StoredCheckpoint],
    known: Sequence[Verifier],
    given: Sequence[str] = (),
) -> Report:
    """The same over values: rows in order of position, checkpoints in order of size."""
    running = LogCheck(known, [_given(note, known) for note in given], iter(checkpoints))
    for row in rows:
        running.row(row)
    return running.report()


class GivenCheckpoint(msgspec.Struct, frozen=True):
    """An exported checkpoint, and whether a known key signed it."""

    head: TreeHead
    is_ours: bool


def _given(note: str, known: Sequence[Verifier]) -> GivenCheckpoint:
    opened = parse_note(note)
    head = parse_tree_head(opened.text)
    signed_by = {key.name for key in opened.signers(tuple(known))}
    return GivenCheckpoint(head, head.origin in signed_by)


class LogCheck:
    """One pass over the rows; its frontiers follow the leaf hashes as they are stored."""

    def __init__(
        self,
        known: Sequence[Verifier],
        given: Sequence[GivenCheckpoint],
        stored: Iterator[StoredCheckpoint],
    ) -> None:
        self.rows = 0
        """Rows that were taken."""
        self._known = known
        self._given = deque(sorted(given, key=lambda one: one.head.size))
        self._stored = stored
        self._next_stored = next(stored, None)
        self._expected = 0
        """The position that comes next."""
        self._whole: Frontier | None = Frontier()
        """Of all rows so far; None once some are missing."""
        self._since: Frontier | None = Frontier()
        """The same, but taken up anew from each checkpoint that a known key signed, so that what
        is wrong before it does not hide what is wrong after it."""
        self._vouched = 0
        """The size of the last checkpoint that a known key signed."""
        self._uncovered = 0
        """Rows since then."""
        self._is_explained = False
        """Whether something was found in the rows since then, which explains another root."""
        self._checkpoints = 0
        self._compared: list[int] = []
        self._suspects: list[Row] = []
        self._wrong: list[Wrong] = []

    def row(self, row: Row) -> None:
        """Take the next row; positions never go down."""
        self.rows += 1
        if row.position < self._expected:
            self._found(Tampering.INSERTED, row.position, row.position, "it stands twice")
            return
        self._compare_checkpoints()
        is_beyond = self._next_stored is None and not self._given
        if row.position > self._expected and not is_beyond:
            self._miss(row.position)
        self._uncovered += 1
        if row.position > self._expected:
            return  # nothing was ever signed for so many rows, so none is missing before it
        leaf = row.leaf if len(row.leaf) == HASH_SIZE else bytes(HASH_SIZE)
        if _hash_at(row, row.position) != leaf:
            self._suspect(row)
        for frontier in (self._whole, self._since):
            if frontier is not None:
                frontier.append(leaf)
        self._expected += 1

    def report(self, stray: int = 0) -> Report:
        """Conclude; `stray` rows are there besides, at positions that the log does not have."""
        self._compare_checkpoints()
        self._cut_off()
        uncovered = stray + self._uncovered
        if uncovered:
            because = f"{counted(uncovered, 'row')} that no checkpoint of this log covers"
            self._found(Tampering.INSERTED, self._vouched, self._vouched + uncovered - 1, because)
        self._wrong += self._explained_suspects()
        found = _joined(sorted(self._wrong, key=lambda one: (one.first, one.last)))
        return Report(
            rows=self.rows,
            root="" if self._whole is None else self._whole.root.hex(),
            checkpoints=self._checkpoints,
            compared=tuple(self._compared),
            wrong=tuple(found[:MAX_WRONG]),
            more=max(0, len(found) - MAX_WRONG),
        )

    def _found(self, what: Tampering, first: int, last: int, because: str) -> None:
        self._wrong.append(Wrong(what, first, last, because))

    # Rows ------------------------------------------------------------------------------------

    def _miss(self, position: int) -> None:
        self._found(Tampering.MISSING, self._expected, position - 1, "no row has this position")
        self._is_explained = True
        self._whole = self._since = None
        self._expected = position
        self._compare_checkpoints()

    def _suspect(self, row: Row) -> None:
        self._is_explained = True
        shift = _shift(row)
        if shift:
            self._wrong.append(_swapped(row.position, row.position + shift))
        elif len(self._suspects) < MAX_SUSPECTS:
            self._suspects.append(row)
        else:
            self._wrong.append(_edited(row))

    def _explained_suspects(self) -> Iterator[Wrong]:
        for row in self._suspects:
            origin = next((other.position for other in self._suspects if _is_of(row, other)), None)
            yield _edited(row) if origin is None else _swapped(row.position, origin)

    # Checkpoints -----------------------------------------------------------------------------

    def _compare_checkpoints(self) -> None:
        """Compare every checkpoint whose rows have all been taken."""
        while self._given and self._given[0].head.size <= self._expected:
            self._compare_given(self._given.popleft())
        while self._next_stored is not None and self._next_stored.size <= self._expected:
            self._compare_stored(self._next_stored)
            self._next_stored = next(self._stored, None)

    def _compare_given(self, given: GivenCheckpoint) -> None:
        head = given.head
        if not given.is_ours:
            because = f"the checkpoint of {head.origin[:80]!r} is not signed with a key of this log"
            self._found(Tampering.FOREIGN, 0, head.size, because)
        elif self._whole is not None and head.size == self._whole.size:
            self._compared.append(head.size)
            if head.root != self._whole.root:
                because = (
                    f"the first {counted(head.size, 'event')} are not those of the given checkpoint"
                )
                self._found(Tampering.FORKED, 0, head.size - 1, because)

    def _compare_stored(self, stored: StoredCheckpoint) -> None:
        frontier = self._vouched_frontier(stored)
        if frontier is None:
            return
        if stored.size == self._expected:
            differs = self._since is not None and self._since.root != frontier.root
            if differs and not self._is_explained:
                because = "they agree with themselves, and not with what was signed"
                self._found(Tampering.REWRITTEN, self._vouched, stored.size - 1, because)
            self._since = frontier
        self._is_explained = False
        self._vouched = stored.size
        self._uncovered = 0

    def _vouched_frontier(self, stored: StoredCheckpoint) -> Frontier | None:
        self._checkpoints += 1
        because = "its columns contradict its note"
        try:
            frontier = vouched_frontier(stored.note, stored.frontier, self._known)
            if (frontier.size, frontier.root) == (stored.size, stored.root):
                return frontier
        except LogBroken as error:
            because = str(error)
        because = f"the stored checkpoint of {counted(stored.size, 'event')}: {because}"
        self._found(Tampering.CHECKPOINT, stored.size, stored.size, because)
        return None

    def _cut_off(self) -> None:
        """What is left are checkpoints of more rows than there are."""
        size = self._expected
        for given in self._given:
            if given.is_ours:
                because = f"the given checkpoint is of {counted(given.head.size, 'event')}"
                self._found(Tampering.CUT_OFF, size, given.head.size - 1, because)
            else:
                self._compare_given(given)
        while self._next_stored is not None:
            stored, self._next_stored = self._next_stored, next(self._stored, None)
            if self._vouched_frontier(stored) is not None:
                because = f"a stored checkpoint is of {counted(stored.size, 'event')}"
                self._found(Tampering.CUT_OFF, size, stored.size - 1, because)
                self._uncovered = 0


def _hash_at(row: Row, position: int) -> bytes | None:
    """The leaf that this row's content would have at a position; None where it has none."""
    if row.record is None:
        return None
    try:
        return row.record.placed_at(position).leaf
    except (ParseError, TypeError, AttributeError):
        return None


def _shift(row: Row) -> int:
    """How far the row was moved, where it stands beside the place that it was sealed at."""
    return next((by for by in (1, -1) if _hash_at(row, row.position + by) == row.leaf), 0)


def _is_of(row: Row, other: Row) -> bool:
    """Whether the row holds what was sealed at the other's position."""
    return row is not other and _hash_at(row, other.position) in {row.leaf, other.leaf}


def _edited(row: Row) -> Wrong:
    because = "the row cannot be read" if row.record is None else "the row is not what was sealed"
    return Wrong(Tampering.EDITED, row.position, row.position, because)


def _swapped(position: int, origin: int) -> Wrong:
    return Wrong(
        Tampering.SWAPPED, position, position, f"it holds what was sealed at position {origin:,}"
    )


def _joined(found: Sequence[Wrong]) -> list[Wrong]:
    """Neighbours of one kind as one finding."""
    joined: list[Wrong] = []
    for one in found:
        last = joined[-1] if joined else None
        if last is not None and last.what is one.what and last.last + 1 == one.first:
            joined[-1] = Wrong(one.what, last.first, one.last, _both(last.because, one.because))
        else:
            joined.append(one)
    return joined


def _both(first: str, second: str) -> str:
    return first if first == second or first.endswith(", and so on") else f"{first}, and so on"
