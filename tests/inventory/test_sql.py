"""Many rows in one statement, with the same answer from both databases."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.simulators.inventoried import START, new_source
from trustui.inventory import sql
from trustui.inventory.models import Blob, Crawl, Sighting, Source

pytestmark = pytest.mark.django_db

Queries = Callable[[int], CaptureQueriesContext]
BLOB = ("sha256", "size", "body", "written_at")
AWKWARD = [b"", b"\x00\x01\xff", b'"{}\\', b"%s %(x)s", "\u1f511 ünï".encode()]


def blob_rows(bodies: list[bytes]) -> list[tuple[object, ...]]:
    return [(f"{n:064d}", len(body), body, START) for n, body in enumerate(bodies)]


def test_bytes_come_back_as_they_were() -> None:
    sql.insert(Blob, BLOB, blob_rows(AWKWARD))
    assert [bytes(one.body) for one in Blob.objects.order_by("sha256")] == AWKWARD
    assert {one.written_at for one in Blob.objects.all()} == {START}


def test_every_kind_of_value_is_asked_with_and_answered() -> None:
    sql.insert(Blob, BLOB, blob_rows(AWKWARD))
    table = sql.table(Blob)
    rows = sql.select(
        f"SELECT body, '100%%', NULL FROM {table} WHERE body = %s AND size < %s AND sha256 <> %s",  # noqa: S608  of the model
        [AWKWARD[3], 2**40, "'; %s"],
    )
    assert [(bytes(body), told, nothing) for body, told, nothing in rows] == [
        (AWKWARD[3], "100%", None)
    ]
    assert sql.select(f"SELECT 1 FROM {table} WHERE sha256 LIKE 'x%%'", []) == []  # noqa: S608  of the model


def test_any_number_of_rows_is_one_statement(django_assert_num_queries: Queries) -> None:
    with django_assert_num_queries(1):
        sql.insert(Blob, BLOB, blob_rows([b"x"] * 5_000))
    assert Blob.objects.count() == 5_000
    with django_assert_num_queries(0):
        sql.insert(Blob, BLOB, [])
        sql.update(Blob, "size = {size}", ("id", "size"), [])


def test_rows_that_are_there_stay_or_are_refused() -> None:
    sql.insert(Blob, BLOB, blob_rows([b"first"]))
    sql.insert(Blob, BLOB, blob_rows([b"second", b"third"]), sql.DO_NOTHING)
    assert [bytes(one.body) for one in Blob.objects.order_by("sha256")] == [b"first", b"third"]
    with pytest.raises(IntegrityError), transaction.atomic():
        sql.insert(Blob, BLOB, blob_rows([b"second"]))


def test_json_and_null_come_back_as_they_were() -> None:
    source = new_source()
    problems = [{"place": 'a "b" \\ ünï', "kind": "absent"}]
    names = ("source", "started_at", "finished_at", "outcome", "problems", "origin", "because")
    plain = (source.pk, START, START, "failed")
    sql.insert(
        Crawl,
        (*names, "requests", "received_bytes"),
        [(*plain, problems, "", "", 1, 2), (*plain, [], "git", "", 1, 2)],
    )
    assert [one.problems for one in Crawl.objects.order_by("id")] == [problems, []]


def test_a_text_that_is_too_long_is_refused_and_not_cut() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has no lengths; `storable` keeps them")
    row = ("f" * 65, 1, b"x", START)
    with pytest.raises(Exception, match="too long"), transaction.atomic():
        sql.insert(Blob, BLOB, [row])


@pytest.mark.parametrize("year", [1, 1000, 9999])
def test_instants_of_every_year_come_back(year: int) -> None:
    at = datetime(year, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    sql.insert(Blob, BLOB, [("0" * 64, 1, b"x", at)])
    assert Blob.objects.get().written_at == at
    assert Blob.objects.filter(written_at__lte=at, written_at__gte=at).exists()


def test_ids_can_be_had_before_the_rows(django_assert_num_queries: Queries) -> None:
    for count in (3, 2):
        with django_assert_num_queries(1):
            ids = sql.next_ids(Blob, count)
        assert ids == sorted(set(ids))
        rows = [(id_, f"{id_:064d}", 1, b"x", START) for id_ in ids]
        sql.insert(Blob, ("id", *BLOB), rows)
    assert Blob.objects.count() == 5
    assert Blob.objects.create(sha256="f" * 64, size=1, body=b"x", written_at=START).pk > max(ids)
    assert sql.next_ids(Blob, 0) == []


def test_each_row_is_changed_to_its_own_values() -> None:
    sql.insert(Blob, BLOB, blob_rows([b"a", b"b", b"c"]))
    ids = list(Blob.objects.order_by("sha256").values_list("pk", flat=True))
    assignments = "size = CASE WHEN {size} > 5 THEN {size} ELSE old.size END, body = {body}"
    rows = [(ids[0], 7, b"A"), (ids[2], 3, b"C")]
    sql.update(Blob, assignments, ("id", "size", "body"), rows)
    found = [(one.size, bytes(one.body)) for one in Blob.objects.order_by("sha256")]
    assert found == [(7, b"A"), (1, b"b"), (1, b"C")]


def test_wanted_rows_are_a_table() -> None:
    rows = [(1, "a'b"), (2**40, "%s"), (3, "ünï\\")]
    asked = sql.wanted("w", {"number": "bigint", "name": "text"}, rows)
    found = sql.select(f"SELECT w.number, w.name FROM {asked.text}", asked.parameters)  # noqa: S608
    assert sorted(found) == sorted(rows)
    nothing = sql.wanted("w", {"name": "text"}, [])
    assert sql.select(f"SELECT w.name FROM {nothing.text}", nothing.parameters) == []  # noqa: S608


def test_tables_are_named_as_the_models_say() -> None:
    assert sql.table(Sighting) == '"inventory_sighting"'
    assert sql.execute(f"DELETE FROM {sql.table(Source)}") == 0  # noqa: S608
