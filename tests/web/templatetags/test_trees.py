"""Addresses made of foreign names."""

from django.template import Context, Template
from django.test import RequestFactory

from trustui.web.templatetags.trees import key_address, role_id


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
