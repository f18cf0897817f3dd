"""The list of sources as a page."""

from tests.simulators.people import HIDDEN_NAME, OWN_NAME, Cast
from trustui.accounts.models import Role


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


def test_a_cursor_that_no_list_gave_is_refused(cast: Cast) -> None:
    answer = cast.as_role(Role.VIEWER).get("/sources/?after=x")
    assert answer.status_code == 400
    assert "after: expected" in answer.content.decode()
