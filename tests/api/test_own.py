"""One's own account."""

from django.test import Client

from tests.simulators.people import Cast, sign_in
from trustui.accounts.models import ApiToken, Role
from trustui.events.models import Event

JSON = "application/json"


def test_an_account_tells_what_may_be_done(cast: Cast) -> None:
    (team,) = cast.as_role(Role.ON_CALL).get("/api/v1/account/").json()["teams"]
    assert team["role"] == "on_call"
    assert team["may"] == ["crawl", "see", "take"]
    assert sign_in(Client(), cast.teamless).get("/api/v1/account/").json()["teams"] == []


def test_a_token_is_revoked_by_its_owner_alone(cast: Cast) -> None:
    client = sign_in(Client(), cast.own.administrator)
    address = f"/api/v1/tokens/{cast.own.token.pk}/"
    assert client.get(address).json()["is_valid"] is True
    assert client.post(address, content_type=JSON).json()["is_valid"] is False
    assert client.post(address, content_type=JSON).status_code == 200  # again changes nothing
    assert Event.objects.filter(kind="token.revoked").count() == 1
    assert (
        client.post(f"/api/v1/tokens/{cast.other.token.pk}/", content_type=JSON).status_code == 404
    )
    assert ApiToken.objects.get(pk=cast.other.token.pk).revoked_at is None
    listed = client.get("/api/v1/tokens/").json()
    assert (listed["valid"], len(listed["ended"])) == ([], 1)


def test_teams_are_told_to_those_who_manage_them(cast: Cast) -> None:
    client = sign_in(Client(), cast.own.administrator)
    assert [one["name"] for one in client.get("/api/v1/teams/").json()] == ["Platform"]
    team = client.get(f"/api/v1/teams/{cast.own.team.pk}/").json()
    assert len(team["members"]) == len(Role)
    assert client.get(f"/api/v1/teams/{cast.other.team.pk}/").status_code == 404
    assert cast.as_role(Role.VIEWER).get("/api/v1/teams/").status_code == 403
