"""What `page` makes of requests before a view sees them."""

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from tests.simulators.people import Cast, sign_in
from trustui.accounts.models import Role
from trustui.accounts.needs import Needs, Whom, needs_of
from trustui.accounts.permissions import Act
from trustui.web.asking import Asking, NotAllowed, page, public, wants_part

pytestmark = pytest.mark.django_db


@page
def plainly(request: Asking) -> HttpResponse:
    return HttpResponse(f"{request.viewer.name} {request.moment.is_now}")


@page(get=Whom.PERSON, post=Act.PIN_ROOT)
def pinning(request: Asking) -> HttpResponse:
    return HttpResponse(f"pinned by {request.viewer.name}")


def test_a_page_shows_what_a_person_sees_and_takes_no_posts() -> None:
    assert needs_of(plainly) == Needs(Act.SEE, None)


def test_acts_that_change_trust_are_fresh_by_themselves() -> None:
    assert needs_of(pinning) == Needs(Whom.PERSON, Act.PIN_ROOT, is_fresh=True)


def test_it_knows_who_asks_and_for_which_instant(cast: Cast, rf: RequestFactory) -> None:
    request = rf.get("/", {"at": "2026-06-01T00:00:00Z"})
    request.user = cast.own.administrator
    assert plainly(request).content == b"mira False"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_what_was_not_declared_is_not_allowed(cast: Cast, rf: RequestFactory, method: str) -> None:
    request = rf.generic(method, "/")
    request.user = cast.own.administrator
    assert plainly(request).status_code == 405


def test_an_act_needs_a_team_that_allows_it(cast: Cast, rf: RequestFactory) -> None:
    request = rf.post("/")
    request.user = cast.people[Role.RELEASE_MANAGER]
    with pytest.raises(NotAllowed) as caught:
        pinning(request)
    assert (caught.value.act, caught.value.team_id) == (Act.PIN_ROOT, None)


def test_a_part_asked_for_without_a_session_loads_the_whole_page_anew(client: Client) -> None:
    answer = client.get("/account/", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert answer.headers["HX-Refresh"] == "true"
    assert answer.content == b""


@pytest.mark.parametrize(
    ("headers", "is_part"),
    [
        ({}, False),
        ({"HX-Request": "true"}, True),
        ({"HX-Request": "true", "HX-Boosted": "true"}, False),
        ({"HX-Request": "true", "HX-History-Restore-Request": "true"}, False),
    ],
)
def test_a_part_is_what_htmx_asks_for_unless_it_follows_a_link(
    rf: RequestFactory, headers: dict[str, str], is_part: bool
) -> None:
    assert wants_part(rf.get("/", headers=headers)) is is_part


def test_a_public_route_takes_no_posts_unless_it_says_so(rf: RequestFactory) -> None:
    def view(_request: object) -> HttpResponse:
        return HttpResponse("here")

    assert public(view)(rf.post("/")).status_code == 405
    assert public(view, posts=True)(rf.post("/")).content == b"here"


def test_a_person_whom_only_the_provider_knows_signs_in_anew_before_changing_trust(
    cast: Cast,
) -> None:
    """`new_user` has no password: there is nothing to ask for again but the provider."""
    client = sign_in(Client(), cast.own.administrator, is_fresh=False)
    answer = client.post(f"/teams/{cast.own.team.pk}/", {"name": "x", "role": "viewer"})
    assert answer.headers["Location"] == f"/account/sign-in/?next=/teams/{cast.own.team.pk}/"
    assert not client.session.keys()


def test_what_was_posted_goes_on_after_the_password_was_given_again(cast: Cast) -> None:
    mira = cast.own.administrator
    mira.set_password("correct horse battery staple")
    mira.save()
    client = sign_in(Client(), mira, is_fresh=False)
    there = f"/teams/{cast.own.team.pk}/"
    asked = client.post(there, {"name": "newcomer", "role": "viewer"})
    assert asked.headers["Location"].startswith("/account/confirm/?next=")
    assert not cast.teamless.memberships.exists()
    confirmed = client.post(
        asked.headers["Location"],
        {"password": "correct horse battery staple", "next": there},
    )
    assert confirmed.status_code == 302
    assert confirmed.headers["Location"] == there
    assert cast.teamless.memberships.get().role == Role.VIEWER
