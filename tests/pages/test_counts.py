"""The counts of the rail: of one's own teams, in one statement whatever there is."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.people import Cast, make_cast
from tests.simulators.watched import DAY, START, Watched, vendor
from trustui.accounts.models import Role
from trustui.inventory.models import Source
from trustui.jobs.models import Job, State
from trustui.pages.counts import Counts, counts
from trustui.pages.viewer import Viewer, viewer_of


@pytest.fixture
def cast(db: None) -> Cast:
    del db
    return make_cast()


def of(cast: Cast, role: Role = Role.ADMINISTRATOR) -> Viewer:
    return viewer_of(cast.people[role])


def test_they_count_what_is_ours_alone(cast: Cast) -> None:
    Job.objects.create(
        kind="crawl", key="9", state=State.QUARANTINED, due_at=START, created_at=START
    )
    found = counts(of(cast), START + DAY)
    assert found.sources == 1
    assert found.keys == 4
    assert found.expiring == 1  # the timestamp, in six days
    assert found.quarantined == 1
    assert counts(of(cast, Role.VIEWER), START + DAY).quarantined == 0
    nobody = counts(viewer_of(cast.teamless), START + DAY)
    assert nobody == Counts(0, 0, 0, 0, 0, 0)


def test_a_source_that_fails_is_counted_until_it_is_removed(cast: Cast) -> None:
    watched = Watched(vendor("lapsing"), name="lapsing")
    Source.objects.filter(pk=watched.source.pk).update(team=cast.own.team)
    watched.crawl(START + timedelta(days=8))
    assert counts(of(cast), START + 8 * DAY).failing == 1
    Source.objects.filter(pk=watched.source.pk).update(removed_at=START + 8 * DAY)
    after = counts(of(cast), START + 8 * DAY)
    assert (after.failing, after.sources) == (0, 1)


def test_they_take_one_statement(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    viewer = of(cast)
    with django_assert_num_queries(1):
        counts(viewer, START + DAY)
