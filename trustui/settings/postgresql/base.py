"""Django's backend for PostgreSQL, with less between a page and its rows.

Django has instants taken apart by a regular expression, for any zone: of a page of rows that is
most of what fetching costs. Sessions are in UTC here (`USE_TZ`), and what the server writes then is
ISO 8601. A statement that has its values in it already goes to libpq without a cursor, which takes
half of the time.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from django.db.backends.postgresql.psycopg_any import BaseTzLoader
from psycopg import abc, adapt
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus


class InstantLoader(BaseTzLoader):  # type: ignore[misc]  # Django's stubs do not have it
    """`timestamptz` in a session in UTC, as a datetime in UTC."""

    timezone = UTC
    """Django takes its own instead where a connection has another."""

    def load(self, data: abc.Buffer) -> datetime:
        """What is written otherwise, or lies outside of Python's years, is psycopg's to judge."""
        text = str(data, "ascii")
        if text.endswith("+00") and text[4] == "-":
            return datetime.fromisoformat(text)
        found: datetime = super().load(data)
        return found


class DatabaseWrapper(base.DatabaseWrapper):
    """As Django's, which can also be asked by whole statements."""

    _transformer: abc.Transformer
    """Of the present connection: what it has found out about types is kept."""

    def get_new_connection(self, conn_params: Mapping[str, Any]) -> Any:
        """A connection, or one of the pool's."""
        connection = super().get_new_connection(conn_params)
        connection.adapters.register_loader("timestamptz", InstantLoader)
        self._transformer = adapt.Transformer(connection)
        return connection

    def literals(self, values: Iterable[object]) -> list[str]:
        """Values as they stand in SQL. Raises Django's DataError for what no column can hold."""
        if self.connection is None:
            self.ensure_connection()
        with self.wrap_database_errors:
            write = self._transformer.as_literal
            return ["NULL" if one is None else write(one).decode() for one in values]

    def rows_of(self, statement: str) -> list[tuple[Any, ...]]:
        """What a SELECT finds whose values are `literals` in it already: `%` stands for itself.

        As a cursor's rows, and seen by whoever captures or wraps statements. Raises Django's errors.
        """
        if self.queries_logged:
            with self.cursor() as cursor:
                cursor.execute(statement)
                return list(cursor.fetchall())
        ask: Any = self._ask
        for wrapper in reversed(self.execute_wrappers):
            ask = partial(wrapper, ask)
        found: list[tuple[Any, ...]] = ask(
            statement, None, False, {"connection": self, "cursor": None}
        )
        return found

    def _ask(self, statement: str, *_: object) -> list[tuple[Any, ...]]:
        self.close_if_health_check_failed()
        if self.connection is None:
            self.ensure_connection()
        self.validate_thread_sharing()
        self.validate_no_broken_transaction()
        with self.wrap_database_errors:
            connection = self.connection
            if not (connection.autocommit or _has_begun(connection)):
                return list(connection.execute(statement).fetchall())  # which begins it
            with connection.lock:
                result = connection.pgconn.exec_(statement.encode())
            if result.status != ExecStatus.TUPLES_OK:
                raise _error(connection, result)
            self._transformer.set_pgresult(result)
            return self._transformer.load_rows(0, result.ntuples, tuple)


def _has_begun(connection: Any) -> bool:
    began: bool = connection.pgconn.transaction_status != TransactionStatus.IDLE
    return began


def _error(connection: Any, result: Any) -> psycopg.Error:
    """What psycopg's cursors raise."""
    if connection.pgconn.status == ConnStatus.BAD:
        return psycopg.OperationalError(result.get_error_message())
    return psycopg.errors.error_from_result(result)
