"""Sessions end: an hour after the last request, twelve hours after the first."""

from typing import Any

import pytest
from django.test import Client

from trustui.web.sessions import BEGAN, SEEN, is_over, note

HOUR = 3600


@pytest.mark.parametrize(
    ("began", "seen", "over"),
    [
        (0, 0, False),
        (HOUR - 1, HOUR - 1, False),
        (HOUR, HOUR, True),
        (12 * HOUR - 1, 10, False),
        (12 * HOUR, 10, True),
    ],
    ids=["new", "idle for less", "idle", "long", "too long"],
)
def test_it_is_over_after_a_time(began: int, seen: int, over: bool) -> None:
    now = 1_000_000.0
    assert is_over({BEGAN: now - began, SEEN: now - seen}, now) is over


def test_one_without_notes_goes_on() -> None:
    assert not is_over({}, 1_000_000.0)


def test_its_use_is_noted_once_a_minute() -> None:
    session: dict[str, Any] = {}
    note(session, 1000.0)
    note(session, 1059.0)
    assert session == {BEGAN: 1000.0, SEEN: 1000.0}
    note(session, 1060.0)
    assert session == {BEGAN: 1000.0, SEEN: 1060.0}


@pytest.mark.django_db
def test_a_person_whose_session_is_over_signs_in_again(signed_in: Client) -> None:
    assert signed_in.get("/account/").status_code == 200
    session = signed_in.session
    session[SEEN] -= HOUR
    session.save()
    assert signed_in.get("/account/").headers["Location"].startswith("/account/sign-in/")
    assert not signed_in.session.keys()


@pytest.mark.django_db
def test_requests_do_not_prolong_it_beyond_twelve_hours(signed_in: Client) -> None:
    signed_in.get("/account/")
    session = signed_in.session
    session[BEGAN] -= 12 * HOUR
    session.save()
    assert signed_in.get("/account/").status_code == 302
