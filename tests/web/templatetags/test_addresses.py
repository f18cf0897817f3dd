"""Addresses in templates, kept from one row to the next."""

import pytest
from django.template import Context, Template
from django.urls import NoReverseMatch


def shown(source: str, **given: object) -> str:
    return Template(source).render(Context(given))


def test_an_address_is_that_of_its_arguments_each_time() -> None:
    source = "{% for one in ids %}{% url 'repository' one %} {% endfor %}"
    assert shown(source, ids=[7, 8, 7]) == "/sources/7/ /sources/8/ /sources/7/ "


def test_arguments_that_are_equal_and_of_other_types_are_told_apart() -> None:
    assert shown("{% url 'repository' one %}", one=1) == "/sources/1/"
    with pytest.raises(NoReverseMatch):
        shown("{% url 'repository' one %}", one=True)


def test_an_address_that_there_is_not_is_an_error_unless_it_is_kept_in_a_name() -> None:
    with pytest.raises(NoReverseMatch):
        shown("{% url 'repository' one %}", one="../8")
    assert shown("{% url 'repository' one as href %}[{{ href }}]", one="../8") == "[]"


def test_an_address_is_escaped() -> None:
    address = shown("{% url 'help-check' one %}", one="a&b")
    assert address == "/help/checks/a&amp;b/"


def test_a_file_of_ours_has_the_address_that_django_gives_it() -> None:
    source = "{% static 'css/tokens.css' %}{% load static %} {% static 'css/tokens.css' %}"
    kept, django = shown(source).split()
    assert kept == django
    assert kept.startswith("/static/css/tokens")


HOSTILE = '"><script>alert(1)</script>\u202e'


def test_a_link_keeps_the_instant_that_is_looked_at_and_isolates_its_name() -> None:
    source = "{% for one in names %}{% link 'verdict' one 7 8 %}{% endfor %}"
    at = "?at=2026-06-01T00%3A00%3A00Z&valid_at=2026-07-01T00%3A00%3A00Z"
    assert shown(source, names=["a"], moment_query=at) == (
        '<a href="/sources/7/verdicts/8/?at=2026-06-01T00%3A00%3A00Z&amp;valid_at=2026-07-01T00%3A00%3A00Z">'
        "<bdi>a</bdi></a>"
    )
    assert shown(source, names=["a"]) == '<a href="/sources/7/verdicts/8/"><bdi>a</bdi></a>'
    assert "<bdi>&quot;&gt;&lt;script&gt;" in shown(source, names=[HOSTILE])
    assert "\u202e" not in shown(source, names=[HOSTILE])


def test_a_link_to_what_there_is_not_is_an_error() -> None:
    with pytest.raises(NoReverseMatch):
        shown("{% link 'repository' 'a' one %}", one=True)


def test_a_check_leads_to_its_help() -> None:
    source = "{% help_link check text %}{% help_link check text 'sub' %}"
    assert shown(source, check="a&b", text="It <holds>", moment_query="?at=now") == (
        '<a href="/help/checks/a&amp;b/?at=now">It &lt;holds&gt;</a>'
        '<a class="sub" href="/help/checks/a&amp;b/?at=now">It &lt;holds&gt;</a>'
    )
