"""What may be asked, and what is told about what may not."""

from typing import Annotated, Literal

import pytest
from django.http import QueryDict
from msgspec import Meta

from trustui.api.problems import Kind, Refused, Wrong
from trustui.api.questions import Body, ListQuery, Query, read_body, read_query


class Asked(Query, frozen=True, kw_only=True):
    kind: Literal["", "old", "new"] = ""
    size: Annotated[int, Meta(ge=1, le=9)] = 5
    every: bool = False
    text: str = ""


class Posted(Body, frozen=True, kw_only=True):
    name: Annotated[str, Meta(max_length=5)]
    count: int = 1


def test_parameters_are_read_by_their_types() -> None:
    found = read_query(Asked, QueryDict("kind=old&size=3&every=true&text=x%20y"))
    assert found == Asked(kind="old", size=3, every=True, text="x y")
    assert read_query(Asked, QueryDict("")) == Asked()
    assert read_query(ListQuery, QueryDict("")).size == 50


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("kind=odd", Wrong("kind", 'one of "", "old", "new"', "'odd'")),
        ("size=0", Wrong("size", "int >= 1", "'0'")),
        ("size=many", Wrong("size", "int", "'many'")),
        (f"size={'9' * 5_000}", None),
        ("size=1&size=2", Wrong("size", "one value", "2 values")),
        ("text=a%00b", Wrong("text", "text without the character 0", "'a\\x00b'")),
        ("x%E2%80%AEy=1", Wrong("x\\u{202E}y", "kind, size, every, text", "a parameter of this name")),
    ],
)  # fmt: skip
def test_a_wrong_parameter_is_named(text: str, wrong: Wrong | None) -> None:
    with pytest.raises(Refused) as caught:
        read_query(Asked, QueryDict(text))
    assert caught.value.kind is Kind.BAD_REQUEST
    assert wrong is None or caught.value.errors == (wrong,)


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(Refused) as caught:
        read_query(Asked, QueryDict("kind=odd&size=99"))
    assert [one.where for one in caught.value.errors] == ["kind", "size"]


def test_a_body_is_a_json_object() -> None:
    found = read_body(Posted, "application/json; charset=utf-8", b'{"name": "mira"}')
    assert found == Posted(name="mira")


@pytest.mark.parametrize(
    ("content_type", "body", "kind", "where"),
    [
        ("text/plain", b"{}", Kind.MEDIA_TYPE, "Content-Type"),
        ("application/json", b"", Kind.BAD_REQUEST, "$"),
        ("application/json", b"[", Kind.BAD_REQUEST, "$"),
        ("application/json", b"[" * 100_000, Kind.BAD_REQUEST, "$"),
        ("application/json", b"\xff", Kind.BAD_REQUEST, "$"),
        ("application/json", b'{"name": "too long a name"}', Kind.BAD_REQUEST, "$.name"),
        ("application/json", b'{"name": "a", "other": 1}', Kind.BAD_REQUEST, "$"),
    ],
)
def test_any_other_body_is_refused(content_type: str, body: bytes, kind: Kind, where: str) -> None:
    with pytest.raises(Refused) as caught:
        read_body(Posted, content_type, body)
    assert caught.value.kind is kind
    assert caught.value.errors[0].where == where
