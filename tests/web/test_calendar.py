"""Calendars of expiries: made, read, ended."""

import pytest
from django.test import Client

from tests.simulators.calendar_reader import read
from tests.simulators.people import OWN_NAME, Cast, sign_in
from trustui.accounts.models import Calendar, Membership, Role, User
from trustui.events.models import Event
from trustui.inventory.models import RoleState

PAGE = "/expiries/calendars/"


@pytest.fixture
def own(cast: Cast) -> Cast:
    Calendar.objects.all().delete()
    Event.objects.filter(kind__startswith="calendar").delete()
    return cast


def make(client: Client, **given: str) -> str:
    """The path of the new calendar."""
    address: str = client.post(PAGE, {"name": "signing days", **given}).context["made"]
    assert address.startswith("http://testserver/calendar/tuc_")
    return address.removeprefix("http://testserver")


def test_its_address_is_shown_once_and_stored_nowhere(own: Cast) -> None:
    client = own.as_role(Role.RELEASE_MANAGER)
    answer = client.post(PAGE, {"name": "signing days"})
    address = answer.context["made"]
    assert address in answer.content.decode()
    assert answer.headers["Cache-Control"] == "no-store"
    assert address not in client.get(PAGE).content.decode()
    secret = address.rpartition("/")[2].removesuffix(".ics")
    assert secret not in str(list(Calendar.objects.values()))
    events = list(Event.objects.filter(kind="calendar.made"))
    assert [event.subject for event in events] == ["signing days"]
    assert secret not in str(events[0].detail)


def test_whoever_knows_the_address_reads_it_without_signing_in(own: Cast) -> None:
    path = make(own.as_role(Role.VIEWER))
    answer = Client().get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    found = read(answer.content)
    assert found.properties["X-WR-CALNAME"] == "signing days"
    assert all(OWN_NAME in one["SUMMARY"] for one in found.events)
    assert found.events[0]["URL"].startswith("http://testserver/sources/")
    assert "sessionid" not in answer.cookies


def test_what_has_not_changed_is_not_sent_again(own: Cast) -> None:
    path = make(own.as_role(Role.VIEWER))
    first = Client().get(path)
    again = Client().get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    state = RoleState.objects.filter(source=own.own.source, role="root")
    state.update(role="r00t")
    changed = Client().get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert Client().head(path).status_code == 200


def test_it_is_narrowed_to_what_the_list_was_narrowed_to(own: Cast) -> None:
    client = own.as_role(Role.VIEWER)
    page = client.get("/expiries/?role=ro&window=28").content.decode()
    assert 'href="/expiries/calendars/?role=ro"' in page
    form = client.get("/expiries/calendars/?role=ro").content.decode()
    assert "roles that begin with ro" in form
    path = make(client, role="ro")
    assert [one["SUMMARY"] for one in read(Client().get(path).content).events] == [
        f"root of {OWN_NAME} expires"
    ]


def test_ended_it_is_not_there(own: Cast) -> None:
    client = own.as_role(Role.VIEWER)
    path = make(client)
    (calendar,) = Calendar.objects.all()
    assert b"End the calendar" in client.get(f"{PAGE}{calendar.pk}/revoke/").content
    for _ in range(2):
        answer = client.post(f"{PAGE}{calendar.pk}/revoke/")
        assert (answer.status_code, answer.headers["Location"]) == (302, PAGE)
    assert Client().get(path).status_code == 404
    assert Event.objects.filter(kind="calendar.revoked").count() == 1
    assert "Ended" in client.get(PAGE).content.decode()


def test_who_leaves_a_team_reads_nothing_of_it_any_more(own: Cast) -> None:
    path = make(own.as_role(Role.VIEWER))
    owner = User.objects.get(calendars__isnull=False)
    Membership.objects.filter(user=owner).delete()
    assert read(Client().get(path).content).events == []
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert Client().get(path).status_code == 404


@pytest.mark.parametrize("secret", ["x", "tuc_" + "0" * 49, "tui_" + "0" * 49, "%00", "é"])
def test_an_address_that_nobody_was_given_is_not_there(own: Cast, secret: str) -> None:
    del own
    assert Client().get(f"/calendar/{secret}.ics").status_code == 404


def test_the_calendar_of_somebody_else_cannot_be_ended(own: Cast) -> None:
    make(own.as_role(Role.VIEWER))
    (calendar,) = Calendar.objects.all()
    client = own.as_role(Role.ADMINISTRATOR)
    assert client.post(f"{PAGE}{calendar.pk}/revoke/").status_code == 404
    assert client.get(f"{PAGE}{calendar.pk}/revoke/").status_code == 404


@pytest.mark.parametrize(
    ("given", "because"),
    [
        ({"name": ""}, "expected a name"),
        ({"name": "\u202e"}, "expected a name"),
        ({"name": "x", "team": "y"}, "team: expected a number"),
        ({"name": "x", "source_id": "y"}, "source_id: expected a number"),
    ],
)
def test_what_cannot_be_made_is_told(own: Cast, given: dict[str, str], because: str) -> None:
    answer = own.as_role(Role.VIEWER).post(PAGE, given)
    assert answer.status_code == 400
    assert because.lower() in answer.content.decode().lower()
    assert not Calendar.objects.exists()


def test_making_one_asks_for_the_password_again(own: Cast) -> None:
    client = sign_in(Client(), own.own.administrator, is_fresh=False)
    assert client.post(PAGE, {"name": "x"}).status_code == 302
    assert not Calendar.objects.exists()


def test_they_are_listed_beside_the_api_tokens(own: Cast) -> None:
    client = own.as_role(Role.VIEWER)
    make(client, role="root")
    text = client.get("/account/tokens/").content.decode()
    assert "signing days" in text
    assert "roles that begin with root" in text
    assert f"{PAGE}{Calendar.objects.get().pk}/revoke/" in text


def test_in_the_past_none_is_made(own: Cast) -> None:
    client = own.as_role(Role.VIEWER)
    page = client.get(f"{PAGE}?at=2026-03-03T00:00:00Z").content.decode()
    assert "Make the calendar" not in page
    assert client.post(f"{PAGE}?at=2026-03-03T00:00:00Z", {"name": "x"}).status_code == 409
