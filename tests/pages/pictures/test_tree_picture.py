"""The tree as a picture."""

from datetime import UTC, datetime

import msgspec

from trustui.core.graph import Bins, Link, Match, Node, NodeKind, Stop, Tree, Walk
from trustui.core.trace import TrustState
from trustui.pages.pictures.tree_picture import (
    days_left,
    path_words,
    size_words,
    state_word,
    tree_picture,
    walked_nodes,
)

AT = datetime(2026, 3, 1, tzinfo=UTC)
OK, BAD = TrustState.VERIFIED, TrustState.FAILING


def node(role: str, parent: int | None, delegator: str | None, **more: object) -> Node:
    base = Node(
        role=role,
        delegator=delegator,
        parent=parent,
        depth=0,
        state=OK,
        threshold=2,
        keys=3,
        version=31,
        days_left=61,
        life_left=0.5,
    )
    return msgspec.structs.replace(base, **more)


TREE = Tree(
    AT,
    (
        node("root", None, None),
        node("timestamp", 0, "root", state=BAD, days_left=-1, first_failing="tuf.timestamp.freeze.expired"),
        node("snapshot", 0, "root"),
        node("targets", 0, "root"),
        node("releases", 3, "targets", paths=("releases/*",), terminating=True),
        node("eu", 4, "releases", paths=("releases/eu/*",)),
        node("releases", 3, "targets", kind=NodeKind.REFERENCE, refers_to=4, paths=("r/*",)),
        node("bin-0", 3, "targets", kind=NodeKind.BINS, version=None, bins=Bins(1024, "bin-0", "bin-3ff", {OK: 1024})),
    ),
    (),
)  # fmt: skip


def link(role: str, delegator: str | None, *, is_asked: bool = True) -> Link:
    return Link(role, delegator, Match.PATTERN, None, 1, (), terminating=False, is_asked=is_asked)


def walk(*links: Link, stopped_at: str | None) -> Walk:
    return Walk("p", "00", links, Stop.FOUND, stopped_at, "it lists the path")


def test_each_box_says_state_threshold_version_and_days() -> None:
    boxes = {box.index: box for box in tree_picture(TREE).boxes}
    assert (boxes[4].small, boxes[4].left, boxes[4].sign) == ("2 of 3, v31", "61 d", "ok")
    assert (boxes[7].name, boxes[7].small) == ("1,024 bins", "identical, 2 of 3")
    assert boxes[1].title == "timestamp, expired, 2 of 3, v31, expired"
    assert [boxes[6].kind, boxes[7].kind] == ["reference", "bins"]


def test_a_life_that_is_over_fills_its_bar() -> None:
    picture = tree_picture(TREE)
    assert {box.index: box.bar for box in picture.boxes}[1] == picture.bar
    assert {box.index: box.bar for box in picture.boxes}[2] == picture.bar // 2


def test_the_edges_that_a_client_follows_stand_out_and_the_last_role() -> None:
    asked = walk(
        link("targets", None),
        link("releases", "targets"),
        link("eu", "releases"),
        link("bin-7", "targets", is_asked=False),
        stopped_at="eu",
    )
    picture = tree_picture(TREE, asked)
    assert [line.title for line in picture.lines if line.is_walked] == [
        "", "releases/*", "releases/eu/*",
    ]  # fmt: skip
    assert [box.name for box in picture.boxes if box.is_walked] == ["eu"]
    assert not any(line.is_walked for line in tree_picture(TREE).lines)


def test_where_nothing_stops_the_search_the_role_that_was_asked_last_stands_out() -> None:
    asked = walk(link("targets", None), link("releases", "targets"), stopped_at=None)
    picture = tree_picture(TREE, asked)
    assert [box.name for box in picture.boxes if box.is_walked] == ["releases"]


def test_it_knows_what_its_legend_has_to_explain() -> None:
    picture = tree_picture(TREE)
    assert (picture.has_terminating, picture.has_references) == (True, True)
    alone = tree_picture(Tree(AT, (node("root", None, None),), ()))
    assert (alone.has_terminating, alone.has_references) == (False, False)


def test_a_walk_through_a_bin_goes_through_the_node_of_all_bins() -> None:
    asked = walk(link("targets", None), link("bin-2a", "targets"), stopped_at="bin-2a")
    assert walked_nodes(TREE.nodes, asked) == {3: "targets", 7: "bin-2a"}


def test_odd_names_are_shown_safely_and_long_ones_are_cut() -> None:
    tree = Tree(AT, (node("evil\u202egnp" + "x" * 900, None, None),), ())
    (box,) = tree_picture(tree).boxes
    assert "\u202e" not in box.name + box.title
    assert len(box.name) <= 16
    assert len(box.title) < 400


def test_every_box_stands_within_the_picture() -> None:
    picture = tree_picture(TREE)
    assert all(0 < box.x < box.x + 194 < picture.width for box in picture.boxes)
    assert all(0 < box.y < box.y + 62 < picture.height for box in picture.boxes)


def test_words() -> None:
    assert size_words(TREE) == "6 roles and 1,024 bins, 0 levels"
    assert [days_left(one) for one in TREE.nodes[:2]] == ["61 d", "expired"]
    assert state_word(node("x", None, None, state=BAD)) == "failing"
    assert path_words(TREE.nodes[7]) == "by hash"
    assert path_words(node("x", None, None, path_hash_prefixes=("ab",))) == "by hash"


def test_the_bar_tells_of_the_life_left_and_not_of_the_state() -> None:
    cases: dict[str, dict[str, object]] = {
        "sound": {},
        "refused": {"state": BAD, "first_failing": "tuf.delegation.signature.threshold"},
        "soon": {"state": TrustState.EXPIRES_SOON, "life_left": 0.4},
        "last fifth": {"state": BAD, "life_left": 0.1},
        "expired": {"state": BAD, "days_left": -1},
        "unknown": {"life_left": None},
    }
    shown = {
        name: tree_picture(Tree(AT, (node("x", None, None, **more),), ())).boxes[0]
        for name, more in cases.items()
    }
    assert {name: box.bar_sign for name, box in shown.items()} == {
        "sound": "ok", "refused": "ok", "soon": "soon", "last fifth": "soon",
        "expired": "bad", "unknown": "ok",
    }  # fmt: skip
    assert (shown["refused"].sign, shown["refused"].bar) == ("bad", shown["sound"].bar)
    assert shown["unknown"].bar is None
