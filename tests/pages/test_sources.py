"""The list of sources."""

import msgspec
import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.inventoried import new_source
from tests.simulators.kept import made_once
from tests.simulators.people import HIDDEN_NAME, OWN_NAME, make_cast
from tests.simulators.watched import DAY, START, Watched, look_closely, vendor
from trustui.accounts.models import Role, User
from trustui.core.primitives.instants import write_instant
from trustui.inventory.models import Source
from trustui.inventory.recognizing import IMAGE_KINDS
from trustui.pages.images.shares import Share
from trustui.pages.moment import Moment
from trustui.pages.overview import overview
from trustui.pages.paging import PagingError
from trustui.pages.sources import Filter, exported, filter_of, sources
from trustui.pages.viewer import Viewer, viewer_of

NOW = START + 12 * DAY
PRESENT = Moment(NOW, NOW, NOW)


@pytest.fixture
@made_once
def viewer(db: None) -> Viewer:
    """Who sees four sources: one verified, one failing, two never checked."""
    del db
    sound = Watched(vendor("alpha"), name="alpha")
    sound.crawl(START + DAY)
    bad = Watched(vendor("beta"), name="beta")
    bad.crawl(START + DAY)
    look_closely()
    bad.crawl(START + 9 * DAY)
    new_source("gamma", kind="git")
    last = new_source("delta")
    user = User.objects.create(username="mira")
    user.memberships.create(team=last.team, role=Role.VIEWER)
    return viewer_of(user)


def names(viewer: Viewer, chosen: Filter) -> list[str]:
    return [line.name for line in sources(viewer, PRESENT, chosen).lines]


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        (Filter(), ["alpha", "beta", "delta", "gamma"]),
        (Filter(sort="state"), ["beta", "alpha", "delta", "gamma"]),
        (Filter(sort="newest"), ["delta", "gamma", "beta", "alpha"]),
        (Filter(state="failing"), ["beta"]),
        (Filter(state="never"), ["delta", "gamma"]),
        (Filter(kind="git"), ["gamma"]),
        (Filter(text="LPH"), ["alpha"]),
        (Filter(text="gamma.example"), ["gamma"]),
        (Filter(team=2**40), []),
    ],
    ids=repr,
)
def test_it_is_narrowed_and_sorted(viewer: Viewer, chosen: Filter, found: list[str]) -> None:
    assert names(viewer, chosen) == found


@pytest.mark.parametrize("kind", sorted(IMAGE_KINDS))
def test_never_checked_are_as_many_as_the_overview_says(viewer: Viewer, kind: str) -> None:
    new_source("epsilon", kind=kind)
    assert names(viewer, Filter(state="never")) == ["delta", "gamma"]
    assert overview(viewer, PRESENT).never == 2
    assert "epsilon" in names(viewer, Filter())


@pytest.mark.parametrize("sort", ["name", "state", "newest"])
def test_pages_follow_one_another(
    viewer: Viewer, sort: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    found: list[str] = []
    after = None
    for _ in range(4):
        with django_assert_num_queries(2):
            page = sources(viewer, PRESENT, Filter(sort=sort), after, 1)
        found += [line.name for line in page.lines]
        after = page.after
    assert after is None
    assert found == names(viewer, Filter(sort=sort))
    with pytest.raises(PagingError):
        sources(viewer, PRESENT, Filter(), "nonsense")


def test_the_title_is_the_answer(viewer: Viewer) -> None:
    page = sources(viewer, PRESENT, Filter())
    assert page.title == "4 sources, 1 of them fails"
    beta = page.lines[1]
    assert (beta.state.word, beta.crawled_at, beta.has_anchor) == ("failing", START + 9 * DAY, True)
    assert not page.lines[3].has_anchor


def test_tags_that_fail_are_told_apart_from_sources_that_do(viewer: Viewer) -> None:
    page = sources(viewer, PRESENT, Filter())
    assert not page.has_failing_tags
    for tags, told in ((Share(all=2, trusted=2), False), (Share(all=2, failing=1), True)):
        lines = (msgspec.structs.replace(page.lines[0], tags=tags), *page.lines[1:])
        assert msgspec.structs.replace(page, lines=lines).has_failing_tags == told


def test_the_past_is_told_as_it_was(viewer: Viewer) -> None:
    at = START + 2 * DAY
    page = sources(viewer, Moment(NOW, at, at), Filter())
    assert [line.state.word for line in page.lines[:2]] == ["verified", "verified"]
    assert page.lines[1].crawled_at == START + DAY


def test_the_export_holds_every_row(viewer: Viewer) -> None:
    rows = [msgspec.structs.asdict(row) for row in exported(viewer, PRESENT, Filter())]
    assert [row["name"] for row in rows] == ["alpha", "beta", "delta", "gamma"]
    assert rows[1]["trust_state"] == "failing"
    assert write_instant(rows[1]["crawled_at"]) == "2026-03-10T12:00:00Z"
    assert len(rows[0]["root_sha256"]) == 64
    assert rows[2]["since"] is None


@pytest.mark.parametrize(
    ("given", "chosen"),
    [
        ({}, Filter()),
        ({"team": "7", "state": "failing", "sort": "state"}, Filter(7, "failing", sort="state")),
        ({"team": "x", "state": "x", "sort": "x", "text": " a\0b "}, Filter(text="ab")),
        ({"team": "9" * 30}, Filter()),
    ],
)
def test_unknown_choices_narrow_nothing(given: dict[str, str], chosen: Filter) -> None:
    assert filter_of(given) == chosen


@pytest.mark.django_db
def test_other_teams_sources_are_not_listed() -> None:
    who = viewer_of(make_cast().own.administrator)
    assert names(who, Filter()) == [OWN_NAME]
    other = Source.objects.get(name=HIDDEN_NAME)
    assert names(who, Filter(team=other.team_id)) == []
