import pytest

from trustui.core.errors import ParseError
from trustui.core.trust_policy.patterns import (
    MAX_PATTERN,
    MAX_TEXT,
    check_pattern,
    is_anchored,
    is_found_in,
    matches,
)


def test_a_pattern_means_the_whole_text() -> None:
    assert matches("a.*c", "abc")
    assert not matches("b", "abc")
    assert is_found_in("b", "abc")


def test_anchors_of_both_dialects_are_understood() -> None:
    assert matches(r"^abc\z", "abc")
    assert matches(r"a\\z", r"a\z")
    assert not matches(r"^abc$", "abc\n")


def test_nothing_is_matched_beyond_a_bound() -> None:
    assert matches("a*", "a" * MAX_TEXT)
    assert not matches("a*", "a" * (MAX_TEXT + 1))
    assert not is_found_in("a*", "a" * (MAX_TEXT + 1))


@pytest.mark.parametrize(
    ("pattern", "anchored"),
    [
        ("^a$", True),
        (r"\Aa\z", True),
        (".*", True),
        ("^a", False),
        ("a$", False),
        (r"^a\$", False),
        (r"^a\\$", True),
    ],
)
def test_an_anchored_pattern_says_so_at_both_ends(pattern: str, anchored: bool) -> None:
    assert is_anchored(pattern) is anchored


@pytest.mark.parametrize(
    "pattern", ["", "a+b*", "(a|b)", "(a|b)?c", "[)(*]+", r"\((a+)\)", "(a)+", "a)(", "[(a+)]+"]
)
def test_ordinary_patterns_are_accepted_or_refused_for_their_grammar(pattern: str) -> None:
    try:
        check_pattern(pattern)
    except ParseError as error:
        assert "no regular expression" in error.because  # noqa: PT017  either is right


@pytest.mark.parametrize("pattern", ["(a+)+", "(a|a)*", "((a*))+", "(a{2}){3}", "x(y(z|w)q)*"])
def test_patterns_that_could_run_for_hours_are_refused(pattern: str) -> None:
    with pytest.raises(ParseError, match="repeats a group"):
        check_pattern(pattern)


def test_a_pattern_that_is_none_is_refused() -> None:
    with pytest.raises(ParseError, match="no regular expression"):
        check_pattern("(")


def test_a_long_pattern_is_refused() -> None:
    with pytest.raises(ParseError, match="too long"):
        check_pattern("a" * (MAX_PATTERN + 1))
