"""Worlds in the database that are made once, and put back row by row for the tests that follow.

Each test has rows of its own, as if it had made the world itself; that takes a tenth of the time.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, Protocol, Self, TypeVar

import pytest
from django.db import connection, transaction

from tests.simulators.append_only import filled_tables

P = ParamSpec("P")
T = TypeVar("T")


class _Table(Protocol):
    """All rows of one table."""

    def put_back(self) -> None: ...


_KEPT: dict[Hashable, tuple[Any, list[_Table]]] = {}


def kept(name: Hashable, make: Callable[[], T]) -> T:
    """What `make` gives, and its rows. Where rows stand already it is made anew."""
    if filled_tables():
        return make()
    if name not in _KEPT:
        made = make()
        look = _OnSqlite.look if connection.vendor == "sqlite" else _OnPostgresql.look
        _KEPT[name] = deepcopy(made), [look(table) for table in filled_tables()]
        return made
    world, tables = _KEPT[name]
    with transaction.atomic():
        for table in tables:
            table.put_back()
    mine: T = deepcopy(world)
    return mine


def made_once(make: Callable[P, T]) -> Callable[P, T]:
    """What `make` gives for each of its (hashable) arguments, kept under its own name."""

    @wraps(make)
    def again(*args: P.args, **options: P.kwargs) -> T:
        name = make.__module__, make.__qualname__, args, tuple(options.items())
        return kept(name, lambda: make(*args, **options))

    return again


def forgotten_where_ids_begin_again() -> Iterator[None]:
    """Nothing that is kept outlives a test with `reset_sequences`: its ids would be given once more."""
    operations = type(connection.ops)
    reset = operations.sequence_reset_by_name_sql

    def sequence_reset_by_name_sql(*arguments: Any) -> list[Any]:
        _KEPT.clear()
        return reset(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, reset.__name__, sequence_reset_by_name_sql)
        yield


@dataclass(frozen=True)
class _OnSqlite:
    """As SQLite keeps them."""

    insert: str
    values: Sequence[tuple[Any, ...]]

    @classmethod
    def look(cls, table: str) -> Self:
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}" WHERE 0')  # noqa: S608  our own names
            columns = [f'"{column[0]}"' for column in cursor.description]
            # An expression has no declared type, so that nothing is converted on its way.
            bare = ", ".join(f"+{column}" for column in columns)
            cursor.execute(f'SELECT {bare} FROM "{table}" ORDER BY rowid')  # noqa: S608
            values = cursor.fetchall()
        places = ", ".join(["%s"] * len(columns))
        insert = f'INSERT INTO "{table}" ({", ".join(columns)}) VALUES ({places})'  # noqa: S608
        return cls(insert, values)

    def put_back(self) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(self.insert, self.values)


@dataclass(frozen=True)
class _OnPostgresql:
    """As PostgreSQL copies them. Its sequences never go back, so that their ids stay free."""

    table: str
    body: bytes

    @classmethod
    def look(cls, table: str) -> Self:
        with (
            connection.cursor() as cursor,
            cursor.copy(f'COPY "{table}" TO STDOUT (FORMAT binary)') as rows,
        ):
            return cls(table, b"".join(rows))

    def put_back(self) -> None:
        with (
            connection.cursor() as cursor,
            cursor.copy(f'COPY "{self.table}" FROM STDIN (FORMAT binary)') as rows,
        ):
            rows.write(self.body)
