"""How instants are read from PostgreSQL: as Django reads them, in less time."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.db.backends.postgresql.psycopg_any import BaseTzLoader
from psycopg import DataError
from psycopg.postgres import types

from trustui.settings.postgresql.base import InstantLoader


class AsDjango(BaseTzLoader):  # type: ignore[misc]  # Django's stubs do not have it
    """What Django registers for a connection in UTC."""

    timezone = UTC


OURS, DJANGO = (loader(types["timestamptz"].oid) for loader in (InstantLoader, AsDjango))
WRITTEN = (
    "2026-11-22 03:41:06.620229+00",
    "2026-11-22 03:41:06.62+00",
    "2026-11-22 03:41:06+00",
    "0001-01-01 00:00:00+00",
    "9999-12-31 23:59:59.999999+00",
    "2026-11-22 05:41:06.000001+02",
    "2026-11-22 09:11:06+05:30",
    "1900-01-01 00:19:32+00:19:32",
)
"""As the server writes them by `DateStyle` ISO, of sessions in several zones."""


@pytest.mark.parametrize("text", WRITTEN)
def test_an_instant_is_what_django_reads(text: str) -> None:
    found = OURS.load(text.encode())
    assert (found, found.tzinfo) == (DJANGO.load(text.encode()), UTC)


@pytest.mark.parametrize(
    "text", ["infinity", "0044-03-15 12:00:00+00 BC", "10000-01-01 00:00:00+00"]
)
def test_what_python_cannot_hold_is_refused_as_django_refuses_it(text: str) -> None:
    with pytest.raises(DataError):
        OURS.load(text.encode())
    with pytest.raises(DataError):
        DJANGO.load(text.encode())


def test_each_microsecond_comes_back() -> None:
    begin = datetime(2026, 2, 28, 23, 59, 59, 999_000, tzinfo=UTC)
    instants = [begin + timedelta(microseconds=step) for step in range(0, 2_000, 7)]
    written = [one.isoformat(sep=" ").removesuffix(":00").encode() for one in instants]
    assert [OURS.load(one) for one in written] == instants


@pytest.mark.skipif(
    "postgresql" not in settings.DATABASES["default"]["ENGINE"], reason="it is PostgreSQL's"
)
@pytest.mark.django_db
def test_a_connection_uses_it() -> None:
    """Django sets its own where the zone of a connection is another one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT TIMESTAMPTZ '2026-11-22 04:41:06+01'")
        assert cursor.fetchone() == (datetime(2026, 11, 22, 3, 41, 6, tzinfo=UTC),)
        loader = cursor.adapters.get_loader(types["timestamptz"].oid, 0)
    assert loader is InstantLoader
