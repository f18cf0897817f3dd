"""Doors for many threads, on real sockets."""

import contextlib
import resource
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.crawl.conftest import PATIENT as UNHURRIED
from tests.simulators.authority import Authority
from tests.simulators.fault_server import FaultServer, answer, silent
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.crawl.addresses import AddressPolicy
from trustui.crawl.fetch import Door, Fetch, FetchLimits, Result, Unchanged, Wanted
from trustui.crawl.switchboard import (
    AT_ONCE,
    Line,
    Switchboard,
    SwitchboardClosed,
    SwitchboardFailed,
    affordable,
)
from trustui.crawl.transfer.engine import Engine

LOOPBACK = AddressPolicy(allowed_hosts=frozenset({"127.0.0.0/8"}))
PATIENT = FetchLimits(at_once=512, stall_seconds=30.0, total_seconds=60.0)
OPERATOR = "trustui-switchboard"


@pytest.fixture
def switchboard() -> Iterator[Switchboard]:
    with Switchboard(UNHURRIED) as opened:
        yield opened


@pytest.fixture
def patient() -> Iterator[Switchboard]:
    """Waits far longer for a silent place than a test takes."""
    with Switchboard(PATIENT) as opened:
        yield opened


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(64) as pool:
        yield pool


def operators() -> int:
    return sum(thread.name == OPERATOR for thread in threading.enumerate())


def eventually(is_so: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 5
    while not is_so():
        assert time.monotonic() < give_up
        time.sleep(0.005)


def body(result: Result) -> bytes:
    assert isinstance(result, Document), result
    return result.body


def ask(line: Line, url: str) -> Document | Problem:
    return line.get(url, max_length=100)


def test_both_kinds_of_door_promise_the_same(switchboard: Switchboard) -> None:
    with Fetch() as fetch:
        doors: list[Door] = [fetch, switchboard.line()]
        for door in doors:
            refused = door.get("http://127.0.0.1/", max_length=1)
            assert isinstance(refused, Problem)
            assert refused.kind is ProblemKind.REFUSED


def test_many_threads_share_one_set_of_connections(
    switchboard: Switchboard, server: FaultServer, threads: ThreadPoolExecutor
) -> None:
    line = switchboard.line(LOOPBACK)
    urls = [server.on(f"/{n}", answer(200, str(n).encode(), after=0.002)) for n in range(200)]
    asked = [threads.submit(ask, line, url) for url in urls]
    assert [body(one.result()) for one in asked] == [str(n).encode() for n in range(200)]
    assert server.busiest <= UNHURRIED.at_once_per_host
    assert server.connections() <= UNHURRIED.at_once_per_host
    assert (line.requests, line.received_bytes) == (200, sum(len(str(n)) for n in range(200)))
    assert operators() == 1


def test_results_come_as_they_are_ready(patient: Switchboard, server: FaultServer) -> None:
    server.on("/slow", answer(200, b"slow", after=0.3))
    server.on("/quick", answer(200, b"quick"))
    wanted = [Wanted(server.url(path), 10) for path in ("/slow", "/quick", "/none")]
    came = list(patient.line(LOOPBACK).each(wanted))
    assert [number for number, _ in came][-1] == 0
    assert sorted(number for number, _ in came) == [0, 1, 2]
    assert body(came[-1][1]) == b"slow"


def test_what_is_over_is_not_held_back_for_what_is_not(
    patient: Switchboard, server: FaultServer
) -> None:
    began = time.monotonic()
    urls = [server.on("/silent", silent), server.on("/quick", answer(200, b"quick"))]
    with contextlib.closing(patient.line(LOOPBACK).each([Wanted(u, 10) for u in urls])) as answers:
        assert body(next(answers)[1]) == b"quick"
    assert time.monotonic() - began < PATIENT.stall_seconds / 2


def test_nothing_asked_nothing_got(switchboard: Switchboard) -> None:
    assert switchboard.line().get_many([]) == []


def test_what_may_not_be_asked_is_refused_at_once() -> None:
    """Also where nothing else happens: the thread may wait for a minute then."""
    began_at = time.monotonic()
    with Switchboard(UNHURRIED) as switchboard, switchboard.line() as line:
        for _ in range(2):
            found = line.get("http://127.0.0.1/", max_length=10)
            assert isinstance(found, Problem)
            assert found.kind is ProblemKind.REFUSED
    assert time.monotonic() - began_at < 5


def test_a_conditional_request_may_be_answered_unchanged(
    switchboard: Switchboard, server: FaultServer
) -> None:
    url = server.on("/", answer(200, b"x", {"ETag": '"1"'}), answer(304))
    line = switchboard.line(LOOPBACK)
    first = ask(line, url)
    assert isinstance(first, Document)
    again = line.get(url, max_length=10, validator=first.validator)
    assert isinstance(again, Unchanged)
    assert server.requests[1].headers["if-none-match"] == '"1"'


def test_two_hundred_silent_hosts_do_not_hold_back_another(
    patient: Switchboard, server: FaultServer
) -> None:
    """Each is asked for more than it has lanes, and all together for more than there are."""
    with contextlib.ExitStack() as running:
        hosts = [running.enter_context(FaultServer(f"127.0.2.{n + 1}")) for n in range(200)]
        urls = [host.on("/", silent) for host in hosts] * 6
        hostile = patient.line(LOOPBACK)
        swamp = threading.Thread(target=swamped, args=(hostile, urls))
        swamp.start()
        eventually(lambda: sum(host.busy for host in hosts) >= PATIENT.at_once * 3 // 4)
        began = time.monotonic()
        line = patient.line(LOOPBACK)
        for n in range(20):
            assert body(ask(line, server.on(f"/{n}", answer(200, b"x")))) == b"x"
        took = time.monotonic() - began
        hostile.close()
        swamp.join()
    assert took < PATIENT.stall_seconds / 2


def swamped(line: Line, urls: list[str]) -> None:
    with pytest.raises(SwitchboardClosed):
        line.get_many([Wanted(url, 10) for url in urls])


def test_names_that_nobody_answers_for_do_not_hold_back_another(
    server: FaultServer, threads: ThreadPoolExecutor
) -> None:
    released = threading.Event()

    def resolve(host: str, _port: int) -> list[str]:
        if host != "good.test":
            released.wait(20)
        return ["127.0.0.1"]

    policy = AddressPolicy(allowed_hosts=frozenset({"good.test"}))
    limits = FetchLimits(at_once=512, connect_seconds=1.0)
    server.on("/", answer(200, b"x"))
    with Switchboard(limits, resolve=resolve) as switchboard:
        line = switchboard.line(policy)
        hanging = [threads.submit(ask, line, f"https://{n}.test/") for n in range(60)]
        began = time.monotonic()
        assert body(ask(line, f"http://good.test:{server.port}/")) == b"x"
        assert time.monotonic() - began < 10.0
        slow = hanging[0].result()
        assert isinstance(slow, Problem)
        assert (slow.kind, slow.because) == (
            ProblemKind.TOO_SLOW,
            "no address for 0.test within 1 s",
        )
    released.set()


def test_what_a_name_stands_for_is_judged(server: FaultServer) -> None:
    policy = AddressPolicy(ports=frozenset({server.port}))
    with Switchboard(UNHURRIED, resolve=lambda _host, _port: ["127.0.0.1"]) as switchboard:
        refused = ask(switchboard.line(policy), f"http://evil.test:{server.port}/")
    assert isinstance(refused, Problem)
    assert refused.kind is ProblemKind.REFUSED
    assert server.connections() == 0


def test_a_name_without_an_address_is_unreadable(server: FaultServer) -> None:
    def unknown(_host: str, _port: int) -> list[str]:
        raise OSError("no such name")

    with Switchboard(UNHURRIED, resolve=unknown) as switchboard:
        said = ask(switchboard.line(), "https://nowhere.test/")
        literal = switchboard.line(LOOPBACK)
        assert body(ask(literal, server.on("/", answer(200, b"x")))) == b"x"
    assert isinstance(said, Problem)
    assert (said.kind, "no such name" in said.because) == (ProblemKind.UNREADABLE, True)


def test_a_crowd_at_one_host_lets_a_single_request_in(
    patient: Switchboard, server: FaultServer, threads: ThreadPoolExecutor
) -> None:
    for n in range(200):
        server.on(f"/{n}", answer(200, b"x", after=0.02))
    crowd = patient.line(LOOPBACK)
    wanted = [Wanted(server.url(f"/{n}"), 10) for n in range(200)]
    many = threads.submit(crowd.get_many, wanted)
    eventually(lambda: len(server.requests) > 4)
    assert body(ask(patient.line(LOOPBACK), server.on("/one", answer(200, b"x")))) == b"x"
    assert not many.done()
    place = server.paths().index("/one")
    many.result()
    assert place < 100


def test_a_place_that_asked_to_be_left_alone_is_not_asked_by_another_line(
    switchboard: Switchboard, server: FaultServer
) -> None:
    url = server.on("/a", answer(429, headers={"Retry-After": "60"}))
    first = ask(switchboard.line(LOOPBACK), url)
    second = ask(switchboard.line(LOOPBACK), server.on("/b", answer(200, b"x")))
    assert isinstance(first, Problem)
    assert isinstance(second, Problem)
    assert second.kind is ProblemKind.UNREADABLE
    assert second.retry_after is not None
    assert 55 < second.retry_after <= 60
    assert server.paths() == ["/a"]


def test_lines_of_different_policies_share_no_connections(
    switchboard: Switchboard, server: FaultServer
) -> None:
    url = server.on("/", answer(200, b"x"))
    same, other = LOOPBACK, AddressPolicy(allowed_hosts=frozenset({"127.0.0.1"}))
    for policy in (same, same, other, other):
        assert body(ask(switchboard.line(policy), url)) == b"x"
    assert server.connections() == 2


def test_authorities_of_one_line_are_not_those_of_another(
    switchboard: Switchboard, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    with FaultServer(tls=authority.server()) as server:
        url = server.on("/", answer(200, b"x"))
        trusting = switchboard.line(LOOPBACK, ca_file=authority.ca_file)
        assert body(ask(trusting, url)) == b"x"
        refused = ask(switchboard.line(LOOPBACK), url)
    assert isinstance(refused, Problem)
    assert refused.because.startswith("TLS: ")


def test_after_idle_time_the_thread_and_the_connections_end(server: FaultServer) -> None:
    url = server.on("/", answer(200, b"x"))
    with Switchboard(UNHURRIED, idle_seconds=0.05) as switchboard:
        line = switchboard.line(LOOPBACK)
        for count in (1, 2):
            assert body(ask(line, url)) == b"x"
            eventually(lambda: operators() == 0)
            assert server.connections() == count


def test_connections_of_an_idle_policy_end_before_the_thread(server: FaultServer) -> None:
    url = server.on("/", answer(200, b"x"))
    other = AddressPolicy(allowed_hosts=frozenset({"127.0.0.1"}))
    with Switchboard(UNHURRIED, idle_seconds=0.2) as switchboard:
        assert body(ask(switchboard.line(other), url)) == b"x"
        until = time.monotonic() + 0.5
        while time.monotonic() < until:
            assert body(ask(switchboard.line(LOOPBACK), url)) == b"x"
            time.sleep(0.02)
        assert operators() == 1
        assert body(ask(switchboard.line(other), url)) == b"x"
    assert server.connections() == 3


def waiting(
    patient: Switchboard, server: FaultServer, pool: ThreadPoolExecutor
) -> list[Future[Document | Problem]]:
    line = patient.line(LOOPBACK)
    url = server.on("/silent", silent)
    asked = [pool.submit(ask, line, url) for _ in range(20)]
    eventually(lambda: server.busy == PATIENT.at_once_per_host)
    return asked


def test_closing_while_busy_is_quick_and_tells_everybody(
    patient: Switchboard, server: FaultServer, threads: ThreadPoolExecutor
) -> None:
    asked = waiting(patient, server, threads)
    began = time.monotonic()
    patient.close()
    for one in asked:
        assert isinstance(one.exception(10), SwitchboardClosed)
    assert time.monotonic() - began < PATIENT.stall_seconds / 2
    assert operators() == 0
    with pytest.raises(SwitchboardClosed):
        ask(patient.line(LOOPBACK), server.url())


def test_closing_a_line_ends_its_own_calls_only(
    patient: Switchboard, server: FaultServer, threads: ThreadPoolExecutor
) -> None:
    line, other = patient.line(LOOPBACK), patient.line(LOOPBACK)
    url = server.on("/silent", silent)
    asked = [threads.submit(ask, line, url) for _ in range(20)]
    eventually(lambda: server.busy == PATIENT.at_once_per_host)
    line.close()
    assert all(isinstance(one.exception(2), SwitchboardClosed) for one in asked)
    assert body(ask(other, server.on("/", answer(200, b"x")))) == b"x"
    with pytest.raises(SwitchboardClosed):
        ask(line, server.url())


def test_what_nobody_waits_for_any_more_is_not_asked(
    patient: Switchboard, server: FaultServer
) -> None:
    for n in range(100):
        server.on(f"/{n}", answer(200, b"x", after=0.01))
    line = patient.line(LOOPBACK)
    results = line.each([Wanted(server.url(f"/{n}"), 10) for n in range(100)])
    next(results)
    results.close()
    assert body(ask(line, server.on("/after", answer(200, b"x")))) == b"x"
    assert len(server.requests) < 50


def test_a_mistake_of_ours_reaches_the_one_whose_errand_it_was(
    switchboard: Switchboard, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = Engine._judge

    def broken(self: Engine, errand: object, transfer: object) -> None:
        if "broken" in errand.location:  # type: ignore[attr-defined]
            raise LookupError("a bug")
        judge(self, errand, transfer)  # type: ignore[arg-type]

    monkeypatch.setattr(Engine, "_judge", broken)
    line = switchboard.line(LOOPBACK)
    with pytest.raises(LookupError, match="a bug"):
        ask(line, server.on("/broken", answer(200, b"x")))
    assert body(ask(line, server.on("/", answer(200, b"x")))) == b"x"


def test_a_failing_thread_tells_everybody_and_the_next_request_starts_afresh(
    patient: Switchboard,
    server: FaultServer,
    threads: ThreadPoolExecutor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = waiting(patient, server, threads)

    def fail(_engine: Engine, _longest: float) -> None:
        raise MemoryError

    with monkeypatch.context() as broken:
        broken.setattr(Engine, "turn", fail)
        assert patient._operator is not None
        patient._operator._engine.ring()
        for one in asked:
            error = one.exception(5)
            assert isinstance(error, SwitchboardFailed)
            assert isinstance(error.__cause__, MemoryError)
    assert body(ask(patient.line(LOOPBACK), server.on("/", answer(200, b"x")))) == b"x"


def test_it_leaves_no_descriptors_and_no_threads_behind(server: FaultServer) -> None:
    url = server.on("/", answer(200, b"x"))

    def descriptors() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    def use() -> None:
        with Switchboard(UNHURRIED, resolve=lambda _host, _port: ["127.0.0.1"]) as switchboard:
            line = switchboard.line(AddressPolicy(allowed_hosts=frozenset({"a.test", "127.0.0.1"})))
            assert body(ask(line, url)) == b"x"
            assert body(ask(line, f"http://a.test:{server.port}/")) == b"x"

    use()
    eventually(lambda: server.busy == 0)
    before, threads = descriptors(), threading.active_count()
    use()
    eventually(lambda: descriptors() <= before)
    eventually(lambda: threading.active_count() <= threads)


def test_as_many_at_once_as_descriptors_allow(monkeypatch: pytest.MonkeyPatch) -> None:
    for allowed, at_once in ((20_000, 512), (1024, 512), (256, 128), (8, 16), (-1, 512)):
        monkeypatch.setattr(resource, "getrlimit", lambda _what, n=allowed: (n, n))
        assert affordable(AT_ONCE) == at_once
