"""The page of expiries."""

import json
from datetime import UTC, datetime, timedelta
from gzip import compress
from xml.etree.ElementTree import fromstring

import pytest
from django.urls import reverse

from tests.simulators.calendar_reader import read
from tests.simulators.expecting import give
from tests.simulators.expiring import authority, expiring_things
from tests.simulators.people import HIDDEN_NAME, Cast
from trustui.accounts.models import Role
from trustui.inventory.models import RoleState, RoleVersion, Source
from trustui.inventory.text import identity
from trustui.pages.counts import counts
from trustui.pages.viewer import viewer_of
from trustui.policies.models import TrustMaterial


def lapse(cast: Cast, role: str, days: int) -> None:
    at = datetime.now(UTC) + timedelta(days=days, hours=1)
    RoleState.objects.filter(source__in=[cast.own.source, cast.other.source]).update(
        expires_at=at + timedelta(days=400)
    )
    RoleState.objects.filter(role=role).update(expires_at=at)
    RoleVersion.objects.filter(role=role).update(expires_at=at)


def test_the_list_links_to_each_role(cast: Cast) -> None:
    lapse(cast, "timestamp", 3)
    text = cast.as_role(Role.VIEWER).get("/expiries/").content.decode()
    assert "<h1>1 role expires within 7 days</h1>" in text
    assert f'/sources/{cast.own.source.pk}/roles/{identity("timestamp")}/"' in text
    assert "3 days left" in text
    assert HIDDEN_NAME not in text


def test_the_window_stands_in_the_address(cast: Cast) -> None:
    lapse(cast, "timestamp", 20)
    client = cast.as_role(Role.VIEWER)
    text = client.get("/expiries/?window=14").content.decode()
    assert "<h1>Nothing expires within 14 days</h1>" in text
    assert '<a class="bucket" href="?window=28"><b>1</b> <span>in 28 days</span></a>' in text
    assert "<h1>1 role expires" in client.get("/expiries/?window=28").content.decode()
    lapse(cast, "timestamp", -2)
    assert "<h1>1 role has expired</h1>" in (
        client.get("/expiries/?window=overdue").content.decode()
    )


def test_hostile_names_are_shown_and_not_believed(cast: Cast) -> None:
    lapse(cast, "timestamp", 3)
    RoleState.objects.filter(role="timestamp").update(role="<b>\u202ex")
    text = cast.as_role(Role.VIEWER).get("/expiries/").content.decode()
    assert "<bdi>&lt;b&gt;\\u{202E}x</bdi>" in text


def test_a_cursor_that_no_list_gave_is_refused(cast: Cast) -> None:
    answer = cast.as_role(Role.VIEWER).get("/expiries/?after=x")
    assert answer.status_code == 400
    assert "after: expected" in answer.content.decode()


def test_the_past_is_shown_as_it_was(cast: Cast) -> None:
    client = cast.as_role(Role.VIEWER)
    text = client.get("/expiries/?at=2026-03-03T00:00:00Z").content.decode()
    assert "<h1>1 role expires within 7 days</h1>" in text
    assert "had been seen by 3 Mar 2026 00:00 UTC" in text
    assert "/expiries/calendars/" not in text
    before = client.get("/expiries/?at=2026-01-01T00:00:00Z").content.decode()
    assert "<h1>Nothing expires within 7 days</h1>" in before


def test_days_are_chosen_by_the_address(cast: Cast) -> None:
    lapse(cast, "timestamp", 20)
    day = (datetime.now(UTC) + timedelta(days=20, hours=1)).date()
    text = cast.as_role(Role.VIEWER).get(f"/expiries/?from={day}&to={day}").content.decode()
    assert f"<h1>1 role expires on {day.day} {day:%b %Y}</h1>" in text
    assert f'<input type="date" name="from" value="{day}"' in text
    assert 'aria-current="true"' not in text
    assert 'class="chosen"' in text


@pytest.mark.parametrize("query", ["from=x", "to=2026-99-01", "team=x", "size=0x", "size=999999"])
def test_what_cannot_be_asked_is_told(cast: Cast, query: str) -> None:
    answer = cast.as_role(Role.VIEWER).get(f"/expiries/?{query}")
    assert answer.status_code == 400
    assert "xpected" in answer.content.decode()


def test_htmx_gets_the_list_alone(cast: Cast) -> None:
    client = cast.as_role(Role.VIEWER)
    text = client.get("/expiries/", headers={"HX-Request": "true"}).content.decode()
    assert text.lstrip().startswith('<div class="stack" id="expiries">')
    assert "<html" not in text


def test_each_role_says_who_signs_it(cast: Cast) -> None:
    lapse(cast, "timestamp", 3)
    text = cast.as_role(Role.VIEWER).get("/expiries/").content.decode()
    assert '<span class="threshold"><b><bdi>1</bdi></b> of 1</span>' in text
    assert 'href="/keys/' in text


def test_bars_lead_to_documents(cast: Cast) -> None:
    lapse(cast, "timestamp", 3)
    text = cast.as_role(Role.VIEWER).get("/expiries/").content.decode()
    served = RoleState.objects.get(source=cast.own.source, role="timestamp").served.blob.sha256
    assert f"/sources/{cast.own.source.pk}/documents/{served}/" in text
    assert 'class="version"' in text


def test_a_source_has_a_timeline_of_its_own(cast: Cast) -> None:
    client = cast.as_role(Role.VIEWER)
    lapse(cast, "timestamp", 3)
    text = client.get(f"/sources/{cast.own.source.pk}/timeline/").content.decode()
    assert "<h1>Nothing has expired; the first to expire has 3 days left</h1>" in text
    assert "snapshot" in text
    assert client.get(f"/sources/{cast.other.source.pk}/timeline/").status_code == 404
    assert client.get(f"/sources/{cast.other.source.pk}/timeline.svg").status_code == 404
    repository = client.get(f"/sources/{cast.own.source.pk}/").content.decode()
    assert '<section class="section" id="timeline"' in repository
    assert f'href="/sources/{cast.own.source.pk}/timeline/"' in repository


@pytest.mark.parametrize("name", ["expiries/timeline", "sources/{}/timeline"])
def test_the_picture_as_a_file_needs_nothing_else(cast: Cast, name: str) -> None:
    lapse(cast, "timestamp", 3)
    RoleState.objects.filter(role="timestamp").update(role="<b>\u202ex & y")
    address = f"/{name.format(cast.own.source.pk)}.svg"
    answer = cast.as_role(Role.VIEWER).get(address)
    assert answer["Content-Type"].startswith("image/svg+xml")
    assert "attachment" in answer["Content-Disposition"]
    picture = fromstring(answer.content)  # noqa: S314  our own
    assert picture.tag == "{http://www.w3.org/2000/svg}svg"
    assert b"href" not in answer.content
    assert b"var(" not in answer.content
    assert HIDDEN_NAME not in answer.content.decode()


def test_a_page_stays_small_with_many_roles(cast: Cast) -> None:
    served = RoleState.objects.get(source=cast.own.source, role="targets")
    RoleState.objects.bulk_create(
        RoleState(
            source=served.source,
            role=f"bin-{n:04x}",
            role_id=identity(f"bin-{n:04x}"),
            served=served.served,
            place_id=served.place_id,
            expires_at=served.expires_at,
        )
        for n in range(300)
    )
    answer = cast.as_role(Role.VIEWER).get(f"/sources/{served.source_id}/timeline/")
    assert len(compress(answer.content)) < 20_000
    assert "26 more roles of this page stand in the table alone" in answer.content.decode()
    assert 'rel="next"' in answer.content.decode()


# ---- what is no role


@pytest.fixture
def others(cast: Cast) -> Cast:
    """Our team has a store whose certificate ends in three days, and strangers have another one."""
    ends = datetime.now(UTC) + timedelta(days=3, hours=1)
    give("ca:acme", authority("CN=acme root", ends).pem, team=cast.own.team)
    give("ca:theirs", authority(f"CN={HIDDEN_NAME}", ends).pem, team=cast.other.team)
    return cast


def test_certificates_stand_beside_roles(others: Cast) -> None:
    lapse(others, "timestamp", 3)
    text = others.as_role(Role.VIEWER).get("/expiries/").content.decode()
    assert "<h1>1 role and 1 certificate expire within 7 days</h1>" in text
    assert '<th scope="col">Role or name</th><th scope="col">Where</th>' in text
    address = reverse("material", args=[TrustMaterial.objects.get(name="ca:acme").pk])
    assert f'<a href="{address}"><bdi>CN=acme root</bdi></a>' in text
    assert "<bdi>ca:acme</bdi>" in text
    assert HIDDEN_NAME not in text


def test_a_kind_is_chosen_and_kept(others: Cast) -> None:
    lapse(others, "timestamp", 3)
    client = others.as_role(Role.VIEWER)
    text = client.get("/expiries/?kind=certificate").content.decode()
    assert "<h1>1 certificate expires within 7 days</h1>" in text
    assert '<th scope="col">Name</th>' in text
    assert 'name="role"' not in text
    assert '<option value="certificate" selected>certificates</option>' in text
    assert 'href="/expiries/calendars/?kind=certificate"' in text
    form = client.get("/expiries/calendars/?kind=certificate").content.decode()
    assert '<input type="hidden" name="kind" value="certificate">' in form
    assert "all certificates" in form
    assert "CN=acme root" not in client.get("/expiries/?kind=role").content.decode()
    assert client.get("/expiries/?kind=<b>").status_code == 200


def test_a_lane_and_its_bar_lead_to_the_material(others: Cast) -> None:
    text = others.as_role(Role.VIEWER).get("/expiries/?kind=certificate").content.decode()
    address = reverse("material", args=[TrustMaterial.objects.get(name="ca:acme").pk])
    assert text.count(f'href="{address}"') >= 3
    assert 'title="CN=acme root of ca:acme: ' in text


def test_hostile_names_of_certificates_are_shown_and_not_believed(cast: Cast) -> None:
    ends = datetime.now(UTC) + timedelta(days=3)
    give("<i>x", authority("<b>\u202ex", ends).pem, team=cast.own.team)
    text = cast.as_role(Role.VIEWER).get("/expiries/?kind=certificate").content.decode()
    assert "<bdi>CN=\\&lt;b\\&gt;\\u{202E}x</bdi>" in text
    assert "<bdi>&lt;i&gt;x</bdi>" in text
    assert "\u202e" not in text


def test_exports_and_the_interface_tell_the_same(others: Cast) -> None:
    client = others.as_role(Role.VIEWER)
    exported = b"".join(client.get("/expiries/export.json?kind=certificate"))
    (row,) = json.loads(exported)
    assert (row["kind"], row["name"], row["source"]) == ("certificate", "CN=acme root", "ca:acme")
    assert (row["source_id"], len(row["fingerprint"])) == (None, 64)
    rows = b"".join(client.get("/expiries/export.csv?kind=certificate")).decode().splitlines()
    assert len(rows) == 2
    assert "ca:acme" in rows[1]
    (line,) = client.get("/api/v1/expiries/?kind=certificate").json()["lines"]
    assert line["name"] == row["name"]
    assert client.get("/api/v1/expiries/?kind=certificates").status_code == 400


def test_a_calendar_keeps_the_kind(others: Cast) -> None:
    client = others.as_role(Role.VIEWER)
    made = client.post("/expiries/calendars/", {"name": "stores", "kind": "certificate"})
    address = made.context["made"].removeprefix("http://testserver")
    (event,) = read(client.get(address).content).events
    assert event["SUMMARY"] == "CN=acme root (certificate) expires"
    assert event["URL"].startswith("http://testserver/policies/")


def test_the_overview_and_the_rail_count_them(others: Cast) -> None:
    text = others.as_role(Role.VIEWER).get("/").content.decode()
    assert "1 certificate expires this week" in text
    assert counts(viewer_of(others.people[Role.VIEWER]), datetime.now(UTC)).expiring == 1


def test_a_registry_has_its_signatures_on_a_timeline(cast: Cast) -> None:
    things = expiring_things()
    Source.objects.filter(pk=things.source.pk).update(team=cast.own.team)
    client = cast.as_role(Role.VIEWER)
    text = client.get(f"/sources/{things.source.pk}/timeline/").content.decode()
    assert "CN=release" in text
    short = f'<span class="unbroken">{things.digest[:15]}…{things.digest[-4:]}</span>'
    assert f"<bdi>registry.example/team/app@{short}</bdi>" in text
    assert '<th scope="col">What</th>' in text
    page = client.get(f"/sources/{things.source.pk}/").content.decode()
    assert f'href="/sources/{things.source.pk}/timeline/"' in page


def test_a_list_that_is_narrowed_to_nothing_shows_the_way_back(cast: Cast) -> None:
    text = cast.as_role(Role.VIEWER).get("/expiries/?role=nobody").content.decode()
    assert "Nothing that expires is like this" in text
    assert '<a class="button is-primary" href="/expiries/">Show all</a>' in text


def test_where_nothing_is_watched_a_source_is_added_by_whoever_may(cast: Cast) -> None:
    Source.objects.filter(team=cast.own.team).update(removed_at=datetime.now(UTC))
    text = cast.as_role(Role.RELEASE_MANAGER).get("/expiries/").content.decode()
    assert "Nothing that expires is known" in text
    assert 'href="/sources/add/"' in text
    text = cast.as_role(Role.VIEWER).get("/expiries/").content.decode()
    assert 'href="/sources/add/"' not in text
