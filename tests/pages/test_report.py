"""The trust report."""

from datetime import UTC, datetime

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.kept import made_once
from tests.simulators.people import make_cast, new_user
from tests.simulators.watched import DAY, START, WEEK, Watched, look_closely, vendor
from trustui.accounts.models import Role
from trustui.pages.moment import Moment
from trustui.pages.report import MOST_QUERIES, report
from trustui.pages.viewer import Viewer, viewer_of
from trustui.verdicts.models import Finding

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 1, tzinfo=UTC)
PRESENT = Moment(NOW, NOW, NOW)


@pytest.fixture
@made_once
def watched() -> Watched:
    found = Watched(vendor("seldom"), name="seldom")
    found.crawl(START + DAY)
    look_closely()
    found.crawl(START + 2 * WEEK)
    return found


@pytest.fixture
def viewer(watched: Watched) -> Viewer:
    return viewer_of(new_user("mira", watched.source.team, Role.VIEWER))


def test_before_the_first_crawl_no_role_is_said_to_fail() -> None:
    place = Watched(vendor("new"), name="new")
    found = report(
        viewer_of(new_user("ada", place.source.team, Role.VIEWER)), PRESENT, place.source.pk
    )
    assert found is not None
    assert (found.begins, found.roles, found.verdict) == ("Not checked yet", (), None)


def test_everything_stands_on_it(
    watched: Watched, viewer: Viewer, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    Finding.objects.create(
        source=watched.source,
        check_id="tuf.lint.shared_key",
        on="root",
        on_id="0" * 64,
        severity="medium",
        because="one key, two roles",
        first_seen_at=START,
        last_seen_at=START,
    )
    with django_assert_max_num_queries(MOST_QUERIES):
        page = report(viewer, PRESENT, watched.source.pk)
    assert page is not None
    assert (page.source, page.sign) == ("seldom", "bad")
    assert page.verdict is not None
    assert page.verdict.verdict_id == watched.verdicts[-1].pk
    assert len(page.verdict.evidence_digest) == 64
    assert page.anchor is not None
    assert [one.role for one in page.roles] == ["root", "timestamp", "snapshot", "targets"]
    assert {len(one.fingerprint) for one in page.keys} == {64}
    assert "tuf.lint.shared_key" in [one.check for one in page.findings]
    assert page.checkpoint is not None
    assert page.verdict.waterfall.groups


def test_it_is_of_the_instant_that_is_looked_at(watched: Watched, viewer: Viewer) -> None:
    at = START + 2 * DAY
    page = report(viewer, Moment(NOW, at, at), watched.source.pk)
    assert page is not None
    assert page.verdict is not None
    assert page.verdict.verdict_id == watched.verdicts[0].pk
    assert (page.known_at, page.made_at) == (at, NOW)


def test_before_anything_was_seen_it_says_so(watched: Watched, viewer: Viewer) -> None:
    at = START - 10 * WEEK
    page = report(viewer, Moment(NOW, at, at), watched.source.pk)
    assert page is not None
    assert (page.verdict, page.facts) == (None, ())


def test_other_teams_have_none() -> None:
    cast = make_cast()
    assert report(viewer_of(cast.people[Role.VIEWER]), PRESENT, cast.other.source.pk) is None
