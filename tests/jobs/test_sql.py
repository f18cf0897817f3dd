import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from django.db import connection

from trustui.jobs import queue
from trustui.jobs.models import Job
from trustui.jobs.queue import Ask
from trustui.jobs.sql import (
    POSTGRESQL,
    SQLITE,
    Statements,
    instant_for_database,
    instant_from_database,
    many,
    statements,
)

pytestmark = pytest.mark.django_db

AT = datetime(2026, 1, 1, 12, 30, 15, 250_000, tzinfo=UTC)


def test_each_database_has_its_own_statements() -> None:
    assert statements() is (POSTGRESQL if connection.vendor == "postgresql" else SQLITE)


@pytest.mark.parametrize("texts", [POSTGRESQL, SQLITE])
def test_what_varies_is_bound_and_never_part_of_a_statement(texts: Statements) -> None:
    for name in texts.__struct_fields__:
        text = getattr(texts, name) or ""
        assert not re.search(r"[{}]", text)
        assert re.sub(r"%\(\w+\)s", "", text).replace("%%", "").count("%") == 0


def test_a_time_comes_back_as_it_went_in() -> None:
    other_zone = AT.astimezone(timezone(timedelta(hours=5, minutes=30)))
    for at in (AT, other_zone, AT.replace(microsecond=0)):
        queue.enqueue(kind="crawl", key=at.isoformat(), due_at=at)
        assert Job.objects.get(key=at.isoformat()).due_at == at
    with connection.cursor() as cursor:
        cursor.execute("SELECT due_at FROM jobs_job ORDER BY id")
        (first,) = cursor.fetchone()
    assert instant_from_database(first) == AT
    assert instant_for_database(AT)


def test_rows_travel_as_one_parameter() -> None:
    assert many([{"id": 1, "name": 'a"\u202e'}]) == '[{"id":1,"name":"a\\"\u202e"}]'


def plan(text: str, parameters: dict[str, Any]) -> str:
    prefix = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
    with connection.cursor() as cursor:
        cursor.execute(prefix + text, parameters)
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


@pytest.fixture
def _many_jobs() -> None:
    now = datetime.now(UTC)
    for kind in ("crawl", "other"):
        queue.enqueue_many(
            [
                Ask(kind=kind, key=str(n), due_at=now + timedelta(seconds=n - 100))
                for n in range(5000)
            ]
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE jobs_job")


def claim_parameters() -> dict[str, Any]:
    now = datetime.now(UTC)
    is_sqlite = connection.vendor == "sqlite"
    return {
        "kind": "crawl",
        "limit": 10,
        "owner": "a",
        "silent": "silent",
        "lease": 60,
        "exclude": "[]" if is_sqlite else [],
        "now": instant_for_database(now),
        "until": instant_for_database(now),
        "kinds": '["crawl"]' if is_sqlite else ["crawl"],
    }


@pytest.mark.usefixtures("_many_jobs")
@pytest.mark.parametrize(
    ("statement", "indexes"),
    [
        ("claim", {"job_due", "job_urgent"}),
        ("claim_suspects", {"job_lease", "job_blamed"}),
        ("due_kinds", {"job_due", "job_lease", "job_blamed"}),
    ],
)
def test_looking_for_what_is_due_reads_only_the_start_of_an_index(
    statement: str, indexes: set[str]
) -> None:
    found = plan(getattr(statements(), statement), claim_parameters())
    assert indexes <= set(re.findall(r"\bjob_\w+", found)), found
