"""One artefact as a picture: the tags that name it, what it lists, and what hangs on it; and as rows."""

from collections.abc import Sequence

import msgspec
from django.urls import reverse

from trustui.core.primitives.text import counted, visible
from trustui.pages.dates import day_words
from trustui.pages.images.artefact import ArtefactPage
from trustui.pages.images.attached import AttachedLine

WIDTH, HEIGHT = 212, 62
_GAP, _ROW, _MARGIN = 64, 78, 12
MOST_TAGS, MOST_PLATFORMS, MOST_ATTACHED = 8, 40, 120
"""Boxes of each kind that are drawn; the rest is one box that counts them."""
_NAME = 21
_SMALL = 26
"""Characters that fit into a box in the widest of the fonts that a system may have."""


class Box(msgspec.Struct, frozen=True):
    """One node."""

    x: int
    y: int
    sign: str
    name: str
    small: str
    """As much of both as fits."""
    left: str
    """At the right edge, such as the platform's state."""
    title: str
    """All that the box says, in words."""
    href: str
    is_self: bool = False
    is_lost: bool = False


class Line(msgspec.Struct, frozen=True):
    """One edge."""

    x1: int
    y1: int
    x2: int
    y2: int
    is_gone: bool = False

    @property
    def d(self) -> str:
        """As SVG draws it."""
        mid = (self.x1 + self.x2) // 2
        return f"M{self.x1} {self.y1}C{mid} {self.y1} {mid} {self.y2} {self.x2} {self.y2}"


class Row(msgspec.Struct, frozen=True):
    """The same in words: one node of the table."""

    level: int
    relation: str
    name: str
    sign: str
    word: str
    note: str
    href: str


class Graph(msgspec.Struct, frozen=True):
    """The picture and its table twin."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    words: str
    """What the picture is, for those who do not see it."""
    rows: tuple[Row, ...]


class _Node(msgspec.Struct, frozen=True):
    relation: str
    name: str
    small: str
    sign: str
    word: str
    title: str
    href: str
    is_lost: bool = False
    below: "tuple[_Node, ...]" = ()


def graph(page: ArtefactPage) -> Graph:
    """No query: everything stands on the page already."""
    tags = _tags(page)
    below = (*_platforms(page), *_attached(page))
    columns = _columns(tags, below)
    return columns.made(page, tags, below)


def _short(digest: str) -> str:
    return f"{digest.partition(':')[2][:12]}…"


def _tags(page: ArtefactPage) -> list[_Node]:
    now = [one for one in page.tags if one.until is None]
    nodes = [
        _Node(
            "named by the tag",
            one.tag,
            f"since {day_words(one.since)}",
            "noted",
            "points here",
            f"tag {one.tag}, since {one.since:%Y-%m-%d %H:%M} UTC",
            reverse("image-tag", args=[page.repository_id, one.tag_id]),
        )
        for one in now[:MOST_TAGS]
    ]
    if len(now) > MOST_TAGS:
        nodes.append(_more(len(now) - MOST_TAGS, "tag", "named by"))
    nodes += [
        _Node(
            "listed by the index",
            _short(digest),
            "index that lists it",
            "noted",
            "lists it",
            f"index {digest}",
            reverse("artefact", args=[page.repository_id, digest]),
        )
        for digest in page.indexes
    ]
    return nodes


def _more(count: int, noun: str, relation: str) -> _Node:
    words = f"{counted(count, noun)} more"
    return _Node(relation, words, "", "noted", "", words, "")


def _platforms(page: ArtefactPage) -> list[_Node]:
    there = [one for one in page.platforms if not one.is_attestation]
    nodes = [
        _Node(
            "lists the platform",
            one.platform or _short(one.digest),
            _short(one.digest) if one.platform else "",
            one.state.sign,
            one.state.word,
            f"{one.platform or 'no platform stated'}, {one.digest}: {one.state.word}",
            one.href,
        )
        for one in there[:MOST_PLATFORMS]
    ]
    if len(there) > MOST_PLATFORMS:
        nodes.append(_more(len(there) - MOST_PLATFORMS, "platform", "lists"))
    return nodes


def _attached(page: ArtefactPage) -> list[_Node]:
    lines = [line for group in page.attached for line in group.lines if line.gone_at is None]
    by_subject: dict[str, list[AttachedLine]] = {}
    for line in lines[:MOST_ATTACHED]:
        by_subject.setdefault(line.of, []).append(line)
    nodes = [_node(line, by_subject, 1) for line in by_subject.get("", [])]
    if len(lines) > MOST_ATTACHED:
        nodes.append(_more(len(lines) - MOST_ATTACHED, "thing", "bears"))
    return nodes


_DEEPEST = 3


def _node(line: AttachedLine, by_subject: dict[str, list[AttachedLine]], depth: int) -> _Node:
    who = "" if line.signer is None else line.signer.subject or line.signer.words
    judged = line.judged
    word = "cannot be had" if line.is_lost else "" if judged is None else judged.word
    below = by_subject.get(line.digest, []) if depth < _DEEPEST else []
    name = {"sbom": "SBOM", "other": "unknown referrer"}.get(line.kind, line.kind)
    told = [name, line.what, who, line.digest, f"at the {line.place}", word]
    return _Node(
        "bears",
        name,
        who or line.what,
        "unknown" if line.is_lost else "none" if judged is None else judged.sign,
        word,
        ", ".join(one for one in told if one),
        line.href,
        is_lost=line.is_lost,
        below=tuple(_node(one, by_subject, depth + 1) for one in below),
    )


# Where they stand -------------------------------------------------------------------------------


class _Columns(msgspec.Struct, frozen=True):
    """How the nodes are spread: tags at the left, the artefact amid them, the rest at its right."""

    leaves: int
    tags: int

    @property
    def height(self) -> int:
        return max(self.leaves, self.tags, 1)

    def made(self, page: ArtefactPage, tags: Sequence[_Node], below: Sequence[_Node]) -> Graph:
        boxes: list[Box] = []
        lines: list[Line] = []
        own_row = (self.height - 1) / 2
        own_column = 1 if tags else 0
        own = _box(_self(page), own_column, own_row, is_self=True)
        first = (self.height - len(tags)) / 2
        for number, node in enumerate(tags):
            box = _box(node, 0, first + number)
            boxes.append(box)
            lines.append(_line(box, own))
        boxes.append(own)
        top = (self.height - self.leaves) / 2
        for node in below:
            top = _place(node, own_column + 1, top, own, boxes, lines)
        return Graph(
            width=max(box.x for box in boxes) + WIDTH + _MARGIN,
            height=max(box.y for box in boxes) + HEIGHT + _MARGIN,
            boxes=tuple(boxes),
            lines=tuple(lines),
            words=_words(page, tags, below),
            rows=tuple(_rows(page, tags, below)),
        )


def _columns(tags: Sequence[_Node], below: Sequence[_Node]) -> _Columns:
    return _Columns(sum(_leaves(node) for node in below), len(tags))


def _leaves(node: _Node) -> int:
    return max(1, sum(_leaves(one) for one in node.below))


def _self(page: ArtefactPage) -> _Node:
    return _Node(
        "is",
        _short(page.digest),
        page.kind,
        page.sign,
        "",
        f"{page.kind} {page.digest}: {page.title}",
        "",
    )


def _box(node: _Node, column: int, row: float, *, is_self: bool = False) -> Box:
    return Box(
        x=_MARGIN + column * (WIDTH + _GAP),
        y=round(_MARGIN + row * _ROW),
        sign=node.sign,
        name=_cut(node.name, _NAME),
        small=_cut(node.small, _SMALL),
        left="",
        title=visible(node.title, 500),
        href=node.href,
        is_self=is_self,
        is_lost=node.is_lost,
    )


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _place(
    node: _Node, column: int, top: float, parent: Box, boxes: list[Box], lines: list[Line]
) -> float:
    """Put a node and what is below it; gives the first free row."""
    leaves = _leaves(node)
    box = _box(node, column, top + (leaves - 1) / 2)
    boxes.append(box)
    lines.append(_line(parent, box, is_gone=node.is_lost))
    below = top
    for one in node.below:
        below = _place(one, column + 1, below, box, boxes, lines)
    return top + leaves


def _line(begin: Box, end: Box, *, is_gone: bool = False) -> Line:
    half = HEIGHT // 2
    return Line(begin.x + WIDTH, begin.y + half, end.x, end.y + half, is_gone)


def _words(page: ArtefactPage, tags: Sequence[_Node], below: Sequence[_Node]) -> str:
    return (
        f"{page.kind} {_short(page.digest)}, with {counted(len(tags), 'name')} at its left and "
        f"{counted(len(below), 'thing')} that it lists or bears at its right"
    )


def _rows(page: ArtefactPage, tags: Sequence[_Node], below: Sequence[_Node]) -> list[Row]:
    own = _self(page)
    rows = [_row(own, 1)]
    rows += [_row(one, 2) for one in tags]
    for one in below:
        rows += _flat(one, 2)
    return rows


def _flat(node: _Node, level: int) -> list[Row]:
    return [_row(node, level), *(row for one in node.below for row in _flat(one, level + 1))]


def _row(node: _Node, level: int) -> Row:
    return Row(
        level, node.relation, node.name, node.sign, node.word, visible(node.title, 500), node.href
    )
