"""What fails, grouped by cause."""

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.watched import DAY, START, Watched, look_closely, vendor
from trustui.accounts.models import Role, Team, User
from trustui.core.facts import ProblemKind
from trustui.inventory.models import Source
from trustui.pages import failing as module
from trustui.pages import keeping
from trustui.pages.failing import failing
from trustui.pages.keeping import Keeper
from trustui.pages.moment import Moment
from trustui.pages.viewer import Viewer, viewer_of
from trustui.verdicts.taking import take

NOW = START + 12 * DAY
PRESENT = Moment(NOW, NOW, NOW)
EXPIRED = "tuf.timestamp.freeze.expired"


def expired(name: str) -> Watched:
    """Verified on day 1, expired on day 8."""
    watched = Watched(vendor(name), name=name)
    watched.crawl(START + DAY)
    look_closely()
    watched.crawl(START + 9 * DAY)
    return watched


def viewer(role: Role = Role.ON_CALL, name: str = "mira") -> Viewer:
    user, _ = User.objects.get_or_create(username=name)
    user.memberships.get_or_create(team=Team.objects.get(name="Delivery"), defaults={"role": role})
    return viewer_of(user)


@pytest.mark.django_db
def test_sources_that_fail_alike_are_one_group(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for name in ("one", "two", "three"):
        expired(name)
    sound = Watched(vendor("sound"), name="sound")
    sound.crawl(START + DAY)
    who = viewer()
    with django_assert_num_queries(4):
        page = failing(who, PRESENT)
    (group,) = page.groups
    assert (group.check, group.role, group.count) == (EXPIRED, "timestamp", 3)
    assert (group.sign, group.has_help, group.is_open) == ("bad", True, True)
    assert "timestamp" in group.title
    assert group.title[0].isupper()
    assert (page.failing, page.unchecked, page.is_cut) == (3, 0, False)
    assert {one.source for one in group.failures} == {"one", "two", "three"}
    assert group.since == max(one.since for one in group.failures)


@pytest.mark.django_db
def test_what_could_not_be_checked_stands_apart() -> None:
    expired("one")
    dark = Watched(vendor("dark"), name="dark")
    dark.crawl(START + 10 * DAY, problems={"timestamp.json": ProblemKind.UNREADABLE})
    page = failing(viewer(), PRESENT)
    assert [group.state for group in page.groups] == ["could_not_check", "failing"]
    assert page.groups[0].title.startswith("Could not be checked: ")
    # The newest stands first there; where causes are few, the worst does.
    assert [(anchor, group.state) for anchor, group in page.causes] == [
        ("cause-2", "failing"),
        ("cause-1", "could_not_check"),
    ]
    assert (page.failing, page.unchecked) == (1, 1)


@pytest.mark.django_db
def test_who_took_it_is_told_as_long_as_it_fails() -> None:
    watched = expired("one")
    who = viewer()
    take(source=watched.source, check=EXPIRED, by="sato", now=START + DAY)
    (group,) = failing(who, PRESENT).groups
    assert group.owners == []  # that was another failure
    take(source=watched.source, check=EXPIRED, by="sato", now=START + 11 * DAY, note="on it")
    (group,) = failing(who, PRESENT).groups
    assert (group.owners, group.is_open) == (["sato"], False)
    owner = group.failures[0].owner
    assert owner is not None
    assert owner.note == "on it"


@pytest.mark.django_db
def test_nobody_takes_what_they_may_not_or_what_is_past() -> None:
    expired("one")
    at = START + 10 * DAY
    for who, moment in (
        (viewer(Role.VIEWER, "vera"), PRESENT),
        (viewer(), Moment(NOW, at, at)),
    ):
        (group,) = failing(who, moment).groups
        assert not group.is_open


@pytest.mark.django_db
def test_what_had_changed_when_it_began_is_told_whatever_was_looked_at_since() -> None:
    watched = Watched(vendor("one"), name="one")
    watched.crawl(START + DAY)
    look_closely()
    watched.crawl(START + 2 * DAY, problems={"timestamp.json": ProblemKind.ABSENT})
    who = viewer()
    (group,) = failing(who, PRESENT).groups
    began = group.just_before
    assert any("timestamp.json" in one for one in began)
    look_closely()
    watched.crawl(START + 3 * DAY, problems={"timestamp.json": ProblemKind.ABSENT})
    (group,) = failing(who, PRESENT).groups
    assert group.just_before == began


@pytest.mark.django_db
def test_many_are_grouped_once_until_somebody_takes_one_or_another_may(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept: Keeper[module._Found] = Keeper(lambda _: True, worth=0.0)
    monkeypatch.setattr(module, "_wrong", kept)
    monkeypatch.setattr(keeping, "KEPT_FOR", 100_000)
    watched, who = expired("one"), viewer()
    first = failing(who, PRESENT).groups
    assert failing(who, PRESENT).groups is first
    take(source=watched.source, check=EXPIRED, by="sato", now=START + 11 * DAY)
    (taken,) = failing(who, PRESENT).groups
    assert (taken.owners, taken.is_open) == (["sato"], False)
    (seen,) = failing(viewer(Role.VIEWER, "viewing"), PRESENT).groups
    assert not seen.failures[0].may_take


@pytest.mark.django_db
def test_a_stranger_sees_nothing() -> None:
    expired("one")
    assert failing(viewer_of(User.objects.create(username="stranger")), PRESENT).groups == ()
    Source.objects.update(removed_at=START)
    assert failing(viewer(), PRESENT).groups == ()
