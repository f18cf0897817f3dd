"""What changed just before a verdict, and how it went before."""

from datetime import datetime, timedelta

import pytest

from tests.simulators.answers import AT, FAILED, PASSED, answer, step
from tests.simulators.onlookers import time_passes
from tests.simulators.watched import DAY, START, WEEK, Watched, vendor
from trustui.pages.before import (
    MOST_CHANGES,
    STRIP,
    Row,
    change_lines,
    compared,
    may_tell,
    rows_until,
    stopped,
    streak,
    strip,
)


def row(number: int, state: str, at: datetime | None = None) -> Row:
    outcome = "failed" if state == "failing" else "passed"
    check = "tuf.timestamp.freeze.expired" if state == "failing" else ""
    return Row(number, at or START + number * DAY, outcome, state, check)


STORY = [
    row(1, "verified"),
    row(2, "failing"),
    row(3, "verified"),
    row(4, "verified"),
    row(5, "failing"),
    row(6, "failing"),
]


def test_a_streak_begins_where_it_came_to_this() -> None:
    begun, ended, passed = streak(STORY, 6)
    assert (begun.id, ended, passed and passed.id) == (5, None, 4)


def test_a_verdict_that_is_over_ends_with_the_next_that_says_something_else() -> None:
    begun, ended, passed = streak(STORY, 3)
    assert (begun.id, ended and ended.id, passed and passed.id) == (3, 5, 1)


def test_the_first_of_all_has_nothing_before_it() -> None:
    assert streak(STORY, 1)[2] is None


def test_a_verdict_that_is_not_among_them_is_refused() -> None:
    with pytest.raises(LookupError):
        streak(STORY, 99)


def test_a_strip_shows_each_span_in_its_place() -> None:
    made = strip(STORY, START + 7 * DAY)
    assert made is not None
    by_place = sorted(made.segments, key=lambda one: float(one.x))
    assert [one.sign for one in by_place] == ["ok", "bad", "ok", "bad"]
    assert float(by_place[-1].x) + float(by_place[-1].width) == pytest.approx(STRIP, abs=1)
    assert made.words == (
        "failing since 6 Mar 2026, 1 failure before, the longest of 1 day; known since 2 Mar 2026"
    )


def test_a_short_lapse_is_drawn_wide_enough_and_over_its_neighbours() -> None:
    short = [
        row(1, "verified"),
        row(2, "failing", START + 40 * DAY),
        row(3, "verified", START + 40 * DAY + timedelta(minutes=40)),
    ]
    made = strip(short, START + 80 * DAY)
    assert made is not None
    assert made.segments[-1].sign == "bad"
    assert float(made.segments[-1].width) >= 4


def test_without_verdicts_there_is_no_strip() -> None:
    assert strip([], START) is None


def test_one_verdict_of_this_very_instant_is_a_strip_too() -> None:
    made = strip([row(1, "verified", START)], START)
    assert made is not None
    assert made.words == "verified since 1 Mar 2026"


# Changes


def texts(lines: tuple[object, ...]) -> list[str]:
    return ["".join(part.text for part in line.parts) for line in lines]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("sentence", "mark", "badge", "sign"),
    [
        ("timestamp v4 → v5", "~", "neutral", "none"),
        ("timestamp v5 → v4, a rollback", "~", "look here", "bad"),
        ("team v1 was seen for the first time", "+", "neutral", "none"),
        ("root: threshold of root: 2 → 1, which widens trust", "~", "widens trust", "bad"),
        ("root: key removed of root: a → nothing, which narrows trust", "-", "narrows trust", "ok"),
        ("timestamp v45 expired 2026-11-19T07:44:06Z", "-", "expired", "bad"),
        ("timestamp v45 expires soon, 2026-11-19T07:44:06Z", "~", "expires soon", "soon"),
        ("cranes v3 was refused", "~", "look here", "bad"),
    ],
)
def test_a_sentence_gets_its_mark(sentence: str, mark: str, badge: str, sign: str) -> None:
    told, folded = change_lines([sentence])
    (line,) = (*told, *folded)
    assert (line.mark, line.badge, line.sign) == (mark, badge, sign)
    assert line.parts[0].kind == "name"


def test_what_every_renewal_moves_is_folded() -> None:
    told, folded = change_lines(
        ["timestamp: expiry of timestamp: a → b, which widens trust", "team v1 → v2", "x: y: a → b"]
    )
    assert texts(told) == ["x: y: a → b"]
    assert texts(folded) == ["team v1 → v2", "timestamp: expiry: a → b"]


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("root: key added of root: nothing → @lind (ab)", "root: key added: @lind (ab)"),
        ("root: key removed of timestamp: ab → nothing", "root: key removed of timestamp: ab"),
        ("cranes: signatures of cranes: ab, cd → ab", "cranes: signatures: ab, cd → ab"),
        ("a: b: signatures of a: b: x → y", "a: b: signatures: x → y"),
        ("a → nothing: expiry of b: 1 → 2", "a → nothing: expiry of b: 1 → 2"),
    ],
)
def test_nothing_is_said_twice(sentence: str, told: str) -> None:
    lines, folded = change_lines([sentence])
    assert texts((*lines, *folded)) == [told]


def test_versions_are_read_where_nothing_else_changed() -> None:
    told, folded = change_lines(
        ["snapshot: file version of targets: 1 → 2", "targets v1 → v2", "snapshot v8 → v9"]
    )
    assert texts(told) == ["targets v1 → v2", "snapshot v8 → v9"]
    assert len(folded) == 1


def test_the_suspicious_comes_first_and_no_more_than_a_few_are_told() -> None:
    sentences = [f"role-{number}: a: 1 → 2" for number in range(20)] + ["root v5 → v4, a rollback"]
    told, folded = change_lines(sentences)
    assert len(told) == MOST_CHANGES
    assert len(folded) == len(sentences) - MOST_CHANGES
    assert texts(told)[0] == "root v5 → v4, a rollback"


def test_long_digests_are_shortened() -> None:
    (line,), _ = change_lines([f"t: target: {'ab' * 32} → {'cd' * 32}"])
    assert texts((line,)) == ["t: target: abababab…abab → cdcdcdcd…cdcd"]


def test_a_sentence_of_one_word_is_a_line() -> None:
    assert change_lines(["odd"])[0][0].parts[0].text == "odd"


def test_an_earlier_answer_shows_what_the_step_was_then() -> None:
    now = step("x.y", FAILED, because="it is old")
    before = answer(step("x.y", PASSED, because="it is new"))
    told = compared(now, before, 7)
    assert told is not None
    assert (told.verdict_id, told.at) == (7, AT)
    assert told.then.endswith("it is new")
    assert told.now == "failed: it is old"


def test_a_step_that_was_not_asked_then_is_not_compared() -> None:
    assert compared(step("x.y", FAILED), answer(step("x.z")), 7) is None


# With a database


@pytest.mark.django_db
def test_a_document_that_stopped_coming_is_told_with_its_rhythm() -> None:
    watched = Watched(vendor())
    for day in range(5):
        if day:
            watched.repo.renew("timestamp")
            watched.repo.publish(START + day * DAY)
        watched.crawl(START + day * DAY + timedelta(hours=1))
    at = START + 4 * DAY + WEEK + DAY
    failed = step("tuf.timestamp.freeze.expired", FAILED, on="timestamp v5", group="timestamp")
    found = stopped(watched.source.pk, failed, at, at + DAY)
    assert found is not None
    line, cause = found
    assert texts((line,)) == [
        "No new timestamp since v5 (5 Mar 13:00). Until then one came every 24 h."
    ]
    assert cause.startswith("The last timestamp came 8 days ago")


@pytest.mark.django_db
def test_of_other_checks_no_rhythm_is_told() -> None:
    watched = Watched(vendor())
    watched.crawl(START + DAY)
    failed = step("tuf.timestamp.signature.threshold", FAILED, on="timestamp v1")
    assert stopped(watched.source.pk, failed, START + DAY, START + DAY) is None
    strange = step("tuf.delegation.freeze.expired", FAILED, on="nobody v1")
    assert stopped(watched.source.pk, strange, START + DAY, START + DAY) is None


@pytest.mark.django_db
def test_rows_are_those_that_were_there_then_oldest_first() -> None:
    watched = Watched(vendor())
    watched.crawl(START + DAY)
    time_passes(watched, START + WEEK + DAY)
    assert [one.trust_state for one in rows_until(watched.source.pk, START + 20 * DAY)] == [
        one.trust_state for one in watched.verdicts
    ]
    assert len(rows_until(watched.source.pk, START + 2 * DAY)) == 1


@pytest.mark.parametrize(
    ("sentence", "tells"),
    [
        ("targets: key added of releases: nothing → ab, which widens trust", True),
        ("timestamp: expiry of timestamp: a → b, which widens trust", False),
        ("timestamp: file version of snapshot.json: v1 → v2, which narrows trust", False),
        ("timestamp v3 was refused", True),
        ("snapshot v5 → v4, a rollback", True),
        ("timestamp v1 → v2", False),
        ("timestamp expired 2026-06-01", False),
        ("team-1 v1 was seen for the first time", False),
    ],
)
def test_what_tells_something_is_seen_at_a_glance(sentence: str, tells: bool) -> None:
    """Whatever has a sign that time alone does not give is never passed over."""
    routine = "timestamp v1 → v2"
    assert may_tell([routine, sentence]) is tells
    told, _ = change_lines([routine, sentence])
    signs = {line.sign for line in told if line.badge not in {"expired", "expires soon"}}
    assert (signs - {"none"} != set()) <= tells


def test_of_nothing_there_is_nothing_to_tell() -> None:
    assert not may_tell([])
