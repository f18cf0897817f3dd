"""The OpenAPI document: up to date, valid, and complete."""

import json
import warnings
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.test import Client

from tests.simulators.people import Cast
from trustui.accounts.models import Role
from trustui.api import schema
from trustui.web.checks import all_routes

PLACE = Path(__file__).resolve().parent.parent.parent / "docs" / "openapi.json"


def operations() -> list[dict[str, Any]]:
    return [one for path in schema.document()["paths"].values() for one in path.values()]


def test_the_file_in_docs_is_up_to_date() -> None:
    written = json.loads(PLACE.read_text(encoding="utf-8"))
    assert written == json.loads(json.dumps(schema.document())), "run `make api-schema`"


def test_it_is_a_valid_document() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of the validator's own imports
        validation: Any = import_module("drf_spectacular.validation")
    validation.validate_schema(dict(schema.document()))


def test_every_route_of_the_api_is_described() -> None:
    routes = {address for address, _ in all_routes() if address.startswith("api/")}
    assert len(schema.document()["paths"]) == len(routes) - 1  # all but the one for any other


def test_every_reference_leads_to_a_component() -> None:
    text = json.dumps(schema.document())
    components = schema.document()["components"]["schemas"]
    named = {part.partition('"')[0] for part in text.split('"#/components/schemas/')[1:]}
    assert named <= set(components)


def test_every_operation_has_its_own_id_words_and_problems() -> None:
    counts = Counter(one["operationId"] for one in operations())
    assert [name for name, count in counts.items() if count > 1] == []
    for one in operations():
        assert one["summary"], one["operationId"]
        for status in ("400", "401", "403", "404"):
            assert set(one["responses"][status]["content"]) == {"application/problem+json"}


def test_what_is_told_is_told_whole() -> None:
    line = schema.document()["components"]["schemas"]["sources.Line"]
    assert line["required"] == list(line["properties"])
    add = schema.document()["components"]["schemas"]["watching.Add"]
    assert add["required"] == ["team", "name", "location"]


def test_what_was_stored_by_an_older_version_may_lack_members() -> None:
    step = schema.document()["components"]["schemas"]["answers.AnswerStep"]
    assert set(step["required"]) < set(step["properties"])


def test_a_type_that_json_does_not_know_is_refused() -> None:
    with pytest.raises(NotImplementedError):
        schema._anything(Path)


def test_a_component_is_named_after_its_module_too() -> None:
    class Row(msgspec.Struct):
        number: int

    assert schema._own_name(Row) == "test_schema.Row"


def test_people_can_read_it(cast: Cast) -> None:
    answer = cast.as_role(Role.VIEWER).get("/api/schema/")
    assert answer.json()["openapi"].startswith("3.1")
    assert Client().get("/api/schema/").status_code == 401
