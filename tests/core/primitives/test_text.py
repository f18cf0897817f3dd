"""Foreign text that can be printed without deceiving anybody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustui.core.primitives.text import (
    counted,
    has_hidden_characters,
    quoted,
    visible,
    with_short_digests,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("targets", "targets"),
        ("Ümläut 鍵 🔑", "Ümläut 鍵 🔑"),
        ("a\u202eb", r"a\u{202E}b"),
        ("a\nb\tc\x00", r"a\u{000A}b\u{0009}c\u{0000}"),
        ("a\u200bb", r"a\u{200B}b"),
        ("\ud800", r"\u{D800}"),
        ("\U000e0041", r"\u{E0041}"),
        ("\u2028", r"\u{2028}"),
        ("\x1b[31m", r"\u{001B}[31m"),
    ],
)
def test_hidden_characters_are_made_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_what_is_shown_hides_nothing(text: str) -> None:
    assert not has_hidden_characters(visible(text))


@given(st.text())
def test_text_without_hidden_characters_is_left_alone(text: str) -> None:
    assert (visible(text, len(text)) == text) is not has_hidden_characters(text)


def test_digests_in_a_text_are_short() -> None:
    ids = f"{'6cb58437' * 8}, {'0' * 63}f and a1b2"
    assert with_short_digests(ids) == "6cb58437…8437, 00000000…000f and a1b2"


def test_long_text_is_cut_and_its_length_told() -> None:
    assert visible("a" * 5_000, 3) == "aaa… (5,000 characters)"


def test_text_of_just_the_limit_is_whole() -> None:
    assert visible("abc", 3) == "abc"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a\u202eb", r"a\u{202E}b"),
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (7, "7"),
        (-(10**39), str(-(10**39))),
        (10**40, "an integer of more than 40 digits"),
        (1.5, "1.5"),
        ([1] * 1_200, "a list of 1,200"),
        ({"a": 1, "b": 2}, "an object of 2 members"),
        (b"\x00", r"b'\x00'"),
    ],
)
def test_any_json_value_can_stand_in_a_sentence(value: object, shown: str) -> None:
    assert quoted(value) == shown


def test_a_quoted_text_is_cut_too() -> None:
    assert quoted("abcdef", 3) == "abc… (6 characters)"


@pytest.mark.parametrize(("number", "words"), [(0, "0 keys"), (1, "1 key"), (1_000, "1,000 keys")])
def test_nouns_are_counted(number: int, words: str) -> None:
    assert counted(number, "key") == words
