"""The button beside each failure."""

import re
from types import SimpleNamespace

import pytest
from django.template import Context, Template
from django.test import RequestFactory

HOSTILE = '"><script>alert(1)</script>'


def fields(tag: str, **of_group: object) -> tuple[dict[str, str], str]:
    """The hidden fields of the form, and its button."""
    group = SimpleNamespace(**{"state": "failing", "check": "a.b", "role": "root", **of_group})
    request = RequestFactory().get("/now/?every=1&x=%22")
    context = Context({"group": group, "request": request, "csrf_token": "t"})
    html = Template("{% load taking %}" + tag).render(context)
    assert html.startswith('<form class="take" method="post" action="/now/take/">')
    button = html[html.index("<button") :]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', html)), button


@pytest.mark.parametrize(
    ("tag", "count", "more", "button"),
    [
        (
            "{% take group %}",
            3,
            {},
            '<button class="button" type="submit">Take them</button></form>',
        ),
        ("{% take group %}", 1, {}, '<button class="button" type="submit">Take it</button></form>'),
        (
            "{% take group 7 %}",
            3,
            {"source": "7"},
            '<button class="button" type="submit">Take it</button></form>',
        ),
        (
            '{% take group 7 "release" is_primary=True %}',
            3,
            {"source": "7", "act": "release"},
            '<button class="button is-primary" type="submit">Give it back</button></form>',
        ),
    ],
)
def test_it_names_what_is_meant(tag: str, count: int, more: dict[str, str], button: str) -> None:
    told = {
        "csrfmiddlewaretoken": "t",
        "state": "failing",
        "check": "a.b",
        "role": "root",
        "next": "/now/?every=1&amp;x=%22",
    }
    assert fields(tag, count=count) == ({**told, **more}, button)


def test_a_role_with_a_hostile_name_is_escaped() -> None:
    found, _ = fields("{% take group 7 %}", role=HOSTILE)
    assert found["role"] == "&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"
