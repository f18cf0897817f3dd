"""Choosing the instants of pages."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from django.test import Client

from trustui.pages.moment import Moment
from trustui.web.instant import as_of

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("known", "judged", "there"),
    [
        ("", "", "/keys/?q=a"),
        ("2026-06-01T00:00:00Z", "", "/keys/?q=a&at=2026-06-01T00%3A00%3A00Z"),
        ("2026-06-01T00:00", "", "/keys/?q=a&at=2026-06-01T00%3A00%3A00Z"),
        ("2026-06-01T00:00:07", "", "/keys/?q=a&at=2026-06-01T00%3A00%3A07Z"),
        ("", "2999-06-01T00:00", "/keys/?q=a&valid_at=2999-06-01T00%3A00%3A00Z"),
    ],
)
def test_it_goes_back_to_the_page_as_of_the_chosen_instants(
    signed_in: Client, known: str, judged: str, there: str
) -> None:
    given = {"go": "1", "known": known, "judged": judged, "next": "/keys/?q=a&at=x&after=c"}
    assert signed_in.get("/instant/", given).headers["Location"] == there


@pytest.mark.parametrize(
    "there", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:x", ""]
)
def test_it_goes_nowhere_else(signed_in: Client, there: str) -> None:
    answer = signed_in.get("/instant/", {"go": "1", "next": there})
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("known", ["yesterday", "2999-01-01T00:00", "2026-02-30T00:00"])
def test_what_is_no_instant_is_told_with_what_was_expected(signed_in: Client, known: str) -> None:
    answer = signed_in.get("/instant/", {"go": "1", "known": known})
    assert answer.status_code == 400
    assert b"expected" in answer.content


def test_it_begins_with_the_instants_of_the_page_that_one_came_from(signed_in: Client) -> None:
    back = "/keys/?at=2026-06-01T00:00:07Z&valid_at=2999-06-01T00:00:00Z"
    text = signed_in.get("/instant/", {"next": back}).content.decode()
    assert "<h1>You look at 1 Jun 2026 00:00 UTC</h1>" in text
    assert 'step="1" value="2026-06-01T00:00:07"' in text
    assert 'name="judged" type="datetime-local" value="2999-06-01T00:00"' in text


@pytest.mark.parametrize("back", ["/keys/", "/keys/?at=yesterday"])
def test_it_begins_with_now_where_that_page_names_no_instant(signed_in: Client, back: str) -> None:
    text = signed_in.get("/instant/", {"next": back}).content.decode()
    assert "<h1>You look at now</h1>" in text
    assert 'name="known" type="datetime-local" value=""' in text


def test_its_own_button_leads_to_itself_for_the_same_page(signed_in: Client) -> None:
    here = "/instant/?next=/sources/%3Fstate%3Dfailing"
    text = signed_in.get(here).content.decode()
    again = f"/instant/?next={quote('/sources/?state=failing', safe='')}"
    assert text.count(f'href="{again}"') == 2
    assert f'href="/instant/?next={quote("/help/", safe="")}"' in (
        signed_in.get("/help/").content.decode()
    )


def test_often_wanted_instants_are_links(signed_in: Client) -> None:
    text = signed_in.get("/instant/", {"next": "/keys/"}).content.decode()
    assert text.count('href="/keys/?at=') == 3
    assert text.count('href="/keys/?valid_at=') == 2


def test_an_address_keeps_what_it_asks_for_besides() -> None:
    then = NOW - timedelta(days=1)
    asked = as_of("/keys/?state=failing&after=xyz", Moment(NOW, then, NOW))
    assert (
        asked
        == "/keys/?state=failing&at=2026-11-20T12%3A00%3A00Z&valid_at=2026-11-21T12%3A00%3A00Z"
    )
