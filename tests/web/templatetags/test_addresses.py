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
