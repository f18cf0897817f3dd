"""Stored answers about very large repositories, as far as pages show them.

16,384 hash bins are half a million steps, and a page shows a few thousand. Verdicts never change:
what is left of the newest large ones is kept, so that a page is not made of all of them again. Newer
verdicts have it stored beside them.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import datetime
from threading import Lock
from typing import Any

import msgspec
from django.db.models import QuerySet

from trustui.pages.kept_query import KeptQuery
from trustui.verdicts.answers import Answer, AnswerStep, read_answer
from trustui.verdicts.condensing import condensed
from trustui.verdicts.history import trace_of, unpacked_trace, with_shown_trace
from trustui.verdicts.models import Verdict

MUCH = 20_000
"""Steps, from which on an answer is cut and kept."""
MOST_KEPT = 8
"""Answers; one of 16,384 bins takes 3 to 10 MB."""
MOST_STEPS_KEPT = 256
"""Answers with one step alone."""


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


class _Trace(msgspec.Struct, frozen=True):
    shown: Any


def _as_shown(_: object, __: object, ___: None, verdict_id: int) -> "QuerySet[Any]":
    return with_shown_trace(Verdict.objects.filter(pk=verdict_id))


_traces = KeptQuery(_as_shown, _Trace.__struct_fields__, _Trace)


def shown_trace_of(verdict_id: int) -> bytes:
    """The JSON of a verdict as far as pages show it. Raises Verdict.DoesNotExist."""
    for one in _traces.rows(about=(verdict_id,)):
        return unpacked_trace(one.shown)
    raise Verdict.DoesNotExist


def stored_answer(verdict_id: int, at: datetime) -> Answer:
    """The answer of a verdict that was made at this instant: at most one query."""

    def read() -> tuple[Answer, bool]:
        shown = read_answer(shown_trace_of(verdict_id))
        is_much = len(shown.steps) >= MUCH
        if is_much and not shown.is_cut:
            return condensed(shown), True
        return shown, shown.is_cut

    return _answers.get((verdict_id, at), read)


def stored_step(verdict_id: int, at: datetime, check: str, group: str) -> Answer:
    """The answer of a verdict with no step but this check of this group, if it was asked.

    At most two queries.
    """

    def found(answer: Answer) -> AnswerStep | None:
        every = (one for one in answer.steps if one.check == check and one.group == group)
        return next(every, None)

    def read() -> tuple[Answer, bool]:
        answer = read_answer(shown_trace_of(verdict_id))
        step = found(answer)
        if step is None and answer.is_cut:
            answer = read_answer(trace_of(verdict_id))
            step = found(answer)
        left = msgspec.structs.replace(
            answer, steps=() if step is None else (step,), groups=(), numbers=()
        )
        return left, len(answer.steps) >= MUCH

    return _steps.get((verdict_id, at, check, group), read)
