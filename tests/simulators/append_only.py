"""The event log refuses to be emptied, and tests that commit empty all tables after them."""

from collections.abc import Iterator, Sequence
from functools import cache

import pytest
from django.apps import apps
from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations

from trustui.events import triggers

FLUSH = "django.core.management.commands.flush"
OF_THE_MIGRATIONS = {"django_content_type", "auth_permission"}
"""What stands in a new database already; nothing else writes or reads it."""


def run(statements: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def drop_triggers() -> None:
    """What somebody does who may change tables; for tests of what is found afterwards."""
    run(triggers.dropping(connection.vendor))


def create_triggers() -> None:
    run(triggers.creating(connection.vendor))


@cache
def _tables() -> list[str]:
    models = apps.get_models(include_auto_created=True)
    tables = {model._meta.db_table for model in models if model._meta.managed}
    return sorted(tables - OF_THE_MIGRATIONS)


def filled_tables() -> list[str]:
    """Those in which rows stand, but for what every new database holds."""
    looks = " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM \"{table}\")"  # noqa: S608  our own names
        for table in _tables()
    )
    with connection.cursor() as cursor:
        cursor.execute(looks)
        return [table for (table,) in cursor.fetchall()]


def _deletions(*_: object, **__: object) -> list[str]:
    """A few rows in a few tables: emptying all of them would take longer than most tests."""
    return [f'DELETE FROM "{table}"' for table in filled_tables()]  # noqa: S608  our own names


def emptying() -> Iterator[None]:
    """Let `flush` empty the log too, and only what was filled, as long as this runs."""
    empty = BaseDatabaseOperations.execute_sql_flush

    def execute_sql_flush(self: BaseDatabaseOperations, sql_list: Sequence[str]) -> None:
        drop_triggers()
        empty(self, sql_list)
        create_triggers()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", execute_sql_flush)
        patch.setattr(f"{FLUSH}.sql_flush", _deletions)
        # It would write again what `OF_THE_MIGRATIONS` keeps.
        patch.setattr(f"{FLUSH}.emit_post_migrate_signal", lambda *_, **__: None)
        yield
