"""Calendars of expiries."""

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.calendar_reader import ReadCalendar, read
from tests.simulators.people import HIDDEN_NAME, OWN_NAME, Cast, make_cast
from tests.simulators.watched import DAY, START
from trustui.accounts.calendars import make_calendar, revoke_calendar
from trustui.accounts.models import Calendar, Membership
from trustui.inventory.models import Blob, RoleState
from trustui.pages import calendar as module
from trustui.pages.calendar import calendars, feed, narrowing, what_of
from trustui.pages.due import Asked
from trustui.pages.viewer import viewer_of

NOW = START + 3 * DAY


@pytest.fixture
def cast(db: None) -> Cast:
    del db
    found = make_cast()
    Calendar.objects.all().delete()
    return found


def made(cast: Cast, asked: Asked | None = None) -> Calendar:
    calendar, _ = make_calendar(
        owner=cast.own.administrator,
        name="signing days",
        narrowed=narrowing(asked or Asked()),
        now=NOW,
    )
    return Calendar.objects.select_related("owner").get(pk=calendar.pk)


def link(path: str) -> str:
    return f"https://trust.example{path}"


def told(calendar: Calendar, now: datetime = NOW) -> ReadCalendar:
    return read(feed(calendar, now, "trust.example", link))


def test_each_expiry_is_an_event_with_who_signs(cast: Cast) -> None:
    events = told(made(cast)).events
    assert {one["SUMMARY"] for one in events} == {
        f"{role} of {OWN_NAME} expires" for role in ("timestamp", "snapshot", "root", "targets")
    }
    first = events[0]
    assert first["DTSTART"] == "20260308T120000Z"
    assert first["DTSTAMP"] == "20260302T120000Z"  # when it was first seen
    assert first["DESCRIPTION"].startswith(
        "Version 1 of timestamp expires on 8 Mar 2026 12:00 UTC.\nIts successor is signed by 1 of 1 key: "
    )
    assert first["URL"].startswith("https://trust.example/sources/")
    assert HIDDEN_NAME not in str(events)


def test_it_is_the_same_until_something_changes(cast: Cast) -> None:
    calendar = made(cast)
    first = feed(calendar, NOW, "h", link)
    assert feed(calendar, NOW + timedelta(hours=5), "h", link) == first
    uids = [one["UID"] for one in read(first).events]
    assert len(set(uids)) == 4
    RoleState.objects.filter(role="timestamp").update(expires_at=NOW + 9 * DAY)
    moved = read(feed(calendar, NOW, "h", link)).events
    assert [one["UID"] for one in moved] == uids
    assert moved[0]["DTSTART"] != read(first).events[0]["DTSTART"]


def test_it_is_narrowed_as_the_list_was(cast: Cast) -> None:
    assert [one["SUMMARY"] for one in told(made(cast, Asked(role="ro"))).events] == [
        f"root of {OWN_NAME} expires"
    ]
    assert told(made(cast, Asked(source="elsewhere"))).events == []
    assert told(made(cast, Asked(source_id=cast.other.source.pk))).events == []
    assert len(told(made(cast, Asked(team=cast.own.team.pk))).events) == 4
    assert narrowing(Asked("7", begins=NOW.date(), role="x")) == {"role": "x"}


def test_it_shows_what_its_owner_may_see_at_that_moment(cast: Cast) -> None:
    calendar = made(cast)
    assert len(told(calendar).events) == 4
    Membership.objects.filter(user=calendar.owner).delete()
    assert told(calendar).events == []


def test_what_lapsed_long_ago_and_what_is_far_away_is_left_out(cast: Cast) -> None:
    calendar = made(cast)
    assert len(told(calendar, START + 40 * DAY).events) == 3
    RoleState.objects.filter(role="root").update(expires_at=datetime(9999, 1, 1, tzinfo=UTC))
    assert len(told(calendar).events) == 3


def test_the_time_for_signing_anew_is_an_event_of_its_own(cast: Cast) -> None:
    body = b'{"signed": {"_type": "targets", "x-tuf-on-ci-signing-period": 60}}'
    served = RoleState.objects.get(source=cast.own.source, role="targets").served
    Blob.objects.filter(pk=served.blob_id).update(body=body)
    events = told(made(cast, Asked(role="targets"))).events
    assert [one["SUMMARY"] for one in events] == [
        f"targets of {OWN_NAME} expires",
        f"targets of {OWN_NAME} is to be signed anew",
    ]
    assert len({one["UID"] for one in events}) == 2
    assert events[1]["DTSTART"] == "20261231T120000Z"


def test_hostile_names_stay_within_their_line(cast: Cast) -> None:
    RoleState.objects.filter(role="timestamp").update(role="x\r\nEND:VCALENDAR\u202e;,")
    first = told(made(cast)).events[0]
    assert first["SUMMARY"].startswith("x\\u{000D}\\u{000A}END:VCALENDAR\\u{202E};, of")


def test_a_calendar_of_very_many_says_that_it_is_not_all(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_EVENTS", 2)
    found = told(made(cast))
    assert len(found.events) == 2
    assert (
        found.properties["DESCRIPTION"] == "When it expires: everything that expires; the first 2"
    )


def test_few_queries_make_it(cast: Cast, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    calendar = made(cast)
    with django_assert_num_queries(8):
        feed(calendar, NOW, "h", link)


def test_ones_own_are_listed(cast: Cast) -> None:
    calendar = made(cast, Asked(role="root", source="vendor"))
    make_calendar(owner=cast.other.administrator, name=HIDDEN_NAME, narrowed={}, now=NOW)
    viewer = viewer_of(cast.own.administrator)
    (line,) = calendars(viewer).valid
    assert (line.name, line.what) == (
        "signing days",
        "roles that begin with root, of sources whose names hold vendor",
    )
    revoke_calendar(calendar=calendar, now=NOW)
    after = calendars(viewer)
    assert (after.valid, [one.revoked_at for one in after.ended]) == ([], [NOW])


def test_what_it_holds_is_told_in_words(cast: Cast) -> None:
    viewer = viewer_of(cast.own.administrator)
    assert what_of(Asked(), viewer) == "everything that expires"
    assert what_of(Asked(kind="trusted_root", source="acme"), viewer) == (
        "all trust windows, of sources and material whose names hold acme"
    )
    team = cast.own.team.pk
    assert (
        what_of(Asked(team=team, source_id=7, kind="role"), viewer)
        == "all roles, of source 7, of the team Platform"
    )
    assert what_of(Asked(team=cast.other.team.pk), viewer).endswith("of the team that was left")
