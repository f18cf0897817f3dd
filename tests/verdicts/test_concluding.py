"""When a verdict is written, what it says, and what is told of it."""

from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.scale import so_many
from tests.simulators.watched import DAY, START, WEEK, Watched, keep, look_closely, vendor
from trustui.core.answer import as_json
from trustui.core.facts import ProblemKind
from trustui.demo.publisher import Publisher
from trustui.events.models import Event
from trustui.inventory.models import Crawl
from trustui.inventory.recording import record
from trustui.verdicts.concluding import Concluded, conclude, conclude_crawls
from trustui.verdicts.history import trace_of
from trustui.verdicts.models import Cause, Held, SourceVerdict, Verdict
from trustui.verdicts.reverifying import reverify
from trustui.verdicts.verifier import VERIFIER

LAPSED = "tuf.timestamp.freeze.expired"
ROLLED_BACK = "tuf.timestamp.rollback.version"

pytestmark = pytest.mark.django_db


@pytest.fixture
def repo() -> Publisher:
    return vendor()


@pytest.fixture
def watched(repo: Publisher) -> Watched:
    return Watched(repo)


def changes_told() -> list[Event]:
    return list(Event.objects.filter(kind="verdict.changed").order_by("id"))


# ---- the first verdict


def test_a_first_crawl_gives_a_verdict_with_its_trace(watched: Watched) -> None:
    result = watched.look(START)
    _, concluded = keep([result], START)
    assert concluded == Concluded(written=(watched.source.pk,))
    verdict = watched.standing.verdict
    assert (verdict.outcome, verdict.trust_state, verdict.first_failing) == (
        "passed",
        "verified",
        "",
    )
    assert (verdict.at, verdict.verifier, verdict.cause) == (START, VERIFIER, Cause.EVIDENCE)
    assert result.trace is not None
    assert result.state is not None
    assert trace_of(verdict.pk) == as_json(result.trace, "tuf", result.state)


def test_it_says_until_when_it_holds(watched: Watched) -> None:
    watched.crawl(START)
    soon = START + WEEK - WEEK / 5
    valid_until = watched.standing.valid_until
    assert valid_until is not None
    assert abs(valid_until - soon) < timedelta(seconds=1)
    assert watched.standing.verdict.valid_until == valid_until


def test_a_first_verdict_is_told(watched: Watched) -> None:
    watched.crawl(START)
    (event,) = changes_told()
    assert (event.source_id, event.team_id) == (watched.source.pk, watched.source.team_id)
    assert event.detail["from"] is None
    assert event.detail["to"] == {
        "outcome": "passed",
        "trust_state": "verified",
        "first_failing": "",
    }


def test_without_a_pinned_root_nothing_is_ever_verified(repo: Publisher) -> None:
    watched = Watched(repo, is_pinned=False)
    watched.crawl(START)
    assert watched.story == [("not_trusted", "tuf.root.anchor")]
    assert watched.standing.verdict.anchor is None


# ---- when nothing differs


def test_an_unchanged_crawl_writes_nothing(watched: Watched) -> None:
    watched.crawl(START)
    before = watched.standing.valid_until
    assert watched.crawl(START + DAY) == Concluded()
    assert len(watched.verdicts) == 1
    assert watched.standing.valid_until == before


def test_a_full_crawl_that_finds_the_same_writes_no_verdict(watched: Watched) -> None:
    watched.crawl(START)
    look_closely()
    concluded = watched.crawl(START + DAY)
    assert concluded == Concluded(confirmed=(watched.source.pk,))
    assert len(watched.verdicts) == 1
    assert len(changes_told()) == 1


def test_evidence_does_not_depend_on_the_way_to_it(watched: Watched, repo: Publisher) -> None:
    """The first crawl follows the chain of roots; the next one starts where it ended."""
    repo.rotate("snapshot")
    repo.publish(START)
    watched.crawl(START)
    look_closely()
    assert watched.crawl(START + DAY) == Concluded(confirmed=(watched.source.pk,))


def test_the_instant_of_the_next_look_moves_without_a_verdict(watched: Watched) -> None:
    """One that was postponed for a fault of ours."""
    watched.crawl(START)
    expected = watched.standing.valid_until
    SourceVerdict.objects.update(valid_until=START + 300 * DAY)
    reverify([watched.source.pk], Cause.TIME, START + DAY)
    assert watched.standing.valid_until == expected
    assert len(watched.verdicts) == 1


# ---- new evidence


def test_a_new_document_is_a_new_verdict_but_no_news(watched: Watched, repo: Publisher) -> None:
    watched.crawl(START)
    repo.publish(START + DAY)
    watched.crawl(START + DAY)
    assert watched.story == [("verified", ""), ("verified", "")]
    assert watched.standing.verdict.changes
    assert watched.standing.since == START
    assert len(changes_told()) == 1


def test_a_rollback_is_told_with_what_changed(watched: Watched, repo: Publisher) -> None:
    old = dict(repo.metadata)
    repo.publish(START + DAY)
    watched.crawl(START + DAY)
    watched.crawl(START + 2 * DAY, old)
    assert watched.story[-1] == ("failing", ROLLED_BACK)
    event = changes_told()[-1]
    assert event.detail["from"] == {
        "outcome": "passed",
        "trust_state": "verified",
        "first_failing": "",
    }
    assert event.detail["to"]["first_failing"] == ROLLED_BACK
    assert any("timestamp" in sentence for sentence in event.detail["changes"])
    assert watched.standing.since == START + 2 * DAY


def test_a_place_that_cannot_be_read_could_not_be_checked(watched: Watched) -> None:
    watched.crawl(START)
    watched.crawl(START + DAY, problems={"timestamp.json": ProblemKind.UNREADABLE})
    assert watched.standing.trust_state == "could_not_check"
    watched.crawl(START + 2 * DAY)
    assert watched.standing.trust_state == "verified"
    assert [one.detail["to"]["trust_state"] for one in changes_told()] == [
        "verified",
        "could_not_check",
        "verified",
    ]


def test_another_document_that_is_refused_is_other_evidence(
    watched: Watched, repo: Publisher
) -> None:
    first, other = dict(repo.metadata), dict(repo.metadata)
    repo.publish(START + DAY)
    watched.crawl(START + DAY)
    watched.crawl(START + DAY, first)
    other["timestamp.json"] = first["timestamp.json"] + b" "
    watched.crawl(START + DAY, other)
    assert watched.story[-2:] == [("failing", ROLLED_BACK), ("failing", ROLLED_BACK)]
    assert len({one.evidence for one in watched.verdicts}) == 3
    assert len(changes_told()) == 2


# ---- causes that show


def test_a_crawl_that_meets_an_expiry_first_says_that_time_did_it(
    watched: Watched, repo: Publisher
) -> None:
    watched.crawl(START)
    look_closely()
    watched.crawl(START + 8 * DAY)
    verdict = watched.standing.verdict
    assert (verdict.cause, verdict.first_failing) == (Cause.TIME, LAPSED)
    assert verdict.changes == ["timestamp v1 expired 2026-03-08T12:00:00Z"]
    assert repo.version("timestamp") == 1


def test_another_anchor_is_another_verdict(watched: Watched) -> None:
    watched.crawl(START)
    watched.pin(vendor("somebody else").document("root", 1))
    reverify([watched.source.pk], Cause.ANCHOR, START + DAY)
    verdict = watched.standing.verdict
    assert verdict.cause == Cause.ANCHOR
    assert verdict.trust_state == "failing"
    assert verdict.changes == ["root v1 was pinned by alice: read out over the phone"]
    assert verdict.anchor_id == watched.source.anchor_id


def test_without_its_anchor_a_source_is_verified_no_more(watched: Watched) -> None:
    watched.crawl(START)
    watched.source.anchor = None
    watched.source.save()
    reverify([watched.source.pk], Cause.ANCHOR, START + DAY)
    verdict = watched.standing.verdict
    assert (verdict.trust_state, verdict.anchor_id) == ("not_trusted", None)
    assert verdict.changes == ["nobody vouches for a root any more"]


def test_other_rules_are_another_verdict(watched: Watched) -> None:
    watched.crawl(START)
    Verdict.objects.update(verifier="trustui/0.0.1 tuf/1.0.34 rules 0")
    reverify([watched.source.pk], Cause.VERIFIER, START + DAY)
    verdict = watched.standing.verdict
    assert (verdict.cause, verdict.verifier) == (Cause.VERIFIER, VERIFIER)
    assert len(watched.verdicts) == 2
    assert len(changes_told()) == 1


# ---- what is overtaken


def test_a_crawl_under_another_anchor_than_todays_concludes_nothing(watched: Watched) -> None:
    result = watched.look(START)
    watched.pin(vendor("somebody else").document("root", 1))
    _, concluded = keep([result], START)
    assert concluded == Concluded(overtaken=(watched.source.pk,))
    assert watched.verdicts == []


def test_what_was_read_from_the_store_before_a_crawl_concludes_nothing_after_it(
    watched: Watched,
    repo: Publisher,
    late_reverification: Callable[[Watched], Callable[[], Concluded]],
) -> None:
    watched.crawl(START)
    conclude_late = late_reverification(watched)
    repo.publish(START + 8 * DAY)
    watched.crawl(START + 8 * DAY)
    assert conclude_late() == Concluded(overtaken=(watched.source.pk,))
    assert watched.standing.trust_state == "verified"


# ---- a clock in doubt


def test_what_depends_on_time_waits_while_the_clock_is_in_doubt(
    watched: Watched, repo: Publisher
) -> None:
    watched.crawl(START)
    repo.publish(START + DAY)
    concluded = watched.crawl(START + DAY, is_clock_doubted=True)
    assert concluded == Concluded(held=(watched.source.pk,))
    assert len(watched.verdicts) == 1
    held = Held.objects.get(source=watched.source)
    assert held.crawl == Crawl.objects.order_by("-id").first()


def test_held_evidence_is_concluded_once_the_clock_is_confirmed(
    watched: Watched, repo: Publisher
) -> None:
    watched.crawl(START)
    repo.publish(START + DAY)
    watched.crawl(START + DAY, is_clock_doubted=True)
    reverify([watched.source.pk], Cause.TIME, START + DAY)
    verdict = watched.standing.verdict
    assert verdict.cause == Cause.EVIDENCE
    assert any("timestamp" in sentence for sentence in verdict.changes)
    assert not Held.objects.exists()
    assert len(watched.verdicts) == 2


def test_a_crawl_that_finds_what_waited_says_what_had_changed(
    watched: Watched, repo: Publisher
) -> None:
    watched.crawl(START)
    repo.publish(START + DAY)
    watched.crawl(START + DAY, is_clock_doubted=True)
    look_closely()
    watched.crawl(START + 2 * DAY)
    assert any("timestamp" in sentence for sentence in watched.standing.verdict.changes)
    assert not Held.objects.exists()


def test_a_failure_of_another_kind_does_not_wait_for_the_clock(
    watched: Watched, repo: Publisher
) -> None:
    old = dict(repo.metadata)
    repo.publish(START + DAY)
    watched.crawl(START + DAY)
    concluded = watched.crawl(START + 2 * DAY, old, is_clock_doubted=True)
    assert concluded == Concluded(written=(watched.source.pk,))


def test_a_crawl_that_was_judged_by_a_clock_of_another_day_waits(watched: Watched) -> None:
    """The clock went wrong and back again while the crawl was under way."""
    watched.crawl(START)
    look_closely()
    concluded = watched.crawl(START + 3650 * DAY, now=START + DAY)
    assert concluded == Concluded(held=(watched.source.pk,))
    assert watched.standing.trust_state == "verified"


# ---- many at once


@pytest.mark.parametrize("kind", ["first crawls", "new evidence", "nothing new", "lapsed"])
def test_one_or_many_sources_take_the_same_number_of_statements(kind: str) -> None:
    counts = [statements_for(count, kind) for count in (1, so_many(15, 50))]
    assert counts[0] == counts[1]
    assert counts[0] <= 20


def statements_for(count: int, kind: str) -> int:
    repo = vendor()
    sources = [Watched(repo) for _ in range(count)]
    now = START
    if kind != "first crawls":
        keep([one.look(now) for one in sources], now)
    if kind == "new evidence":
        now += DAY
        repo.publish(now)
    if kind == "nothing new":
        look_closely()
    if kind == "lapsed":
        look_closely()
        now += 8 * DAY
    results = [one.look(now) for one in sources]
    with transaction.atomic():
        recorded = record(results, now)
        with CaptureQueriesContext(connection) as queries:
            conclude_crawls(results, recorded, now)
    assert SourceVerdict.objects.filter(source__in=[one.source for one in sources]).count() == count
    return len(queries)


def test_nothing_at_all_asks_the_database_nothing() -> None:
    with CaptureQueriesContext(connection) as queries:
        assert conclude([], START) == Concluded()
    assert len(queries) == 0


def test_hostile_names_in_a_trace_lose_no_row(repo: Publisher) -> None:
    odd = "a\x00b\u202e" + "x" * 600
    repo.add_delegation("targets", odd, paths=["*"])
    repo.publish(START)
    watched = Watched(repo)
    watched.crawl(START, {name: body for name, body in repo.metadata.items() if "1.a" not in name})
    verdict = watched.standing.verdict
    assert verdict.trust_state == "failing"
    assert "\x00" not in verdict.failing_on
    assert msgspec.json.decode(trace_of(verdict.pk))["trust_state"] == "failing"
