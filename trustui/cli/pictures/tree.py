"""The delegation tree as text: one line for each role, what it may sign below its name."""

from collections.abc import Iterator

from trustui.cli.pictures.states import WORDS, fitted, in_state, left_in_words, state_sign
from trustui.cli.terminal import Style
from trustui.core.formats.tuf.repository import Repository
from trustui.core.graph import Node, NodeKind, Tree, delegation_tree
from trustui.core.graph.standing import ANCHOR, WORST_FIRST
from trustui.core.primitives.text import counted, visible
from trustui.core.trace import Trace

MAX_NODES = 1_000
MAX_INDENT = 6
"""Levels that are indented; deeper ones say their depth instead."""
MAX_PATHS = 12
MAX_ORPHANS = 20
_WORD, _KEYS, _VERSION, _LEFT = 16, 9, 7, 22
_LEAST_NAME = 11


def show_tree(repository: Repository, trace: Trace, style: Style) -> Iterator[str]:
    """Lines at most as wide as the style allows; names that are too long are cut."""
    tree = delegation_tree(repository, trace)
    yield style.bold("Who delegates to whom")
    yield style.faint(_extent(tree))
    yield ""
    stems = _stems(tree.nodes[:MAX_NODES])
    for node, (stem, below) in zip(tree.nodes, stems, strict=False):
        yield from _line(node, tree, stem, below, style)
        for detail in _details(node):
            indent = f"{below}   "
            yield from (style.faint(line) for line in style.paragraph(detail, indent, indent))
    if len(tree.nodes) > MAX_NODES:
        yield style.faint(f"… and {len(tree.nodes) - MAX_NODES:,} more; --json has them all")
    yield from _orphans(tree, style)


def _extent(tree: Tree) -> str:
    bins = f" and {counted(tree.bins, 'hash bin')}" if tree.bins else ""
    return f"{counted(tree.roles, 'role')}{bins}, {counted(tree.levels, 'level')} below root"


def _stems(nodes: tuple[Node, ...]) -> list[tuple[str, str]]:
    """For each node the branches before its name, and those before the lines below it."""
    last = {node.parent: position for position, node in enumerate(nodes)}
    has_children = {node.parent for node in nodes}
    below: list[str] = []
    stems = []
    for position, node in enumerate(nodes):
        if node.parent is None:
            stem, own = "", ""
        elif node.depth > MAX_INDENT:
            stem = f"{' ' * 3 * MAX_INDENT}({node.depth}) "
            own = " " * len(stem)
        else:
            is_last = last[node.parent] == position
            stem = f"{below[node.parent]}{'└─ ' if is_last else '├─ '}"
            own = f"{below[node.parent]}{'   ' if is_last else '│  '}"
        below.append(own)
        stems.append((stem, f"{own}{'│' if position in has_children else ' '}"))
    return stems


def _line(node: Node, tree: Tree, stem: str, below: str, style: Style) -> Iterator[str]:
    """Name, state, threshold, version and time left; in two lines where one is too narrow."""
    keys = f"{node.threshold} of {node.keys}"
    version = "" if node.version is None else f"v{node.version}"
    left = "" if node.expires is None else left_in_words(node.expires - tree.at)
    sign, word = state_sign(node.state, style), WORDS[node.state]
    room = style.width - len(stem) - 3 - _WORD - _KEYS - _VERSION - _LEFT
    if room >= _LEAST_NAME:
        name = fitted(_name(node, room), room)
        word = in_state(node.state, word.ljust(_WORD), style)
        yield f"{stem}{sign} {name} {word}{keys:<{_KEYS}}{version:<{_VERSION}}{left}".rstrip()
    else:
        room = max(1, style.width - len(stem) - 3 - len(word))
        name = fitted(_name(node, room), room).rstrip()
        yield f"{stem}{sign} {name} {in_state(node.state, word, style)}"
        text = ", ".join(part for part in (keys, version, left) if part)
        yield from style.paragraph(text, f"{below}   ", f"{below}   ")


def _name(node: Node, room: int) -> str:
    if node.bins is not None:
        return counted(node.bins.count, "hash bin")
    return visible(node.role, room)


def _details(node: Node) -> Iterator[str]:
    if node.bins is not None:
        states = ", ".join(
            f"{node.bins.states[state]:,} {WORDS[state]}"
            for state in WORST_FIRST
            if state in node.bins.states
        )
        yield f"{visible(node.bins.first, 40)} to {visible(node.bins.last, 40)}: {states}"
    covered = _covers(node)
    if covered:
        yield covered
    if node.signed is not None and node.signed < node.threshold:
        yield f"{node.signed} of the {counted(node.threshold, 'signature')} that it needs"
    if node.rests_on not in {None, ANCHOR}:  # an anchor that is missing is said once, at the top
        word = "would pass" if node.first_failing in {None, node.rests_on} else "would fail"
        yield f"{word}, but rests on {node.rests_on}"
    if node.first_failing not in {None, node.rests_on}:
        yield f"fails {node.first_failing}"
    if node.kind is NodeKind.REFERENCE:
        yield "its own delegations stand above"


def _covers(node: Node) -> str:
    patterns = node.paths if node.path_hash_prefixes is None else node.path_hash_prefixes
    parts = []
    if patterns is not None:
        kind = "" if node.path_hash_prefixes is None else "hashes that begin with "
        listed = ", ".join(visible(pattern, 80) for pattern in patterns[:MAX_PATHS])
        more = len(patterns) - MAX_PATHS
        parts.append(f"for {kind}{listed or 'nothing'}{f' and {more:,} more' if more > 0 else ''}")
    if node.terminating:
        parts.append("terminating")
    return "; ".join(parts)


def _orphans(tree: Tree, style: Style) -> Iterator[str]:
    if tree.orphans:
        names = ", ".join(visible(name, 60) for name in tree.orphans[:MAX_ORPHANS])
        more = len(tree.orphans) - MAX_ORPHANS
        rest = f" and {more:,} more" if more > 0 else ""
        yield ""
        yield from style.paragraph(f"In snapshot, but nobody delegates to: {names}{rest}", "  ", "")
