"""The rows of the overview."""

from datetime import timedelta

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from tests.simulators.watched import START
from trustui.pages.components import ChangeLine, Part
from trustui.pages.failing import Failure, Group
from trustui.pages.images.failing import FailingArtefact, ImageGroup
from trustui.pages.moment import Moment
from trustui.pages.overview import TrustChange
from trustui.verdicts.taking import Taken

HOSTILE = "<script>alert(1)</script>"
NOW = START + timedelta(days=1)


def shown(tag: str, **given: object) -> str:
    context = Context(
        {
            **given,
            "moment": Moment(NOW, NOW, NOW),
            "moment_query": "?at=1&x=2",
            "request": RequestFactory().get("/"),
            "csrf_token": "t",
        }
    )
    return Template("{% load overview %}" + tag).render(context)


def failure(owner: Taken | None = None, *, may_take: bool = False) -> Failure:
    return Failure(7, HOSTILE, 8, "because", START, owner, may_take)


def group(*failures: Failure) -> Group:
    return Group("failing", "bad", HOSTILE, "a.b", "root", False, (HOSTILE,), failures)


def artefact(number: int) -> FailingArtefact:
    href = f"/images/{number}/verdicts/1/"
    return FailingArtefact(number, 2, "team", HOSTILE, ("v1",), "sha256:0", "", START, href)


@pytest.mark.parametrize(
    ("failures", "told"),
    [
        ((failure(),), ['href="/sources/7/verdicts/8/?at=1&amp;x=2"', ">nobody<", 'href="/sources/7/']),
        ((failure(), failure()), ['href="/now/?at=1&amp;x=2#cause-1"', "2 sources"]),
        ((failure(may_take=True), failure(may_take=True)), ["Take them"]),
        ((failure(Taken(HOSTILE, START, "")),), ["<bdi>&lt;script&gt;"]),
    ],
)  # fmt: skip
def test_a_cause_leads_to_what_fails(failures: tuple[Failure, ...], told: list[str]) -> None:
    html = shown("{% cause_rows causes %}", causes=[("cause-1", group(*failures))])
    assert [one for one in told if one not in html] == []
    assert "1 day" in html
    assert HOSTILE not in html


@pytest.mark.parametrize(
    ("count", "told"),
    [(1, ['href="/images/0/verdicts/1/?at=1&amp;x=2"', 'href="/images/0/?at']), (2, ["2 images", "#images-1"])],
)  # fmt: skip
def test_a_cause_of_images_says_whose_they_are(count: int, told: list[str]) -> None:
    several = tuple(artefact(number) for number in range(count))
    images = ImageGroup("failing", "bad", "title", "a.b", False, (), several)
    html = shown("{% cause_rows causes %}", causes=[("images-1", images)])
    assert [one for one in [*told, "nothing but time", ">team<"] if one not in html] == []
    assert HOSTILE not in html


def test_a_change_stands_with_its_mark_and_its_badge() -> None:
    line = ChangeLine("-", (Part(HOSTILE, "name"), Part(" left")), badge="narrows trust", sign="ok")
    html = shown("{% trust_changes changes %}", changes=[TrustChange(7, HOSTILE, 8, START, line)])
    assert "\N{MINUS SIGN}</span>" in html
    assert '<span class="badge is-ok">narrows trust</span>' in html
    assert "<b><bdi>&lt;script&gt;" in html
    assert HOSTILE not in html
