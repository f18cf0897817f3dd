"""Answers that are kept: for a moment what is slow to count, and as long as it is asked for what never changes."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, ClassVar, Generic, TypeVar
from weakref import WeakSet

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)

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


class _Unknown:
    """Of a key that is not remembered; None is an answer."""


_UNKNOWN = _Unknown()


class Remembered(Generic[K, T]):
    """What follows from its key for ever: the last `most` that were asked for, by each process.

    Of answers that `is_small` says no to none is remembered.
    """

    _all: ClassVar["WeakSet[Remembered[Any, Any]]"] = WeakSet()

    def __init__(self, most: int, is_small: Callable[[T], bool] = lambda _: True) -> None:
        self._all.add(self)
        self._most = most
        self._is_small = is_small
        self._known: OrderedDict[K, T] = OrderedDict()

    def one(self, key: K, make: Callable[[], T]) -> T:
        """The answer, made where it is not remembered."""
        return self.each((key,), lambda _: {key: make()})[key]

    def each(self, keys: Iterable[K], ask: Callable[[tuple[K, ...]], Mapping[K, T]]) -> dict[K, T]:
        """The answers; `ask` is called once at most, and answers for each key that is unknown."""
        found: dict[K, T] = {}
        unknown: list[K] = []
        for key in dict.fromkeys(keys):
            known = self._known.pop(key, _UNKNOWN)
            if isinstance(known, _Unknown):
                unknown.append(key)
            else:
                found[key] = self._known[key] = known
        if unknown:
            made = ask(tuple(unknown))
            found.update(made)
            self._known.update((key, one) for key, one in made.items() if self._is_small(one))
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return found

    @classmethod
    def forget_everything(cls) -> None:
        """All that any of them remembers, for another database begins its ids anew."""
        for one in cls._all:
            one.forget()

    def forget(self) -> None:
        """Everything is made anew when it is asked for again."""
        self._known.clear()
