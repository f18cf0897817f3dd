"""Stored answers about very large repositories, cut to what pages can show of them.

16,384 hash bins are half a million steps, and a page shows a few thousand. Verdicts never change:
what is left of the newest large ones is kept, so that a page is not made of all of them again.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import datetime
from threading import Lock

import msgspec

from trustui.core.trace import Outcome
from trustui.pages.waterfall import (
    FRESH,
    Answer,
    counts_of,
    instant_in,
    laid_out,
    parts_of,
    read_answer,
)
from trustui.verdicts.history import trace_of

MUCH = 20_000
"""Steps, from which on an answer is cut and kept."""
MOST_KEPT = 8
"""Answers; one of 16,384 bins takes 3 to 10 MB."""
MOST_STEPS_KEPT = 256
"""Answers with one step alone."""
_WRONG = frozenset({Outcome.FAILED, Outcome.UNDECIDED})


class _Newest:
    """What was asked for last, by a key whose value never changes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: OrderedDict[Hashable, Answer] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], tuple[Answer, bool]]) -> Answer:
        """The value; `make` also says whether it is worth keeping."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        value, is_worth_keeping = make()
        if is_worth_keeping:
            with self._lock:
                self._found[key] = value
                while len(self._found) > self._most:
                    self._found.popitem(last=False)
        return value


_answers = _Newest(MOST_KEPT)
_steps = _Newest(MOST_STEPS_KEPT)


def stored_answer(verdict_id: int, at: datetime) -> Answer:
    """The answer of a verdict that was made at this instant: at most one query."""

    def read() -> tuple[Answer, bool]:
        whole = read_answer(trace_of(verdict_id))
        is_much = len(whole.steps) >= MUCH
        return (condensed(whole) if is_much else whole), is_much

    return _answers.get((verdict_id, at), read)


def stored_step(verdict_id: int, at: datetime, check: str, group: str) -> Answer:
    """The answer of a verdict with no step but this check of this group, if it was asked.

    At most one query.
    """

    def read() -> tuple[Answer, bool]:
        whole = read_answer(trace_of(verdict_id))
        found = (one for one in whole.steps if one.check == check and one.group == group)
        step = next(found, None)
        left = msgspec.structs.replace(whole, steps=() if step is None else (step,), groups=())
        return left, len(whole.steps) >= MUCH

    return _steps.get((verdict_id, at, check, group), read)


def condensed(answer: Answer) -> Answer:
    """The same, with only those steps from which `waterfall`, `facts` and `headline` are made.

    Left are the steps of groups that are laid out, one that is wrong of each group that has one,
    and of each check those that a fact is told by: the first of each outcome, the last, and the one
    that expires first.
    """
    groups, _ = laid_out(answer, every=True)
    shown = {group.id for group in groups}
    spare = {group.id for group in answer.groups if not group.needed}
    seen: set[Hashable] = set()
    kept, last = set[int](), dict[str, int]()
    soonest: dict[str, tuple[datetime, int]] = {}
    for place, step in enumerate(answer.steps):
        last[step.check] = place
        if step.group in shown:
            kept.add(place)
            continue
        alike = step.check, step.outcome, step.decides, step.group in spare
        is_wrong = step.outcome in _WRONG and step.decides
        if alike not in seen or (is_wrong and step.group not in seen):
            seen.update((alike, step.group) if is_wrong else (alike,))
            kept.add(place)
        if step.found and FRESH & parts_of(step.check):
            expires = instant_in(step.found)
            if expires is not None and (expires, place) < soonest.get(
                step.check, (expires, place + 1)
            ):
                soonest[step.check] = expires, place
    places = sorted(kept | set(last.values()) | {place for _, place in soonest.values()})
    return msgspec.structs.replace(
        answer,
        steps=tuple(answer.steps[place] for place in places),
        numbers=tuple(place + 1 for place in places),
        counts=counts_of(answer.steps),
    )
