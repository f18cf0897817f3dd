"""The page behind the search box."""

from urllib.parse import urlencode

import pytest
from django.http import HttpResponseRedirect

from tests.simulators.people import HIDDEN_NAME, OWN_NAME, Cast
from trustui.accounts.models import Role
from trustui.inventory.models import RoleState


def test_the_only_hit_is_gone_to(cast: Cast) -> None:
    answer = cast.as_role(Role.VIEWER).get("/search/", {"q": OWN_NAME})
    assert isinstance(answer, HttpResponseRedirect)
    assert answer.url == f"/sources/{cast.own.source.pk}/"


def test_the_instants_are_kept_on_the_way(cast: Cast) -> None:
    query = {"q": OWN_NAME, "valid_at": "2030-01-01T00:00:00Z"}
    answer = cast.as_role(Role.VIEWER).get("/search/", query)
    assert isinstance(answer, HttpResponseRedirect)
    assert answer.url.endswith("/?valid_at=2030-01-01T00%3A00%3A00Z")


def test_several_hits_are_listed_by_kind(cast: Cast) -> None:
    RoleState.objects.filter(role="snapshot").update(role="timestamp <b>\u202e")
    text = cast.as_role(Role.VIEWER).get("/search/?q=timestamp").content.decode()
    assert "<h1>2 found</h1>" in text
    assert '<span class="badge">role</span>' in text
    assert "timestamp &lt;b&gt;\\u{202E}" in text
    assert 'value="timestamp"' in text
    assert HIDDEN_NAME not in text


def test_nothing_found_says_what_was_looked_for_and_offers_to_verify(cast: Cast) -> None:
    text = cast.as_role(Role.VIEWER).get("/search/", {"q": "no <such> thing"}).content.decode()
    assert "<h1>Nothing found</h1>" in text
    assert "no &lt;such&gt; thing" in text
    assert "a source by name" in text
    assert 'href="/verify/?q=no+%3Csuch%3E+thing"' in text


def test_a_digest_that_nobody_knows_does_not_go_round_in_a_circle(cast: Cast) -> None:
    client = cast.as_role(Role.VIEWER)
    answer = client.get("/verify/", {"q": "0" * 64})
    assert isinstance(answer, HttpResponseRedirect)
    text = client.get(answer.url).content.decode()
    assert "a document by its SHA-256" in text
    assert "/verify/?q=" not in text


def test_an_image_that_nobody_crawls_leads_to_its_registry(cast: Cast) -> None:
    query = {"q": "registry.example/team/app:1.0"}
    text = cast.as_role(Role.RELEASE_MANAGER).get("/search/", query).content.decode()
    assert "an image by its reference" in text
    assert 'href="/sources/add/?location=oci%3A%2F%2Fregistry.example"' in text
    assert "/verify/?q=" not in text
    assert "/sources/add/" not in cast.as_role(Role.VIEWER).get("/search/", query).content.decode()


@pytest.mark.parametrize(
    "text",
    [
        "Final root.json is expired",
        "https://updates.example/metadata/",
        "-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----",
        '{"signed": {}}',
    ],
)
def test_what_is_no_name_is_told_by_the_page_that_knows_it(cast: Cast, text: str) -> None:
    answer = cast.as_role(Role.VIEWER).get("/search/", {"q": text})
    assert isinstance(answer, HttpResponseRedirect)
    assert answer.url == f"/verify/?{urlencode({'q': text})}"


def test_a_text_too_long_for_an_address_is_not_cut_on_the_way(cast: Cast) -> None:
    text = '{"signed": "' + "x" * 2_000
    assert cast.as_role(Role.VIEWER).get("/search/", {"q": text}).status_code == 200


def test_an_empty_search_says_what_can_be_found(cast: Cast) -> None:
    text = cast.as_role(Role.VIEWER).get("/search/").content.decode()
    assert "<h1>Search</h1>" in text
    assert "Nothing that you may see" not in text
