"""Shapes, words and colours of states."""

from datetime import timedelta

import pytest

from trustui.cli.pictures.states import WORDS, fitted, in_state, left_in_words, state_sign
from trustui.cli.terminal import Style
from trustui.core.graph.standing import WORST_FIRST
from trustui.core.trace import TrustState

COLOUR = Style(colour=True)


def test_every_state_of_a_role_has_a_word() -> None:
    assert set(WORDS) == set(WORST_FIRST)


def test_every_state_has_a_shape_of_its_own(plain: Style) -> None:
    assert [state_sign(state, plain) for state in WORST_FIRST] == ["✗", "?", "○", "·", "!", "✓"]


@pytest.mark.parametrize("state", WORST_FIRST)
def test_without_colour_text_is_left_alone(plain: Style, state: TrustState) -> None:
    assert in_state(state, "word", plain) == "word"


def test_what_is_in_order_has_no_colour_and_all_else_has_one() -> None:
    coloured = {state for state in WORST_FIRST if in_state(state, "word", COLOUR) != "word"}
    assert coloured == set(WORST_FIRST) - {TrustState.VERIFIED}


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(days=3), "3 days left"),
        (timedelta(hours=1), "1 hour left"),
        (timedelta(), "expired 0 seconds ago"),
        (timedelta(days=-2), "expired 2 days ago"),
    ],
)
def test_time_left_is_said_in_its_largest_unit(left: timedelta, words: str) -> None:
    assert left_in_words(left) == words


def test_columns_are_filled_or_cut() -> None:
    assert fitted("ab", 4) == "ab  "
    assert fitted("abcdef", 4) == "abc…"
