"""SQL that Django wrote once, to be asked with other values in the places that were left for them."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import chain
from typing import Any, Protocol, TypeAlias

import msgspec
from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import JSONField, QuerySet, Value
from django.db.models.expressions import Col

Scalar: TypeAlias = int | str | datetime | date


class Given(Value):
    """The place of a value in a statement, by name; it stands among the parameters itself."""

    def as_sql(self, _compiler: Any, _connection: Any) -> tuple[str, list[Any]]:  # type: ignore[override]  # Django's stubs know only parameters that are values
        """A place-holder, and this."""
        return "%s", [self]


class Statement(Protocol):
    """SQL as the database takes it, and what knows how its answer becomes Python's."""

    def rows(self, given: Mapping[str, Scalar]) -> list[tuple[Any, ...]]:
        """What it finds now; `given` has a value for each place."""
        ...


def written(query: "QuerySet[Any, Any]") -> Statement | None:
    """The statement of a query for rows of values; None where it finds nothing, whatever is given."""
    compiler = query.query.get_compiler(connection=connection)
    try:
        sql, parameters = compiler.as_sql()
    except EmptyResultSet:
        return None
    columns = (column for column, *_ in compiler.select[: compiler.col_count])
    steps = ((place, column, _converters(column)) for place, column in enumerate(columns))
    return _made(sql, parameters, _Converted(tuple(one for one in steps if one[2])))


def stated(sql: str, parameters: Sequence[Any]) -> Statement:
    """A statement in SQL of one's own; `%s` is the place of a parameter, each may be `Given`."""
    return _made(sql, parameters, _Converted(()))


def _made(sql: str, parameters: Sequence[Any], converted: "_Converted") -> Statement:
    if connection.vendor == "postgresql":
        return _Whole(*_parts(sql, parameters), converted)
    return _Bound(sql, tuple(parameters), converted)


class _Converted(msgspec.Struct, frozen=True):
    """What becomes of rows whose values are not Python's yet: few on PostgreSQL."""

    columns: tuple[tuple[int, Any, list[Any]], ...]
    """Their places, the columns, and what is done one after another."""

    def rows(self, found: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """As `SQLCompiler.apply_converters` does it."""
        if not self.columns:
            return found
        converted, database = [], connections[DEFAULT_DB_ALIAS]
        for row in found:
            cells = list(row)
            for place, column, steps in self.columns:
                for step in steps:
                    cells[place] = step(cells[place], column, database)
            converted.append(tuple(cells))
        return converted


class _Bound(msgspec.Struct, frozen=True):
    """With values that are bound to it."""

    sql: str
    parameters: tuple[Any, ...]
    converted: _Converted

    def rows(self, given: Mapping[str, Scalar]) -> list[tuple[Any, ...]]:
        """As `Statement`."""
        told = [
            _adapted(given[one.value]) if isinstance(one, Given) else one for one in self.parameters
        ]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, told)
            return self.converted.rows(cursor.fetchall())


class _Whole(msgspec.Struct, frozen=True):
    """With its values in it, which `trustui.settings.postgresql` answers in half of the time.

    psycopg writes all values into the SQL of each request; here those that are the same for every
    request have been written once, by the same means.
    """

    parts: tuple[str, ...]
    places: tuple[str, ...]
    """What is given behind each part but the last, by name."""
    converted: _Converted

    def rows(self, given: Mapping[str, Scalar]) -> list[tuple[Any, ...]]:
        """As `Statement`."""
        database: Any = connections[DEFAULT_DB_ALIAS]
        told = database.literals([given[name] for name in self.places])
        pairs = zip(self.parts, (*told, ""), strict=True)
        return self.converted.rows(database.rows_of("".join(chain.from_iterable(pairs))))


_MARK = re.compile("%[s%]")
"""The place of a parameter, or one sign."""


def _parts(sql: str, parameters: Sequence[Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What `_Whole` is made of."""
    database: Any = connections[DEFAULT_DB_ALIAS]
    parts, places = [""], list[str]()
    fixed = iter(database.literals(one for one in parameters if not isinstance(one, Given)))
    told, after = iter(parameters), 0
    for mark in _MARK.finditer(sql):
        parts[-1] += sql[after : mark.start()]
        after = mark.end()
        if mark[0] == "%%":
            parts[-1] += "%"
        elif isinstance(value := next(told), Given):
            places.append(value.value)
            parts.append("")
        else:
            parts[-1] += next(fixed)
    parts[-1] += sql[after:]
    return tuple(parts), tuple(places)


def _converters(column: Any) -> list[Any]:
    of_database = connection.ops.get_db_converters(column)
    field = column.output_field
    if isinstance(field, JSONField) and isinstance(column, Col) and field.decoder is None:
        return [
            *of_database,
            _decoded if connection.vendor == "postgresql" else field.from_db_value,
        ]
    return [*of_database, *column.get_db_converters(connection)]


def _decoded(value: str | None, _column: Any, _database: Any) -> Any:
    """As `JSONField.from_db_value`, five times as fast; `jsonb` has no lone surrogates."""
    return None if value is None else msgspec.json.decode(value)


def _adapted(value: Any) -> Any:
    """As the database's columns hold it."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return connection.ops.adapt_datefield_value(value) if isinstance(value, date) else value
