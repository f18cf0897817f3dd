"""Reading ahead asks for what the walk will ask for, together and sooner, and for nothing else."""

import gc
import weakref
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.simulators.crawl_memory import CrawlMemory, place_of, standings
from tests.simulators.tuf_places import TufPlace
from trustui.core.formats.tuf.repository import Anchor, AnchorOrigin, Question
from trustui.core.formats.tuf.verify import verify
from trustui.core.trace import Step, collect
from trustui.demo.keys import JsonObject
from trustui.demo.publisher import Publisher
from trustui.inventory.asking import CrawlLimits
from trustui.inventory.crawling import crawl
from trustui.inventory.models import CrawlOutcome
from trustui.inventory.values import CrawlResult

AT = datetime(2026, 1, 1, tzinfo=UTC)


def bins() -> Publisher:
    repo = Publisher("bins", AT)
    repo.delegate_hash_bins("targets", bit_length=5)
    repo.publish(AT)
    return repo


def tree() -> Publisher:
    repo = Publisher("a tree", AT)
    for team in ("a", "b", "c"):
        repo.add_delegation("targets", team, paths=[f"{team}/*"])
        for part in ("x", "y"):
            repo.add_delegation(team, f"{team}-{part}", paths=[f"{team}/{part}/*"])
    repo.add_delegation("b", "a-x", paths=["b/shared/*"])
    repo.publish(AT)
    return repo


def crawled(
    repo: Publisher, memory: CrawlMemory, batches: list[list[str]] | None, size: int = 16
) -> tuple[CrawlResult, list[str]]:
    place = TufPlace(repo.metadata)
    limits = CrawlLimits(ahead=size)
    result = crawl(memory.order(), place_of(place, batches), lambda: AT, limits=limits)
    return result, place.asked


@pytest.mark.parametrize("repo", [bins(), tree()], ids=["bins", "tree"])
@pytest.mark.parametrize("size", [1, 2, 7, 64])
def test_it_asks_for_the_same_and_concludes_the_same(repo: Publisher, size: int) -> None:
    memory = CrawlMemory(repo.document("root", 1))
    plain, asked_one_by_one = crawled(repo, memory, None)
    batches: list[list[str]] = []
    ahead, asked = crawled(repo, memory, batches, size)
    assert sorted(asked) == sorted(asked_one_by_one)
    assert ahead.trace == plain.trace
    assert standings(ahead) == standings(plain)
    assert all(1 < len(batch) <= size for batch in batches)


def test_bins_come_in_full_batches() -> None:
    repo = bins()
    batches: list[list[str]] = []
    result, _ = crawled(repo, CrawlMemory(repo.document("root", 1)), batches)
    assert [len(batch) for batch in batches] == [16, 16]
    assert set(standings(result).values()) == {"trusted"}


def test_what_a_client_keeps_is_not_read_again() -> None:
    repo = bins()
    memory = CrawlMemory(repo.document("root", 1))
    memory.take(crawled(repo, memory, [])[0])
    repo.add_target(repo.bin_for("targets", "a"), "a", b"a")
    repo.add_target(repo.bin_for("targets", "b"), "b", b"b")
    repo.publish(AT)
    batches: list[list[str]] = []
    result, asked = crawled(repo, memory, batches)
    assert len(batches) == 1
    assert set(batches[0]) == {repo.bin_for("targets", name) for name in "ab"}
    assert len(asked) == 5  # a next root, timestamp, snapshot, two bins
    assert result.outcome is CrawlOutcome.COMPLETE


def test_a_role_that_snapshot_does_not_list_is_not_asked_for() -> None:
    repo = tree()
    repo.omit("snapshot", "b")
    repo.publish(AT)
    batches: list[list[str]] = []
    _, asked = crawled(repo, CrawlMemory(repo.document("root", 1)), batches)
    assert not any(name.endswith(".b.json") for name in asked)


def test_a_role_that_is_listed_and_delegated_by_nobody_is_not_asked_for() -> None:
    def add(signed: JsonObject) -> None:
        meta = signed["meta"]
        assert isinstance(meta, dict)
        meta["nobody.json"] = {"version": 1}

    repo = tree()
    repo.edit_next("snapshot", add)
    repo.publish(AT)
    _, asked = crawled(repo, CrawlMemory(repo.document("root", 1)), [])
    assert not any("nobody" in name for name in asked)


def test_below_a_delegator_that_is_not_signed_nothing_is_read_ahead() -> None:
    repo = tree()
    repo.sign_with("a")
    repo.publish(AT)
    batches: list[list[str]] = []
    result, asked = crawled(repo, CrawlMemory(repo.document("root", 1)), batches)
    assert not any("a-y" in name for name in asked)
    assert standings(result)["2.a.json"] == "refused"


def test_more_bins_than_a_walk_visits_are_not_enumerated() -> None:
    repo = bins()

    def widen(signed: JsonObject) -> None:
        delegations = signed["delegations"]
        assert isinstance(delegations, dict)
        roles = delegations["succinct_roles"]
        assert isinstance(roles, dict)
        roles["bit_length"] = 32

    repo.edit_next("targets", widen)
    repo.publish(AT)
    result, asked = crawled(repo, CrawlMemory(repo.document("root", 1)), [])
    assert len(asked) < 10
    assert result.outcome is CrawlOutcome.COMPLETE


@pytest.mark.parametrize("repo", [bins(), tree()], ids=["bins", "tree"])
def test_a_crawl_takes_the_very_steps_of_a_verification(repo: Publisher) -> None:
    memory = CrawlMemory(repo.document("root", 1))
    result, _ = crawled(repo, memory, [])
    order = memory.order()
    assert order.root is not None
    question = Question(Anchor(order.root, AnchorOrigin.PINNED), AT)
    events, _ = collect(verify, question, TufPlace(repo.metadata))
    steps = tuple(event for event in events if isinstance(event, Step))
    assert result.trace is not None
    assert result.trace.steps == steps


@pytest.fixture
def uncollected() -> Iterator[None]:
    """Nothing that refers to itself is found and freed meanwhile."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("size", [1, 16])
def test_what_was_read_goes_with_its_result(size: int) -> None:
    """In cycles, workers held hundreds of crawls, and grew with the documents of the day."""
    repo = tree()
    result, _ = crawled(repo, CrawlMemory(repo.document("root", 1)), [], size)
    assert result.repository is not None
    repository = weakref.ref(result.repository)
    del result
    assert repository() is None
