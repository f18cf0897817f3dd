"""Worlds in the database that are made once, and put back row by row for the tests that follow.

Each test has rows of its own, as if it had made the world itself; that takes a tenth of the time.
"""

from collections.abc import Callable, Hashable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import connection

from tests.simulators.append_only import filled_tables

T = TypeVar("T")


@dataclass(frozen=True)
class _Rows:
    """All of one table, as SQLite keeps them."""

    insert: str
    values: Sequence[tuple[Any, ...]]


_KEPT: dict[Hashable, tuple[Any, list[_Rows]]] = {}


def kept(name: Hashable, make: Callable[[], T]) -> T:
    """What `make` gives, and its rows. Where rows stand already, or on PostgreSQL, it is made anew."""
    if connection.vendor != "sqlite" or filled_tables():
        return make()
    if name not in _KEPT:
        made = make()
        _KEPT[name] = deepcopy(made), [_rows_of(table) for table in filled_tables()]
        return made
    world, tables = _KEPT[name]
    with connection.cursor() as cursor:
        for table in tables:
            cursor.executemany(table.insert, table.values)
    mine: T = deepcopy(world)
    return mine


def _rows_of(table: str) -> _Rows:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}" WHERE 0')  # noqa: S608  our own names
        columns = [f'"{column[0]}"' for column in cursor.description]
        # An expression has no declared type, so that nothing is converted on its way.
        bare = ", ".join(f"+{column}" for column in columns)
        cursor.execute(f'SELECT {bare} FROM "{table}" ORDER BY rowid')  # noqa: S608
        values = cursor.fetchall()
    places = ", ".join(["%s"] * len(columns))
    insert = f'INSERT INTO "{table}" ({", ".join(columns)}) VALUES ({places})'  # noqa: S608
    return _Rows(insert, values)
