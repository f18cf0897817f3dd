"""What pages ask of stored verdicts, and how many statements it takes."""

import zlib

import msgspec
import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.kept import made_once
from tests.simulators.watched import DAY, START, Watched, vendor
from trustui.verdicts import history
from trustui.verdicts.models import Cause, Verdict
from trustui.verdicts.reverifying import reverify

pytestmark = pytest.mark.django_db


@pytest.fixture
@made_once
def watched() -> Watched:
    """Verified on day 0, failing since day 8, verified again since day 9."""
    watched = Watched(vendor())
    watched.crawl(START)
    reverify([watched.source.pk], Cause.TIME, START + 8 * DAY)
    watched.repo.publish(START + 9 * DAY)
    watched.crawl(START + 9 * DAY)
    return watched


def test_the_newest_comes_first(
    watched: Watched, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        found = [one.trust_state for one in history.verdicts_of(watched.source.pk)[:50]]
    assert found == ["verified", "failing", "verified"]


def test_pages_go_on_where_the_one_before_ended(watched: Watched) -> None:
    first = history.verdicts_of(watched.source.pk)[0]
    rest = history.verdicts_of(watched.source.pk, before=(first.at, first.pk))
    assert [one.trust_state for one in rest] == ["failing", "verified"]


@pytest.mark.parametrize(
    ("days", "state"), [(-1, None), (0, "verified"), (8, "failing"), (9, "verified")]
)
def test_it_says_what_was_known_at_an_instant(
    watched: Watched,
    django_assert_num_queries: DjangoAssertNumQueries,
    days: int,
    state: str | None,
) -> None:
    with django_assert_num_queries(1):
        found = history.verdict_at(watched.source.pk, START + days * DAY)
    assert (found and found.trust_state) == state


def test_states_are_counted_now_and_then(
    watched: Watched, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    Watched(vendor(), is_pinned=False).crawl(START + DAY)
    Watched(vendor())
    with django_assert_num_queries(1):
        assert history.states() == {"not_trusted": 1, "verified": 1}
    with django_assert_num_queries(1):
        assert history.states(START + 8 * DAY) == {"failing": 1, "not_trusted": 1}
    assert history.states(START) == {"verified": 1}
    assert history.states(START - DAY) == {}
    assert watched.source.removed_at is None


def test_a_removed_source_counts_until_it_was_removed(watched: Watched) -> None:
    watched.source.removed_at = START + 10 * DAY
    watched.source.save()
    assert history.states() == {}
    assert history.states(START + 9 * DAY) == {"verified": 1}
    assert history.states(START + 10 * DAY) == {}


def test_standings_come_with_their_sources_and_without_traces(
    watched: Watched, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        (standing,) = history.current()
        assert standing.source.name == watched.source.name
        assert standing.verdict.first_failing == ""


def test_a_trace_is_the_answer_of_verify_json(
    watched: Watched, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    failing = watched.verdicts[1]
    with django_assert_num_queries(1):
        answer = msgspec.json.decode(history.trace_of(failing.pk))
    assert answer["trust_state"] == "failing"
    assert answer["subject"] == watched.source.location


def test_a_trace_that_unpacks_without_end_is_not_read(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "MAX_TRACE", 1000)
    Verdict.objects.update(trace=zlib.compress(b" " * 1001))
    with pytest.raises(history.TraceTooLong):
        history.trace_of(watched.verdicts[0].pk)


def test_findings_are_those_of_the_instant(watched: Watched) -> None:
    findings = [one.check_id for one in history.findings_of(watched.source.pk)]
    assert findings
    then = history.findings_of(watched.source.pk, START)
    assert [one.check_id for one in then] == findings
    assert not history.findings_of(watched.source.pk, START - DAY).exists()


def test_what_time_has_overtaken_is_counted(watched: Watched) -> None:
    assert history.overdue(START + 10 * DAY) == 0
    assert history.overdue(START + 100 * DAY) == 1
    assert watched.standing.valid_until is not None
