"""The page of a repository."""

from xml.etree.ElementTree import fromstring

import pytest
from django.test import Client

from tests.simulators.people import Cast, make_cast, new_user, sign_in
from tests.simulators.seen import with_bins
from trustui.accounts.models import Role
from trustui.inventory.text import identity

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> tuple[Client, str]:
    """Somebody who sees a repository with two levels and bins, and its address."""
    watched = with_bins()
    return sign_in(Client(), new_user("ada", watched.source.team, Role.VIEWER)), (
        f"/sources/{watched.source.pk}/"
    )


AT = "at=2026-03-02T12:00:00Z"


def test_it_says_the_verdict_the_tree_and_the_roles(browser: tuple[Client, str]) -> None:
    client, address = browser
    text = client.get(f"{address}?{AT}").content.decode()
    assert "7 roles and 16 bins" in text
    for words in ("Verified", "Every check", 'role="treegrid"', "cannot sign", "releases/eu/*"):
        assert words in text
    assert " style=" not in text
    assert "<script>" not in text


def test_a_path_shows_who_can_sign_and_where_the_search_stops(browser: tuple[Client, str]) -> None:
    client, address = browser
    text = client.get(f"{address}?{AT}&path=releases/eu/agent").content.decode()
    assert "The search stops at <bdi>eu</bdi>" in text
    assert 'class="edge is-walked"' in text
    assert "edge is-terminating is-walked" in text
    assert text.count('class="is-walked"') == 3


def test_the_picture_may_begin_with_any_role(browser: tuple[Client, str]) -> None:
    client, address = browser
    text = client.get(f"{address}?{AT}&from={identity('releases')}").content.decode()
    assert "From <bdi>releases</bdi> on" in text
    assert text.count('<rect class="box"') == 2
    assert "The whole tree" not in client.get(f"{address}?{AT}&from=nobody").content.decode()


def test_htmx_gets_the_tree_alone(browser: tuple[Client, str]) -> None:
    client, address = browser
    answer = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert answer.lstrip().startswith('<section class="section" id="tree"')
    assert "<html" not in answer


def test_the_picture_as_a_file_needs_nothing_else(browser: tuple[Client, str]) -> None:
    client, address = browser
    answer = client.get(f"{address}tree.svg?{AT}")
    assert answer["Content-Type"].startswith("image/svg+xml")
    assert "attachment" in answer["Content-Disposition"]
    picture = fromstring(answer.content)  # noqa: S314  our own
    assert picture.tag == "{http://www.w3.org/2000/svg}svg"
    assert b"href" not in answer.content


def test_in_the_past_links_keep_the_instant(browser: tuple[Client, str]) -> None:
    client, address = browser
    text = client.get(f"{address}?{AT}").content.decode()
    assert f"/sources/{address.split('/')[2]}/history/?at=2026-03-02" in text
    assert "You look at" in text


def test_judged_later_it_says_what_will_have_expired(browser: tuple[Client, str]) -> None:
    client, address = browser
    text = client.get(f"{address}?{AT}&valid_at=2026-03-20T00:00:00Z").content.decode()
    assert "Failing:" in text
    assert "expired" in text


def test_strangers_do_not_learn_that_it_is_there() -> None:
    cast: Cast = make_cast()
    client = cast.as_role(Role.VIEWER)
    assert client.get(f"/sources/{cast.other.source.pk}/").status_code == 404
    assert client.get(f"/sources/{cast.other.source.pk}/tree.svg").status_code == 404
    assert Client().get(f"/sources/{cast.own.source.pk}/").status_code == 302
