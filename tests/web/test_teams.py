"""Who is what in a team, as administrators see and change it."""

import pytest
from django.test import Client

from tests.simulators.people import HIDDEN_NAME, Cast, sign_in
from trustui.accounts.models import Membership, Role
from trustui.events.models import Event


@pytest.fixture
def mira(cast: Cast) -> Client:
    return cast.as_role(Role.ADMINISTRATOR)


def page(cast: Cast) -> str:
    return f"/teams/{cast.own.team.pk}/"


def role_of(cast: Cast, name: str) -> str | None:
    found = Membership.objects.filter(team=cast.own.team, user__username=name).first()
    return None if found is None else found.role


def test_the_list_holds_the_teams_that_one_manages(mira: Client) -> None:
    text = mira.get("/teams/").content.decode()
    assert "1 team" in text
    assert "Platform" in text
    assert HIDDEN_NAME not in text


def test_who_is_in_no_team_is_told_what_to_do(cast: Cast) -> None:
    client = sign_in(Client(), cast.teamless)
    for page in ("/", "/sources/"):
        assert "You are in no team yet" in client.get(page).content.decode()


def test_somebody_with_an_account_is_taken_in(cast: Cast, mira: Client) -> None:
    answer = mira.post(page(cast), {"name": " newcomer ", "role": "on_call"})
    assert answer.headers["Location"] == page(cast)
    assert role_of(cast, "newcomer") == "on_call"
    event = Event.objects.get(kind="team.joined")
    assert (event.actor, event.subject, event.team_id) == (
        "person:mira", "newcomer", cast.own.team.pk,
    )  # fmt: skip
    assert event.detail == {"team": "Platform", "role": "on_call"}


def test_a_role_is_changed_and_taken(cast: Cast, mira: Client) -> None:
    viewer = cast.people[Role.VIEWER]
    there = f"{page(cast)}members/{viewer.pk}/"
    mira.post(there, {"role": "release_manager"})
    assert role_of(cast, viewer.username) == "release_manager"
    mira.post(there, {"role": ""})
    assert role_of(cast, viewer.username) is None
    told = list(
        Event.objects.filter(kind__startswith="team.").order_by("id").values("kind", "detail")
    )
    assert told == [
        {
            "kind": "team.role_changed",
            "detail": {"team": "Platform", "role": "release_manager", "before": "viewer"},
        },
        {"kind": "team.left", "detail": {"team": "Platform"}},
    ]


@pytest.mark.parametrize("role", ["viewer", ""])
def test_the_last_administrator_cannot_be_dismissed(cast: Cast, mira: Client, role: str) -> None:
    there = f"{page(cast)}members/{cast.own.administrator.pk}/"
    answer = mira.post(there, {"role": role})
    assert answer.status_code == 400
    assert b"another administrator" in answer.content
    assert role_of(cast, "mira") == "administrator"
    assert not Event.objects.filter(kind__startswith="team.").exists()


@pytest.mark.parametrize(
    ("given", "because"),
    [
        ({"name": "nobody", "role": "viewer"}, "There is no account named nobody"),
        ({"name": "mira", "role": "viewer"}, "in the team already"),
        ({"name": "newcomer", "role": "owner"}, "xpected one of the offered roles"),
        ({"name": "<b>", "role": "viewer"}, "There is no account named &lt;b&gt;"),
    ],
)
def test_what_cannot_be_done_is_told(
    cast: Cast, mira: Client, given: dict[str, str], because: str
) -> None:
    answer = mira.post(page(cast), given)
    assert answer.status_code == 400
    assert because in answer.content.decode()


def test_a_person_of_another_team_is_not_changed_through_ours(cast: Cast, mira: Client) -> None:
    there = f"{page(cast)}members/{cast.other.administrator.pk}/"
    assert mira.post(there, {"role": "viewer"}).status_code == 404
