"""Very long traces, cut to what pages can show of them.

16,384 hash bins are half a million steps, and a page shows a few thousand. A verdict never changes:
what pages need of a long one is kept beside it.
"""

import zlib
from collections.abc import Hashable
from datetime import datetime

import msgspec

from trustui.verdicts.answers import (
    FRESH,
    WRONG,
    Answer,
    counts_of,
    instant_in,
    laid_out,
    parts_of,
    read_answer,
)
from trustui.verdicts.history import TraceTooLong, unpacked_trace

LONG = 128 * 1024
"""Packed bytes, from which on a trace is kept in short too: some 10,000 steps, 50 ms to read."""
_FAST = 1
"""Of zlib, as of whole traces."""


def in_short(trace: bytes) -> bytes | None:
    """Of a packed trace what pages show of it, packed; None where the whole is short enough."""
    if len(trace) < LONG:
        return None
    try:
        whole = unpacked_trace(trace)
    except TraceTooLong:
        return None
    return zlib.compress(msgspec.json.encode(condensed(read_answer(whole))), _FAST)


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
        is_wrong = step.outcome in WRONG and step.decides
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
