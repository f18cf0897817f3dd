"""Members of protobuf messages as JSON."""

from collections.abc import Callable

import pytest

from trustui.core.errors import LimitExceeded, ParseError
from trustui.core.primitives.canonical_json import JsonValue
from trustui.core.primitives.proto_json import (
    MAX_INT64,
    Object,
    as_object,
    each,
    from_base64,
    integer,
    items,
    member,
    octets,
    optional,
    text,
)


def test_zero_values_may_be_left_out_or_null() -> None:
    empty: Object = {"null": None}
    for name in ("absent", "null"):
        assert text(empty, name) == ""
        assert octets(empty, name) == b""
        assert integer(empty, name) == 0
        assert items(empty, name, 1) == []
        assert optional(empty, name) is None


@pytest.mark.parametrize("number", [7, "7", "007"])
def test_numbers_may_be_text(number: JsonValue) -> None:
    assert integer({"n": number}, "n") == 7


@pytest.mark.parametrize("number", [-1, "-1", 1.5, True, "x", "", [], MAX_INT64 + 1, "9" * 40])
def test_what_counts_nothing_is_no_number(number: JsonValue) -> None:
    with pytest.raises(ParseError, match="n is no number"):
        integer({"n": number}, "n")


@pytest.mark.parametrize("encoded", ["-_8=", "+/8="])
def test_both_alphabets_of_base64_are_read(encoded: str) -> None:
    assert from_base64(encoded, "it") == b"\xfb\xff"


@pytest.mark.parametrize("encoded", ["!", "a", "ab=c", "é"])
def test_what_is_no_base64_is_refused(encoded: str) -> None:
    with pytest.raises(ParseError, match="b is not base64"):
        octets({"b": encoded}, "b")


@pytest.mark.parametrize(
    ("read", "words"),
    [
        (lambda: as_object([], "it"), "it is no object"),
        (lambda: member({}, "m"), "m is no object"),
        (lambda: optional({"m": 1}, "m"), "m is no object"),
        (lambda: text({"t": 1}, "t"), "t is no text"),
        (lambda: items({"l": {}}, "l", 1), "l is no list"),
        (lambda: each({"l": [{}, 1]}, "l", dict, 2), r"l\[1\]: the entry is no object"),
    ],
)
def test_another_type_is_refused_by_the_members_name(
    read: Callable[[], object], words: str
) -> None:
    with pytest.raises(ParseError, match=words):
        read()


def test_messages_of_a_list_are_read_in_order() -> None:
    assert each({"l": [{"t": "a"}, {"t": "b"}]}, "l", lambda one: text(one, "t"), 2) == ("a", "b")


def test_longer_lists_than_allowed_are_not_read() -> None:
    with pytest.raises(LimitExceeded):
        items({"l": [1, 2]}, "l", 1)
