"""A crawl tells what a place served and what a client makes of it, document by document."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.simulators.crawl_memory import (
    CrawlMemory,
    first_failing,
    place_of,
    problems_by_place,
    standings,
)
from tests.simulators.tuf_places import TufPlace
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.trace import TrustState
from trustui.demo.publisher import Publisher
from trustui.inventory.asking import Answer, CrawlLimits
from trustui.inventory.crawling import crawl
from trustui.inventory.models import CrawlOutcome

AT = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def repo() -> Publisher:
    made = Publisher("a vendor", AT)
    made.add_delegation("targets", "team", paths=["team/*"])
    made.add_target("team", "team/app.tar.gz", b"an app")
    made.publish(AT)
    return made


@pytest.fixture
def memory(repo: Publisher) -> CrawlMemory:
    return CrawlMemory(repo.document("root", 1))


def test_a_first_crawl_sees_every_document_and_trusts_it(
    repo: Publisher, memory: CrawlMemory
) -> None:
    result = memory.crawl(repo.metadata, AT)
    assert result.outcome is CrawlOutcome.COMPLETE
    assert result.state is TrustState.VERIFIED
    assert standings(result) == {
        "timestamp.json": "trusted",
        "1.snapshot.json": "trusted",
        "1.targets.json": "trusted",
        "1.team.json": "trusted",
        "1.root.json": "trusted",
    }
    assert {one.place: one.document.body for one in result.seen} == repo.metadata
    assert {one.version for one in result.seen} == {"1"}
    assert (result.problems, result.because, result.dropped) == ((), "", ())


def test_it_counts_what_it_asked_for_and_what_came(repo: Publisher, memory: CrawlMemory) -> None:
    place = TufPlace(repo.metadata)
    result = memory.crawl(place, AT)
    assert result.requests == len(place.requests) == 6  # the five documents, and a next root
    assert result.received_bytes == sum(map(len, repo.metadata.values()))


def test_the_root_that_was_pinned_is_asked_for_once(repo: Publisher, memory: CrawlMemory) -> None:
    first, second = TufPlace(repo.metadata), TufPlace(repo.metadata)
    memory.crawl(first, AT)
    memory.is_settled = False
    memory.crawl(second, AT)
    assert "1.root.json" in first.asked
    assert "1.root.json" not in second.asked


# Unchanged -----------------------------------------------------------------------------------


def test_an_unchanged_place_costs_two_requests_and_no_verification(
    repo: Publisher, memory: CrawlMemory
) -> None:
    memory.crawl(repo.metadata, AT)
    place = TufPlace(repo.metadata)
    result = memory.crawl(place, AT + DAY)
    assert place.asked == ["2.root.json", "timestamp.json"]
    assert result.outcome is CrawlOutcome.UNCHANGED
    assert (result.trace, result.repository, result.seen) == (None, None, ())
    assert result.confirmed == (memory.known["timestamp.json"].sighting_id,)


def test_a_refused_next_root_that_is_still_the_same_changes_nothing(
    repo: Publisher, memory: CrawlMemory
) -> None:
    stranger = Publisher("a stranger", AT)
    stranger.publish(AT)
    stranger.rotate("root")
    stranger.publish(AT)
    repo.serve("2.root.json", stranger.document("root", 2))
    first = memory.crawl(repo.metadata, AT)
    result = memory.crawl(repo.metadata, AT + DAY)
    assert standings(first)["2.root.json"] == "refused"
    assert result.outcome is CrawlOutcome.UNCHANGED
    assert set(result.confirmed) == {
        memory.known["timestamp.json"].sighting_id,
        memory.known["2.root.json"].sighting_id,
    }


@pytest.mark.parametrize("change", ["timestamp", "root"])
def test_what_changed_is_not_fetched_twice(
    change: str, repo: Publisher, memory: CrawlMemory
) -> None:
    memory.crawl(repo.metadata, AT)
    repo.renew(change)
    repo.publish(AT + DAY)
    place = TufPlace(repo.metadata)
    result = memory.crawl(place, AT + DAY)
    assert result.outcome is CrawlOutcome.COMPLETE
    assert sorted(place.asked) == sorted(set(place.asked))
    assert standings(result)["timestamp.json"] == "trusted"


def test_answers_in_hand_are_not_fetched_again(repo: Publisher, memory: CrawlMemory) -> None:
    memory.crawl(repo.metadata, AT)
    repo.publish(AT + DAY)
    place = TufPlace(repo.metadata)
    in_hand: dict[str, Answer] = {
        "timestamp.json": Document("in hand", repo.metadata["timestamp.json"]),
        "2.root.json": Problem("in hand", ProblemKind.ABSENT, "no such file"),
    }
    result = memory.crawl(place, AT + DAY, in_hand=in_hand)
    assert place.asked == []
    assert (result.requests, standings(result)) == (2, {"timestamp.json": "trusted"})


def test_what_lapses_is_not_looked_at_while_the_place_is_unchanged(
    repo: Publisher, memory: CrawlMemory
) -> None:
    """Time is the verdicts' to follow: a crawl tells what is served."""
    memory.crawl(repo.metadata, AT)
    result = memory.crawl(repo.metadata, AT + 400 * DAY)
    assert result.outcome is CrawlOutcome.UNCHANGED


def test_where_no_root_is_known_to_be_the_newest_everything_is_read_again(repo: Publisher) -> None:
    memory = CrawlMemory(None)
    memory.crawl(repo.metadata, AT)
    assert memory.is_settled
    result = memory.crawl(repo.metadata, AT)
    assert (result.outcome, len(result.seen)) == (CrawlOutcome.COMPLETE, len(repo.metadata))


# What is fetched -------------------------------------------------------------------------------


def test_only_what_changed_is_fetched(repo: Publisher, memory: CrawlMemory) -> None:
    memory.crawl(repo.metadata, AT)
    repo.add_target("team", "team/app.tar.gz", b"a newer app")
    repo.publish(AT + DAY)
    place = TufPlace(repo.metadata)
    result = memory.crawl(place, AT + DAY)
    assert place.asked == ["2.root.json", "timestamp.json", "2.snapshot.json", "2.team.json"]
    assert set(standings(result).values()) == {"trusted"}


def test_what_is_not_signed_causes_no_request(repo: Publisher, memory: CrawlMemory) -> None:
    memory.crawl(repo.metadata, AT)
    repo.sign_with("timestamp")
    repo.renew("targets")
    repo.publish(AT + DAY)
    place = TufPlace(repo.metadata)
    result = memory.crawl(place, AT + DAY)
    assert place.asked == ["2.root.json", "timestamp.json"]
    assert standings(result) == {"timestamp.json": "refused"}


def test_a_role_of_two_delegators_is_asked_for_once(repo: Publisher, memory: CrawlMemory) -> None:
    repo.add_delegation("targets", "other", paths=["other/*"])
    repo.add_delegation("other", "team", paths=["team/*"])
    repo.publish(AT)
    place = TufPlace(repo.metadata)
    result = memory.crawl(place, AT)
    assert place.asked.count("2.team.json") == 1
    assert standings(result)["2.team.json"] == "trusted"


def test_it_follows_every_new_root(repo: Publisher, memory: CrawlMemory) -> None:
    memory.crawl(repo.metadata, AT)
    for _ in range(3):
        repo.rotate("root")
        repo.publish(AT + DAY)
    result = memory.crawl(repo.metadata, AT + DAY)
    assert [one.place for one in result.seen if one.role == "root"] == [
        "2.root.json",
        "3.root.json",
        "4.root.json",
    ]
    assert set(standings(result).values()) == {"trusted"}
    assert memory.order().root_version == 4


# What is forgotten -----------------------------------------------------------------------------


def test_a_repository_that_was_fast_forwarded_recovers_by_rotation(
    repo: Publisher, memory: CrawlMemory
) -> None:
    """§5.3.11: what the stolen keys signed is forgotten, so that lower versions are believed."""
    attacked = repo.fork()
    attacked.set_version("timestamp", 2_000_000)
    attacked.publish(AT + DAY)
    memory.crawl(attacked.metadata, AT + DAY)
    repo.publish(AT + DAY)
    stuck = memory.crawl(repo.metadata, AT + 2 * DAY)
    repo.rotate("timestamp")
    repo.publish(AT + 2 * DAY)
    result = memory.crawl(repo.metadata, AT + 2 * DAY)
    assert first_failing(stuck) == "tuf.timestamp.rollback.version"
    assert (result.dropped, result.state) == (("timestamp",), TrustState.VERIFIED)
    assert standings(result)["timestamp.json"] == "trusted"


def test_what_was_dropped_stays_dropped_when_the_old_key_comes_back(
    repo: Publisher, memory: CrawlMemory
) -> None:
    old = repo.keys("timestamp")
    repo.set_version("timestamp", 2_000_000)
    repo.publish(AT)
    memory.crawl(repo.metadata, AT)
    repo.rotate("timestamp")
    repo.freeze("timestamp")
    repo.publish(AT + DAY)
    memory.crawl(repo.metadata, AT + DAY)
    repo.thaw("timestamp")
    repo.rotate("timestamp", to=old)
    repo.set_version("timestamp", 3)
    repo.publish(AT + 2 * DAY)
    result = memory.crawl(repo.metadata, AT + 2 * DAY)
    assert result.state is TrustState.VERIFIED


# Who vouches -----------------------------------------------------------------------------------


def test_without_a_pinned_root_everything_is_seen_and_nothing_trusted(repo: Publisher) -> None:
    memory = CrawlMemory(None)
    result = memory.crawl(repo.metadata, AT)
    assert result.state is TrustState.NOT_TRUSTED
    assert set(standings(result).values()) == {"seen"}
    assert set(standings(result)) == set(repo.metadata)
    assert memory.trusted == {}


def test_a_place_without_a_root_and_nobody_who_pinned_one_fails() -> None:
    result = CrawlMemory(None).crawl({}, AT)
    assert result.outcome is CrawlOutcome.FAILED
    assert problems_by_place(result)["1.root.json"].kind is ProblemKind.ABSENT
    assert result.seen == ()


def test_another_anchor_begins_anew(repo: Publisher) -> None:
    stranger = Publisher("somebody else", AT)
    stranger.publish(AT)
    memory = CrawlMemory(stranger.document("root", 1))
    result = memory.crawl(repo.metadata, AT)
    assert result.state is TrustState.FAILING
    assert standings(result)["timestamp.json"] == "refused"
    assert memory.trusted == {}


# Places that fail ------------------------------------------------------------------------------


def test_a_place_that_does_not_answer_fails_with_its_problems_by_place(
    repo: Publisher, memory: CrawlMemory
) -> None:
    down = dict.fromkeys(("timestamp.json", "2.root.json"), ProblemKind.UNREADABLE)
    result = memory.crawl(TufPlace(repo.metadata, problems=down), AT)
    assert result.outcome is CrawlOutcome.FAILED
    assert result.state is TrustState.COULD_NOT_CHECK
    assert result.because == "memory:timestamp.json: the test wants it so"
    assert set(problems_by_place(result)) == {"timestamp.json", "2.root.json"}
    assert result.seen == ()


@pytest.mark.parametrize("kind", list(ProblemKind))
def test_a_document_that_is_missing_makes_the_crawl_partial_whatever_the_problem(
    kind: ProblemKind, repo: Publisher, memory: CrawlMemory
) -> None:
    place = TufPlace(repo.metadata, problems={"1.team.json": kind})
    result = memory.crawl(place, AT)
    assert result.outcome is CrawlOutcome.PARTIAL
    assert result.because == (
        "1 document could not be read, first 1.team.json: the test wants it so"
    )
    assert problems_by_place(result)["1.team.json"].kind is kind


def test_a_partial_crawl_is_taken_up_where_it_ended(repo: Publisher, memory: CrawlMemory) -> None:
    lacking = TufPlace(repo.metadata, problems={"1.team.json": ProblemKind.UNREADABLE})
    memory.crawl(lacking, AT)
    place = TufPlace(repo.metadata)
    result = memory.crawl(place, AT)
    assert place.asked == ["2.root.json", "timestamp.json", "1.team.json"]
    assert (result.outcome, result.state) == (CrawlOutcome.COMPLETE, TrustState.VERIFIED)


def test_what_was_refused_is_asked_for_again_under_the_same_timestamp(
    repo: Publisher, memory: CrawlMemory
) -> None:
    """A mirror whose timestamp came before the rest of a publication."""
    memory.crawl(repo.metadata, AT)
    repo.renew("team")
    repo.publish(AT + DAY)
    half_way = {**repo.metadata, "2.team.json": repo.document("team", 1)}
    result = memory.crawl(half_way, AT + DAY)
    assert result.outcome is CrawlOutcome.PARTIAL
    assert result.because == "1 document had to be refused, first 2.team.json"
    result = memory.crawl(repo.metadata, AT + DAY)
    assert (result.outcome, result.state) == (CrawlOutcome.COMPLETE, TrustState.VERIFIED)


def test_below_a_timestamp_that_was_refused_nothing_is_asked_for_again(
    repo: Publisher, memory: CrawlMemory
) -> None:
    """A mirror that stays behind costs two requests."""
    before = dict(repo.metadata)
    memory.crawl(before, AT)
    repo.publish(AT + DAY)
    memory.crawl(repo.metadata, AT + DAY)
    result = memory.crawl(before, AT + DAY)
    assert first_failing(result) == "tuf.timestamp.rollback.version"
    assert result.outcome is CrawlOutcome.COMPLETE
    assert memory.crawl(before, AT + DAY).outcome is CrawlOutcome.UNCHANGED


def test_the_longest_wait_that_was_asked_for_is_told(repo: Publisher, memory: CrawlMemory) -> None:
    in_hand = {
        "timestamp.json": Problem("t", ProblemKind.UNREADABLE, "429", retry_after=120.0),
        "2.root.json": Problem("r", ProblemKind.UNREADABLE, "429", retry_after=60.0),
    }
    assert memory.crawl(repo.metadata, AT, in_hand=in_hand).retry_after == 120.0


# Bounds ----------------------------------------------------------------------------------------


def test_a_crawl_stops_at_its_number_of_documents_and_the_next_one_goes_on(
    memory_of_bins: tuple[Publisher, CrawlMemory],
) -> None:
    repo, memory = memory_of_bins
    limits = CrawlLimits(documents=8)
    outcomes = [memory.crawl(repo.metadata, AT, limits=limits) for _ in range(4)]
    assert [one.outcome for one in outcomes] == [
        CrawlOutcome.PARTIAL,
        CrawlOutcome.PARTIAL,
        CrawlOutcome.PARTIAL,
        CrawlOutcome.COMPLETE,
    ]
    assert outcomes[0].because == "one crawl reads at most 8 documents"
    assert outcomes[0].state is TrustState.COULD_NOT_CHECK
    assert outcomes[-1].state is TrustState.VERIFIED
    assert all(one.requests <= 8 for one in outcomes)


def test_a_crawl_stops_at_its_number_of_bytes(
    memory_of_bins: tuple[Publisher, CrawlMemory],
) -> None:
    repo, memory = memory_of_bins
    most = len(repo.metadata["timestamp.json"]) + 1
    result = memory.crawl(repo.metadata, AT, limits=CrawlLimits(bytes=most))
    assert result.outcome is CrawlOutcome.PARTIAL
    assert "byte" in result.because
    assert "1.targets.json" not in standings(result)


def test_a_crawl_stops_after_its_time(memory_of_bins: tuple[Publisher, CrawlMemory]) -> None:
    repo, memory = memory_of_bins
    result = memory.crawl(repo.metadata, AT, limits=CrawlLimits(seconds=-1.0))
    assert result.outcome is CrawlOutcome.FAILED
    assert "one crawl takes at most" in result.because


@pytest.fixture
def memory_of_bins() -> tuple[Publisher, CrawlMemory]:
    repo = Publisher("a large vendor", AT)
    repo.delegate_hash_bins("targets", bit_length=4)
    repo.publish(AT)
    return repo, CrawlMemory(repo.document("root", 1))


# Instants --------------------------------------------------------------------------------------


def test_a_lifetime_is_counted_from_when_a_document_was_first_seen(
    repo: Publisher, memory: CrawlMemory
) -> None:
    """Seen again a day before its end, a timestamp of seven days is no new one."""
    memory.crawl(repo.metadata, AT)
    memory.is_settled = False
    result = memory.crawl(repo.metadata, AT + 6 * DAY)
    timestamp = next(one for one in result.seen if one.role == "timestamp")
    assert timestamp.document.seen_at == AT
    assert result.state is TrustState.EXPIRES_SOON


def test_times_are_those_of_the_clock(repo: Publisher, memory: CrawlMemory) -> None:
    ticks = iter([AT, AT + timedelta(seconds=3)])
    result = crawl(memory.order(), place_of(TufPlace(repo.metadata)), lambda: next(ticks))
    assert (result.started_at, result.finished_at) == (AT, AT + timedelta(seconds=3))
    assert result.trace is not None
    assert result.trace.valid_at == AT


def test_nothing_but_the_order_decides(repo: Publisher, memory: CrawlMemory) -> None:
    """Two crawls of one order on one place see and conclude the same."""
    order = memory.order()
    results = [crawl(order, place_of(TufPlace(repo.metadata)), lambda: AT) for _ in range(2)]
    assert results[0].seen == results[1].seen
    assert results[0].trace == results[1].trace
