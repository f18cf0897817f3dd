"""JSON pointers; the table is that of RFC 6901 §5, but for the pointer to the whole document."""

import pytest

from trustui.core.primitives.canonical_json import JsonValue
from trustui.core.primitives.json_pointer import is_pointer, value_at

DOCUMENT: JsonValue = {
    "foo": ["bar", "baz"],
    "": 0,
    "a/b": 1,
    "c%d": 2,
    "e^f": 3,
    "g|h": 4,
    "i\\j": 5,
    'k"l': 6,
    " ": 7,
    "m~n": 8,
}


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/foo", ["bar", "baz"]),
        ("/foo/0", "bar"),
        ("/", 0),
        ("/a~1b", 1),
        ("/c%d", 2),
        ("/e^f", 3),
        ("/g|h", 4),
        ("/i\\j", 5),
        ('/k"l', 6),
        ("/ ", 7),
        ("/m~0n", 8),
    ],
)
def test_it_leads_to_the_value(pointer: str, value: JsonValue) -> None:
    assert is_pointer(pointer)
    assert value_at(DOCUMENT, pointer) == value


@pytest.mark.parametrize("pointer", ["/bar", "/foo/2", "/foo/01", "/foo/-", "/foo/0/x", "/foo/bar"])
def test_where_nothing_stands_it_says_so(pointer: str) -> None:
    with pytest.raises(LookupError):
        value_at(DOCUMENT, pointer)


@pytest.mark.parametrize("text", ["", "foo", "#/foo", "/a~b", "/a~2b", "foo/bar"])
def test_what_is_no_pointer(text: str) -> None:
    assert not is_pointer(text)
