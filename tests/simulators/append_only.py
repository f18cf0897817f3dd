"""The event log refuses to be emptied, and tests empty all tables between them."""

from collections.abc import Iterator, Sequence

import pytest
from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations

from trustui.events import triggers


def run(statements: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def drop_triggers() -> None:
    """What somebody does who may change tables; for tests of what is found afterwards."""
    run(triggers.dropping(connection.vendor))


def create_triggers() -> None:
    run(triggers.creating(connection.vendor))


def emptying() -> Iterator[None]:
    """Let `flush` empty the log, as long as this runs."""
    empty = BaseDatabaseOperations.execute_sql_flush

    def execute_sql_flush(self: BaseDatabaseOperations, sql_list: Sequence[str]) -> None:
        drop_triggers()
        empty(self, sql_list)
        create_triggers()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", execute_sql_flush)
        yield
