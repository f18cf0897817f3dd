"""Addresses made of foreign names, the boxes and rows of the tree, and the rows of roles."""

from datetime import UTC, datetime
from xml.etree.ElementTree import Element, fromstring

import msgspec
import pytest
from django.template import Context, Template
from django.test import RequestFactory

from trustui.pages.components import TreeRow
from trustui.pages.pictures.tree_picture import Box, Line, Picture
from trustui.pages.repository import Key, RoleLine
from trustui.web.templatetags.trees import held_key, key_address, role_id, tree_row, tree_sign


def test_a_role_is_found_by_a_digest_of_its_name() -> None:
    assert role_id("a/b?\u202e") == role_id("a/b?\u202e")
    assert len(role_id("")) == 64
    assert role_id("a") != role_id("b")


def test_a_key_that_cannot_be_read_has_no_page() -> None:
    assert key_address("") == ""
    assert key_address("ab" * 32) == f"/keys/{'ab' * 32}/"


def test_an_address_beside_a_page_keeps_what_was_asked() -> None:
    template = Template("{% load trees %}{% same_query %}")
    factory = RequestFactory()
    assert template.render(Context({"request": factory.get("/?path=a/b")})) == "?path=a%2Fb"
    assert template.render(Context({"request": factory.get("/")})) == ""


def test_a_key_of_a_role_tells_whose_it_is() -> None:
    fingerprint = "cd" * 32
    plain = held_key(Key(keyid="ab" * 32, fingerprint=fingerprint, owner=""))
    assert f'href="/keys/{fingerprint}/"' in plain
    assert "abababab…abab" in plain
    assert "held" not in plain
    hostile = held_key(Key(keyid="<x>", fingerprint="", owner="<script>\u202e"))
    assert "href" not in hostile
    assert '<span class="key-name"><bdi>&lt;script&gt;\\u{202E}</bdi></span>' in hostile
    assert "<x>" not in hostile


def test_each_state_has_a_shape_of_its_own() -> None:
    shapes = [tree_sign(shape) for shape in ("ok", "soon", "bad", "unknown", "noted", "none")]
    assert len(set(shapes)) == len(shapes)
    assert 'class="sign is-soon"' in shapes[1]


# ---- boxes and rows

HOSTILE = '"><script>alert(1)</script>\u202e&'
ROW = TreeRow("row-4", 3, 1, 2, "nightly", "soon", "expires soon", "/sources/7/roles/x/")


def drawn(picture: Picture, *, is_linked: bool, at: str = "/sources/7/") -> Element:
    template = Template("{% load trees %}<svg>{% tree_drawing picture 7 is_linked=linked %}</svg>")
    request = RequestFactory().get(at)
    given = {"picture": picture, "linked": is_linked, "request": request, "moment_query": "?at=x"}
    return fromstring(template.render(Context(given)))  # noqa: S314  our own


def picture(**changes: object) -> Picture:
    box = Box(
        index=0, x=12, y=98, role=HOSTILE, name=HOSTILE, title=HOSTILE, sign="ok", small="2 of 3",
        left="in 3 days", bar=17, bar_sign="soon", kind="role", is_walked=True, hidden=1_024,
    )  # fmt: skip
    line = Line(0, 0, 12, 129, HOSTILE, HOSTILE, 120, is_terminating=True, is_walked=False)
    bare = msgspec.structs.replace(line, label="", is_terminating=False)
    other = msgspec.structs.replace(box, kind="bins", bar=None, is_walked=False, hidden=0)
    boxes = (msgspec.structs.replace(box, **changes), other)
    return Picture(220, 200, boxes, (line, bare), "Delegations: 2 roles")


def test_a_box_leads_to_its_role_and_to_what_is_not_drawn() -> None:
    found = drawn(picture(), is_linked=True, at="/sources/7/?after=x&path=a%26b")
    to_role, to_more = (one.attrib["href"] for one in found.iter("a"))
    assert to_role == f"/sources/7/roles/{role_id(HOSTILE)}/?at=x"
    assert to_more == f"?path=a%26b&from={role_id(HOSTILE)}"
    assert "1,024 more" in {one.text for one in found.iter("text")}


def test_a_picture_in_a_file_has_no_links() -> None:
    found = drawn(picture(), is_linked=False)
    assert list(found.iter("a")) == []
    assert [one.attrib["class"] for one in found.iter("g") if "node" in one.attrib["class"]] == [
        "node is-ok is-walked",
        "node is-ok",
    ]


def test_a_picture_shows_lives_edges_and_the_paths_on_them() -> None:
    found = drawn(picture(kind="reference"), is_linked=True)
    edges = [
        kind for one in found.iter("path") if (kind := one.get("class", "")).startswith("edge")
    ]
    assert edges == ["edge is-terminating", "edge"]
    labels = [one for one in found.iter("text") if one.get("class") == "path"]
    assert len(labels) == 1
    fills = [one.attrib for one in found.iter("rect") if one.get("class") == "fill is-soon"]
    assert [one["width"] for one in fills] == ["17"]
    assert "is-reference" in next(found.iter("g")).attrib["class"]
    assert list(found.iter("script")) == []


def test_a_row_of_the_tree_says_where_it_stands() -> None:
    html = tree_row(msgspec.structs.replace(ROW, note="terminating", paths="nightly/*"))
    assert 'aria-level="3" aria-posinset="1" aria-setsize="2" tabindex="-1">' in html
    assert '<span class="tree-leaf"></span><a href="/sources/7/roles/x/">' in html
    assert '<span class="badge">terminating</span>' in html
    first = msgspec.structs.replace(ROW, level=1, is_walked=True, is_shown=False, href="")
    html = tree_row(first)
    assert ' class="is-walked" tabindex="0" hidden>' in html
    assert "<a " not in html


@pytest.mark.parametrize(("is_open", "word"), [(True, "true"), (False, "false")])
def test_a_row_opens_and_may_load_what_is_below_it(is_open: bool, word: str) -> None:
    opened = msgspec.structs.replace(ROW, is_open=is_open)
    assert f'aria-expanded="{word}"' in tree_row(opened)
    assert "hx-get" not in tree_row(opened)
    assert 'hx-get="/a?b&amp;c"' in tree_row(msgspec.structs.replace(opened, loads="/a?b&c"))


def test_a_row_of_hostile_names_is_text() -> None:
    told = dict.fromkeys(("row_id", "name", "href", "note", "version", "paths", "word"), HOSTILE)
    html = tree_row(msgspec.structs.replace(ROW, is_open=True, loads=HOSTILE, **told))
    assert "<script" not in html
    assert (
        html.count("<bdi>&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\\u{202E}&amp;</bdi>") == 3
    )


def test_a_role_shows_its_keys_and_what_their_loss_breaks() -> None:
    at = datetime(2026, 6, 1, tzinfo=UTC)
    line = RoleLine(
        role=HOSTILE, role_id="ab" * 32, delegator="targets", sign="ok", word="verified",
        threshold=2, keys=7, signed=1, version="3", expires=at, more_keys=1_002,
        listed=(Key("cd" * 32, ""), Key("ef" * 32, "")), if_lost="cannot sign", is_grave=True,
    )  # fmt: skip
    template = Template("{% load trees %}{% role_rows lines 7 at %}")
    html = template.render(Context({"lines": [line], "at": at, "moment_query": "?at=x"}))
    assert f'<a href="/sources/7/roles/{"ab" * 32}/?at=x"><bdi>' in html
    assert '<span class="sub">by <bdi>targets</bdi></span>' in html
    assert html.count('class="digest"') == 2
    assert "and 1,002 more" in html
    assert '<span class="is-bad">cannot sign</span>' in html
    assert "<script" not in html
    sound = msgspec.structs.replace(line, delegator="", more_keys=0, is_grave=False)
    html = template.render(Context({"lines": [sound], "at": at}))
    assert 'data-label="If one key is lost">cannot sign</td>' in html
    assert "more</span>" not in html
