"""What errors tell people."""

import pytest

from trustui.core.errors import ParseError


@pytest.mark.parametrize(
    ("expected", "found", "told"),
    [
        ("a key", "a stone", "it is odd: expected a key, found a stone"),
        ("a key", "", "it is odd: expected a key"),
        ("", "a stone", "it is odd: found a stone"),
        ("", "", "it is odd"),
    ],
)
def test_what_is_stated_is_told_and_nothing_else(expected: str, found: str, told: str) -> None:
    assert ParseError("it is odd", expected=expected, found=found).in_words == told
