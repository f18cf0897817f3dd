"""Which sources a person knows of, and how they stood."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.kept import made_once
from tests.simulators.people import HIDDEN_NAME, make_cast
from tests.simulators.watched import DAY, START, WEEK, Watched, look_closely, vendor
from trustui.accounts.models import Role, User
from trustui.inventory.models import Source
from trustui.pages.moment import Moment
from trustui.pages.standings import sources_of, standing_sources, state_counts
from trustui.pages.viewer import viewer_of

NOW = START + 30 * DAY


def then(days: int) -> Moment:
    at = START + days * DAY
    return Moment(NOW, at, at)


PRESENT = Moment(NOW, NOW, NOW)


@pytest.fixture
@made_once
def watched(db: None) -> Watched:
    """Verified on day 1, expired from day 9 on; looked at twice before and after."""
    del db
    watched = Watched(vendor())
    for day in (1, 2, 9, 11):
        watched.crawl(START + day * DAY)
        look_closely()
    return watched


def viewer_who_sees(watched: Watched) -> User:
    user = User.objects.create(username="mira")
    user.memberships.create(team=watched.source.team, role=Role.VIEWER)
    return user


def test_the_present_and_the_past_agree_about_since_when(watched: Watched) -> None:
    viewer = viewer_of(viewer_who_sees(watched))
    (now,) = standing_sources(viewer, PRESENT)
    (earlier,) = standing_sources(viewer, then(12))
    for one in (now, earlier):
        assert (one.trust_state, one.since) == ("failing", watched.standing.since)
        assert one.verdict_id in {verdict.pk for verdict in watched.verdicts}
    assert START + WEEK <= now.since <= START + 9 * DAY


def test_the_past_is_told_as_it_was(watched: Watched) -> None:
    viewer = viewer_of(viewer_who_sees(watched))
    (before,) = standing_sources(viewer, then(3))
    assert (before.trust_state, before.since) == ("verified", START + DAY)
    assert state_counts(viewer, then(3)) == {"verified": 1}
    assert state_counts(viewer, then(0)) == {"": 1}
    assert state_counts(viewer, PRESENT) == {"failing": 1}


def test_a_source_is_there_from_its_adding_to_its_removal(watched: Watched) -> None:
    viewer = viewer_of(viewer_who_sees(watched))
    Source.objects.update(removed_at=START + 5 * DAY)
    assert not sources_of(viewer, PRESENT).exists()
    assert not sources_of(viewer, then(5)).exists()
    assert sources_of(viewer, then(4)).exists()
    day_before = START - timedelta(days=1)
    assert not sources_of(viewer, Moment(NOW, day_before, day_before)).exists()


@pytest.mark.django_db
def test_what_other_teams_watch_is_not_known(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    viewer = viewer_of(make_cast().own.administrator)
    for moment in (PRESENT, then(20)):
        with django_assert_num_queries(1):
            names = [one.name for one in standing_sources(viewer, moment)]
        assert names
        assert HIDDEN_NAME not in names
