"""Every list as CSV and as JSON."""

import csv
import io
import json
import re
import tracemalloc
import typing
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from django.http import StreamingHttpResponse
from django.test import Client

from tests.simulators.people import HIDDEN_NAME, Cast, Route, sign_in
from trustui.accounts.models import Role
from trustui.inventory.models import Source
from trustui.pages.paging import MOST_ROWS
from trustui.web.exports import EXPORTS, Export, as_csv, as_json, columns_of

PROJECT = Path(__file__).resolve().parent.parent.parent
PARAMETER = re.compile("<[a-z]+:([a-z0-9_]+)>")


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return typing.cast("StreamingHttpResponse", answer).getvalue().decode()


def address_of(export: Export, cast: Cast, form: str) -> str:
    route = Route(export.address, None, frozenset(PARAMETER.findall(export.address)))
    return f"{route.address(cast.own.examples)}export.{form}"


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.name)
def test_both_forms_tell_the_same_rows(export: Export, cast_with_images: Cast) -> None:
    cast = cast_with_images
    client = sign_in(Client(), cast.own.administrator)
    told = text_of(client, address_of(export, cast, "json"))
    table = text_of(client, address_of(export, cast, "csv"))
    rows = json.loads(told)
    cells = list(csv.DictReader(io.StringIO(table, newline="")))
    assert len(rows) == len(cells)
    assert len(rows) >= (0 if export.name in {"now", "findings", "expiries", "registry"} else 1)
    assert HIDDEN_NAME not in told + table
    for row, line in zip(rows, cells, strict=True):
        for name, value in row.items():
            if isinstance(value, int) and not isinstance(value, bool):
                assert line[name] == str(value)


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.name)
def test_each_is_linked_from_its_page(export: Export) -> None:
    templates, views = PROJECT / "templates", PROJECT / "trustui" / "web"
    pages = "".join(path.read_text() for path in (*templates.rglob("*.html"), *views.glob("*.py")))
    assert re.search(f'export_links "{export.name}"|["\']{export.name}-csv["\']', pages)


def test_an_export_has_every_row_and_not_one_page(cast: Cast) -> None:
    now = datetime.now(UTC)
    model = cast.own.source
    Source.objects.bulk_create(
        Source(
            team=cast.own.team,
            name=f"source {number:04}",
            kind=model.kind,
            location=f"/srv/{number}",
            location_id=f"{number:064x}",
            every_seconds=60,
            created_at=now,
        )
        for number in range(2 * MOST_ROWS + 7)
    )
    client = cast.as_role(Role.VIEWER)
    assert len(json.loads(text_of(client, "/sources/export.json"))) == 2 * MOST_ROWS + 8
    assert text_of(client, "/sources/export.csv").count("\r\n") == 2 * MOST_ROWS + 9


def test_the_filters_are_those_of_the_page(cast: Cast) -> None:
    client = cast.as_role(Role.VIEWER)
    assert json.loads(text_of(client, "/sources/export.json?state=failing")) == []
    assert len(json.loads(text_of(client, "/sources/export.json?state=verified"))) == 1
    then = "?at=2026-01-01T00:00:00Z"
    assert json.loads(text_of(client, f"/sources/export.json{then}")) == []
    base = f"/sources/{cast.own.source.pk}/history/export.json"
    role = cast.own.examples["role_id"]
    (version,) = json.loads(text_of(client, f"{base}?role={role}"))
    assert version["sha256"] == cast.own.examples["sha256"]
    assert len(json.loads(text_of(client, base))) == 4
    page = client.get(f"/events/?kind=source.changed&at={datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")
    assert "/events/export.csv?kind=source.changed&amp;at=" in page.content.decode()


def test_a_filter_that_cannot_be_used_is_told_before_any_row(cast: Cast) -> None:
    client = cast.as_role(Role.VIEWER)
    for address in ("/events/export.csv?kind=odd", "/expiries/export.json?from=soon"):
        answer = client.get(address)
        assert answer.status_code == 400
        assert "expected" in answer.content.decode()


def test_no_cell_is_a_formula_and_nothing_hides(cast: Cast) -> None:
    client = cast.as_role(Role.VIEWER)
    for name in ('=cmd("x"),1', "+1", "-1", "@x", "\tx", "\rx", "a\u202eb"):
        Source.objects.filter(pk=cast.own.source.pk).update(name=name)
        text = text_of(client, "/sources/export.csv")
        (row,) = csv.DictReader(io.StringIO(text, newline=""))
        assert not row["name"].startswith(("=", "+", "-", "@", "\t", "\r"))
        assert row["name"].isprintable()
        assert row["name"].startswith("'") or name.startswith("a")
        told = text_of(client, "/sources/export.json")
        assert json.loads(told)[0]["name"] == name
        assert "\u202e" not in told


def test_it_is_a_file_that_no_browser_runs(cast: Cast) -> None:
    answer = cast.as_role(Role.VIEWER).get(f"/sources/{cast.own.source.pk}/roles/export.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    name = f"roles-{cast.own.source.pk}.csv"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


class Inner(msgspec.Struct, frozen=True):
    by: str
    at: datetime | None


class Row(msgspec.Struct, frozen=True):
    name: str
    taken: Inner | None
    parts: tuple[Inner, ...] = ()
    names: tuple[str, ...] = ()
    is_open: bool = True


def test_a_struct_within_a_row_becomes_columns_of_its_own() -> None:
    assert columns_of(Row) == [
        ("name",), ("taken", "by"), ("taken", "at"), ("parts",), ("names",), ("is_open",),
    ]  # fmt: skip
    at = datetime(2026, 3, 1, tzinfo=UTC)
    rows = [Row("a", Inner("mira", at)), Row("b", None, (Inner("x", None),), ("p", "q"))]
    assert "".join(as_csv(Row, iter(rows))).splitlines() == [
        "name,taken_by,taken_at,parts,names,is_open",
        "a,mira,2026-03-01T00:00:00Z,,,true",
        "b,,,x ,p; q,true",
    ]


def test_no_rows_are_an_empty_array_and_a_head() -> None:
    assert b"".join(as_json(iter([]))) == b"[]\n"
    assert "".join(as_csv(Inner, iter([]))) == "by,at\r\n"


def test_memory_does_not_grow_with_the_rows() -> None:
    def rows(count: int) -> Iterator[Row]:
        return (Row(f"name {number}" * 10, None) for number in range(count))

    def peak(count: int) -> int:
        tracemalloc.start()
        for _ in as_csv(Row, rows(count)):
            pass
        for _ in as_json(rows(count)):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(10)
    assert peak(20_000) < peak(200) + 50_000
