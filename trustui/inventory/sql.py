"""Many rows in one statement, on PostgreSQL and SQLite: what the ORM splits or cannot say.

Names of tables and columns come from the models; every value is a bound parameter.
"""

# ruff: noqa: S608  names come from the models, values are bound
# ruff: noqa: SLF001  _meta is Django's documented way to a model's table and fields

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from string import Formatter
from typing import Any, TypeAlias

import msgspec
from django.db import connection, models
from django.db.models import BinaryField, DateTimeField, Field, JSONField, Model

from trustui.jobs.sql import instants_for_database

Value: TypeAlias = object
"""A value as the model has it: text, number, bytes, aware datetime, JSON, None."""

DO_NOTHING = "ON CONFLICT DO NOTHING"
"""What an insert does about rows that are there already."""


class Wanted(msgspec.Struct, frozen=True):
    """Values as a table to join with: `text` stands in FROM, `parameters` go with it."""

    text: str
    parameters: tuple[Any, ...]


def is_postgresql() -> bool:
    """Which of the two dialects is spoken."""
    return connection.vendor == "postgresql"


def table(model: type[Model]) -> str:
    """The quoted name of a model's table."""
    return connection.ops.quote_name(model._meta.db_table)


def no_key_lock() -> str:
    """What a SELECT ends with that locks its rows against others who write, not against references.

    On SQLite whoever writes is the only one.
    """
    return "FOR NO KEY UPDATE" if is_postgresql() else ""


def wanted(alias: str, columns: Mapping[str, str], rows: Iterable[Sequence[Value]]) -> Wanted:
    """Rows of text and numbers as a table. `columns` gives `text` or `bigint` by name."""
    names = ", ".join(columns)
    known = list(rows)
    if is_postgresql():
        arrays = ", ".join(f"%s::{kind}[]" for kind in columns.values())
        return Wanted(f"unnest({arrays}) AS {alias}({names})", _columns(known, len(columns)))
    members = ", ".join(
        f"json_extract(value, '$[{n}]') AS {name}" for n, name in enumerate(columns)
    )
    text = f"(SELECT {members} FROM json_each(%s)) AS {alias}"
    return Wanted(text, (msgspec.json.encode(known).decode(),))


def _columns(rows: list[Sequence[Value]], width: int) -> tuple[list[Value], ...]:
    return tuple([row[n] for row in rows] for n in range(width))


def select(statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Every row of a statement; of PostgreSQL without a cursor, which takes half of the time."""
    if is_postgresql():
        database: Any = connection  # `trustui.settings.postgresql`
        return list(database.rows_of(statement % tuple(database.literals(parameters))))
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def instants_from_database() -> Callable[[Any], datetime]:
    """What makes a cell of such a row the instant that a column holds: SQLite gives text."""
    column = models.Value(None, DateTimeField())
    steps: list[Any] = connection.ops.get_db_converters(column)

    def convert(value: Any) -> Any:
        for step in steps:
            value = step(value, column, connection)
        return value

    return convert


def execute(statement: str, parameters: Sequence[Any] = ()) -> int:
    """Run one statement; gives how many rows it changed."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        changed: int = cursor.rowcount
        return changed


def next_ids(model: type[Model], count: int) -> list[int]:
    """Ids for rows about to be inserted, ascending.

    On SQLite they are free only until the rows are there: insert before asking again, inside a
    transaction that writes.
    """
    if count == 0:
        return []
    name = model._meta.db_table
    if is_postgresql():
        found = select(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [name, count],
        )
        return sorted(row[0] for row in found)
    found = select("SELECT seq FROM sqlite_sequence WHERE name = %s", [name])
    first = (found[0][0] if found else 0) + 1
    return list(range(first, first + count))


def insert(
    model: type[Model], names: Sequence[str], rows: Sequence[Sequence[Value]], conflict: str = ""
) -> None:
    """Insert rows, whose values stand in the order of `names`, in one statement.

    `conflict` is the clause for rows that are there already; without it they raise IntegrityError.
    Who inserts into a table that others write too gives rows in the order of its unique key, so
    that no two transactions wait for one another.
    """
    if not rows:
        return
    fields = _fields(model, names)
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    into = f"INSERT INTO {table(model)} ({columns})"
    if is_postgresql():
        arrays = ", ".join(f"%s::{_array_type(field)}[]" for field in fields)
        values = ", ".join(f"v{n}{_cast(field)}" for n, field in enumerate(fields))
        names_of_values = ", ".join(f"v{n}" for n in range(len(fields)))
        statement = (
            f"{into} SELECT {values} FROM unnest({arrays}) AS v({names_of_values}) {conflict}"
        )
        execute(statement, [_adapted(field, rows, n) for n, field in enumerate(fields)])
        return
    adapted = [_adapted(field, rows, n) for n, field in enumerate(fields)]
    marks = ", ".join(["%s"] * len(fields))
    with connection.cursor() as cursor:
        cursor.executemany(f"{into} VALUES ({marks}) {conflict}", list(zip(*adapted, strict=True)))


def update(
    model: type[Model], assignments: str, names: Sequence[str], rows: Sequence[Sequence[Value]]
) -> None:
    """Change rows by their id in one statement.

    `names` are the fields that the values of each row are of, the id first; `assignments` calls
    them `{name}` and the row itself `old`.
    """
    if not rows:
        return
    fields = _fields(model, names)
    adapted = [_adapted(field, rows, n) for n, field in enumerate(fields)]
    if is_postgresql():
        marks = {name: f"v.{name}{_cast(field)}" for name, field in zip(names, fields, strict=True)}
        arrays = ", ".join(f"%s::{_array_type(field)}[]" for field in fields)
        execute(
            f"UPDATE {table(model)} AS old SET {assignments.format(**marks)}"
            f" FROM unnest({arrays}) AS v({', '.join(names)}) WHERE old.id = v.id",
            adapted,
        )
        return
    used = [name for _, name, _, _ in Formatter().parse(assignments) if name]
    order = [names.index(name) for name in (*used, "id")]
    setting = assignments.format(**dict.fromkeys(names, "%s"))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {table(model)} AS old SET {setting} WHERE old.id = %s",
            list(zip(*(adapted[place] for place in order), strict=True)),
        )


def _fields(model: type[Model], names: Sequence[str]) -> "list[Field[Any, Any]]":
    by_name = {field.name: field for field in model._meta.concrete_fields}
    return [by_name[name] for name in names]


def _array_type(field: "Field[Any, Any]") -> str:
    """The type of a column's array; texts have no length there, lest a cast cut them silently."""
    if isinstance(field, JSONField):
        return "text"
    kind = field.db_type(connection) or ""
    return "text" if kind.startswith("varchar") else kind


def _cast(field: "Field[Any, Any]") -> str:
    return "::jsonb" if isinstance(field, JSONField) else ""


def _adapted(field: "Field[Any, Any]", rows: Sequence[Sequence[Value]], place: int) -> list[Any]:
    values = [row[place] for row in rows]
    adapt = _adapter(field)
    return values if adapt is None else [None if one is None else adapt(one) for one in values]


def _adapter(field: "Field[Any, Any]") -> Callable[[Any], Any] | None:
    """What makes a parameter of a value; None where it is one."""
    match field:
        case JSONField():
            return lambda value: msgspec.json.encode(value).decode()
        case DateTimeField():
            return instants_for_database()
        case BinaryField():
            return bytes
        case _:
            return None
