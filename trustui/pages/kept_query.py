"""Statements that Django writes once for each shape of a question, asked again with other values.

Writing the SQL of a list takes longer than the database takes to answer it. What decides the shape
is the key under which a statement is kept: who asks, what is chosen, the order, the size of a page.
Only instants and the position of a page differ from one time to the next: for those the statement
has a place, `Given`.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeAlias, TypeVar, get_type_hints

import msgspec
from django.db.models import QuerySet

from trustui.pages.kept_statement import Given, Scalar, Statement, written
from trustui.pages.moment import Moment
from trustui.pages.paging import (
    MOST_ROWS,
    ROWS,
    PagingError,
    Slice,
    beyond,
    read_cursor,
    write_cursor,
)
from trustui.pages.positions import checked_size

MOST_KEPT = 128
"""Statements of one list, about 10 kB each; where more shapes are asked for, all are written anew."""

T = TypeVar("T")
About: TypeAlias = Scalar | tuple[Scalar, ...]


class Who(Protocol):
    """Whoever asks, as far as a query may read of them; a `Viewer` is read by such a statement itself."""

    @property
    def user_id(self) -> int:
        """Of the account; 0 for nobody."""

    @property
    def name(self) -> str:
        """Of the account."""

    @property
    def roles(self) -> Mapping[int, str]:
        """By team."""


class _Unknown:
    """Of a shape that nobody asked for yet; None is an answer."""


_UNKNOWN = _Unknown()


class KeptQuery(Generic[T]):
    """Rows of some columns of a query that depends on who asks, the instant, and what is chosen.

    `query` is called with them, and with what the rows are `about`, for each new shape only. The
    instants of its moment and what it is about are `Given` then: they may be compared with columns,
    instants also with each other by `==` (now or not), and nothing else. All else that it reads has
    to follow from its arguments. Where nobody asks, or about no moment, it may not use them. A
    tuple that rows are about comes as a list of places, for `…__in`; of a foreign key that is
    `…__pk__in`, for Django makes numbers of what it compares with the key itself.
    """

    def __init__(
        self,
        query: Callable[..., "QuerySet[Any, Any]"],
        columns: Sequence[str],
        row: type[T],
    ) -> None:
        """`row` is made of the columns in their order; its annotations say the kinds of cursors.

        What is ordered by beside the columns is asked for then alone, and given by name.
        """
        self._query = query
        self._columns = tuple(columns)
        self._row = row
        self._kinds = get_type_hints(row)
        self._kept: dict[Hashable, Statement | None] = {}

    def rows(
        self,
        viewer: Who | None = None,
        moment: Moment | None = None,
        chosen: Hashable = None,
        order: Sequence[str] = (),
        limit: int | None = None,
        *,
        about: Sequence[About] = (),
    ) -> list[T]:
        """All of them, or the first: one statement."""
        return self._asked(viewer, moment, _Shape(chosen, tuple(order), limit), about, [])

    def sliced(
        self,
        viewer: Who,
        moment: Moment | None,
        chosen: Hashable,
        order: Sequence[str],
        after: str | None = None,
        size: int = ROWS,
        *,
        about: Sequence[About] = (),
    ) -> Slice[T]:
        """As `paging.sliced`, with the same cursors; the order is of columns. Raises PagingError."""
        names = [name.removeprefix("-") for name in order]
        position = self._position(names, after) if after else []
        beside = tuple(name for name in names if name not in self._columns)
        limit = checked_size(size) + 1
        shape = _Shape(chosen, tuple(order), limit, beside, is_later=bool(after))
        rows = self._asked(viewer, moment, shape, about, position)
        if len(rows) <= size:
            return Slice(rows)
        last = rows[size - 1]
        return Slice(rows[:size], write_cursor([getattr(last, name) for name in names]))

    def every(
        self,
        viewer: Who,
        moment: Moment | None,
        chosen: Hashable,
        order: Sequence[str],
        *,
        about: Sequence[About] = (),
    ) -> Iterator[T]:
        """All of them in portions, each a statement: the first come at once, and none are held.

        The order needs an index: without one each portion costs as much as all of them.
        """
        after: str | None = ""
        while after is not None:
            some = self.sliced(viewer, moment, chosen, order, after, MOST_ROWS, about=about)
            yield from some.rows
            after = some.after

    def _position(self, names: Sequence[str], after: str) -> list[Scalar]:
        """The values of a cursor, each of the kind of its column: no database is asked with others."""
        values = read_cursor(after, len(names))
        if not all(
            isinstance(value, self._kinds[name]) for name, value in zip(names, values, strict=True)
        ):
            raise PagingError(
                "after: expected what this list gave as its next page, found that of another"
            )
        return list(values)

    def _asked(
        self,
        viewer: Who | None,
        moment: Moment | None,
        shape: "_Shape",
        about: Sequence[About],
        position: Sequence[Scalar],
    ) -> list[T]:
        alike = _INSTANTS if moment is None else _alike(moment)
        if not all(map(_can_be_stored, about)):
            return []
        told = [_padded(one) if isinstance(one, tuple) else one for one in about]
        lengths = tuple(len(one) if isinstance(one, tuple) else None for one in told)
        key = _who(viewer), alike, shape, lengths
        statement = self._kept.get(key, _UNKNOWN)
        if isinstance(statement, _Unknown):
            statement = self._write(viewer, alike, shape, lengths)
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[key] = statement
        if statement is None:
            return []
        given: dict[str, Scalar] = {}
        if moment is not None:
            given |= {name: getattr(moment, name) for name in _INSTANTS}
        for number, value in enumerate(told):
            given |= _named(f"about {number}", value)
        given |= {f"after {number}": value for number, value in enumerate(position)}
        rows, count = statement.rows(given), len(self._columns)
        if not shape.beside:
            return [self._row(*row) for row in rows]
        return [
            self._row(*row[:count], **dict(zip(shape.beside, row[count:], strict=True)))
            for row in rows
        ]

    def _write(
        self,
        viewer: Who | None,
        alike: tuple[str, ...],
        shape: "_Shape",
        lengths: tuple[int | None, ...],
    ) -> Statement | None:
        """None where Django sees without asking that nothing is found."""
        instants: Any = [Given(name) for name in alike]
        places: list[Any] = [
            Given(name) if length is None else [Given(f"{name}.{one}") for one in range(length)]
            for name, length in ((f"about {n}", length) for n, length in enumerate(lengths))
        ]
        query = self._query(viewer, Moment(*instants), shape.chosen, *places)
        if shape.is_later:
            places = [Given(f"after {number}") for number in range(len(shape.order))]
            query = query.filter(beyond(shape.order, places))
        query = query.order_by(*shape.order)
        return written(query.values_list(*self._columns, *shape.beside)[: shape.limit])


class _Shape(msgspec.Struct, frozen=True):
    """What a statement is written for, beside who asks and which instants are the same."""

    chosen: Hashable
    order: tuple[str, ...]
    limit: int | None = None
    beside: tuple[str, ...] = ()
    """What is ordered by that is no column."""
    is_later: bool = False


_INSTANTS = Moment.__struct_fields__


def _who(viewer: Who | None) -> Hashable:
    """All of `Who`."""
    return None if viewer is None else (viewer.user_id, viewer.name, *viewer.roles.items())


def _alike(moment: Moment) -> tuple[str, ...]:
    """For each instant the first that is the same."""
    return tuple(
        next(other for other in _INSTANTS if getattr(moment, other) == getattr(moment, name))
        for name in _INSTANTS
    )


def _can_be_stored(value: object) -> bool:
    """Whether a column may hold it: an address names any number, and SQLite refuses to be asked."""
    return not isinstance(value, int) or -(2**63) <= value < 2**63


def _padded(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """The same with its last value again, up to a power of two: there are few shapes of lists."""
    count = len(values)
    return values + values[-1:] * ((1 << (count - 1).bit_length()) - count) if count else values


def _named(name: str, value: About) -> dict[str, Scalar]:
    if isinstance(value, tuple):
        return {f"{name}.{number}": one for number, one in enumerate(value)}
    return {name: value}
