"""Canonical JSON against securesystemslib, which is what TUF's authors sign with."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from securesystemslib.formats import encode_canonical

from trustui.core.errors import ParseError
from trustui.core.primitives.canonical_json import (
    JsonValue,
    canonical,
    children,
    has_float,
    unescape_controls,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
    max_leaves=30,
)


def oracle(value: JsonValue) -> bytes:
    encoded = encode_canonical(value)  # type: ignore[arg-type]  # its types leave out floats only
    assert encoded is not None
    return encoded.encode()


@given(VALUES)
def test_it_agrees_with_the_reference(value: JsonValue) -> None:
    assert canonical(value) == oracle(value)


@given(st.text(st.characters(max_codepoint=0x7F)))
def test_it_agrees_with_the_reference_on_every_control_character(text: str) -> None:
    assert canonical([text]) == oracle([text])


def test_control_characters_stand_raw() -> None:
    text = "".join(map(chr, range(0x20))) + "\x7f"
    assert canonical(text) == b'"' + text.encode() + b'"'


def test_only_quotation_marks_and_backslashes_are_escaped() -> None:
    assert canonical('a"b\\c/d\u2028') == '"a\\"b\\\\c/d\u2028"'.encode()


def test_text_that_looks_like_an_escape_stays_text() -> None:
    assert canonical(r"\u0001 \n") == rb'"\\u0001 \\n"'


@pytest.mark.parametrize(
    ("names", "ordered"),
    [
        (["b", "a", "B", "A", ""], ["", "A", "B", "a", "b"]),
        # By code point, not by UTF-16 unit: the key sign lies above the private use area.
        (["\U0001f511", "\uf000", "z"], ["z", "\uf000", "\U0001f511"]),
    ],
)
def test_names_are_sorted_by_code_point(names: list[str], ordered: list[str]) -> None:
    encoded = canonical(dict.fromkeys(names, 1))
    expected = ",".join(f'"{name}":1' for name in ordered)
    assert encoded == f"{{{expected}}}".encode()


@pytest.mark.parametrize("number", [2**53 + 1, 2**63, 2**64, -(2**64), 10**400, -(10**3_999)])
def test_integers_of_any_size_are_exact(number: int) -> None:
    assert canonical({"version": number}) == b'{"version":%d}' % number


@pytest.mark.parametrize("value", [1.0, {"a": [{"b": 0.5}]}, [1, [2, [3.5]]], float("nan")])
def test_a_fraction_has_no_canonical_form(value: JsonValue) -> None:
    with pytest.raises(ParseError, match="a number with a fraction"):
        canonical(value)


def test_a_lone_surrogate_has_no_canonical_form() -> None:
    with pytest.raises(ParseError, match="no canonical form"):
        canonical({"a": "\ud800"})


def test_nesting_that_would_exhaust_the_stack_is_refused() -> None:
    value: JsonValue = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(ParseError, match="no canonical form"):
        canonical(value, float_free=True)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1.5, True), ({"a": {"b": [1.0]}}, True), ([True, 1, "1.5", None, {}], False), ({}, False)],
)
def test_it_finds_floats_wherever_they_stand(value: JsonValue, expected: bool) -> None:
    assert has_float(value) is expected


def test_children_are_the_values_one_step_down() -> None:
    assert children([{"a": 1, "b": [2]}, [3, {}], 4, "text"]) == [1, [2], 3, {}]


def test_text_without_escapes_is_returned_as_it_is() -> None:
    encoded = b'{"a":"b"}'
    assert unescape_controls(encoded) is encoded
