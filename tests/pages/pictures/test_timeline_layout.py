"""Where versions, lapses and ticks stand on an axis of time."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustui.pages.pictures.timeline_layout import (
    MOST_BARS,
    MOST_TICKS,
    PHONE_PIXELS,
    PIXEL,
    PIXELS,
    Axis,
    Bar,
    Version,
    bars,
    lanes,
    lapses,
    ticks,
)

START = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
AXIS = Axis(START, START + 100 * DAY, START + 50 * DAY)
"""A day is one per cent."""


def version(number: int, seen: float, expires: float) -> Version:
    return Version(str(number), f"{number:064x}", START + seen * DAY, START + expires * DAY)


def shown(found: list[Bar]) -> list[tuple[float, float, float | None]]:
    return [
        (round(bar.x, 2), round(bar.width, 2), None if bar.edge is None else round(bar.edge, 2))
        for bar in found
    ]


def test_a_version_ends_with_its_successor_and_its_edge_is_its_expiry() -> None:
    found = bars([version(1, 10, 40), version(2, 30, 60)], AXIS)
    assert shown(found) == [(10, 20, 40), (30, 30, 60)]
    assert [bar.is_newest for bar in found] == [False, True]


def test_a_version_that_lapsed_ends_with_its_expiry() -> None:
    versions = [version(1, 10, 20), version(2, 30, 45)]
    assert shown(bars(versions, AXIS)) == [(10, 10, 20), (30, 15, 45)]
    assert [(round(one.x), round(one.width), one.is_open) for one in lapses(versions, AXIS)] == [
        (20, 10, False),
        (45, 5, True),
    ]


def test_what_lies_beyond_the_axis_is_cut_or_left_out() -> None:
    assert bars([version(1, -30, -10), version(2, -20, -5)], AXIS) == []
    assert shown(bars([version(1, -20, 400)], AXIS)) == [(0, 100, None)]
    assert shown(bars([version(1, 120, 130)], AXIS)) == []
    assert lapses([version(1, -30, -20), version(2, -10, 90)], AXIS) == []


def test_what_had_expired_when_it_was_first_seen_lapses_from_then_on() -> None:
    found = lapses([version(1, 10, -300), version(2, 20, 90)], AXIS)
    assert [(round(one.x), round(one.width)) for one in found] == [(10, 10)]


def test_roots_that_were_seen_together_leave_no_lapse() -> None:
    chain = [version(1, 10, -300), version(2, 10, -100), version(3, 10, 90)]
    assert lapses(chain, AXIS) == []


def hourly(count: int) -> list[Version]:
    return [version(n, n / 24, n / 24 + 1) for n in range(count)]


def test_versions_below_a_pixel_are_merged_and_counted() -> None:
    found = bars(hourly(1_200), AXIS)
    assert len(found) <= 2
    assert [(bar.count, bar.is_newest) for bar in found] == [(1_199, False), (1, True)]
    assert (found[0].first.version, found[0].last.version) == ("0", "1198")


def test_the_newest_version_is_never_merged() -> None:
    found = bars([version(n, 50 + n / 100, 50 + n / 100) for n in range(5)], AXIS)
    assert found[-1].count == 1
    assert found[-1].last.version == "4"


def test_a_wide_version_keeps_its_bar_among_small_ones() -> None:
    small = [version(n, 10 + n / 50, 20) for n in range(4)]
    found = bars([*small, version(9, 11, 40), version(10, 30, 60)], AXIS)
    assert [(bar.first.version, bar.count) for bar in found] == [
        ("0", 3),
        ("3", 1),
        ("9", 1),
        ("10", 1),
    ]


def test_edges_that_cannot_be_told_apart_are_left_out_but_the_newest() -> None:
    found = bars([version(1, 10, 60), version(2, 20, 60.1), version(3, 30, 60.2)], AXIS)
    assert [bar.edge is not None for bar in found] == [False, False, True]


def test_many_lapses_at_one_place_are_one_stretch_that_counts_them() -> None:
    versions = [version(n, 10 + n / 20, 10 + n / 20 + 0.01) for n in range(200)]
    found = lapses([*versions, version(200, 20, 90)], AXIS)
    assert sum(one.count for one in found) == 200
    assert len(found) == 1
    assert round(found[0].x + found[0].width) == 20


def test_a_picture_of_thousands_of_versions_has_few_bars() -> None:
    every = [[version(n, n / 2, n / 2 + 1) for n in range(200)] for _ in range(24)]
    found = lanes(every, AXIS)
    assert sum(map(len, found)) <= MOST_BARS
    assert all(sum(bar.count for bar in lane) == 200 for lane in found)


instants = st.floats(-200, 200, allow_nan=False)


@given(st.lists(st.tuples(instants, instants), max_size=40))
def test_everything_stands_within_the_picture_and_nothing_is_lost(
    given_: list[tuple[float, float]],
) -> None:
    ordered = sorted(given_)
    versions = [version(n, seen, expires) for n, (seen, expires) in enumerate(ordered)]
    found = bars(versions, AXIS)
    assert all(0 <= bar.x <= bar.x + bar.width <= 100 + PIXEL for bar in found)
    assert [bar.x for bar in found] == sorted(bar.x for bar in found)
    assert all(0 <= one.x <= one.x + one.width <= 100 + PIXEL for one in lapses(versions, AXIS))


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (8, ["1 Mar", "2 Mar", "3 Mar", "4 Mar", "5 Mar", "6 Mar", "7 Mar", "8 Mar"]),
        (15, ["1 Mar", "3 Mar", "5 Mar", "7 Mar", "9 Mar", "11 Mar", "13 Mar", "15 Mar"]),
        (40, ["1 Mar", "8 Mar", "15 Mar", "22 Mar", "29 Mar", "5 Apr"]),
        (250, ["Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", ""]),
        (700, ["Apr", "Jul", "Oct", "Jan 2027", "Apr", "Jul", "Oct", ""]),
        (3000, ["Jan 2027", "Jan 2028", "Jan 2029", "Jan 2030", "Jan 2031", "Jan 2032", "Jan 2033", ""]),
    ],
)  # fmt: skip
def test_ticks_are_as_many_as_have_room(days: int, words: list[str]) -> None:
    found = ticks(Axis(START, START + days * DAY, START))
    assert [tick.word for tick in found] == words
    assert found[0].x >= 0


@given(st.integers(1, 40_000))
def test_an_axis_of_any_length_has_ticks_that_can_be_read(days: int) -> None:
    assert len(ticks(Axis(START, START + days * DAY, START))) <= MOST_TICKS + 2


def test_words_touch_neither_each_other_nor_the_edge_on_a_phone() -> None:
    found = [one for one in ticks(Axis(START, START + 8 * DAY, START)) if not one.is_spare]
    assert [one.word for one in found] == ["1 Mar", "3 Mar", "5 Mar", "7 Mar"]


@given(st.integers(1, 40_000), st.floats(0, 1))
def test_words_have_room_on_every_axis(days: int, begins: float) -> None:
    axis = Axis(START + begins * DAY, START + (begins + days) * DAY, START)
    for width, words in (
        (PIXELS, [one for one in ticks(axis) if one.word]),
        (PHONE_PIXELS, [one for one in ticks(axis) if not one.is_spare]),
    ):
        ends = 0.0
        for one in words:
            assert one.x / 100 * width >= ends
            ends = one.x / 100 * width + 4 + 6 * len(one.word)
        assert ends <= width


def test_an_axis_knows_its_days() -> None:
    axis = Axis(START + DAY / 2, START + 2 * DAY, START)
    assert list(axis.days()) == [date(2026, 3, 1), date(2026, 3, 2)]
