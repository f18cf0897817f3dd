"""A copy of a PostgreSQL database: each table by COPY, all in one snapshot.

So it needs no `pg_dump` of the server's very version. It goes back into tables that migrations
made, those of the copy's time.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from psycopg import sql

from trustui.events import triggers
from trustui.operate.arguments import Failed
from trustui.operate.migrate import migrate_to

MIGRATIONS = "django_migrations"
"""The one table that is not copied: restoring makes its rows."""
_CHUNK = 1024 * 1024


class Table(msgspec.Struct, frozen=True):
    """A table of a copy: in which file, with which columns, in their order."""

    name: str
    columns: tuple[str, ...]
    file: str
    rows: int


def dump(
    folder: Path, progress: Callable[[int, int], object]
) -> tuple[tuple[Table, ...], dict[str, str]]:
    """Copy every table; gives them, and the last migration of each app."""
    tables: list[Table] = []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        migrations = _newest_migrations()
        names = [name for name in _names() if name != MIGRATIONS]
        total, done = _size(cursor, names), 0
        for name in names:
            columns = _columns(cursor, name)
            file = folder / f"{name}.copy"
            with (
                file.open("wb") as target,
                cursor.copy(_statement(name, columns, "TO STDOUT")) as rows,
            ):
                for chunk in rows:
                    done += target.write(chunk)
                    progress(min(done, total), total)
            tables.append(Table(name, columns, file.name, cursor.rowcount))
    return tuple(tables), migrations


def load(
    folder: Path,
    tables: Sequence[Table],
    migrations: dict[str, str],
    progress: Callable[[int, int], object],
) -> None:
    """Make the tables of then in an empty database and fill them, in one transaction.

    Raises Failed where the copy has tables or columns that this version cannot make.
    """
    _check_known(migrations)
    migrate_to(migrations)
    there = {name for name in _names() if name != MIGRATIONS}
    if {table.name for table in tables} != there:
        odd = ", ".join(sorted({table.name for table in tables} ^ there))
        raise Failed(f"the copy and this version differ in the tables {odd}")
    sizes = {table.name: (folder / table.file).stat().st_size for table in tables}
    done, total = 0, sum(sizes.values())
    with transaction.atomic(), connection.cursor() as cursor:
        # Rows of the log come back sealed, which its triggers know from nobody.
        for statement in triggers.dropping("postgresql"):
            cursor.execute(statement)
        for table in tables:  # what migrations themselves filled in
            cursor.execute(_text("DELETE FROM {}", table.name))
        for table in tables:
            _fill(cursor, folder, table)
            done += sizes[table.name]
            progress(done, total)
        _move_sequences(cursor)
        for statement in triggers.creating("postgresql"):
            cursor.execute(statement)


def _fill(cursor: Any, folder: Path, table: Table) -> None:
    found = _columns(cursor, table.name)
    if set(found) != set(table.columns):
        odd = ", ".join(sorted(set(found) ^ set(table.columns)))
        raise Failed(f"the copy and this version differ in columns of {table.name}: {odd}")
    statement = _statement(table.name, table.columns, "FROM STDIN")
    with (folder / table.file).open("rb") as source, cursor.copy(statement) as rows:
        while chunk := source.read(_CHUNK):
            rows.write(chunk)
    if cursor.rowcount != table.rows:
        raise Failed(f"expected {table.rows:,} rows for {table.name}, found {cursor.rowcount:,}")


_SEQUENCES = """
    SELECT c.relname, a.attname, s.oid::regclass::text
    FROM pg_class s
    JOIN pg_depend d ON d.objid = s.oid AND d.classid = 'pg_class'::regclass
        AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
    JOIN pg_class c ON c.oid = d.refobjid
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
    WHERE s.relkind = 'S' AND pg_table_is_visible(c.oid)
"""


def _move_sequences(cursor: Any) -> None:
    """Have the next ids come after those that are there."""
    cursor.execute(_SEQUENCES)
    for table, column, sequence in cursor.fetchall():
        statement = sql.SQL("SELECT setval(%s, COALESCE(MAX({}), 0) + 1, false) FROM {}")
        cursor.execute(statement.format(sql.Identifier(column), sql.Identifier(table)), [sequence])


def _check_known(migrations: dict[str, str]) -> None:
    known = MigrationLoader(None, ignore_no_migrations=True).graph.nodes
    strange = [f"{app}.{name}" for app, name in migrations.items() if (app, name) not in known]
    if strange:
        raise Failed(f"the copy is of another version, which has {', '.join(strange)}")


def _newest_migrations() -> dict[str, str]:
    """Of each app the last that was applied. Their names begin with numbers that rise."""
    return dict(sorted(MigrationRecorder(connection).applied_migrations()))


def _names() -> list[str]:
    return sorted(connection.introspection.table_names())


def _size(cursor: Any, names: Sequence[str]) -> int:
    cursor.execute(
        "SELECT SUM(pg_table_size(format('%%I', name)::regclass)) FROM unnest(%s::text[]) AS name",
        [list(names)],
    )
    return int(cursor.fetchone()[0] or 0)


def _columns(cursor: Any, name: str) -> tuple[str, ...]:
    return tuple(
        column.name for column in connection.introspection.get_table_description(cursor, name)
    )


def _statement(name: str, columns: Sequence[str], direction: str) -> sql.Composed:
    listed = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("COPY {} ({}) " + direction + " (FORMAT binary)").format(
        sql.Identifier(name), listed
    )


def _text(statement: str, name: str) -> sql.Composed:
    return sql.SQL(statement).format(sql.Identifier(name))
