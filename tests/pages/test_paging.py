"""Long lists a page at a time: nothing is shown twice, nothing is left out, however it is sorted."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from trustui.accounts.models import Team
from trustui.pages.paging import (
    MOST_ROWS,
    ROWS,
    PagingError,
    Slice,
    read_cursor,
    size_of,
    sliced,
    write_cursor,
)

NOW = datetime(2026, 11, 21, 12, 0, 0, 250_000, tzinfo=UTC)


@pytest.fixture
def teams(db: None) -> list[Team]:
    """Eleven, several with the same instant."""
    del db
    return Team.objects.bulk_create(
        Team(name=f"team {number:02}", created_at=NOW + timedelta(days=number // 4))
        for number in range(11)
    )


def walk(order: tuple[str, ...], size: int) -> list[str]:
    names, after = [], None
    while True:
        found: Slice[Team] = sliced(Team.objects.all(), order, after, size)
        names += [team.name for team in found.rows]
        if found.after is None:
            return names
        assert len(found.rows) == size
        after = found.after


@pytest.mark.parametrize(
    "order",
    [("id",), ("-id",), ("created_at", "id"), ("-created_at", "name"), ("created_at", "-name")],
)
@pytest.mark.parametrize("size", [1, 3, 11, 12])
def test_a_walk_through_all_pages_is_the_whole_list(
    teams: list[Team], order: tuple[str, ...], size: int
) -> None:
    del teams
    whole = list(Team.objects.order_by(*order).values_list("name", flat=True))
    assert walk(order, size) == whole


def test_a_page_is_one_statement(
    teams: list[Team], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = sliced(Team.objects.all(), ("-created_at", "id"), None, 4)
    assert len(teams) == 11
    with django_assert_num_queries(1):
        sliced(Team.objects.all(), ("-created_at", "id"), first.after, 4)


def test_rows_that_came_meanwhile_do_not_move_a_page(teams: list[Team]) -> None:
    first = sliced(Team.objects.all(), ("-id",), None, 3)
    Team.objects.create(name="newest", created_at=NOW)
    second = sliced(Team.objects.all(), ("-id",), first.after, 3)
    assert second.rows == list(reversed(teams))[3:6]


@given(
    st.lists(
        st.one_of(
            st.integers(-(2**62), 2**62),
            st.text(max_size=50).filter(lambda text: "\0" not in text),
            st.datetimes(timezones=st.just(UTC)),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_a_cursor_is_read_as_it_was_written(values: list[int | str | datetime]) -> None:
    text = write_cursor(values)
    assert read_cursor(text, len(values)) == values
    assert text.replace("-", "").replace("_", "").isalnum()


def test_names_in_any_script_may_be_long() -> None:
    names = ["\U00010000" * 300, "\u4e2d" * 200]
    assert read_cursor(write_cursor(names), 2) == names


@pytest.mark.parametrize(
    "text",
    ["", "!", "bnVsbA", "W10", "W251bGxd", "W3RydWVd", "W3sidCI6ICJ4In1d", "WzFlOTk5XQ", "x" * 5000, "WyJcdTAwMDAiXQ", "W1sxXV0", "é"],
)  # fmt: skip
def test_what_no_list_gave_is_refused(text: str) -> None:
    with pytest.raises(PagingError, match="expected what a list gave"):
        read_cursor(text, 1)


def test_a_cursor_of_another_list_is_refused() -> None:
    with pytest.raises(PagingError):
        read_cursor(write_cursor([1, 2]), 1)


@pytest.mark.parametrize(
    ("text", "size"),
    [(None, ROWS), ("", ROWS), ("1", 1), ("200", 200), ("999", MOST_ROWS), ("0", 1)],
)
def test_a_size_is_kept_within_its_bounds(text: str | None, size: int) -> None:
    assert size_of(text) == size


@pytest.mark.parametrize("text", ["x", "-1", "1.5", "٣", "9" * 50])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(PagingError, match="expected 1 to 200"):
        size_of(text)


def test_nobody_asks_for_more_rows_than_are_given() -> None:
    with pytest.raises(PagingError):
        sliced(Team.objects.all(), ("id",), None, MOST_ROWS + 1)
