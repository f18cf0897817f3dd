"""Django's backend for PostgreSQL, which reads instants in a fourth of the time.

Django has them taken apart by a regular expression, for any zone: of a page of rows that is most of
what fetching costs. Sessions are in UTC here (`USE_TZ`), and what the server writes then is ISO 8601.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db.backends.postgresql import base
from django.db.backends.postgresql.psycopg_any import BaseTzLoader
from psycopg.abc import Buffer


class InstantLoader(BaseTzLoader):  # type: ignore[misc]  # Django's stubs do not have it
    """`timestamptz` in a session in UTC, as a datetime in UTC."""

    timezone = UTC
    """Django takes its own instead where a connection has another."""

    def load(self, data: Buffer) -> datetime:
        """What is written otherwise, or lies outside of Python's years, is psycopg's to judge."""
        text = str(data, "ascii")
        if text.endswith("+00") and text[4] == "-":
            return datetime.fromisoformat(text)
        found: datetime = super().load(data)
        return found


class DatabaseWrapper(base.DatabaseWrapper):
    """As Django's."""

    def get_new_connection(self, conn_params: Mapping[str, Any]) -> Any:
        """A connection, or one of the pool's."""
        connection = super().get_new_connection(conn_params)
        connection.adapters.register_loader("timestamptz", InstantLoader)
        return connection
