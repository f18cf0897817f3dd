"""The one JSON loader: the public test suite whole, then each bound and each refusal by itself."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.simulators.memory import measured
from trustui.core.errors import LimitExceeded, ParseError
from trustui.core.limits import MIB, JsonLimits, TufLimits
from trustui.core.primitives.strict_json import load

LIMITS = JsonLimits()
SUITE = "hostile/json-testsuite/test_parsing"

REFUSED_BY_OUR_RULE = {
    "y_object_duplicated_key.json",
    "y_object_duplicated_key_and_value.json",
}
"""Valid by RFC 8259; a name that stands twice lets two parsers read two documents."""

LOADED_OF_THE_UNDEFINED = {
    "i_number_double_huge_neg_exp.json": [0.0],
    "i_number_real_underflow.json": [0.0],
    "i_number_too_big_neg_int.json": [-123123123123123123123123123123],
    "i_number_too_big_pos_int.json": [100000000000000000000],
    "i_number_very_big_negative_int.json": [-237462374673276894279832749832423479823246327846],
}
"""Integers are kept exactly whatever their size; a fraction may underflow to zero, as a float has
no canonical form and can never stand in signed metadata. All other i_ files are refused."""


def outcome(file: Path) -> str:
    """`loads` or `refused`; anything else that happens fails the test, and so does slowness."""
    raw = file.read_bytes()
    started = time.process_time()
    try:
        load(raw, LIMITS)
    except ParseError:
        result = "refused"
    else:
        result = "loads"
    assert time.process_time() - started < 1, f"{file.name} took too long"
    return result


def of_suite(shared_data: Callable[[str], Path], prefix: str) -> Iterator[tuple[Path, str]]:
    files = sorted(shared_data(SUITE).glob(f"{prefix}*"))
    assert files
    with measured() as growth:
        yield from ((file, outcome(file)) for file in files)
    assert growth.bytes < 100 * 2**20


# The suite


def test_it_loads_every_file_that_must_load(shared_data: Callable[[str], Path]) -> None:
    refused = {file.name for file, result in of_suite(shared_data, "y_") if result == "refused"}
    assert refused == REFUSED_BY_OUR_RULE


def test_it_refuses_every_file_that_must_not_load(shared_data: Callable[[str], Path]) -> None:
    assert [file.name for file, result in of_suite(shared_data, "n_") if result == "loads"] == []


def test_of_the_undefined_files_it_loads_exactly_the_listed_ones(
    shared_data: Callable[[str], Path],
) -> None:
    loaded = {
        file.name: load(file.read_bytes(), LIMITS).value
        for file, result in of_suite(shared_data, "i_")
        if result == "loads"
    }
    assert loaded == LOADED_OF_THE_UNDEFINED


# What loads

JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
    max_leaves=30,
)


@given(JSON_VALUES, st.booleans())
def test_what_another_encoder_writes_loads_unchanged(value: object, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=1)
    assert load(text.encode(), LIMITS).value == value


@pytest.mark.parametrize(
    "raw",
    [
        rb'{"a\/b": 1}',
        rb'{"\u0061": "\u0062"}',
        rb"[1E2, 1.50, -0, 0.10e1]",
        b'{ "a" :\t[ ] ,\r\n "b" : { } }',
    ],
)
def test_odd_but_correct_spelling_loads(raw: bytes) -> None:
    assert load(raw, LIMITS).value == json.loads(raw)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [(b"[1.5]", True), (b'{"a": [{"b": 1e1}]}', True), (b'[1, "1.5", true, null]', False)],
)
def test_it_tells_whether_there_is_a_float(raw: bytes, expected: bool) -> None:
    assert load(raw, LIMITS).has_float is expected


# Duplicate names


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a": 1, "a": 2}',
        b'{"a": 1, "a": 1}',
        rb'{"a": 1, "\u0061": 2}',
        b'{"x": [{"deep": {"a": 1, "b": 2, "a": 3}}]}',
        b'{"": 0, "": 1}',
        '{"\U0001f511": 1, "\\ud83d\\udd11": 2}'.encode(),
    ],
)
def test_it_refuses_a_name_that_stands_twice(raw: bytes) -> None:
    with pytest.raises(ParseError, match="stands twice in one object") as caught:
        load(raw, LIMITS)
    assert caught.value.expected == "each name once"
    assert caught.value.found.endswith("twice")


def test_one_name_in_two_objects_is_no_duplicate() -> None:
    assert load(b'[{"a": 1}, {"a": 2}, {"b": {"a": {}}}]', LIMITS).value


@given(
    st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.integers(), min_size=1)
)
def test_a_member_repeated_at_the_end_is_always_refused(value: dict[str, int]) -> None:
    name = next(iter(value))
    members = [*value.items(), (name, 0)]
    text = ", ".join(f"{json.dumps(key)}: {number}" for key, number in members)
    with pytest.raises(ParseError, match="stands twice"):
        load(f"{{{text}}}".encode(), LIMITS)


# Bounds


def test_a_document_of_exactly_the_allowed_bytes_loads() -> None:
    assert load(b'"1234"', JsonLimits(max_bytes=6)).value == "1234"


def test_one_byte_more_is_refused() -> None:
    with pytest.raises(
        LimitExceeded, match="the document has 7 bytes; at most 6 are read"
    ) as caught:
        load(b'"12345"', JsonLimits(max_bytes=6))
    assert (caught.value.expected, caught.value.found) == ("at most 6 bytes", "7 bytes")


def test_more_values_than_allowed_are_refused_before_they_are_built() -> None:
    with pytest.raises(LimitExceeded, match="nodes"):
        load(b"[" + b"[],[]," * 100_000 + b"[]]", LIMITS)


def test_commas_and_brackets_inside_strings_are_no_values() -> None:
    text = ",[{" * 100 + r"\"" + ",[{" * 100
    assert load(f'["{text}"]'.encode(), JsonLimits(max_nodes=3)).value == [text.replace("\\", "")]


def test_64_levels_load() -> None:
    assert load(b"[" * 64 + b"]" * 64, LIMITS).value


@pytest.mark.parametrize("raw", [b"[" * 65 + b"]" * 65, b'{"a":' * 65 + b"1" + b"}" * 65])
def test_65_levels_are_refused(raw: bytes) -> None:
    with pytest.raises(LimitExceeded, match="the document has 65 levels; at most 64"):
        load(raw, LIMITS)


def test_nesting_that_would_exhaust_the_stack_is_refused() -> None:
    with pytest.raises(LimitExceeded, match="nested too deeply"):
        load(b"[" * 100_000 + b"]" * 100_000, LIMITS)


@pytest.mark.parametrize("sign", [b"", b"-"])
def test_an_integer_of_4000_digits_is_kept_exactly(sign: bytes) -> None:
    digits = sign + b"7" * 4_000
    assert load(b"[" + digits + b"]", LIMITS).value == [int(digits)]


@pytest.mark.parametrize("sign", [b"", b"-"])
def test_an_integer_of_more_digits_is_refused(sign: bytes) -> None:
    with pytest.raises(LimitExceeded, match="digits in an integer"):
        load(b'{"a": [1, ' + sign + b"7" * 4_001 + b"]}", LIMITS)


def test_an_integer_too_long_for_the_language_is_refused() -> None:
    with pytest.raises(ParseError):
        load(b"[" + b"7" * 5_000 + b"]", LIMITS)


# Grammar


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b" ",
        b"{} {}",
        b"{}x",
        b"[NaN]",
        b"[Infinity]",
        b"[-Infinity]",
        b"[1e999]",
        b"[01]",
        b"[1,]",
        b"{'a': 1}",
        b'"\x01"',
        b'["\\ud800"]',
        b"\xef\xbb\xbf{}",
        "{}".encode("utf-16"),
        "{}".encode("utf-16-le"),
    ],
)
def test_it_refuses_what_is_not_strict_json(raw: bytes) -> None:
    with pytest.raises(ParseError, match="not strict JSON"):
        load(raw, LIMITS)


def test_it_names_the_bytes_that_are_not_utf_8() -> None:
    with pytest.raises(ParseError, match="not UTF-8") as caught:
        load(b'{"name": "\xff\xfe abc"}', LIMITS)
    assert caught.value.found.startswith("ff fe 20")


# Bounds that scale with the kind of document


@pytest.mark.parametrize(
    ("length", "nodes"), [(0, 200_000), (1_000, 200_000), (1_000_000, 200_000)]
)
def test_a_small_document_may_have_the_usual_number_of_nodes(length: int, nodes: int) -> None:
    assert TufLimits().json(5 * MIB, length).max_nodes == nodes


def test_a_large_document_may_have_more_nodes_but_not_one_for_each_byte() -> None:
    length = 256_000_000
    nodes = TufLimits().json(length, length).max_nodes
    assert 200_000 < nodes < length / 4


def test_only_bytes_and_nodes_depend_on_the_document() -> None:
    limits = TufLimits().json(16_384, 100)
    usual = JsonLimits()
    assert limits.max_bytes == 16_384
    assert (limits.max_depth, limits.max_integer_digits) == (
        usual.max_depth,
        usual.max_integer_digits,
    )
