"""The list of sources as a page."""

from django.test import Client

from tests.simulators.people import HIDDEN_NAME, OWN_NAME, Cast
from trustui.accounts.models import Role
from trustui.inventory.models import Source


def test_the_list_links_to_each_source(cast: Cast) -> None:
    text = cast.as_role(Role.VIEWER).get("/sources/").content.decode()
    assert "<h1>1 source</h1>" in text
    assert f'href="/sources/{cast.own.source.pk}/source/"' in text
    assert HIDDEN_NAME not in text
    assert "Add a source" not in text  # a viewer may not
    assert "Add a source" in cast.as_role(Role.RELEASE_MANAGER).get("/sources/").content.decode()


def test_a_filter_that_finds_nothing_says_so(cast: Cast) -> None:
    client = cast.as_role(Role.VIEWER)
    assert "No source is like this" in client.get("/sources/?state=failing").content.decode()
    part = client.get("/sources/?text=vendor", headers={"HX-Request": "true"}).content.decode()
    assert part.startswith('<div class="stack" id="sources">')
    assert OWN_NAME in part


def test_where_nothing_is_watched_it_says_the_one_thing_to_do(signed_in: Client) -> None:
    text = signed_in.get("/sources/").content.decode()
    assert "<h1>Nothing is watched yet</h1>" in text
    assert text.count('href="/sources/add/"') == 1
    assert "Narrow the list" not in text
    then = signed_in.get("/sources/?at=2026-01-01T00:00:00Z").content.decode()
    assert "Nothing was watched then" in then
    assert 'href="/sources/add/"' not in then


def test_who_may_not_add_a_source_reads_who_may(cast: Cast) -> None:
    Source.objects.all().delete()
    text = cast.as_role(Role.VIEWER).get("/sources/").content.decode()
    assert "Who adds sources for a team is a release manager" in text
    assert 'href="/sources/add/"' not in text


def test_a_cursor_that_no_list_gave_is_refused(cast: Cast) -> None:
    answer = cast.as_role(Role.VIEWER).get("/sources/?after=x")
    assert answer.status_code == 400
    assert "after: expected" in answer.content.decode()
