"""Where the nodes of a delegation tree stand: columns from left to right, rows from top to bottom.

Pure: positions only. The flat list of core is taken as it is, so that no depth is too deep.
"""

from collections import deque
from collections.abc import Sequence

import msgspec

MOST_SHOWN = 300
MOST_CHILDREN = 30
"""Of one node, unless the picture begins with it."""
_FIRST_BRANCH = 2
"""The row of targets, below timestamp and snapshot."""


class Spot(msgspec.Struct, frozen=True):
    """One node in the picture. `row` may stand between two rows."""

    index: int
    """Position in the tree."""
    column: int
    row: float
    hidden: int
    """Children that are not in the picture."""


def layout(parents: Sequence[int | None], start: int = 0) -> tuple[Spot, ...]:
    """The nodes from `start` on, parents before their children.

    `parents` gives for each node the position of its parent, which comes before it. Leaves have
    rows of their own, and whatever has children stands amid them. In the whole tree the children
    of the root but the last are leaves beside it and take up no row of what is further right.
    """
    children: list[list[int]] = [[] for _ in parents]
    for index, parent in enumerate(parents):
        if parent is not None:
            children[parent].append(index)
    shown = _shown(children, start)
    columns = {start: 0}
    for index in shown:
        for child in children[index]:
            columns[child] = columns[index] + 1
    rows = _rows(children, shown, start)
    return tuple(
        Spot(
            index,
            columns[index],
            rows[index],
            sum(child not in rows for child in children[index]),
        )
        for index in sorted(shown)
    )


def _shown(children: Sequence[Sequence[int]], start: int) -> set[int]:
    """The nearest ones first."""
    shown = {start}
    waiting = deque([start])
    while waiting:
        index = waiting.popleft()
        most = MOST_SHOWN if index == start else MOST_CHILDREN
        for child in children[index][:most]:
            if len(shown) >= MOST_SHOWN:
                return shown
            shown.add(child)
            waiting.append(child)
    return shown


def _rows(children: Sequence[Sequence[int]], shown: set[int], start: int) -> dict[int, float]:
    """Children have higher positions than their parents, so from the last to the first."""
    top = [child for child in children[start] if child in shown]
    beside = set(top[:-1]) if start == 0 else set()
    rows: dict[int, float] = {}
    next_leaf = 0
    for index in sorted(shown - beside):
        if not any(child in shown for child in children[index]):
            rows[index] = float(next_leaf)
            next_leaf += 1
    for index in sorted(shown - beside - set(rows), reverse=True):
        below = [rows[child] for child in children[index] if child in rows]
        rows[index] = (below[0] + below[-1]) / 2
    if start == 0:
        for number, index in enumerate(top[:-1]):
            rows[index] = float(number)
        if top:
            rows[top[-1]] = max(float(_FIRST_BRANCH), min(rows[top[-1]], 2.0 * _FIRST_BRANCH))
        rows[start] = 0.0
    return rows
