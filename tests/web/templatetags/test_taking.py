"""What fails, and the button beside each failure."""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from tests.simulators.watched import START
from trustui.pages.failing import Failure, Group
from trustui.pages.moment import Moment
from trustui.pages.viewer import Viewer
from trustui.verdicts.taking import Taken

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


NOW = START + timedelta(days=1)


def rows(*owners: Taken | None, may_take: bool) -> str:
    failures = [Failure(7, HOSTILE, 8, HOSTILE, START, owner, may_take) for owner in owners]
    group = Group("failing", "bad", "", "a.b", "root", False, (), tuple(failures))
    request = RequestFactory().get("/now/")
    context = Context(
        {
            "group": group,
            "request": request,
            "csrf_token": "t",
            "moment": Moment(NOW, NOW, NOW),
            "moment_query": "?at=1",
            "viewer": Viewer("me", 1, {}, {}),
        }
    )
    html = Template("{% load taking %}{% failure_rows group group.failures %}").render(context)
    assert HOSTILE not in html
    assert html.count("<tr>") == html.count("1 day<span") == len(owners)
    return html


def test_a_failure_says_who_has_it_and_offers_what_this_person_may_do() -> None:
    mine, theirs = Taken("me", START, HOSTILE), Taken("<b>", START, "")
    told = rows(None, mine, theirs, may_take=True)
    assert (told.count("Take it"), told.count("Give it back")) == (1, 1)
    assert "&lt;b&gt;" in told
    assert 'href="/sources/7/verdicts/8/?at=1"' in told
    assert ">nobody<" not in told


def test_who_may_take_nothing_sees_no_button() -> None:
    told = rows(None, Taken("me", START, ""), may_take=False)
    assert "<form" not in told
    assert '<span class="muted">nobody</span>' in told
