"""Errands side by side, as the engine runs them; most of it is tested through `Fetch` and lines."""

import time
from collections.abc import Callable, Iterator

import pytest

from tests.crawl.conftest import QUICK
from tests.simulators.fault_server import FaultServer, answer, silent
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.crawl.addresses import AddressPolicy
from trustui.crawl.transfer.engine import Engine, Naming
from trustui.crawl.transfer.errand import Errand, Wanted
from trustui.crawl.transfer.limits import FetchLimits
from trustui.crawl.transfer.request import Terms

LOOPBACK = AddressPolicy(allowed_hosts=frozenset({"127.0.0.1", "a.test"}))


class Party:
    def __init__(self) -> None:
        self.ended: list[Errand] = []

    def take(self, errand: Errand) -> None:
        self.ended.append(errand)


class Slow:
    """A resolver that answers when the test says so."""

    def __init__(self) -> None:
        self.found: tuple[str, ...] | None = None
        self.error: Exception | None = None
        self._is_news = False

    def say(self, *addresses: str, error: Exception | None = None) -> None:
        self.found, self.error, self._is_news = addresses, error, True

    def addresses(self, _host: str, _port: int, _now: float) -> tuple[str, ...] | None:
        if self.error is not None:
            raise self.error
        return self.found

    def take(self) -> bool:
        is_news, self._is_news = self._is_news, False
        return is_news

    def close(self) -> None: ...


@pytest.fixture
def slow() -> Slow:
    return Slow()


@pytest.fixture
def engine(slow: Slow) -> Iterator[Engine]:
    def names(_ring: Callable[[], None]) -> Naming:
        return slow

    running = Engine(QUICK, names=names)
    yield running
    running.close()


def errand(url: str, party: Party, limits: FetchLimits = QUICK) -> Errand:
    return Errand(Wanted(url, 10), Terms(LOOPBACK, limits, ca_file=None), party)


def run(engine: Engine, party: Party, count: int) -> None:
    give_up = time.monotonic() + 5
    while len(party.ended) < count:
        assert time.monotonic() < give_up
        engine.turn(0.05)


def test_a_refused_errand_is_over_before_anything_is_asked(engine: Engine) -> None:
    party = Party()
    engine.add(errand("http://127.0.0.2/", party))
    assert [one.is_over for one in party.ended] == [True]


def test_an_errand_waits_in_its_lane_for_the_addresses_of_its_name(
    engine: Engine, slow: Slow, server: FaultServer
) -> None:
    server.on("/", answer(200, b"x"))
    party = Party()
    engine.add(errand(f"http://a.test:{server.port}/", party))
    engine.turn(0.0)
    assert engine.pause is None
    assert server.connections() == 0
    slow.say("127.0.0.1")
    run(engine, party, 1)
    assert isinstance(party.ended[0].result, Document)


def test_a_name_that_fails_later_is_unreadable(engine: Engine, slow: Slow) -> None:
    party = Party()
    engine.add(errand("http://a.test/", party))
    engine.turn(0.0)
    slow.say(error=OSError("no such name"))
    run(engine, party, 1)
    assert isinstance(party.ended[0].result, Problem)
    assert "no such name" in party.ended[0].result.because


def test_a_resolver_that_breaks_ends_the_errand_alone(
    engine: Engine, slow: Slow, server: FaultServer
) -> None:
    party = Party()
    engine.add(errand("http://a.test/", party))
    engine.turn(0.0)
    slow.say(error=LookupError("a bug"))
    run(engine, party, 1)
    assert isinstance(party.ended[0].error, LookupError)
    engine.add(errand(server.on("/", answer(200, b"x")), party))
    run(engine, party, 2)
    assert isinstance(party.ended[1].result, Document)


def test_the_time_for_a_name_is_part_of_the_time_to_connect(engine: Engine) -> None:
    party = Party()
    limits = FetchLimits(connect_seconds=0.1)
    began = time.monotonic()
    engine.add(errand("http://a.test/", party, limits))
    run(engine, party, 1)
    assert 0.1 <= time.monotonic() - began < FetchLimits().connect_seconds
    assert isinstance(party.ended[0].result, Problem)
    assert party.ended[0].result.kind is ProblemKind.TOO_SLOW


def test_a_party_that_gives_up_is_told_nothing_and_leaves_its_lanes(
    engine: Engine, slow: Slow, server: FaultServer
) -> None:
    gone, other = Party(), Party()
    server.on("/silent", silent)
    for url in [server.url("/silent")] * 10 + ["http://a.test/"] * 10:
        engine.add(errand(url, gone))
    engine.turn(0.05)
    engine.cancel(gone)
    engine.add(errand(server.on("/", answer(200, b"x")), other))
    run(engine, other, 1)
    slow.say("127.0.0.1")
    engine.turn(0.0)
    assert gone.ended == []
    assert engine.pause is None


def test_a_silent_place_is_left_in_time_without_being_looked_at_all_the_time(
    engine: Engine, server: FaultServer
) -> None:
    party = Party()
    engine.add(errand(server.on("/", silent), party))
    turns, began = 0, time.monotonic()
    while not party.ended:
        engine.turn(60.0)
        turns += 1
    assert time.monotonic() - began < QUICK.stall_seconds + 20
    assert turns < 20


def test_what_ends_at_once_is_told_at_once(engine: Engine, slow: Slow) -> None:
    slow.say(error=OSError("no such name"))
    party = Party()
    engine.add(errand("http://a.test/", party))
    began = time.monotonic()
    engine.turn(60.0)
    assert len(party.ended) == 1
    assert time.monotonic() - began < 20


def test_idle_connections_are_closed_and_busy_ones_kept(
    engine: Engine, server: FaultServer
) -> None:
    party = Party()
    for seconds, connections in ((60.0, 1), (0.0, 1), (60.0, 2)):
        engine.add(errand(server.on("/", answer(200, b"x")), party))
        run(engine, party, len(party.ended) + 1)
        assert server.connections() == connections
        engine.close_idle(seconds)
