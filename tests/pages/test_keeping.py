"""Slow answers are kept for a moment."""

from collections.abc import Iterator
from itertools import count

from trustui.pages import keeping
from trustui.pages.keeping import KEPT_FOR, MOST_KEPT, Keeper


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
