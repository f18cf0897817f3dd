"""Answers about very large repositories, cut to what pages show."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.answers import AT, FAILED, PASSED, UNDECIDED, answer, step, verified_answer
from tests.simulators.seen import with_roles
from tests.simulators.watched import DAY, START, Watched, vendor
from trustui.check_pages import load_pages
from trustui.core.trace import Group
from trustui.pages import condensing
from trustui.pages.condensing import shown_trace_of, stored_answer, stored_step
from trustui.pages.facts import facts
from trustui.pages.waterfall import waterfall
from trustui.verdicts import condensing as short
from trustui.verdicts.answers import MAX_EVERY, Answer, read_answer
from trustui.verdicts.condensing import condensed
from trustui.verdicts.history import trace_of

MANY = 3 * MAX_EVERY


def large(*, broken: int | None = None, undecided: int | None = None) -> Answer:
    """Many delegations alike, each with a signature and an expiry; one may be broken."""
    steps = [step("x.anchor", group="root", on="root v1")]
    for number in range(MANY):
        edge, on = f"pool → bin-{number}", f"bin-{number} v1"
        outcome = FAILED if number == broken else UNDECIDED if number == undecided else PASSED
        expires = f"2027-01-01T00:{number % 60:02}:{(number * 7) % 60:02}Z"
        steps.append(
            step("x.signature", outcome, on, group=edge, found="0 valid", expected="1 of 1 key")
        )
        moot = "x.signature" if outcome is not PASSED else None
        steps.append(
            step("x.freeze.expired", PASSED, on, group=edge, found=expires, moot_because=moot)
        )
    return answer(*steps)


@pytest.mark.parametrize(
    "whole",
    [
        large(),
        large(broken=MANY - 1),
        large(broken=MAX_EVERY + 5, undecided=3),
        large(undecided=MANY // 2),
    ],
    ids=["sound", "last broken", "broken and undecided", "undecided"],
)
@pytest.mark.parametrize("every", [False, True])
def test_a_page_says_the_same_of_what_is_left(whole: Answer, every: bool) -> None:
    left = condensed(whole)
    assert len(left.steps) < len(whole.steps)
    assert waterfall(left, {}, AT, every=every) == waterfall(whole, {}, AT, every=every)
    assert facts(left, None, None, AT) == facts(whole, None, None, AT)
    assert left.first_failing == whole.first_failing


def test_groups_that_the_verdict_does_not_need_hide_no_failure() -> None:
    names = [f"pool → bin-{number}" for number in range(MANY)]
    steps = [
        step("x.y", FAILED if n > MAX_EVERY else PASSED, group=name) for n, name in enumerate(names)
    ]
    groups = [Group(name, name, PASSED, needed=n != MAX_EVERY + 1) for n, name in enumerate(names)]
    whole = answer(*steps, groups=groups)
    assert condensed(whole).first_failing == whole.first_failing
    assert whole.first_failing is not None
    assert whole.first_failing.group == names[MAX_EVERY + 2]


def test_of_a_real_repository_nothing_is_lost() -> None:
    whole = verified_answer(vendor(), START + DAY)
    left = condensed(whole)
    assert waterfall(left, load_pages(), AT) == waterfall(whole, load_pages(), AT)


@pytest.mark.django_db
def test_large_answers_are_read_once_and_small_ones_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    watched = Watched(vendor())
    watched.crawl(START + DAY)
    (row,) = watched.verdicts
    read: list[int] = []
    shown = shown_trace_of

    def counted(verdict_id: int) -> bytes:
        read.append(verdict_id)
        return shown(verdict_id)

    monkeypatch.setattr(condensing, "shown_trace_of", counted)
    first = stored_answer(row.pk, row.at)
    assert stored_answer(row.pk, row.at) == first
    assert len(read) == 2
    monkeypatch.setattr(condensing, "MUCH", 1)
    at = row.at + timedelta(microseconds=1)  # another key than that of any other test
    assert stored_answer(row.pk, at) == stored_answer(row.pk, at)
    assert len(read) == 3
    check, group = first.steps[0].check, first.steps[0].group
    assert stored_step(row.pk, at, check, group).steps == first.steps[:1]
    assert stored_step(row.pk, at, check, "no such group").steps == ()
    assert stored_step(row.pk, at, check, group).steps == first.steps[:1]
    assert len(read) == 5


@pytest.mark.django_db
def test_a_step_that_is_not_kept_in_short_is_read_from_the_whole(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(short, "LONG", 1_000)
    watched = Watched(with_roles(MAX_EVERY + 10))
    watched.crawl(START + DAY)
    (row,) = watched.verdicts
    at = row.at + timedelta(microseconds=2)  # another key than that of any other test
    shown = stored_answer(row.pk, at)
    assert shown.is_cut
    with django_assert_num_queries(0):
        assert stored_answer(row.pk, at) is shown
    kept = shown.steps[0]
    assert stored_step(row.pk, at, kept.check, kept.group).steps == (kept,)
    left_out = next(
        one for one in shown.groups[::-1] if all(one.id != s.group for s in shown.steps)
    )
    whole = read_answer(trace_of(row.pk))
    step_left_out = next(one for one in whole.steps if one.group == left_out.id)
    with django_assert_num_queries(2):
        found = stored_step(row.pk, at, step_left_out.check, left_out.id)
    assert found.steps == (step_left_out,)


def test_only_the_newest_are_kept() -> None:
    kept = condensing._Newest(2)
    made: list[int] = []

    def get(key: int) -> Answer:
        def make() -> tuple[Answer, bool]:
            made.append(key)
            return answer(step()), True

        return kept.get(key, make)

    for key in (1, 2, 1, 3, 1, 2):
        get(key)
    assert made == [1, 2, 3, 2]
