"""How the databases are opened."""

import msgspec
import pytest
from django.db import connection

from trustui.settings import TRUSTUI, _database


@pytest.mark.parametrize(
    ("url", "options"),
    [
        ("postgresql://u@h/trustui", "-c jit=off"),
        (
            "postgresql://u@h/trustui?options=-c%20statement_timeout%3D9000",
            "-c statement_timeout=9000 -c jit=off",
        ),
    ],
)
def test_postgresql_compiles_no_statements_and_keeps_what_the_address_asks_for(
    url: str, options: str
) -> None:
    found = _database(msgspec.structs.replace(TRUSTUI, database_url=url))
    assert found["OPTIONS"]["options"] == options
    assert found["OPTIONS"]["pool"]["max_size"] == TRUSTUI.database_connections


@pytest.mark.django_db
def test_a_connection_is_as_the_settings_say() -> None:
    asked = {"postgresql": ("SHOW jit", "off"), "sqlite": ("PRAGMA journal_mode", "wal")}
    statement, expected = asked[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(statement)
        assert cursor.fetchone() == (expected,)
