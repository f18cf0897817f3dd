"""Pages of what cannot be answered: plain, helpful, and silent about what is none of one's business."""

import pytest
from django.http import HttpRequest
from django.test import Client

from tests.simulators.people import Cast, sign_in
from trustui.accounts.models import Role, Team
from trustui.web.errors import server_error

pytestmark = pytest.mark.django_db


def test_what_is_not_there_keeps_the_frame_for_people(signed_in: Client) -> None:
    answer = signed_in.get("/nowhere/<script>/")
    assert answer.status_code == 404
    assert b"There is nothing here" in answer.content
    assert b'<nav class="rail"' in answer.content
    assert b"<script>/" not in answer.content


def test_what_is_not_there_in_the_past_is_looked_for_now(signed_in: Client) -> None:
    text = signed_in.get("/sources/7/?at=2026-03-01T00:00:00Z").content.decode()
    assert "It may not have been known yet at 1 Mar 2026 00:00 UTC." in text
    assert 'href="/sources/7/">Look for it now</a>' in text
    assert "Look for it now" not in signed_in.get("/sources/7/").content.decode()


def test_strangers_see_no_frame_and_are_asked_to_sign_in(client: Client) -> None:
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert b"rail" not in answer.content
    assert b"/account/sign-in/" in answer.content


def test_a_refusal_names_the_permission_the_team_and_the_role(cast: Cast) -> None:
    answer = cast.as_role(Role.VIEWER).get(f"/teams/{cast.own.team.pk}/")
    assert answer.status_code == 403
    text = answer.content.decode()
    assert "give roles in the team" in text
    assert "In none of your teams" in text


def test_an_instant_that_cannot_be_read_is_told_with_what_was_expected(signed_in: Client) -> None:
    answer = signed_in.get("/account/?at=tomorrow")
    assert answer.status_code == 400
    assert b"expected a UTC time such as 2026-06-01T00:00:00Z" in answer.content


def test_an_instant_that_has_not_come_is_refused(signed_in: Client) -> None:
    answer = signed_in.get("/account/?at=2999-01-01T00:00:00Z")
    assert answer.status_code == 400
    assert b"an instant that has passed" in answer.content


def test_nothing_is_changed_in_the_past(signed_in: Client, platform: Team) -> None:
    path = f"/teams/{platform.pk}/?at=2026-06-01T00:00:00Z"
    answer = signed_in.post(path, {"name": "nobody", "role": "viewer"})
    assert answer.status_code == 409
    assert b"Nothing is changed in the past" in answer.content


def test_a_form_without_its_token_is_told_to_be_loaded_again(cast: Cast) -> None:
    client = sign_in(Client(enforce_csrf_checks=True), cast.own.administrator)
    answer = client.post(f"/teams/{cast.own.team.pk}/", {"name": "nobody"})
    assert answer.status_code == 403
    assert b"The form is too old" in answer.content


def test_a_fault_of_ours_says_so_without_the_database(
    django_assert_num_queries: object,
) -> None:
    del django_assert_num_queries
    request = HttpRequest()
    request.path = "/now/"
    answer = server_error(request)
    assert answer.status_code == 500
    assert b"a fault of this program" in answer.content
    assert b'href="/now/"' in answer.content
