"""Whole statements are answered as a cursor answers them, with its errors and in its transaction."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.conf import settings
from django.db import (
    DEFAULT_DB_ALIAS,
    DataError,
    OperationalError,
    ProgrammingError,
    connection,
    connections,
    transaction,
)
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

pytestmark = [
    pytest.mark.skipif(
        "postgresql" not in settings.DATABASES["default"]["ENGINE"], reason="it is PostgreSQL's"
    ),
    pytest.mark.django_db(transaction=True),
]

VALUES = (
    "it's \\ 100 % of %s and %%",
    "",
    "ⅷ\u202e\U0001f511",
    -(2**63),
    True,
    None,
    date(2026, 2, 28),
    datetime(2026, 11, 22, 3, 41, 6, 620_229, tzinfo=UTC),
    b"\x00\xff'\\",
    [1, 2, 3],
)


@pytest.fixture
def database() -> Any:
    return connections[DEFAULT_DB_ALIAS]


def by_cursor(statement: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_comes_back_as_from_a_cursor(value: object, database: Any) -> None:
    (literal,) = database.literals([value])
    found = database.rows_of(f"SELECT {literal}")
    assert found == by_cursor("SELECT %s", [value])
    assert type(found[0][0]) is type(by_cursor("SELECT %s", [value])[0][0])


def test_all_rows_come_and_a_sign_of_percent_stands_for_itself(database: Any) -> None:
    rows = database.rows_of("SELECT n, n % 7, '%s' FROM generate_series(1, 3000) AS n")
    assert rows == [(n, n % 7, "%s") for n in range(1, 3001)]
    assert database.rows_of("SELECT 1 WHERE false") == []


def test_what_no_column_holds_is_refused_as_by_a_cursor(database: Any) -> None:
    with pytest.raises(DataError, match="NUL"):
        database.literals(["b", "a\x00b"])
    with pytest.raises(DataError, match="NUL"):
        by_cursor("SELECT %s", ["a\x00b"])


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("SELECT nothing", ProgrammingError),
        ("SELECT 1/0", DataError),
        ("SELECT", None),
        ("SELECT 'x'::integer", DataError),
    ],
)
def test_errors_are_those_of_a_cursor(
    statement: str, error: type[Exception] | None, database: Any
) -> None:
    if error is None:
        assert database.rows_of(statement) == by_cursor(statement, [])
        return
    for ask in (database.rows_of, lambda told: by_cursor(told, [])):
        with pytest.raises(error):
            ask(statement)
    assert database.rows_of("SELECT 1") == [(1,)]


def test_it_sees_what_its_transaction_wrote_and_begins_it_where_it_is_first(database: Any) -> None:
    with transaction.atomic():
        assert database.rows_of("SELECT pg_current_xact_id_if_assigned()") == [(None,)]
        ((begun,),) = by_cursor("SELECT pg_current_xact_id()", [])
        assert database.rows_of("SELECT pg_current_xact_id_if_assigned()") == [(begun,)]
    assert database.rows_of("SELECT pg_current_xact_id_if_assigned()") == [(None,)]


def test_a_broken_transaction_is_not_asked(database: Any) -> None:
    with pytest.raises(ProgrammingError), transaction.atomic():
        database.rows_of("SELECT nothing")
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(TransactionManagementError):
            database.rows_of("SELECT 1")


def test_a_connection_that_was_ended_is_told_as_such_and_replaced(database: Any) -> None:
    ((pid,),) = database.rows_of("SELECT pg_backend_pid()")
    other = connections.create_connection(DEFAULT_DB_ALIAS)
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    finally:
        other.close()
    with pytest.raises(OperationalError):
        database.rows_of("SELECT 1")
    database.close_if_unusable_or_obsolete()
    ((another,),) = database.rows_of("SELECT pg_backend_pid()")
    assert another != pid


def test_who_captures_or_wraps_statements_sees_it(database: Any) -> None:
    seen: list[tuple[Any, ...]] = []

    def wrapped(execute: Callable[..., Any], *stated: Any) -> Any:
        seen.append(stated[:2])
        return execute(*stated)

    with CaptureQueriesContext(connection) as captured:
        assert database.rows_of("SELECT 1, '%'") == [(1, "%")]
    assert [one["sql"] for one in captured] == ["SELECT 1, '%'"]
    with connection.execute_wrapper(wrapped):
        assert database.rows_of("SELECT 2, '%'") == [(2, "%")]
    assert seen == [("SELECT 2, '%'", None)]
