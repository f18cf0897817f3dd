"""What expires in the next four weeks."""

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.people import make_cast
from tests.simulators.watched import DAY, START
from trustui.accounts.models import User
from trustui.pages.moment import Moment
from trustui.pages.upcoming import DAYS, HEIGHT, Upcoming, upcoming
from trustui.pages.viewer import viewer_of


def at(days: int) -> Moment:
    when = START + days * DAY
    return Moment(when, when, when)


@pytest.mark.django_db
def test_each_day_has_its_bar(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    viewer = viewer_of(make_cast().own.administrator)
    with django_assert_num_queries(3):
        found = upcoming(viewer, at(3))
    assert isinstance(found, Upcoming)
    # the timestamp lives 7 days and the snapshot 30, from the start on
    assert (found.week, found.month) == (1, 2)
    assert len(found.bars) == DAYS + 1
    high = {number: bar for number, bar in enumerate(found.bars) if bar.height != "0.0"}
    assert [(number, bar.sign) for number, bar in high.items()] == [(4, "soon"), (27, "none")]
    assert high[4].height == f"{HEIGHT:.1f}"
    assert high[4].title == "1 role on 8 Mar 2026"
    assert found.words == "1 role within 7 days, 2 roles within 28"
    assert found.most == "1 role on 8 Mar 2026"
    assert found.marks == ("today", "11 Mar", "18 Mar", "25 Mar", "1 Apr")


@pytest.mark.django_db
def test_what_has_expired_is_over() -> None:
    viewer = viewer_of(make_cast().own.administrator)
    found = upcoming(viewer, at(8))
    assert found is not None
    assert (found.week, found.month, found.this_week) == (0, 1, "")
    assert found.words == "Nothing within 7 days, 1 role within 28"


@pytest.mark.django_db
def test_a_stranger_sees_nothing_and_nobody_sees_the_past() -> None:
    cast = make_cast()
    found = upcoming(viewer_of(User.objects.create(username="stranger")), at(3))
    assert found is not None
    assert (found.month, found.most) == (0, "")
    past = Moment(START + 9 * DAY, START + 3 * DAY, START + 3 * DAY)
    assert upcoming(viewer_of(cast.own.administrator), past) is None
