"""Each document that came is trusted, refused or only seen; and nothing bad becomes trusted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from tests.simulators.crawl_memory import CrawlMemory, first_failing, standings
from trustui.core.facts import Document
from trustui.core.trace import TrustState
from trustui.demo.publisher import Publisher
from trustui.inventory.models import CrawlOutcome
from trustui.inventory.standings import is_seen, version_of

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


# What goes wrong -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Trouble:
    """A repository goes wrong after a good first crawl, and what the second one makes of it."""

    named: str
    happens: Callable[[Publisher], object]
    check: str | None
    standings: dict[str, str]
    outcome: CrawlOutcome = CrawlOutcome.COMPLETE
    state: TrustState = TrustState.FAILING


def rolled_back(repo: Publisher) -> None:
    repo.serve("timestamp.json", repo.document("timestamp", 1))


def equivocating(repo: Publisher) -> None:
    repo.forge("timestamp", lambda signed: signed.update({"note": "for you alone"}))


def of_nobody(repo: Publisher) -> None:
    stranger = Publisher("a stranger", AT)
    stranger.publish(AT)
    stranger.rotate("root")
    stranger.publish(AT)
    repo.serve("2.root.json", stranger.document("root", 2))
    repo.publish(AT + DAY)


def below_its_threshold(repo: Publisher) -> None:
    repo.sign_with("team")
    repo.publish(AT + DAY)


def not_served(repo: Publisher) -> None:
    repo.renew("team")
    repo.publish(AT + DAY)
    repo.withdraw("2.team.json")


def tampered(repo: Publisher) -> None:
    repo.renew("team")
    repo.publish(AT + DAY)
    repo.tamper("2.team.json", b"team/app", b"evil/app")


def leading_back(repo: Publisher) -> None:
    repo.claim("timestamp", "snapshot", version=1)
    repo.publish(AT + DAY)


def no_json(repo: Publisher) -> None:
    repo.serve("timestamp.json", b"<html>404 but I do not say so</html>")


TROUBLES = [
    Trouble("rolled back", rolled_back, "tuf.timestamp.rollback.version",
            {"timestamp.json": "refused", "1.snapshot.json": "refused", "1.targets.json": "seen"}),
    Trouble("no JSON", no_json, "tuf.meta.parse", {"timestamp.json": "refused"}),
    Trouble("a timestamp that leads back", leading_back,
            "tuf.timestamp.rollback.snapshot_version",
            {"timestamp.json": "refused", "1.snapshot.json": "refused", "1.targets.json": "seen"}),
    Trouble("a root of a stranger", of_nobody, "tuf.root.chain.threshold_old",
            {"2.root.json": "refused", "timestamp.json": "seen"}),
    Trouble("below its threshold", below_its_threshold, "tuf.delegation.signature.threshold",
            {"timestamp.json": "trusted", "3.snapshot.json": "trusted", "2.team.json": "refused"},
            outcome=CrawlOutcome.PARTIAL),
    Trouble("tampered with", tampered, "tuf.delegation.signature.threshold",
            {"timestamp.json": "trusted", "3.snapshot.json": "trusted", "2.team.json": "refused"},
            outcome=CrawlOutcome.PARTIAL),
    Trouble("a delegated role that is not served", not_served, "tuf.delegation.fetch",
            {"timestamp.json": "trusted", "3.snapshot.json": "trusted"},
            outcome=CrawlOutcome.PARTIAL),
    Trouble("equivocating", equivocating, None, {"timestamp.json": "seen"},
            state=TrustState.VERIFIED),
]  # fmt: skip


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.named)
def test_trouble_is_kept_as_evidence_and_changes_nothing_that_is_trusted(
    trouble: Trouble, repo: Publisher, memory: CrawlMemory
) -> None:
    memory.crawl(repo.metadata, AT)
    repo.renew("targets")
    repo.publish(AT + DAY / 2)
    memory.crawl(repo.metadata, AT + DAY / 2)
    before = dict(memory.trusted)
    trouble.happens(repo)
    result = memory.crawl(repo.metadata, AT + DAY)
    assert first_failing(result) == trouble.check
    assert (result.outcome, result.state) == (trouble.outcome, trouble.state)
    assert standings(result) == trouble.standings
    refused = {one.role for one in result.seen if one.standing != "trusted"}
    assert {role: memory.trusted.get(role) for role in refused} == {
        role: before.get(role) for role in refused
    }


def test_an_expired_timestamp_is_refused_and_what_it_leads_to_was_seen(
    repo: Publisher, memory: CrawlMemory
) -> None:
    result = memory.crawl(repo.metadata, AT + 10 * DAY)
    assert first_failing(result) == "tuf.timestamp.freeze.expired"
    assert standings(result)["timestamp.json"] == "refused"
    assert standings(result)["1.snapshot.json"] == "seen"
    assert memory.trusted == {}


def test_a_root_of_before_under_the_next_number_is_refused_there(
    repo: Publisher, memory: CrawlMemory
) -> None:
    memory.crawl(repo.metadata, AT)
    repo.serve("2.root.json", repo.document("root", 1))
    result = memory.crawl(repo.metadata, AT)
    assert first_failing(result) == "tuf.root.rollback.version"
    assert standings(result)["2.root.json"] == "refused"


# Who said so -----------------------------------------------------------------------------------


def test_what_is_trusted_for_one_delegator_is_trusted_whatever_another_says(
    repo: Publisher, memory: CrawlMemory
) -> None:
    """The second delegator names other keys, and another threshold, for the same role."""
    repo.add_delegation("targets", "other", paths=["other/*"])
    repo.add_delegation("other", "team", keys=2, threshold=2, paths=["team/*"])
    repo.sign_with("team", repo.keys("team")[0])
    repo.publish(AT)
    result = memory.crawl(repo.metadata, AT)
    assert result.state is TrustState.FAILING
    assert standings(result)["2.team.json"] == "trusted"


# The pinned root -------------------------------------------------------------------------------


def test_a_pinned_root_that_the_place_does_not_serve_is_told_as_pinned(
    repo: Publisher, memory: CrawlMemory
) -> None:
    repo.withdraw("1.root.json")
    result = memory.crawl(repo.metadata, AT)
    pinned = next(one for one in result.seen if one.role == "root")
    assert (pinned.place, pinned.origin, pinned.version) == ("pinned/1.root.json", "anchor", "1")
    assert (result.outcome, result.problems) == (CrawlOutcome.COMPLETE, ())


def test_another_root_under_the_number_of_the_pinned_one_is_kept_beside_it(
    repo: Publisher, memory: CrawlMemory
) -> None:
    other = Publisher("somebody else", AT)
    other.publish(AT)
    repo.serve("1.root.json", other.document("root", 1))
    result = memory.crawl(repo.metadata, AT)
    assert standings(result)["pinned/1.root.json"] == "trusted"
    assert standings(result)["1.root.json"] == "seen"
    assert result.state is TrustState.VERIFIED


def test_the_pinned_root_is_told_once_it_is_known_what_the_place_serves(
    memory: CrawlMemory,
) -> None:
    """A place that is down may serve it all the same."""
    assert memory.crawl({}, AT).seen == ()


def test_bytes_are_seen_at_whatever_place_they_stood(repo: Publisher, memory: CrawlMemory) -> None:
    memory.crawl(repo.metadata, AT)
    assert is_seen(memory.order(), Document("elsewhere", repo.document("targets", 1)))
    assert not is_seen(memory.order(), Document("elsewhere", b"others"))


@pytest.mark.parametrize("body", [b"", b"{}", b"<html>", b'{"signed": {"_type": "root"}}'])
def test_what_cannot_be_read_states_no_version(body: bytes) -> None:
    assert version_of(Document("a place", body)) is None


def test_a_document_that_can_be_read_states_its_version(repo: Publisher) -> None:
    assert version_of(Document("a place", repo.document("root", 1))) == 1
