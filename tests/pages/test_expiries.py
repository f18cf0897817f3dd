"""What expires when."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.people import HIDDEN_NAME, OWN_NAME, Cast, make_cast, new_user
from tests.simulators.watched import DAY, START
from trustui.inventory.models import RoleState, Source
from trustui.pages import due
from trustui.pages.due import ALL, LATER, WINDOWS, Asked
from trustui.pages.expiries import ExpiriesPage, expiries, window_of
from trustui.pages.moment import Moment
from trustui.pages.paging import PagingError, write_cursor
from trustui.pages.viewer import viewer_of


@pytest.fixture
def cast(db: None) -> Cast:
    """Each team's source: a timestamp that lives 7 days, a snapshot 30, the rest a year."""
    del db
    return make_cast()


def told(cast: Cast, days: float, window: str = "7", **given: object) -> ExpiriesPage:
    at = START + days * DAY
    viewer = viewer_of(cast.own.administrator)
    return expiries(viewer, Moment(at, at, at), window, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("days", "window", "title", "roles"),
    [
        (3, "7", "1 role expires within 7 days", ["timestamp"]),
        (3, "28", "2 roles expire within 28 days", ["timestamp", "snapshot"]),
        (8, "7", "1 role has expired, nothing more expires within 7 days", []),
        (8, "28", "1 role has expired, 1 role expires within 28 days", ["snapshot"]),
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


@pytest.mark.parametrize(
    ("days", "asked", "title", "roles"),
    [
        (6.5, Asked("1"), "1 role expires within 24 hours", ["timestamp"]),
        (3, Asked(LATER), "2 roles expire later than in 90 days", ["root", "targets"]),
        (3, Asked(ALL), "Nothing has expired; the first to expire has 4 days left", ["timestamp", "snapshot", "root", "targets"]),
        (8, Asked(ALL), "1 role has expired", ["timestamp", "snapshot", "root", "targets"]),
        (3, Asked(ALL, role="ti"), "Nothing has expired; the first to expire has 4 days left", ["timestamp"]),
        (3, Asked(ALL, role="x"), "Nothing that expires is known", []),
        (3, Asked(ALL, source="UPDATES", role="s"), "Nothing has expired; the first to expire has 27 days left", ["snapshot"]),
        (3, Asked(ALL, source="elsewhere"), "Nothing that expires is known", []),
        (3, Asked(begins=date(2026, 3, 8), ends=date(2026, 3, 8)), "1 role expires on 8 Mar 2026", ["timestamp"]),
        (3, Asked(begins=date(2026, 3, 9), ends=date(2026, 3, 31)), "1 role expires from 9 Mar 2026 to 31 Mar 2026", ["snapshot"]),
        (3, Asked(ends=date(2026, 3, 7)), "Nothing expires until 7 Mar 2026", []),
        (3, Asked("7", begins=date(2026, 3, 9)), "3 roles expire from 9 Mar 2026 on", ["snapshot", "root", "targets"]),
    ],
)  # fmt: skip
def test_a_question_narrows_the_list(
    cast: Cast, days: float, asked: Asked, title: str, roles: list[str]
) -> None:
    page = told(cast, days, asked=asked)
    assert page.title == title
    assert sorted(line.role for line in page.lines) == sorted(roles)
    assert page.lines == tuple(sorted(page.lines, key=lambda line: line.expires_at))
    assert page.count == len(roles)
    assert page.window == ("" if asked.is_brushed else asked.window)
    assert sum(one.is_chosen for one in page.choices) == (not asked.is_brushed)


def test_the_days_are_counted_whatever_the_window(cast: Cast) -> None:
    assert told(cast, 3, "overdue").days == told(cast, 3, "all").days
    assert told(cast, 3).days[date(2026, 3, 8)] == 1
    assert sum(told(cast, 3).days.values()) == 4
    assert {one.window: one.count for one in told(cast, 3).choices} == {
        "overdue": 0, "1": 0, "7": 1, "14": 1, "28": 2, "90": 2, "later": 2, "all": 4,
    }  # fmt: skip


def test_what_is_left_is_told_in_days_and_in_words(cast: Cast) -> None:
    (some,) = told(cast, 3).lines
    assert (some.left, some.left_word, some.sign) == (4, "4 days left", "ok")
    (soon,) = told(cast, 6).lines  # seen on day 1: less than a fifth of six days is left
    assert (soon.left, soon.left_word, soon.sign) == (1, "1 day left", "soon")
    (over,) = told(cast, 9, "overdue").lines
    assert (over.left, over.left_word, over.sign) == (-2, "expired 2 days ago", "bad")


def test_each_line_says_who_signs_the_next_one(cast: Cast) -> None:
    lines = told(cast, 3, "all").lines
    who = {line.role: line.signers for line in lines}
    assert who["timestamp"] is not None
    assert who["timestamp"].words.startswith("1 of 1 key: ")
    assert who["root"] is not None
    assert (who["root"].threshold, who["root"].keys, len(who["root"].named)) == ("1", 1, 1)


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
        with django_assert_num_queries(11):  # one of them: who looks
            page = told(cast, 31, "overdue", after=after, size=1)
        found += [line.role for line in page.lines]
        after = page.after
    assert (found, after) == (["timestamp", "snapshot"], None)
    for wrong in ("x", write_cursor([1, 2]), write_cursor([1, 2, 3])):
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


def test_the_past_is_what_had_been_seen_by_then(cast: Cast) -> None:
    now = START + 9 * DAY
    viewer = viewer_of(cast.own.administrator)
    before = expiries(viewer, Moment(now, START, START), "all")
    assert (before.is_of_now, before.lines, before.title) == (
        False,
        (),
        "Nothing that expires is known",
    )
    then = expiries(viewer, Moment(now, START + 2 * DAY, START + 2 * DAY), "7")
    assert (then.title, then.is_of_now) == ("1 role expires within 7 days", False)
    assert then.lines[0].left_word == "5 days left"
    assert then.lines[0].signers is not None
    later = expiries(viewer, Moment(now, now, now + timedelta(days=30)), "overdue")
    assert later.title == "2 roles have expired"


def test_the_past_of_very_many_sources_is_not_put_together(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due, "MOST_SOURCES", 0)
    now = START + 9 * DAY
    viewer = viewer_of(cast.own.administrator)
    found = expiries(viewer, Moment(now, START + 2 * DAY, START + 2 * DAY))
    assert (found.is_too_many, found.lines, found.choices) == (True, (), ())


@pytest.mark.parametrize("year", [1, 9999])
def test_an_instant_at_the_end_of_the_calendar_is_judged(cast: Cast, year: int) -> None:
    now = START + 3 * DAY
    at = datetime(year, 12, 31, tzinfo=UTC)
    found = expiries(viewer_of(cast.own.administrator), Moment(now, now, at), "all")
    assert len(found.lines) == 4


def test_a_window_that_nobody_offers_is_the_default() -> None:
    assert [window_of({"window": one}) for one in (*WINDOWS, ALL, "8", "")] == [
        *WINDOWS,
        ALL,
        "7",
        "7",
    ]
