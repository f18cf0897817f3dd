"""Links to exports."""

from django.template import Context, Template
from django.test import RequestFactory


def shown(query: str, tag: str) -> str:
    request = RequestFactory().get(f"/{query}")
    return Template(f"{{% load exports %}}{tag}").render(Context({"request": request}))


def test_the_filters_of_the_page_go_with_the_link() -> None:
    text = shown("?state=failing&text=&after=x&size=9&at=then", '{% export_links "sources" %}')
    assert 'href="/sources/export.csv?state=failing&amp;at=then"' in text
    assert 'href="/sources/export.json?state=failing&amp;at=then"' in text


def test_a_list_of_one_source_has_its_address() -> None:
    assert 'href="/sources/7/roles/export.csv"' in shown("", '{% export_links "roles" 7 %}')


def test_text_of_an_address_stays_text() -> None:
    assert "<script>" not in shown('?text="><script>', '{% export_links "sources" %}')
