"""The delegation tree as a picture: boxes, edges and their words, with the place of each."""

from collections.abc import Mapping, Sequence

import msgspec

from trustui.core.formats.tuf.states import SOON
from trustui.core.graph import Node, NodeKind, Tree, Walk
from trustui.core.primitives.text import visible
from trustui.core.trace import TrustState
from trustui.pages.pictures.tree_layout import Spot, layout
from trustui.pages.words import SIGNS, WORDS

WIDTH, HEIGHT = 194, 62
_FIRST_GAP, _GAP = 72, 128
"""Between root and the top level, whose edges have no words, and between others."""
_ROW = 86
_MARGIN = 12
_NAME = 16
_PATHS = 16
_BAR = WIDTH - 24
EXPIRED = ".freeze.expired"


class Box(msgspec.Struct, frozen=True):
    """One node."""

    index: int
    x: int
    y: int
    role: str
    """The real name, to link with; foreign text."""
    name: str
    """As much of it as fits."""
    title: str
    """All that the box says, in words."""
    sign: str
    small: str
    left: str
    bar: int | None
    """How wide the part of its life is that is left, of `Picture.bar`; None where not known."""
    bar_sign: str
    """`ok`, `soon` in its last fifth, `bad` once it has expired; the state is `sign`."""
    kind: str
    """`role`, `bins` or `reference`."""
    is_walked: bool
    hidden: int


class Line(msgspec.Struct, frozen=True):
    """One edge: where it begins, bends and ends, and the paths that it is for."""

    x1: int
    y1: int
    x2: int
    y2: int
    label: str
    title: str
    label_y: int
    is_terminating: bool
    is_walked: bool

    @property
    def d(self) -> str:
        """As SVG draws it."""
        mid = (self.x1 + self.x2) // 2
        return f"M{self.x1} {self.y1}C{mid} {self.y1} {mid} {self.y2} {self.x2} {self.y2}"

    @property
    def label_x(self) -> int:
        """Where its label ends."""
        return self.x2 - 8


class Picture(msgspec.Struct, frozen=True):
    """The whole."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    words: str
    """What the picture is, for those who do not see it."""
    bar: int = _BAR

    @property
    def has_terminating(self) -> bool:
        """Whether any edge is drawn thick."""
        return any(line.is_terminating for line in self.lines)

    @property
    def has_references(self) -> bool:
        """Whether any box is dashed."""
        return any(box.kind == NodeKind.REFERENCE for box in self.boxes)


def tree_picture(tree: Tree, walk: Walk | None = None, start: int = 0) -> Picture:
    """The tree from a node on; with a walk, the edges that a client follows stand out."""
    spots = layout([node.parent for node in tree.nodes], start)
    walked = walked_nodes(tree.nodes, walk)
    last = _stop(walk, walked)
    first_gap = _GAP if start else _FIRST_GAP
    places = {spot.index: _place(spot, first_gap) for spot in spots}
    boxes = tuple(
        _box(tree.nodes[spot.index], spot, places[spot.index], is_walked=spot.index == last)
        for spot in spots
    )
    lines = tuple(
        _line(node, places[node.parent], places[spot.index], is_walked=spot.index in walked)
        for spot in spots
        for node in (tree.nodes[spot.index],)
        if node.parent is not None and node.parent in places
    )
    return Picture(
        width=max(x for x, _ in places.values()) + WIDTH + _MARGIN,
        height=max(y for _, y in places.values()) + HEIGHT + _MARGIN,
        boxes=boxes,
        lines=lines,
        words=f"Delegations: {size_words(tree)}",
    )


def size_words(tree: Tree) -> str:
    """`8 roles and 1,024 bins, 3 levels`."""
    roles = f"{tree.roles:,} role{'' if tree.roles == 1 else 's'}"
    bins = f" and {tree.bins:,} bins" if tree.bins else ""
    return f"{roles}{bins}, {tree.levels:,} level{'' if tree.levels == 1 else 's'}"


def walked_nodes(nodes: Sequence[Node], walk: Walk | None) -> Mapping[int, str]:
    """Positions of the nodes whose edges a client follows, with the role that it asks there."""
    if walk is None:
        return {}
    named: dict[tuple[str | None, str], int] = {}
    bins: dict[str | None, int] = {}
    for index, node in enumerate(nodes):
        if node.bins is None:
            named.setdefault((node.delegator, node.role), index)
        else:
            bins[node.delegator] = index
    found: dict[int, str] = {}
    for link in walk.asked:
        delegator = link.delegator or "root"
        there = named.get((delegator, link.role), bins.get(delegator))
        if there is not None:
            found[there] = link.role
    return found


def _stop(walk: Walk | None, walked: Mapping[int, str]) -> int | None:
    if walk is None or not walked:
        return None
    at = [index for index, role in walked.items() if role == walk.stopped_at]
    return at[0] if at else list(walked)[-1]


def _place(spot: Spot, first_gap: int) -> tuple[int, int]:
    gaps = first_gap + (spot.column - 1) * _GAP if spot.column else 0
    return _MARGIN + spot.column * WIDTH + gaps, _MARGIN + round(spot.row * _ROW)


def _box(node: Node, spot: Spot, place: tuple[int, int], *, is_walked: bool) -> Box:
    x, y = place
    name = node_name(node)
    left = days_left(node)
    state = state_word(node)
    return Box(
        index=spot.index,
        x=x,
        y=y,
        role=node.role,
        name=_cut(name, _NAME),
        title=", ".join(one for one in (name, state, small_words(node), left) if one),
        sign=SIGNS[node.state],
        small=small_words(node),
        left=left,
        bar=_bar(node),
        bar_sign=_bar_sign(node),
        kind=str(node.kind),
        is_walked=is_walked,
        hidden=spot.hidden,
    )


def _line(node: Node, above: tuple[int, int], place: tuple[int, int], *, is_walked: bool) -> Line:
    y1, y2 = above[1] + HEIGHT // 2, place[1] + HEIGHT // 2
    paths = path_words(node)
    return Line(
        x1=above[0] + WIDTH,
        y1=y1,
        x2=place[0],
        y2=y2,
        label=_cut(paths, _PATHS),
        title=paths,
        label_y=y2 + (17 if y1 < y2 else -8),
        is_terminating=node.terminating,
        is_walked=is_walked,
    )


# Words that the table says too ------------------------------------------------------------------


def node_name(node: Node) -> str:
    """The role, or how many bins; shown safely."""
    if node.bins is not None:
        return f"{node.bins.count:,} bins"
    return visible(node.role, 200)


def small_words(node: Node) -> str:
    """`2 of 3, v31`."""
    needed = f"{node.threshold:,} of {node.keys:,}"
    if node.bins is not None:
        return f"identical, {needed}"
    return needed if node.version is None else f"{needed}, v{node.version}"[:40]


def days_left(node: Node) -> str:
    """`61 d`, `expired`; empty where nothing was read."""
    if node.days_left is None:
        return ""
    return "expired" if node.days_left < 0 else f"{node.days_left:,} d"


def state_word(node: Node) -> str:
    """The state; `expired` where that is what fails, and where something above does."""
    if node.state is TrustState.FAILING and (node.first_failing or "").endswith(EXPIRED):
        return "expired"
    return WORDS[node.state]


def path_words(node: Node) -> str:
    """The globs of the edge, or that hashes decide; empty for the top level."""
    if node.paths is not None:
        return ", ".join(visible(path, 100) for path in node.paths[:20])
    if node.bins is not None or node.path_hash_prefixes is not None:
        return "by hash"
    return ""


def _bar(node: Node) -> int | None:
    if node.days_left is not None and node.days_left < 0:
        return _BAR
    return None if node.life_left is None else max(3, round(node.life_left * _BAR))


def _bar_sign(node: Node) -> str:
    """Of the life that is left, whatever else holds of the node."""
    if node.days_left is not None and node.days_left < 0:
        return "bad"
    is_short = node.life_left is not None and node.life_left * SOON < 1
    return "soon" if is_short or node.state is TrustState.EXPIRES_SOON else "ok"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
