"""Help pages."""

import re

import pytest
from django.test import Client

from trustui.check_pages import load_pages

pytestmark = pytest.mark.django_db


def test_the_index_leads_to_every_page(signed_in: Client) -> None:
    text = signed_in.get("/help/").content.decode()
    assert [one for one in load_pages() if f'href="/help/checks/{one}/"' not in text] == []
    assert {page.kind for page in load_pages().values()} == set(
        re.findall("<dt><b>([a-z ]+)</b></dt>", text)
    )


def test_a_search_is_in_the_address(signed_in: Client) -> None:
    text = signed_in.get("/help/?q=rollback").content.decode()
    assert "about <bdi>rollback</bdi></h1>" in text
    assert 'value="rollback"' in text


def test_a_search_that_finds_nothing_says_what_else_to_do(signed_in: Client) -> None:
    text = signed_in.get("/help/?q=%3Cscript%3E").content.decode()
    assert "No page has all these words" in text
    assert '<a class="button is-primary" href="/verify/">Verify anything</a>' in text
    assert "<script>" not in text.split("<main")[1]


@pytest.mark.parametrize("check_id", sorted(load_pages())[::9])
def test_a_page_says_what_to_do(signed_in: Client, check_id: str) -> None:
    text = signed_in.get(f"/help/checks/{check_id}/").content.decode()
    assert "What to do" in text
    assert "`" not in text.split("<main")[1].split("</main>")[0]


def test_an_unknown_id_is_not_found(signed_in: Client) -> None:
    assert signed_in.get("/help/checks/tuf.nothing/").status_code == 404


def test_of_the_past_it_says_that_it_tells_of_now(signed_in: Client) -> None:
    address = "/help/checks/tuf.timestamp.freeze.expired/?at=2026-01-01T00:00:00Z"
    assert "told for now only" in signed_in.get(address).content.decode()
