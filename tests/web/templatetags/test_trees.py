"""Addresses made of foreign names."""

from django.template import Context, Template
from django.test import RequestFactory

from trustui.pages.repository import Key
from trustui.web.templatetags.trees import held_key, key_address, role_id, tree_sign


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
