"""The page behind the search box."""

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


def test_an_empty_search_says_what_can_be_found(cast: Cast) -> None:
    text = cast.as_role(Role.VIEWER).get("/search/").content.decode()
    assert "<h1>Search</h1>" in text
    assert "Nothing that you may see" not in text
