"""What may be asked: parameters and bodies as Structs, which are read and documented alike."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

import msgspec
from django.http import QueryDict
from msgspec import Meta

from trustui.api.problems import Kind, Refused, Wrong
from trustui.core.primitives.text import visible
from trustui.pages.paging import MOST_ROWS, ROWS

Q = TypeVar("Q", bound="Query")
B = TypeVar("B", bound="Body")

_SHOWN = 100
_AT = re.compile(r"(?P<what>.*?)(?: - at `(?P<where>\$.*)`)?", re.DOTALL)
_GOT = re.compile(r"Expected (?P<expected>.*?)(?:, got (?P<found>.*))?", re.DOTALL)
NO_NUL = r"^[^\u0000]*$"
"""Databases hold no character 0."""

Text = Annotated[str, Meta(max_length=200, pattern=NO_NUL)]
LongText = Annotated[str, Meta(max_length=2_000, pattern=NO_NUL)]
Digest = Annotated[str, Meta(pattern=r"^([0-9a-f]{64})?$", description="A SHA-256, or empty.")]
Number = Annotated[int, Meta(ge=0, le=10**15)]


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """The parameters of an address; each may stand there once."""


class AtQuery(Query, frozen=True, kw_only=True):
    """Of whatever can be looked at as of another instant."""

    at: Annotated[
        str,
        Meta(description="What was known then, such as 2026-06-01T00:00:00Z; empty: now."),
    ] = ""
    valid_at: Annotated[
        str, Meta(description="Expiry is judged at this instant; empty: at `at`.")
    ] = ""


class ListQuery(AtQuery, frozen=True, kw_only=True):
    """Of a list that comes a page at a time."""

    after: Annotated[
        str, Meta(description="The `after` of the page before; empty: the first page.")
    ] = ""
    size: Annotated[int, Meta(ge=1, le=MOST_ROWS, description="How many rows.")] = ROWS


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A JSON object that is posted."""


def read_query(kind: type[Q], given: QueryDict) -> Q:
    """The parameters. Raises Refused with all that is wrong."""
    wrong: list[Wrong] = []
    found: dict[str, Any] = {}
    known = types_of(kind)
    for name, values in given.lists():
        if name not in known:
            offered = ", ".join(known) or "no parameters"
            wrong.append(Wrong(visible(name, _SHOWN), offered, "a parameter of this name"))
        elif len(values) > 1:
            wrong.append(Wrong(name, "one value", f"{len(values):,} values"))
        else:
            try:
                found[name] = _converted(known[name], values[0])
            except ValueError as error:
                shown = visible(repr(values[0]), _SHOWN)
                wrong.append(Wrong(name, str(error), shown))
    if wrong:
        raise Refused(Kind.BAD_REQUEST, _sentence(wrong), tuple(wrong))
    return kind(**found)


@cache
def types_of(kind: type[msgspec.Struct]) -> Mapping[str, Any]:
    """The type of each field."""
    return {field.name: field.type for field in msgspec.structs.fields(kind)}


def _converted(kind: Any, text: str) -> object:
    """Raises ValueError that says what was expected."""
    if "\0" in text:
        raise ValueError("text without the character 0")
    choices = _choices(kind)
    if choices and text not in choices:
        raise ValueError(f"one of {', '.join(json.dumps(one) for one in choices)}")
    try:
        found: object = msgspec.convert(text, type=kind, strict=False)
    except msgspec.ValidationError as error:
        raise ValueError(_parts(str(error))[1]) from error
    return found


def _choices(kind: Any) -> tuple[str, ...]:
    if get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    return get_args(kind) if get_origin(kind) is Literal else ()


def read_body(kind: type[B], content_type: str, body: bytes) -> B:
    """The posted object; no body stands for an empty one. Raises Refused."""
    if body and content_type.partition(";")[0].strip().lower() != "application/json":
        found = visible(content_type, _SHOWN)
        wrong = Wrong("Content-Type", "application/json", found)
        raise Refused(Kind.MEDIA_TYPE, _sentence([wrong]), (wrong,))
    try:
        return msgspec.json.decode(body or b"{}", type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        wrong = Wrong(*_parts(visible(str(error), 300)))
        raise Refused(Kind.BAD_REQUEST, _sentence([wrong]), (wrong,)) from error


def _parts(message: str) -> tuple[str, str, str]:
    """Where, what was expected, and what was found, of a message of msgspec."""
    located = _AT.fullmatch(message)
    assert located is not None  # it matches everything
    got = _GOT.fullmatch(located["what"])
    where = located["where"] or "$"
    if got is None:
        return where, "JSON as the schema describes it", located["what"]
    return where, got["expected"].replace("`", ""), (got["found"] or "another").replace("`", "")


def _sentence(wrong: list[Wrong]) -> str:
    return "; ".join(_clauses(wrong))


def _clauses(wrong: list[Wrong]) -> Iterator[str]:
    for one in wrong:
        yield f"{one.where}: expected {one.expected}, found {one.found}"
