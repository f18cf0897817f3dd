"""Where the nodes of a tree stand."""

from hypothesis import given
from hypothesis import strategies as st

from trustui.pages.pictures import tree_layout as module
from trustui.pages.pictures.tree_layout import MOST_CHILDREN, MOST_SHOWN, layout

TOP = [None, 0, 0, 0]
"""root, timestamp, snapshot, targets."""


@st.composite
def trees(draw: st.DrawFn) -> list[int | None]:
    """Any tree below the top level, each node after its parent."""
    parents: list[int | None] = list(TOP)
    for _ in range(draw(st.integers(0, 40))):
        parents.append(draw(st.integers(3, len(parents) - 1)))
    return parents


@given(trees())
def test_no_two_nodes_stand_on_each_other_and_children_stand_right_of_their_parents(
    parents: list[int | None],
) -> None:
    spots = {spot.index: spot for spot in layout(_preorder(parents))}
    assert len({(spot.column, spot.row) for spot in spots.values()}) == len(spots)
    for index, parent in enumerate(_preorder(parents)):
        if parent is not None and index in spots and parent in spots:
            assert spots[index].column == spots[parent].column + 1


def _preorder(parents: list[int | None]) -> list[int | None]:
    """The same tree, numbered as core numbers it: a parent, then all that is below it."""
    children: list[list[int]] = [[] for _ in parents]
    for index, parent in enumerate(parents):
        if parent is not None:
            children[parent].append(index)
    numbers: dict[int, int] = {}
    stack = [0]
    while stack:
        index = stack.pop()
        numbers[index] = len(numbers)
        stack += children[index][::-1]
    ordered: list[int | None] = [None] * len(parents)
    for index, parent in enumerate(parents):
        if parent is not None:
            ordered[numbers[index]] = numbers[parent]
    return ordered


def test_what_is_left_out_is_counted() -> None:
    spots = layout([*TOP, 3, *([4] * (MOST_CHILDREN + 5))])
    assert {spot.index: spot.hidden for spot in spots}[4] == 5
    assert sum(spot.hidden for spot in spots) == 5


def test_a_picture_may_begin_with_any_node_and_then_shows_more_of_its_children() -> None:
    spots = layout([*TOP, 3, *([4] * (MOST_CHILDREN + 5))], start=4)
    assert spots[0].column == 0
    assert len(spots) == MOST_CHILDREN + 6


def test_no_picture_has_more_nodes_than_can_be_looked_at() -> None:
    assert len(layout([*TOP, *([3] * 5_000)], start=3)) == MOST_SHOWN


def test_a_chain_of_any_depth_is_laid_out() -> None:
    spots = layout([*TOP, *range(3, 20_000)])
    assert [spot.column for spot in spots][:6] == [0, 1, 1, 1, 2, 3]
    assert len(spots) == module.MOST_SHOWN
