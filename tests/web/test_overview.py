"""The overview as a page."""

import pytest
from django.test import Client

from tests.simulators.people import HIDDEN_NAME, Cast
from trustui.accounts.models import Role
from trustui.verdicts.models import SourceVerdict


@pytest.mark.django_db
def test_what_fails_is_the_headline_with_a_button_to_take_it(cast: Cast) -> None:
    text = cast.as_role(Role.ON_CALL).get("/").content.decode()
    # The source was crawled in March 2026 and its timestamp expired a week later; nobody concluded
    # that yet, so that the page tells what is known.
    assert "<h1>Everything verifies" in text
    assert "Nothing fails, and everything could be checked." in text
    assert "Nothing expires in four weeks" in text
    assert HIDDEN_NAME not in text


@pytest.mark.django_db
def test_an_empty_installation_says_the_one_thing_to_do(signed_in: Client) -> None:
    text = signed_in.get("/").content.decode()
    assert "Nothing is watched yet" in text
    assert 'href="/sources/add/"' in text


def test_the_past_has_its_overview_too(cast: Cast) -> None:
    text = cast.as_role(Role.VIEWER).get("/?at=2026-03-01T12:00:00Z").content.decode()
    assert "not verified" in text
    assert "as of now only" in text
    assert "?at=2026-03-01T12" in text


def test_what_was_not_checked_is_said_where_nothing_fails(cast: Cast) -> None:
    SourceVerdict.objects.all().delete()
    text = cast.as_role(Role.VIEWER).get("/").content.decode()
    assert "everything could be checked" not in text
    assert '<a href="/sources/?state=never">1 source</a> nothing is known yet' in text
