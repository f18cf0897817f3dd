"""A place that misbehaves is named, its past stays as it was, and it holds nobody up."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.simulators.crawl_memory import CrawlMemory, problems_by_place, standings
from tests.simulators.fault_server import (
    Behaviour,
    Client,
    FaultServer,
    answer,
    gzip_bomb,
    head,
    raw,
    redirect,
    silent,
)
from trustui.core.facts import ProblemKind
from trustui.core.trace import TrustState
from trustui.crawl.fetch import AddressPolicy, FetchLimits
from trustui.crawl.switchboard import Line, Switchboard
from trustui.demo.publisher import Publisher
from trustui.inventory.crawling import crawl
from trustui.inventory.models import CrawlOutcome
from trustui.inventory.probing import place_behind
from trustui.inventory.values import CrawlResult

AT = datetime(2026, 1, 1, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
STAND_IN = "127.0.0.2"
"""Takes the part of the public internet: a loopback address that the policy allows by name."""
QUICK = FetchLimits(
    connect_seconds=1.0,
    stall_seconds=0.3,
    total_seconds=1.0,
    rate_grace_seconds=0.25,
    backoff_seconds=0.01,
)


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer(STAND_IN) as running:
        yield running


@pytest.fixture
def canary() -> Iterator[FaultServer]:
    """Stands on an internal address and must never be connected."""
    with FaultServer() as running:
        yield running


@pytest.fixture
def line(canary: FaultServer) -> Iterator[Line]:
    """May ask the stand-in only; it is not its port that keeps the canary out of reach."""
    ports = frozenset({80, canary.port})
    with Switchboard(QUICK) as switchboard:
        yield switchboard.line(AddressPolicy(allowed_hosts=frozenset({STAND_IN}), ports=ports))


@pytest.fixture
def repo() -> Publisher:
    made = Publisher("a vendor", AT)
    made.add_delegation("targets", "team", paths=["team/*"])
    made.publish(AT)
    return made


@pytest.fixture
def memory(repo: Publisher, server: FaultServer, line: Line) -> CrawlMemory:
    """The source was crawled once while all was well."""
    known = CrawlMemory(repo.document("root", 1))
    known.location = server.url("/")
    serve(server, repo)
    assert crawled(known, line, AT).state is TrustState.VERIFIED
    return known


def serve(server: FaultServer, repo: Publisher) -> None:
    for name, body in repo.metadata.items():
        server.on(f"/{name}", answer(200, body))


def crawled(memory: CrawlMemory, line: Line, at: datetime) -> CrawlResult:
    result = crawl(memory.order(), place_behind(line.each, memory.location), lambda: at)
    memory.take(result)
    return result


def trickle(client: Client) -> None:
    client.send(head(200, {"Content-Length": "10000"}))
    client.drip(b" " * 10_000, 0.2)


def endless(client: Client) -> None:
    client.send(head(200, {"Connection": "close"}))
    for _ in range(10_000):
        client.send(b"x" * 1_000_000)


def reset(client: Client) -> None:
    client.reset()


FAULTS: list[tuple[str, Behaviour, ProblemKind]] = [
    ("trickle", trickle, ProblemKind.TOO_SLOW),
    ("silence", silent, ProblemKind.TOO_SLOW),
    ("10 GB", endless, ProblemKind.TOO_LONG),
    ("a bomb", gzip_bomb, ProblemKind.TOO_LONG),
    ("nothing", raw(b""), ProblemKind.UNREADABLE),
    ("a reset", reset, ProblemKind.UNREADABLE),
    ("half", raw(head(200, {"Content-Length": "100"}) + b"{"), ProblemKind.UNREADABLE),
    ("no HTTP", raw(b"SSH-2.0-OpenSSH_9.9\r\n"), ProblemKind.UNREADABLE),
    ("429", answer(429, headers={"Retry-After": "60"}), ProblemKind.UNREADABLE),
    ("500", answer(500), ProblemKind.UNREADABLE),
    ("401", answer(401), ProblemKind.UNREADABLE),
    ("404", answer(404), ProblemKind.ABSENT),
]


@pytest.mark.parametrize(("named", "fault", "kind"), FAULTS, ids=[fault[0] for fault in FAULTS])
def test_a_fault_is_named_and_what_was_trusted_stays(
    named: str,
    fault: Behaviour,
    kind: ProblemKind,
    memory: CrawlMemory,
    server: FaultServer,
    line: Line,
) -> None:
    before = dict(memory.trusted)
    server.on("/timestamp.json", fault)
    since = time.monotonic()
    result = crawled(memory, line, LATER)
    assert time.monotonic() - since < 4, named
    assert result.outcome is CrawlOutcome.FAILED
    assert problems_by_place(result)["timestamp.json"].kind is kind
    assert (result.seen, memory.trusted) == ((), before)
    assert result.state is not TrustState.VERIFIED


def test_a_redirect_to_an_internal_address_is_not_followed(
    memory: CrawlMemory, server: FaultServer, canary: FaultServer, line: Line
) -> None:
    server.on("/timestamp.json", redirect(canary.url("/timestamp.json")))
    result = crawled(memory, line, LATER)
    problem = problems_by_place(result)["timestamp.json"]
    assert problem.kind is ProblemKind.REFUSED
    assert "loopback" in problem.because
    assert canary.connections() == 0


def test_a_place_that_stalls_on_one_role_gives_all_others(
    memory: CrawlMemory, repo: Publisher, server: FaultServer, line: Line
) -> None:
    repo.renew("team", "targets")
    repo.publish(LATER)
    serve(server, repo)
    server.on("/2.team.json", trickle)
    result = crawled(memory, line, LATER)
    assert result.outcome is CrawlOutcome.PARTIAL
    assert result.because.startswith("1 document could not be read, first 2.team.json: ")
    assert standings(result) == {
        "timestamp.json": "trusted",
        "2.snapshot.json": "trusted",
        "2.targets.json": "trusted",
    }


def test_it_goes_on_where_it_ended_once_the_place_is_well_again(
    memory: CrawlMemory, repo: Publisher, server: FaultServer, line: Line
) -> None:
    repo.renew("team", "targets")
    repo.publish(LATER)
    serve(server, repo)
    server.on("/2.team.json", answer(500))
    crawled(memory, line, LATER)
    serve(server, repo)
    before = len(server.requests)
    result = crawled(memory, line, LATER)
    assert server.paths()[before:] == ["/2.root.json", "/timestamp.json", "/2.team.json"]
    assert result.state is TrustState.VERIFIED
