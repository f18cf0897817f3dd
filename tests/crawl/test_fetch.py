"""The door as its callers see it: one document, many documents, limits and manners."""

import gzip
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.crawl.conftest import PATIENT, QUICK
from tests.simulators.fault_server import FaultServer, answer, redirect, silent
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.crawl.fetch import AddressPolicy, Fetch, FetchLimits, Result, Unchanged, Wanted

DOCS = Path(__file__).resolve().parent.parent.parent / "docs" / "sources" / "fetch.md"
LOCAL = AddressPolicy(allowed_hosts=frozenset({f"127.0.0.{n}" for n in range(1, 9)}))


def document(result: Result) -> Document:
    assert isinstance(result, Document), result
    return result


def problem(result: Result) -> Problem:
    assert isinstance(result, Problem), result
    return result


def test_a_document_has_its_bytes_its_type_and_its_time(server: FaultServer, door: Fetch) -> None:
    url = server.on("/x.json", answer(200, b'{"a": 1}', {"Content-Type": "application/json"}))
    got = document(door.get(url, max_length=8))
    assert (got.location, got.body, got.media_type) == (url, b'{"a": 1}', "application/json")
    assert got.seen_at is not None
    assert got.seen_at.tzinfo is UTC
    assert abs((datetime.now(UTC) - got.seen_at).total_seconds()) < 5


def test_gzip_is_taken_off_and_the_length_counts_afterwards(
    server: FaultServer, door: Fetch
) -> None:
    body = b"0123456789" * 100
    url = server.on("/", answer(200, gzip.compress(body), {"Content-Encoding": "gzip"}))
    assert document(door.get(url, max_length=1000)).body == body
    assert problem(door.get(url, max_length=999)).kind is ProblemKind.TOO_LONG


def test_the_length_is_a_promise_to_the_byte(server: FaultServer, door: Fetch) -> None:
    url = server.on("/", answer(200, b"12345"))
    assert document(door.get(url, max_length=5)).body == b"12345"
    assert problem(door.get(url, max_length=4)).kind is ProblemKind.TOO_LONG
    assert len(server.requests) == 2


def test_an_empty_document_is_a_document(server: FaultServer, door: Fetch) -> None:
    assert document(door.get(server.on("/", answer(200)), max_length=0)).body == b""


def test_a_redirect_gives_the_document_under_the_name_that_was_asked(
    server: FaultServer, door: Fetch
) -> None:
    server.on("/b/c", answer(200, b"x"))
    url = server.on("/a", redirect("b/c", 307))
    assert document(door.get(url, max_length=10)).location == url


def test_nobody_listening_is_unreadable_after_some_attempts() -> None:
    with FaultServer() as gone:
        url = gone.url()
    with Fetch(LOCAL, QUICK) as door:
        said = problem(door.get(url, max_length=10))
    assert said.kind is ProblemKind.UNREADABLE
    assert said.because.endswith("asked 3 times")


def test_a_name_without_an_address_is_unreadable() -> None:
    def unknown(_host: str, _port: int) -> list[str]:
        raise OSError("no such name")

    for resolve, because in ((unknown, "no such name"), (lambda _host, _port: [], "has none")):
        with Fetch(resolve=resolve) as door:
            said = problem(door.get("https://nowhere.test/", max_length=10))
        assert said.kind is ProblemKind.UNREADABLE
        assert because in said.because


def test_an_answer_of_a_resolver_that_is_no_address_is_not_passed_on() -> None:
    with Fetch(resolve=lambda _host, _port: ["127.0.0.1,evil"]) as door:
        said = problem(door.get("https://a.test/", max_length=10))
    assert said.kind is ProblemKind.UNREADABLE


def test_without_permission_nothing_internal_is_asked(canary: FaultServer) -> None:
    with Fetch(AddressPolicy(ports=frozenset({canary.port}))) as door:
        for host in ("127.0.0.1", "localhost", "[::1]"):
            said = problem(door.get(f"http://{host}:{canary.port}/", max_length=10))
            assert said.kind is ProblemKind.REFUSED
    assert canary.connections() == 0


def test_a_host_allowed_by_name_may_have_any_address_and_port(server: FaultServer) -> None:
    server.on("/", answer(200, b"x"))
    policy = AddressPolicy(allowed_hosts=frozenset({"inside.test"}))
    with Fetch(policy, PATIENT, resolve=lambda _host, _port: ["127.0.0.1"]) as door:
        document(door.get(f"http://inside.test:{server.port}/", max_length=10))
        said = problem(door.get(f"http://other.test:{server.port}/", max_length=10))
    assert said.kind is ProblemKind.REFUSED
    assert server.requests[0].headers["host"] == f"inside.test:{server.port}"


def test_many_results_come_in_the_order_asked(server: FaultServer, door: Fetch) -> None:
    bodies = [str(n).encode() for n in range(200)]
    pauses = [0.02 if n % 7 == 0 else 0.0 for n in range(200)]
    for n, body in enumerate(bodies):
        server.on(f"/{n}", answer(200, body, after=pauses[n]))
    results = door.get_many([Wanted(server.url(f"/{n}"), 10) for n in range(200)])
    assert [document(result).body for result in results] == bodies
    assert server.busiest <= QUICK.at_once_per_host
    assert server.connections() <= QUICK.at_once_per_host


def test_nothing_asked_nothing_got(door: Fetch) -> None:
    assert door.get_many([]) == []


def test_many_may_be_of_all_kinds(server: FaultServer, canary: FaultServer) -> None:
    server.on("/ok", answer(200, b"x"))
    server.on("/silent", silent)
    server.on("/flaky", answer(503), answer(200, b"y"))
    server.on("/away", redirect("/ok"))
    urls = [server.url(path) for path in ("/silent", "/ok", "/none", "/flaky", "/away")]
    with Fetch(AddressPolicy(allowed_hosts=frozenset({"127.0.0.1"})), QUICK) as door:
        results = door.get_many([Wanted(url, 10) for url in [*urls, "http://127.0.0.2/"]])
    kinds = [one.body if isinstance(one, Document) else problem(one).kind for one in results]
    assert kinds == [
        ProblemKind.TOO_SLOW,
        b"x",
        ProblemKind.ABSENT,
        b"y",
        b"x",
        ProblemKind.REFUSED,
    ]
    assert canary.connections() == 0


def test_silent_hosts_do_not_hold_back_others(server: FaultServer) -> None:
    server.on("/", answer(200, b"x"))
    began = time.monotonic()
    with FaultServer("127.0.0.2") as slow, FaultServer("127.0.0.3") as slower:
        slow.on("/", silent)
        slower.on("/", silent)
        asked = [Wanted(one.url(), 10) for one in (slow, slower) for _ in range(8)]
        with Fetch(LOCAL, QUICK) as door:
            results = door.get_many([*asked, *[Wanted(server.url(), 10)] * 20])
    assert all(isinstance(one, Document) for one in results[-20:])
    assert max(request.at for request in server.requests) - began < QUICK.stall_seconds


def test_waiting_for_a_lane_costs_none_of_the_time(server: FaultServer) -> None:
    limits = FetchLimits(total_seconds=0.3, at_once_per_host=1)
    server.on("/", answer(200, b"x", after=0.1))
    with Fetch(LOCAL, limits) as door:
        results = door.get_many([Wanted(server.url(), 10)] * 6)
    assert all(isinstance(one, Document) for one in results)


def test_connections_are_kept_until_the_door_is_closed(server: FaultServer) -> None:
    url = server.on("/", answer(200, b"x"))
    with Fetch(LOCAL, PATIENT) as door:
        for _ in range(5):
            document(door.get(url, max_length=10))
    with Fetch(LOCAL, PATIENT) as other:
        document(other.get(url, max_length=10))
    assert server.connections() == 2


def test_after_interruptions_the_door_can_still_be_used(server: FaultServer) -> None:
    """More often than there are lanes: none is lost."""
    busy = server.on("/busy", answer(503))
    server.on("/silent", silent)

    def interrupted() -> float:
        raise KeyboardInterrupt

    with Fetch(LOCAL, PATIENT, jitter=interrupted) as door:
        for _ in range(PATIENT.at_once_per_host + 1):
            with pytest.raises(KeyboardInterrupt):
                door.get_many([Wanted(server.url("/silent"), 10), Wanted(busy, 10)])
        door._engine._jitter = lambda: 0.0
        assert document(door.get(server.on("/", answer(200, b"x")), max_length=10)).body == b"x"


def test_it_leaves_no_descriptors_behind(server: FaultServer) -> None:
    server.on("/cut", answer(200, after=0.4))
    server.on("/", answer(200, b"x", {"Connection": "close"}))

    def descriptors() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    def ask() -> None:
        with Fetch(LOCAL, QUICK) as door:
            door.get_many([Wanted(server.url("/cut"), 10), *[Wanted(server.url(), 10)] * 40])

    ask()
    before, threads = descriptors(), threading.active_count()
    ask()
    deadline = time.monotonic() + 2
    while descriptors() > before and time.monotonic() < deadline:
        time.sleep(0.01)  # the server's side closes in its own time
    assert descriptors() <= before
    assert threading.active_count() <= threads + 1


@given(st.text(max_size=30), st.text(max_size=30))
def test_no_url_raises(host: str, rest: str) -> None:
    with Fetch(resolve=lambda _host, _port: ["127.0.0.1"]) as door:
        for url in (host, f"http://{host}/{rest}", f"https://a.test/{rest}", f"{host}://{rest}"):
            assert isinstance(door.get(url, max_length=10), Problem)


def test_the_defaults_are_those_that_were_promised() -> None:
    """DESIGN §3 and the scenarios of `hostile/http-scenarios` name these numbers."""
    limits = FetchLimits()
    assert (limits.connect_seconds, limits.stall_seconds, limits.total_seconds) == (5, 10, 30)
    assert (limits.minimum_rate, limits.rate_grace_seconds) == (1024, 5)
    assert (limits.max_redirects, limits.max_ratio, limits.attempts) == (5, 100, 3)
    assert limits.max_retry_after == 3600
    assert AddressPolicy().ports == {80, 443, 5000, 8080, 8443}


def test_every_limit_stands_in_the_documentation_with_its_default() -> None:
    rows = [line.split("|") for line in DOCS.read_text(encoding="utf-8").splitlines()]
    documented = {row[1].strip(" `"): row[2].strip() for row in rows if len(row) > 4}
    for name in FetchLimits.__struct_fields__:
        assert documented.get(name) == f"{getattr(FetchLimits(), name):,}".removesuffix(".0"), name


def test_each_result_comes_as_soon_as_it_is_there(server: FaultServer) -> None:
    wanted = [Wanted(server.on("/slow", answer(200, b"slow", after=0.5)), 10)]
    wanted += [Wanted(server.on(f"/{n}", answer(200, str(n).encode())), 10) for n in range(20)]
    with Fetch(LOCAL, PATIENT) as door:
        began = time.monotonic()
        came = [(number, time.monotonic() - began) for number, _ in door.each(wanted)]
        assert (door.requests, door.received_bytes) == (21, 4 + 10 + 20)
    assert sorted(number for number, _ in came) == list(range(21))
    assert came[-1][0] == 0
    assert came[-2][1] < 0.5


def test_one_may_ask_for_more_while_results_come(server: FaultServer, door: Fetch) -> None:
    urls = [server.on(f"/{n}", answer(200, str(n).encode())) for n in range(10)]
    inner = []
    for number, result in door.each([Wanted(url, 10) for url in urls]):
        assert document(result).body == str(number).encode()
        inner.append(document(door.get(urls[9 - number], max_length=10)).body)
    assert sorted(inner) == [str(n).encode() for n in range(10)]


def test_what_nobody_waits_for_any_more_is_cancelled(server: FaultServer) -> None:
    for n in range(50):
        server.on(f"/{n}", answer(200, b"x", after=0.01))
    with Fetch(LOCAL, PATIENT) as door:
        results = door.each([Wanted(server.url(f"/{n}"), 10) for n in range(50)])
        next(results)
        results.close()
        document(door.get(server.on("/after", answer(200, b"x")), max_length=10))
    assert len(server.requests) <= 2 * PATIENT.at_once_per_host + 1


@pytest.mark.parametrize(
    ("fields", "sent"),
    [
        ({"ETag": 'W/"1"'}, {"if-none-match": 'W/"1"'}),
        (
            {
                "Last-Modified": "Sun, 06 Nov 1994 08:49:37 GMT",
                "Date": "Sun, 06 Nov 1994 08:50:00 GMT",
            },
            {"if-modified-since": "Sun, 06 Nov 1994 08:49:37 GMT"},
        ),
    ],
)
def test_an_unchanged_document_is_not_sent_again(
    server: FaultServer, door: Fetch, fields: dict[str, str], sent: dict[str, str]
) -> None:
    url = server.on("/", answer(200, b"x", fields), answer(304))
    first = document(door.get(url, max_length=10))
    again = door.get(url, max_length=10, validator=first.validator)
    assert isinstance(again, Unchanged)
    assert (again.location, again.validator) == (url, first.validator)
    assert again.seen_at.tzinfo is UTC
    conditions = {name: text for name, text in server.requests[1].headers.items() if "if-" in name}
    assert conditions == sent
    assert "if-" not in str(server.requests[0].headers)


def test_a_condition_is_not_carried_into_the_next_request(server: FaultServer, door: Fetch) -> None:
    url = server.on("/", answer(304), answer(200, b"x"))
    assert isinstance(door.get(url, max_length=10, validator='"1"'), Unchanged)
    assert document(door.get(url, max_length=10)).body == b"x"
    assert "if-none-match" not in server.requests[1].headers


def test_304_without_a_condition_is_unreadable(server: FaultServer, door: Fetch) -> None:
    url = server.on("/", answer(304, headers={"ETag": '"1"'}))
    for validator in ("", "not one of ours"):
        result = door.get(url, max_length=10, validator=validator)
        assert isinstance(result, Problem)
        assert result.kind is ProblemKind.UNREADABLE


def test_a_validator_never_reaches_another_origin(server: FaultServer) -> None:
    with FaultServer("127.0.0.2") as other, Fetch(LOCAL, PATIENT) as door:
        target = other.on("/", answer(200, b"x", {"ETag": '"theirs"'}))
        url = server.on("/", redirect(target))
        first = document(door.get(url, max_length=10, validator='"ours"'))
        assert first.validator == ""
        assert [request.headers.get("if-none-match") for request in other.requests] == [None]
    assert server.requests[0].headers["if-none-match"] == '"ours"'


def test_a_place_that_asked_to_be_left_alone_is_not_asked_again(
    server: FaultServer, door: Fetch
) -> None:
    door.get(server.on("/busy", answer(503, headers={"Retry-After": "90"})), max_length=10)
    said = problem(door.get(server.on("/", answer(200, b"x")), max_length=10))
    assert said.kind is ProblemKind.UNREADABLE
    assert said.retry_after is not None
    assert 80 < said.retry_after <= 90
    assert server.paths() == ["/busy"]


def test_a_short_wish_is_waited_for(server: FaultServer) -> None:
    quota = {"RateLimit-Remaining": "0", "RateLimit-Reset": "1"}
    first = server.on("/first", answer(200, b"x", quota))
    second = server.on("/second", answer(200, b"y"))
    with Fetch(LOCAL, PATIENT) as door:
        assert document(door.get(first, max_length=10)).body == b"x"
        assert document(door.get(second, max_length=10)).body == b"y"
    assert server.requests[1].at - server.requests[0].at > 0.9


def test_a_crowd_that_waited_is_not_sent_on_into_the_next_refusal(server: FaultServer) -> None:
    url = server.on("/", answer(429, headers={"Retry-After": "1"}))
    with Fetch(LOCAL, QUICK) as door:
        results = door.get_many([Wanted(url, 10)] * 100)
    assert all(problem(result).kind is ProblemKind.UNREADABLE for result in results)
    assert len(server.requests) <= 3 * QUICK.at_once_per_host
