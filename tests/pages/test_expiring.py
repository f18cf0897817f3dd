"""Roles, trust material and signatures in one order, counted by kind."""

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.calendar_reader import read
from tests.simulators.expecting import give
from tests.simulators.expiring import (
    DAY,
    LOG_ENDS,
    NOW,
    SIGNATURE_ENDS,
    STORE_ENDS,
    Expiring,
    authority,
    expiring_things,
)
from tests.simulators.kept import made_once
from tests.simulators.watched import Watched, vendor
from trustui.accounts.calendars import make_calendar
from trustui.accounts.models import Calendar, User
from trustui.images.models import SignatureTerm
from trustui.inventory.models import RoleState, Source
from trustui.pages.calendar import feed
from trustui.pages.due import ALL, OVERDUE, Asked
from trustui.pages.expiries import ExpiriesPage, expiries
from trustui.pages.expiring import Counts, expiring, in_words
from trustui.pages.moment import Moment
from trustui.pages.timeline import timeline
from trustui.pages.upcoming import upcoming
from trustui.pages.viewer import Viewer
from trustui.policies.models import MaterialTerm

AT_NOW = Moment(NOW, NOW, NOW)


@pytest.fixture
@made_once
def things(db: None) -> Expiring:
    """Beside them a repository of metadata whose timestamp expires in 4 days."""
    del db
    found = expiring_things()
    watched = Watched(vendor())
    watched.crawl(NOW - DAY)
    Source.objects.filter(pk=watched.source.pk).update(team=found.team)
    RoleState.objects.exclude(role="timestamp").delete()
    RoleState.objects.update(expires_at=NOW + 4 * DAY)
    return found


def told(things: Expiring, asked: Asked, moment: Moment = AT_NOW, **more: object) -> ExpiriesPage:
    return expiries(things.viewer, moment, asked=asked, **more)  # type: ignore[arg-type]


def test_all_of_it_stands_in_one_order(things: Expiring) -> None:
    page = told(things, Asked("7"))
    assert [(one.kind, one.expires_at) for one in page.lines] == [
        ("trusted_root", LOG_ENDS),
        ("role", NOW + 4 * DAY),
        ("certificate", STORE_ENDS),
        ("signature", SIGNATURE_ENDS),
    ]
    assert page.title == (
        "1 role, 1 certificate, 1 trust window and 1 signature expire within 7 days"
    )
    assert (page.count, sum(page.counts.values())) == (4, 4)
    assert (page.has_roles, page.has_others) == (True, True)
    assert {one.name for one in page.lines} >= {"timestamp", "CN=acme root"}
    assert [one.left_word for one in page.lines] == [f"{days} days left" for days in (3, 4, 5, 6)]
    assert page.lines[2].sign == "soon"


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        ("role", "1 role expires within 7 days"),
        ("certificate", "1 certificate expires within 7 days"),
        ("trusted_root", "1 trust window expires within 7 days"),
        ("signature", "1 signature expires within 7 days"),
    ],
)
def test_a_kind_narrows_the_list(things: Expiring, kind: str, title: str) -> None:
    page = told(things, Asked("7", kind=kind))
    assert page.title == title
    assert [one.kind for one in page.lines] == [kind]
    assert page.has_others == (kind != "role")


def test_a_role_asks_for_roles_alone(things: Expiring) -> None:
    assert [one.kind for one in told(things, Asked("7", role="time")).lines] == ["role"]
    assert told(things, Asked("7", role="time", kind="signature")).lines == ()


def test_pages_follow_one_another_through_all_kinds(things: Expiring) -> None:
    RoleState.objects.update(expires_at=SIGNATURE_ENDS)
    give("ca:other", authority("CN=other", SIGNATURE_ENDS).pem, NOW - DAY)
    found, after = [], None
    for _ in range(5):
        page = told(things, Asked("7"), after=after, size=1)
        found += [one.kind for one in page.lines]
        after = page.after
    assert found == ["trusted_root", "certificate", "role", "certificate", "signature"]
    assert after is None


def test_what_has_expired_is_told_by_kind(things: Expiring) -> None:
    later = Moment(NOW + 9 * DAY, NOW + 9 * DAY, NOW + 9 * DAY)
    page = told(things, Asked(OVERDUE), later)
    assert page.title == "1 role, 1 certificate, 1 trust window and 1 signature have expired"
    assert {one.sign for one in page.lines} == {"bad"}
    assert page.lines[0].left == -6
    assert told(things, Asked(ALL), later).title == page.title


def test_the_past_of_everything_is_put_together(things: Expiring) -> None:
    then = NOW - DAY / 2
    moment = Moment(NOW, then, then)
    page = told(things, Asked("7"), moment)
    assert [one.kind for one in page.lines] == ["trusted_root", "certificate", "signature"]
    assert {one.kind for one in told(things, Asked(OVERDUE), moment).lines} == {"role"}


def test_of_a_registry_there_are_signatures_and_of_a_repository_roles(things: Expiring) -> None:
    shown = timeline(things.viewer, AT_NOW, Asked(source_id=things.source.pk, kind="role"))
    assert shown is not None
    assert [one.kind for one in shown.page.lines] == ["signature"]
    assert (shown.noun, shown.lapses) == ("signature", ())
    metadata = Source.objects.exclude(pk=things.source.pk).get()
    shown = timeline(things.viewer, AT_NOW, Asked(source_id=metadata.pk))
    assert shown is not None
    assert {one.kind for one in shown.page.lines} == {"role"}


def test_each_has_a_lane_that_leads_to_it(things: Expiring) -> None:
    shown = timeline(things.viewer, AT_NOW, Asked("7"))
    assert shown is not None
    lanes = {lane.name: lane for lane in shown.picture.lanes}
    store = lanes["CN=acme root"]
    assert (store.source, store.sign) == ("ca:acme", "soon")
    assert store.href == shown.page.lines[2].href
    (bar,) = store.bars
    assert bar.title.startswith("CN=acme root, from ")
    assert store.rest is not None
    assert lanes["timestamp"].href == ""
    assert shown.noun == "item"
    assert shown.picture.words.startswith("When 4 items expire")
    assert shown.picture.days[-1].title.endswith("expires")
    RoleState.objects.update(expires_at=NOW + 80 * DAY)
    roles = timeline(things.viewer, AT_NOW, Asked("90"))
    SignatureTerm.objects.all().delete()
    MaterialTerm.objects.all().delete()
    only = timeline(things.viewer, AT_NOW, Asked("90"))
    assert roles is not None
    assert only is not None
    assert (roles.noun, only.noun) == ("item", "role")


def test_what_has_expired_is_red_from_then_on(things: Expiring) -> None:
    later = Moment(NOW + 9 * DAY, NOW + 9 * DAY, NOW + 9 * DAY)
    shown = timeline(things.viewer, later, Asked(OVERDUE, kind="certificate"))
    assert shown is not None
    (lane,) = shown.picture.lanes
    assert (lane.sign, lane.when.startswith("lapsed")) == ("bad", True)
    assert lane.lapses[0].title.startswith("CN=acme root has expired at ")
    assert shown.lapses == ()


def test_the_overview_counts_them_too(things: Expiring) -> None:
    found = upcoming(things.viewer, AT_NOW)
    assert found is not None
    assert (found.week, found.month) == (4, 4)
    assert found.this_week == "1 role, 1 certificate, 1 trust window and 1 signature"
    assert "1 certificate on " in found.bars[5].title


def calendar_of(viewer: Viewer, **narrowed: object) -> Calendar:
    owner = User.objects.get(pk=viewer.user_id)
    made, _ = make_calendar(owner=owner, name="ends", narrowed=narrowed, now=NOW)
    return made


def test_a_calendar_holds_them_and_keeps_its_kind(
    things: Expiring, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    calendar = calendar_of(things.viewer)
    with django_assert_max_num_queries(8):
        body = feed(calendar, NOW, "trust.example", lambda path: f"https://trust.example{path}")
    by_name = {one["SUMMARY"]: one for one in read(body).events}
    store = by_name["CN=acme root (certificate) expires"]
    assert store["URL"].startswith("https://trust.example/policies/")
    assert store["UID"].endswith("@trust.example")
    assert "of ca:acme expires on" in store["DESCRIPTION"]
    only = calendar_of(things.viewer, kind="signature")
    (event,) = read(feed(only, NOW, "h", str)).events
    assert event["SUMMARY"].startswith("CN=release")


def test_the_queries_are_as_many_as_streams(
    things: Expiring, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for kind, count in (("", 6), ("role", 2), ("certificate", 2), ("signature", 2)):
        found = expiring(things.viewer, AT_NOW, Asked(kind=kind))
        assert found is not None
        with django_assert_num_queries(count):
            assert isinstance(found.counts(NOW), Counts)
            assert found.page((None, None), None, 10)


def test_counts_are_told_in_words() -> None:
    assert in_words({}) == ""
    assert in_words({"certificate": 2}) == "2 certificates"
    assert in_words({"signature": 1, "role": 2}) == "2 roles and 1 signature"
