"""The list of verdicts of a source."""

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.kept import made_once
from tests.simulators.people import make_cast, new_user
from tests.simulators.watched import DAY, START, WEEK, Watched, look_closely, vendor
from trustui.accounts.models import Role
from trustui.pages.moment import Moment
from trustui.pages.paging import PagingError
from trustui.pages.verdicts import verdicts
from trustui.pages.viewer import Viewer, viewer_of

pytestmark = pytest.mark.django_db
NOW = Moment(START + 4 * WEEK, START + 4 * WEEK, START + 4 * WEEK)


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


def test_the_newest_comes_first(
    watched: Watched, viewer: Viewer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        page = verdicts(viewer, NOW, watched.source.pk)
    assert page is not None
    assert [one.trust_state for one in page.lines] == ["failing", "verified"]
    assert page.lines[0].first_failing == "tuf.timestamp.freeze.expired"
    assert [one.verdict_id for one in page.lines] == [one.pk for one in watched.verdicts[::-1]]


def test_the_past_knows_no_later_one(watched: Watched, viewer: Viewer) -> None:
    then = Moment(NOW.now, START + WEEK, START + WEEK)
    page = verdicts(viewer, then, watched.source.pk)
    assert page is not None
    assert [one.word for one in page.lines] == ["verified"]


def test_pages_follow_one_another(watched: Watched, viewer: Viewer) -> None:
    first = verdicts(viewer, NOW, watched.source.pk, size=1)
    assert first is not None
    rest = verdicts(viewer, NOW, watched.source.pk, first.after, size=1)
    assert rest is not None
    assert (rest.lines[0].trust_state, rest.after) == ("verified", None)
    with pytest.raises(PagingError):
        verdicts(viewer, NOW, watched.source.pk, "x")


def test_other_teams_have_none() -> None:
    cast = make_cast()
    assert verdicts(viewer_of(cast.people[Role.VIEWER]), NOW, cast.other.source.pk) is None
