"""Validators: which are taken, how they are sent back, and that hostile ones are neither."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustui.crawl.transfer.conditional import MAX_VALIDATOR_BYTES, condition, validator_of

DATE = "Sun, 06 Nov 1994 08:49:37 GMT"
LATER = "Sun, 06 Nov 1994 08:49:38 GMT"


@pytest.mark.parametrize("tag", ['"abc"', 'W/"abc"', '""', '"a,b;c"', '"' + "x" * 254 + '"'])
def test_a_tag_is_taken_as_it_came_and_asked_with(tag: str) -> None:
    assert validator_of([tag], [DATE], LATER) == tag
    assert condition(tag) == f"If-None-Match: {tag}"


@pytest.mark.parametrize(
    "tags",
    [
        ["abc"],
        ['w/"abc"'],
        ['"a b"'],
        ['"a"b"'],
        ['"a\r\nX: y"'],
        ['"a\x00"'],
        ['"\xfc"'],
        ['"a", "b"'],
        ["*"],
        ['"a"', '"b"'],
        ['"' + "x" * (MAX_VALIDATOR_BYTES - 1) + '"'],
    ],
)
def test_no_other_tag_is_taken_or_ever_sent(tags: list[str]) -> None:
    assert validator_of(tags, [], "") == ""
    assert condition(tags[0]) == "" or len(tags) > 1


def test_without_a_tag_the_date_of_the_last_change_is_taken() -> None:
    assert validator_of([], [DATE], LATER) == DATE
    assert condition(DATE) == f"If-Modified-Since: {DATE}"


@pytest.mark.parametrize(
    ("modified", "served"),
    [([DATE], DATE), ([LATER], DATE), ([DATE], ""), (["yesterday"], LATER), ([DATE, DATE], LATER)],
)
def test_a_date_that_may_hide_a_second_change_is_not_taken(
    modified: list[str], served: str
) -> None:
    """RFC 9110 §8.8.2.2: two changes within one second have one date."""
    assert validator_of([], modified, served) == ""


@given(st.text(), st.text())
def test_what_is_taken_is_short_visible_and_can_be_sent(tag: str, served: str) -> None:
    taken = validator_of([tag], [], served) or validator_of([], [tag], served)
    assert len(taken) <= MAX_VALIDATOR_BYTES
    assert taken.isascii()
    assert taken.isprintable()
    assert bool(condition(taken)) == bool(taken)
    assert condition(tag).isprintable()
