"""Answers that are slow to count, kept for a moment: nobody waits twice where there is much."""

import time
from collections.abc import Callable, Hashable
from typing import Any, ClassVar, Generic, TypeVar
from weakref import WeakSet

T = TypeVar("T")

KEPT_FOR = 100
"""An answer is kept so many times as long as it took."""
WORTH_KEEPING = 0.05
"""Seconds; what is counted faster is counted anew each time, where nobody says otherwise."""
MOST_KEPT = 256


class Keeper(Generic[T]):
    """By key; each process keeps its own. Only answers about much are kept: `is_much` says which,
    and `worth` the seconds that one has to take.
    """

    _all: ClassVar["WeakSet[Keeper[Any]]"] = WeakSet()

    def __init__(
        self,
        is_much: Callable[[T], bool],
        clock: Callable[[], float] = time.monotonic,
        *,
        worth: float = WORTH_KEEPING,
    ) -> None:
        self._all.add(self)
        self._is_much = is_much
        self._worth = worth
        self._clock = clock
        self._kept: dict[Hashable, tuple[float, T]] = {}

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The answer, made anew or a few seconds old."""
        began = self._clock()
        found = self._kept.get(key)
        if found is not None and began < found[0]:
            return found[1]
        made = make()
        took = self._clock() - began
        if took >= self._worth and self._is_much(made):
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[key] = (began + took * (1 + KEPT_FOR), made)
        return made

    @classmethod
    def forget_everything(cls) -> None:
        """All that any of them keeps, for another database begins its ids anew."""
        for one in cls._all:
            one.forget()

    def forget(self) -> None:
        """Everything is made anew when it is asked for again."""
        self._kept.clear()
