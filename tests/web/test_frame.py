"""The rail and the bar of every page."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.simulators.people import Cast, sign_in
from trustui.accounts.models import Role
from trustui.inventory.models import Source
from trustui.pages.counts import Counts
from trustui.pages.keeping import Keeper
from trustui.pages.moment import Moment
from trustui.pages.viewer import viewer_of
from trustui.web.frame import RAIL, moment_query, rail, recent_counts

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
NONE = Counts(0, 0, 0, 0, 0, 0)


def test_jobs_are_for_those_who_look_after_them(cast: Cast) -> None:
    def shown(role: Role) -> set[str]:
        groups = rail("/", viewer_of(cast.people[role]), NONE)
        return {item.name for group in groups for item in group.items}

    assert shown(Role.ADMINISTRATOR) - shown(Role.SECURITY_ENGINEER) == {"Jobs"}


def test_the_place_is_marked_where_one_is(cast: Cast) -> None:
    viewer = viewer_of(cast.own.administrator)

    def here(path: str) -> list[str]:
        groups = rail(path, viewer, NONE)
        return [item.name for group in groups for item in group.items if item.is_here]

    assert here("/") == ["Overview"]
    assert here("/sources/7/verdicts/3/") == ["Sources"]
    assert here("/account/") == []


def test_counts_stand_where_they_belong(cast: Cast) -> None:
    found = Counts(failing=1, sources=2, expiring=3, keys=4, findings=5, quarantined=6)
    groups = rail("/", viewer_of(cast.own.administrator), found)
    counts = {item.name: item.count for group in groups for item in group.items if item.count}
    assert counts == {
        "Now": 1, "Sources": 2, "Expiries": 3, "Keys": 4, "Findings": 5, "Jobs": 6,
    }  # fmt: skip


def test_every_line_names_a_count_that_exists() -> None:
    named = {entry.count for _, entries in RAIL for entry in entries if entry.count}
    assert named <= set(Counts.__struct_fields__)


@pytest.mark.parametrize(
    ("moment", "query"),
    [
        (Moment(NOW, NOW, NOW), ""),
        (
            Moment(NOW, NOW - timedelta(days=1), NOW - timedelta(days=1)),
            "?at=2026-11-20T12%3A00%3A00Z",
        ),
        (Moment(NOW, NOW, NOW + timedelta(days=1)), "?valid_at=2026-11-22T12%3A00%3A00Z"),
    ],
    ids=["now", "then", "judged later"],
)
def test_links_keep_the_instants(moment: Moment, query: str) -> None:
    assert moment_query(moment) == query


def test_a_page_in_the_past_says_so_and_how_to_come_back(signed_in: Client) -> None:
    text = signed_in.get("/account/?at=2026-06-01T00:00:00Z").content.decode()
    assert "You look at 1 Jun 2026 00:00 UTC" in text
    assert 'href="/account/">Back to now' in text
    assert 'href="/now/?at=2026-06-01T00%3A00%3A00Z"' in text


def test_a_frame_takes_the_same_queries_whatever_there_is(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = sign_in(Client(), cast.own.administrator)
    client.get("/styleguide/")
    with django_assert_num_queries(4):  # session, person, teams, counts
        client.get("/styleguide/")


def test_counts_that_are_slow_are_kept_for_a_while(cast: Cast) -> None:
    viewer, other = viewer_of(cast.own.administrator), viewer_of(cast.other.administrator)
    clock = iter([0.0, 0.5, 10.0, 50.4, 50.6, 50.61, 60.0, 60.01]).__next__
    keeper: Keeper[Counts] = Keeper(lambda _: True, clock)
    assert recent_counts(viewer, NOW, keeper).sources == 1
    Source.objects.filter(team=cast.own.team).update(removed_at=NOW)
    assert recent_counts(viewer, NOW, keeper).sources == 1
    assert recent_counts(viewer, NOW, keeper).sources == 1
    assert recent_counts(viewer, NOW, keeper).sources == 0
    assert recent_counts(other, NOW, keeper).sources == 1
