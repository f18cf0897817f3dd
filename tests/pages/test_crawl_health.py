"""Whether the sources answer."""

from datetime import datetime

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.inventoried import new_source
from tests.simulators.watched import DAY, START
from trustui.accounts.models import Role, User
from trustui.inventory.models import Crawl, Source
from trustui.pages.crawl_health import crawl_health
from trustui.pages.moment import Moment
from trustui.pages.viewer import Viewer, viewer_of

NOW = START + 2 * DAY
PRESENT = Moment(NOW, NOW, NOW)


def crawled(source: Source, outcome: str, at: datetime, because: str = "") -> None:
    Crawl.objects.create(
        source=source, started_at=at, finished_at=at, outcome=outcome, because=because
    )


def viewer(source: Source) -> Viewer:
    user = User.objects.create(username="mira")
    user.memberships.create(team=source.team, role=Role.VIEWER)
    return viewer_of(user)


@pytest.mark.django_db
def test_who_did_not_answer_is_named_with_the_age_of_what_is_known(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    sound, silent, never, waiting = (new_source(name) for name in ("a", "b", "c", "d"))
    crawled(sound, "complete", START + DAY)
    crawled(silent, "unchanged", START)
    crawled(silent, "failed", START + DAY, "no answer in time")
    crawled(never, "failed", START + DAY)
    who = viewer(waiting)
    with django_assert_num_queries(2):
        found = crawl_health(who, PRESENT)
    assert (found.sources, found.answered, found.failed, found.waiting) == (4, 1, 2, 1)
    assert [(one.source, one.answered_at) for one in found.silent] == [("b", START), ("c", None)]
    assert found.silent[0].because == "no answer in time"
    assert found.words == "1 of 4 sources answered."
    assert found.oldest == START + DAY


@pytest.mark.django_db
def test_when_all_answer_the_oldest_answer_is_told() -> None:
    one, other = new_source("a"), new_source("b")
    who = viewer(one)
    assert crawl_health(who, PRESENT).words == "No source has answered yet."
    crawled(one, "partial", NOW - DAY)
    crawled(other, "unchanged", NOW)
    assert (
        crawl_health(who, PRESENT).words == "All sources answered within the last day."
        " 1 has documents that were missing or refused."
    )


@pytest.mark.django_db
def test_answers_of_this_minute_are_told_as_such() -> None:
    source = new_source("a")
    crawled(source, "complete", NOW)
    words = crawl_health(viewer(source), PRESENT).words
    assert words == "The source answered within the last minute."


@pytest.mark.django_db
def test_what_came_after_the_instant_does_not_count() -> None:
    source = new_source("a")
    crawled(source, "complete", START)
    crawled(source, "failed", START + DAY)
    then = Moment(NOW, START, START)
    assert crawl_health(viewer(source), then).failed == 0
    assert crawl_health(viewer_of(User.objects.create(username="x")), PRESENT).words == ""
