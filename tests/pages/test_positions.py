"""Positions of the listings as cursors."""

from datetime import UTC, datetime

import pytest

from trustui.pages.paging import PagingError, write_cursor
from trustui.pages.positions import Kind, checked_size, read_position

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
DIGEST = "0123456789abcdef" * 4


def test_a_position_comes_back_as_it_was() -> None:
    assert read_position(write_cursor([AT, 7]), datetime, int) == (AT, 7)
    assert read_position(write_cursor([DIGEST]), str) == (DIGEST,)
    assert read_position(None, int) is None
    assert read_position("", int) is None


@pytest.mark.parametrize(
    ("after", "kinds"),
    [
        (write_cursor([7, 7]), (datetime, int)),
        (write_cursor([AT, DIGEST]), (datetime, int)),
        (write_cursor([AT]), (datetime, int)),
        (write_cursor(["\ud800"]), (str,)),
        (write_cursor([DIGEST.upper()]), (str,)),
        ("nonsense", (int,)),
    ],
    ids=["number for time", "text for number", "too few", "surrogate", "no digest", "no cursor"],
)
def test_what_is_no_position_of_the_list_is_refused(after: str, kinds: tuple[Kind, ...]) -> None:
    with pytest.raises(PagingError, match="after: expected"):
        read_position(after, *kinds)


def test_a_page_has_some_rows_and_not_too_many() -> None:
    assert [checked_size(size) for size in (1, 200)] == [1, 200]
    for wrong in (0, 201):
        with pytest.raises(PagingError):
            checked_size(wrong)
