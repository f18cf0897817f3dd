"""Reading the log page by page."""

import pytest

from tests.simulators.event_log import records, sealed
from tests.simulators.event_rows import put
from trustui.events import reading
from trustui.events.reading import (
    newest_size,
    rows_inside,
    rows_outside,
    sealed_rows,
    stored_checkpoints,
)

LOG = sealed(records(10), (3, 7, 10))

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_triggers")]


@pytest.mark.parametrize("page", [1, 3, 10, 100])
def test_all_rows_come_in_order_whatever_the_page(
    page: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PAGE", page)
    put(LOG)
    assert tuple(sealed_rows(0, 10)) == LOG.rows
    assert tuple(stored_checkpoints(10)) == LOG.checkpoints


@pytest.mark.parametrize(("start", "end"), [(0, 0), (2, 5), (9, 10), (8, 99), (99, 100), (5, 2)])
def test_a_part_can_be_read(start: int, end: int) -> None:
    put(LOG)
    assert tuple(sealed_rows(start, end)) == LOG.rows[start:end]


def test_checkpoints_can_be_read_up_to_a_size() -> None:
    put(LOG)
    assert [one.size for one in stored_checkpoints(9)] == [3, 7]


def test_rows_are_counted_inside_and_outside_a_size() -> None:
    put(LOG)
    assert (newest_size(), rows_inside(10), rows_outside(10)) == (10, 10, 0)
    assert (rows_inside(4), rows_outside(4)) == (4, 6)


def test_an_empty_log_has_no_size() -> None:
    assert (newest_size(), list(sealed_rows(0, 10)), list(stored_checkpoints(10))) == (0, [], [])
