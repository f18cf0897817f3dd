"""What expires when."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.people import HIDDEN_NAME, OWN_NAME, Cast, make_cast, new_user
from tests.simulators.watched import DAY, START
from trustui.inventory.models import RoleState, Source
from trustui.pages.expiries import WINDOWS, ExpiriesPage, expiries, window_of
from trustui.pages.moment import Moment
from trustui.pages.paging import PagingError, write_cursor
from trustui.pages.viewer import viewer_of


@pytest.fixture
def cast(db: None) -> Cast:
    """Each team's source: a timestamp that lives 7 days, a snapshot 30, the rest a year."""
    del db
    return make_cast()


def told(cast: Cast, days: int, window: str = "7", **given: object) -> ExpiriesPage:
    at = START + days * DAY
    viewer = viewer_of(cast.own.administrator)
    return expiries(viewer, Moment(at, at, at), window, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("days", "window", "title", "roles"),
    [
        (3, "7", "1 role expires within 7 days", ["timestamp"]),
        (3, "28", "2 roles expire within 28 days", ["timestamp", "snapshot"]),
        (8, "7", "Nothing expires within 7 days", []),
        (8, "overdue", "1 role has expired", ["timestamp"]),
        (31, "overdue", "2 roles have expired", ["timestamp", "snapshot"]),
        (3, "overdue", "Nothing has expired", []),
    ],
)
def test_the_title_is_the_answer_of_the_window(
    cast: Cast, days: int, window: str, title: str, roles: list[str]
) -> None:
    page = told(cast, days, window)
    assert page.title == title
    assert [line.role for line in page.lines] == roles
    assert {line.source for line in page.lines} <= {OWN_NAME}
    (chosen,) = [one for one in page.choices if one.is_chosen]
    assert (chosen.window, chosen.count) == (window, len(roles))


def test_what_is_left_is_told_in_days_and_in_words(cast: Cast) -> None:
    (soon,) = told(cast, 3).lines
    assert (soon.left, soon.left_word, soon.sign) == (4, "4 days left", "soon")
    (over,) = told(cast, 9, "overdue").lines
    assert (over.left, over.left_word, over.sign) == (-2, "expired 2 days ago", "bad")


def test_a_document_has_expired_at_its_instant(cast: Cast) -> None:
    assert [line.role for line in told(cast, 7, "overdue").lines] == ["timestamp"]
    assert told(cast, 7).lines == ()
    assert [line.role for line in told(cast, 0).lines] == ["timestamp"]


def test_pages_follow_one_another(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    found: list[str] = []
    after = None
    for _ in range(2):
        with django_assert_num_queries(3):  # one of them: who looks
            page = told(cast, 31, "overdue", after=after, size=1)
        found += [line.role for line in page.lines]
        after = page.after
    assert (found, after) == (["timestamp", "snapshot"], None)
    for wrong in ("x", write_cursor([1, 2])):
        with pytest.raises(PagingError):
            told(cast, 31, after=wrong)
    with pytest.raises(PagingError):
        told(cast, 31, size=0)


def test_what_no_client_comes_to_is_left_out(cast: Cast) -> None:
    RoleState.objects.filter(role="timestamp").update(is_listed=False)
    assert told(cast, 31, "overdue").title == "1 role has expired"
    Source.objects.filter(pk=cast.own.source.pk).update(removed_at=START)
    assert told(cast, 31, "overdue").title == "Nothing has expired"


def test_strangers_see_nothing(cast: Cast) -> None:
    at = START + 31 * DAY
    page = expiries(viewer_of(new_user("nobody")), Moment(at, at, at), "overdue")
    assert (page.lines, page.title) == ((), "Nothing has expired")
    assert HIDDEN_NAME not in repr(told(cast, 31, "overdue"))


def test_the_past_is_not_counted_and_the_future_is_judged(cast: Cast) -> None:
    now = START + 9 * DAY
    viewer = viewer_of(cast.own.administrator)
    past = expiries(viewer, Moment(now, START, START), "overdue")
    assert (past.is_of_now, past.lines, past.choices) == (False, (), ())
    later = expiries(viewer, Moment(now, now, now + timedelta(days=30)), "overdue")
    assert later.title == "2 roles have expired"


def test_a_window_that_nobody_offers_is_the_default() -> None:
    assert [window_of({"window": one}) for one in (*WINDOWS, "8", "")] == [*WINDOWS, "7", "7"]
