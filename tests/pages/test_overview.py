"""The overview's values."""

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.people import HIDDEN_NAME, make_cast
from tests.simulators.watched import DAY, START, Watched, look_closely, vendor
from trustui.accounts.models import Role, User
from trustui.pages.moment import Moment
from trustui.pages.overview import overview
from trustui.pages.viewer import Viewer, viewer_of


def at(days: int) -> Moment:
    when = START + days * DAY
    return Moment(when, when, when)


def viewer(watched: Watched) -> Viewer:
    user, _ = User.objects.get_or_create(username="mira")
    user.memberships.get_or_create(team=watched.source.team, defaults={"role": Role.VIEWER})
    return viewer_of(user)


@pytest.mark.django_db
def test_the_title_is_the_answer() -> None:
    stranger = viewer_of(User.objects.create(username="stranger"))
    assert overview(stranger, at(1)).title == "Nothing is watched yet"
    watched = Watched(vendor(), name="vendor")
    who = viewer(watched)
    assert overview(who, at(1)).title == "Nothing fails, 1 not verified"
    watched.crawl(START + DAY)
    sound = overview(who, at(0))
    assert (sound.title, sound.sign) == ("Everything verifies, 1 role expires this week", "ok")
    assert sound.lead == "1 source, 4 roles, 4 signatures. No source has answered yet."
    look_closely()
    watched.crawl(START + 9 * DAY)
    bad = overview(who, at(9))
    assert (bad.title, bad.sign) == ("1 source fails", "bad")
    assert bad.failing.groups[0].count == 1


@pytest.mark.django_db
def test_it_takes_twelve_queries_whatever_there_is(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    watched = [Watched(vendor(f"v{number}"), name=f"v{number}") for number in range(4)]
    for one in watched:
        one.crawl(START + 9 * DAY)
    who = viewer(watched[0])
    with django_assert_num_queries(12):
        shown = overview(who, at(9))
    assert shown.sources == 4


@pytest.mark.django_db
def test_what_was_not_checked_is_not_among_what_is_sound() -> None:
    watched = Watched(vendor(), name="vendor")
    who = viewer(watched)
    assert (overview(who, at(1)).never, overview(who, at(1)).not_trusted) == (1, 0)
    stranger = Watched(vendor(), is_pinned=False, name="stranger")
    stranger.crawl(START + DAY)
    found = overview(viewer(stranger), at(1))
    assert found.not_trusted == 1


@pytest.mark.django_db
def test_changes_of_trust_are_shown_and_renewals_are_not() -> None:
    repo = vendor("turning")
    watched = Watched(repo, name="turning")
    watched.crawl(START + DAY)
    who = viewer(watched)
    repo.publish(START + 2 * DAY)
    watched.crawl(START + 2 * DAY)
    assert overview(who, at(3)).changes == ()
    repo.add_delegation("targets", "team", paths=["team/*"])
    repo.publish(START + 3 * DAY)
    watched.crawl(START + 3 * DAY)
    (change, *_) = overview(who, at(4)).changes
    assert (change.source, change.line.badge) == ("turning", "widens trust")
    assert overview(who, Moment(START + 9 * DAY, START + 2 * DAY, START + 2 * DAY)).changes == ()
    assert overview(who, at(60)).changes == ()


@pytest.mark.django_db
def test_nothing_is_told_of_other_teams() -> None:
    shown = overview(viewer_of(make_cast().own.administrator), at(9))
    assert shown.sources == 1
    assert HIDDEN_NAME not in repr(shown)
