"""Two requests tell whether a settled source changed; what they brought is not fetched again."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from tests.simulators.crawl_memory import CrawlMemory, standings
from tests.simulators.many_places import MemoryDoor
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.tuf.reading import Request
from trustui.core.formats.tuf.repository import AnchorOrigin
from trustui.core.trace import TrustState
from trustui.demo.publisher import Publisher
from trustui.inventory.crawling import crawl
from trustui.inventory.models import CrawlOutcome
from trustui.inventory.probing import (
    Look,
    may_probe,
    place_behind,
    policy_of,
    probe,
)
from trustui.inventory.values import CrawlOrder, CrawlResult

AT = datetime(2026, 1, 1, tzinfo=UTC)
LATER = AT + timedelta(hours=1)


class Mirror:
    """One repository at an address of its own, crawled once already."""

    def __init__(self, name: str) -> None:
        self.repo = Publisher(name, AT)
        self.repo.publish(AT)
        self.base = f"https://{name}.example/metadata/"
        self.memory = CrawlMemory(self.repo.document("root", 1))
        self.memory.location = self.base
        self.crawl()

    @property
    def files(self) -> dict[str, bytes]:
        return {self.base + name: body for name, body in self.repo.metadata.items()}

    def crawl(self) -> CrawlResult:
        door = MemoryDoor(self.files, AT)
        result = crawl(self.memory.order(), place_behind(door.each, self.base), lambda: AT)
        self.memory.take(result)
        return result


@pytest.fixture
def mirror() -> Mirror:
    return Mirror("vendor")


def probed(orders: list[CrawlOrder], door: MemoryDoor) -> dict[int, CrawlResult | Look]:
    return dict(probe(orders, door.each, lambda: LATER))


def look(mirror: Mirror, **door: Any) -> tuple[CrawlResult | Look, MemoryDoor]:
    opened = MemoryDoor(mirror.files, LATER, **door)
    found = probed([mirror.memory.order()], opened)
    return found[0], opened


def test_unchanged_places_cost_two_requests_and_nothing_else(mirror: Mirror) -> None:
    found, door = look(mirror)
    assert isinstance(found, CrawlResult)
    assert sorted(door.asked) == [f"{mirror.base}2.root.json", f"{mirror.base}timestamp.json"]
    assert found.outcome is CrawlOutcome.UNCHANGED
    assert found.confirmed == (mirror.memory.known["timestamp.json"].sighting_id,)
    assert (found.requests, found.received_bytes) == (2, 0)
    assert (found.started_at, found.finished_at, found.served_at) == (LATER, LATER, LATER)
    assert found.trace is None


def test_the_same_bytes_are_unchanged_without_conditional_requests_too(mirror: Mirror) -> None:
    found, _ = look(mirror, validates=False)
    assert isinstance(found, CrawlResult)
    assert found.outcome is CrawlOutcome.UNCHANGED
    assert found.received_bytes == len(mirror.repo.metadata["timestamp.json"])


def test_each_of_many_places_is_judged_by_its_own_answers() -> None:
    mirrors = [Mirror(f"vendor-{number}") for number in range(4)]
    mirrors[1].repo.publish(LATER)
    mirrors[2].repo.renew("root")
    mirrors[2].repo.publish(LATER)
    files = {name: body for one in mirrors for name, body in one.files.items()}
    down = {f"{mirrors[3].base}timestamp.json": ProblemKind.UNREADABLE}
    found = probed([one.memory.order() for one in mirrors], MemoryDoor(files, LATER, problems=down))
    assert {number for number, one in found.items() if isinstance(one, CrawlResult)} == {0}
    assert set(found) == {0, 1, 2, 3}


def in_hand(found: CrawlResult | Look) -> Mapping[str, Document | Problem]:
    assert isinstance(found, Look)
    return found.in_hand


def test_what_came_goes_on_into_the_crawl(mirror: Mirror) -> None:
    mirror.repo.publish(LATER)
    found, _ = look(mirror)
    came = in_hand(found)
    timestamp = came["timestamp.json"]
    assert isinstance(timestamp, Document)
    assert timestamp.body == mirror.repo.metadata["timestamp.json"]
    assert set(came) == {"2.root.json", "timestamp.json"}
    door = MemoryDoor(mirror.files, LATER)
    place = place_behind(door.each, mirror.base)
    result = crawl(mirror.memory.order(), place, lambda: LATER, in_hand=came)
    assert door.asked == []
    assert standings(result) == {"timestamp.json": "trusted"}
    assert result.served_at == LATER


def test_a_new_root_beside_an_unchanged_timestamp_needs_no_second_timestamp(
    mirror: Mirror,
) -> None:
    mirror.repo.freeze("timestamp")
    mirror.repo.renew("root")
    mirror.repo.publish(LATER)
    found, _ = look(mirror)
    timestamp = in_hand(found)["timestamp.json"]
    assert timestamp == msgspec.structs.replace(mirror.memory.trusted["timestamp"], served_at=LATER)


def test_an_unchanged_timestamp_that_is_not_kept_is_asked_for_again(mirror: Mirror) -> None:
    mirror.memory.trusted.pop("timestamp")
    mirror.repo.freeze("timestamp")
    mirror.repo.renew("root")
    mirror.repo.publish(LATER)
    found, _ = look(mirror)
    assert set(in_hand(found)) == {"2.root.json"}


@pytest.mark.parametrize("kind", list(ProblemKind))
@pytest.mark.parametrize("name", ["timestamp.json", "2.root.json"])
def test_a_problem_is_no_sign_that_nothing_changed(
    mirror: Mirror, kind: ProblemKind, name: str
) -> None:
    found, _ = look(mirror, problems={mirror.base + name: kind})
    if (name, kind) == ("2.root.json", ProblemKind.ABSENT):
        assert isinstance(found, CrawlResult)
    else:
        assert isinstance(in_hand(found)[name], Problem)


def test_a_door_that_closes_leaves_problems_and_no_verdict_about_the_place(
    mirror: Mirror,
) -> None:
    found, _ = look(mirror, closes_after=1)
    came = in_hand(found)
    assert isinstance(came["2.root.json"], Problem)
    place = place_behind(MemoryDoor(mirror.files, LATER).each, mirror.base)
    result = crawl(mirror.memory.order(), place, lambda: LATER, in_hand=came)
    assert result.state is TrustState.COULD_NOT_CHECK


# Which sources ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"is_settled": False},
        {"kind": "directory"},
        {"known": {}},
        {"root": None, "root_version": None, "root_origin": AnchorOrigin.NOBODY},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_source_of_which_less_is_known_is_crawled(
    mirror: Mirror, changes: dict[str, object]
) -> None:
    order = mirror.memory.order()
    assert may_probe(order)
    assert not may_probe(msgspec.structs.replace(order, **changes))


def test_the_version_of_the_root_is_read_where_the_store_does_not_know_it(mirror: Mirror) -> None:
    order = msgspec.structs.replace(mirror.memory.order(), root_version=None)
    door = MemoryDoor(mirror.files, LATER)
    assert isinstance(probed([order], door)[0], CrawlResult)
    assert f"{mirror.base}2.root.json" in door.asked


def test_only_the_hosts_of_the_source_are_allowed(mirror: Mirror) -> None:
    order = msgspec.structs.replace(mirror.memory.order(), allow_addresses=("10.0.0.1",))
    assert policy_of(order).allowed_hosts == {"10.0.0.1"}


# The place behind a door ------------------------------------------------------------------------


def test_names_are_put_behind_the_location_with_one_slash(mirror: Mirror) -> None:
    for location in (mirror.base, mirror.base.rstrip("/")):
        door = MemoryDoor(mirror.files, LATER)
        place = place_behind(door.each, location)
        assert isinstance(place.first_root(), Document)
        assert door.asked == [f"{mirror.base}1.root.json"]


def test_many_are_answered_in_the_order_of_asking(mirror: Mirror) -> None:
    place = place_behind(MemoryDoor(mirror.files, LATER).each, mirror.base)
    assert place.ask_many is not None
    wanted = [Request(role, 1, 10_000) for role in ("targets", "snapshot", "nobody")]
    answers = place.ask_many(wanted)
    bodies = [one.body if isinstance(one, Document) else one.kind for one in answers]
    served = mirror.repo.metadata
    assert bodies == [served["1.targets.json"], served["1.snapshot.json"], ProblemKind.ABSENT]


def test_a_closed_door_is_a_problem_of_each_that_was_not_answered(mirror: Mirror) -> None:
    door = MemoryDoor(mirror.files, LATER, closes_after=1)
    place = place_behind(door.each, mirror.base)
    assert place.ask_many is not None
    answers = place.ask_many([Request(role, 1, 10_000) for role in ("targets", "snapshot")])
    assert isinstance(answers[0], Problem)
    assert answers[0].kind is ProblemKind.UNREADABLE
    assert isinstance(answers[1], Document)
