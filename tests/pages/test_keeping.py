"""Slow answers are kept for a moment, and what never changes is remembered."""

from collections.abc import Iterator
from itertools import count

from trustui.pages import keeping
from trustui.pages.keeping import KEPT_FOR, MOST_KEPT, Keeper, Remembered


class Clock:
    """Stands still unless it is told to go on."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def slow(clock: Clock, seconds: float, numbers: Iterator[int]) -> int:
    clock.now += seconds
    return next(numbers)


def test_what_is_quick_is_made_anew() -> None:
    clock, numbers = Clock(), count()
    keeper: Keeper[int] = Keeper(lambda _: True, clock)
    assert [keeper.get("a", lambda: slow(clock, 0.01, numbers)) for _ in range(3)] == [0, 1, 2]


def test_what_is_slow_is_kept_as_long_as_it_is_worth() -> None:
    clock, numbers = Clock(), count()
    keeper: Keeper[int] = Keeper(lambda _: True, clock)

    def make() -> int:
        return slow(clock, 0.1, numbers)

    assert [keeper.get("a", make) for _ in range(3)] == [0, 0, 0]
    assert keeper.get("b", make) == 1
    clock.now += 0.1 * KEPT_FOR
    assert keeper.get("a", make) == 2


def test_what_is_worth_keeping_may_be_said() -> None:
    clock, numbers = Clock(), count()
    keeper: Keeper[int] = Keeper(lambda _: True, clock, worth=0.01)
    assert [keeper.get("a", lambda: slow(clock, 0.01, numbers)) for _ in range(3)] == [0, 0, 0]
    assert [keeper.get("b", lambda: slow(clock, 0.009, numbers)) for _ in range(2)] == [1, 2]


def test_there_is_an_end_to_what_is_kept() -> None:
    clock, numbers = Clock(), count()
    keeper: Keeper[int] = Keeper(lambda _: True, clock)
    for key in range(MOST_KEPT + 1):
        keeper.get(key, lambda: slow(clock, keeping.WORTH_KEEPING, numbers))
    assert keeper.get(MOST_KEPT, lambda: -1) == MOST_KEPT
    assert keeper.get(0, lambda: -1) == -1


def test_what_is_about_little_is_made_anew_however_slow_it_was() -> None:
    clock, numbers = Clock(), count()
    keeper: Keeper[int] = Keeper(lambda found: found >= 1, clock)
    assert [keeper.get("a", lambda: slow(clock, 1, numbers)) for _ in range(3)] == [0, 1, 1]


# ---- what never changes


def squares(asked: list[tuple[int, ...]], numbers: tuple[int, ...]) -> dict[int, int | None]:
    asked.append(numbers)
    return {one: one**2 or None for one in numbers}


def test_only_what_is_unknown_is_asked_for_at_once_and_each_once() -> None:
    remembered: Remembered[int, int | None] = Remembered(10)
    asked: list[tuple[int, ...]] = []
    for numbers in ([2, 3, 2], [3, 4, 2, 5], [5, 2], []):
        found = remembered.each(numbers, lambda some: squares(asked, some))
        assert found == {one: one**2 for one in numbers}
    assert asked == [(2, 3), (4, 5)]


def test_nothing_is_an_answer_too() -> None:
    remembered: Remembered[int, int | None] = Remembered(10)
    asked: list[tuple[int, ...]] = []
    for _ in range(2):
        assert remembered.each([0], lambda some: squares(asked, some)) == {0: None}
    assert asked == [(0,)]


def test_what_was_not_asked_for_the_longest_is_forgotten_first() -> None:
    remembered: Remembered[int, int] = Remembered(2)
    made = count()
    assert [remembered.one(key, lambda: next(made)) for key in (1, 2, 1, 3, 1, 2)] == [
        *(0, 1, 0),
        *(2, 0, 3),
    ]


def test_more_is_answered_at_once_than_is_remembered() -> None:
    remembered: Remembered[int, int | None] = Remembered(2)
    asked: list[tuple[int, ...]] = []
    for _ in range(2):
        assert len(remembered.each(range(5), lambda some: squares(asked, some))) == 5
    assert asked == [(0, 1, 2, 3, 4), (0, 1, 2)]


def test_what_is_large_is_made_anew() -> None:
    remembered: Remembered[int, int] = Remembered(10, lambda found: found >= 1)
    made = count()
    assert [remembered.one(7, lambda: next(made)) for _ in range(3)] == [0, 1, 1]


def test_all_of_them_forget_together() -> None:
    one: Remembered[int, int] = Remembered(10)
    other: Remembered[int, int] = Remembered(10)
    made = count()
    for _ in range(2):
        one.one(1, lambda: next(made))
        other.one(1, lambda: next(made))
        Remembered.forget_everything()
    assert next(made) == 4
