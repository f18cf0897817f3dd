"""Every URL and redirect of the shared collection `hostile/ssrf`, and 10,000 spellings more.

Nothing outside is contacted: a stand-in on 127.0.0.2 takes the part of the public internet, a
canary on 127.0.0.1 that of everything internal. Verdicts about really public addresses are taken
from the policy alone.
"""

import ipaddress
import itertools
import json
import random
import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.crawl.conftest import PATIENT, STAND_IN, OpenDoor
from tests.simulators.authority import Authority
from tests.simulators.fault_server import FaultServer, answer, redirect
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.crawl.addresses import AddressPolicy, Refusal
from trustui.crawl.fetch import Fetch, Result, Wanted

ATTEMPTS = 10_000
PUBLIC = "93.184.215.14"
NAMES = {
    "localhost": "127.0.0.1",
    "localhost.localdomain": "127.0.0.1",
    "metadata.google.internal": "169.254.169.254",
}
"""What a name server would say; every other name is public."""

ELSEWHERE = {
    "r5": "the door sends no credentials yet",
    "r8": "realms of challenges are followed by nobody yet",
    "r10": "Link headers belong to the OCI source",
}


def corpus(shared_data: Callable[[str], Path]) -> dict[str, list[dict[str, Any]]]:
    loaded: dict[str, list[dict[str, Any]]] = json.loads(
        (shared_data("hostile/ssrf") / "ssrf.json").read_bytes()
    )
    return loaded


def verdict(url: str) -> str:
    """As the door decides, up to the moment where it would connect."""
    policy = AddressPolicy()
    target = policy.check_url(url)
    if isinstance(target, Refusal):
        return "deny"
    address = target.host if _is_address(target.host) else NAMES.get(target.host, PUBLIC)
    if policy.check_address(address, target.host) is not None:
        return "deny"
    return "allow-flag" if target.unicode_host else "allow"


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def has_ipv6_loopback() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


def kind_of(result: Result) -> ProblemKind:
    assert isinstance(result, Problem), result
    return result.kind


def test_each_url_gets_its_verdict(shared_data: Callable[[str], Path]) -> None:
    urls = corpus(shared_data)["urls"]
    wrong = [case for case in urls if verdict(case["url"]) != case["verdict"]]
    assert wrong == []
    assert len(urls) == 48


def with_port(url: str, port: int) -> str:
    """The URL with the port of the canary where it has none of its own."""
    return re.sub(r"^(https?://(?:\[[^]]*\]|[^/:\[\]]+))/", rf"\g<1>:{port}/", url)


def test_denied_urls_open_no_connection(
    shared_data: Callable[[str], Path], canary: FaultServer, resolving_door: OpenDoor
) -> None:
    """By both ways through the door, each also with the canary's port."""
    denied = [one["url"] for one in corpus(shared_data)["urls"] if one["verdict"] == "deny"]
    denied += [with_port(url, canary.port) for url in denied]
    door = resolving_door(lambda host, _port: [NAMES.get(host, "127.0.0.1")])
    results: list[Result] = [door.get(url, max_length=100) for url in denied]
    results += door.get_many([Wanted(url, 100) for url in denied])
    assert {kind_of(result) for result in results} == {ProblemKind.REFUSED}
    assert canary.connections() == 0


def test_r00_every_redirect_scenario_is_tested_here_or_has_its_place(
    shared_data: Callable[[str], Path],
) -> None:
    scenarios = corpus(shared_data)["redirects"]
    here = {name.split("_")[1] for name in globals() if name.startswith("test_r")} - {"r00"}
    assert {scenario["id"] for scenario in scenarios} == here | set(ELSEWHERE)


def test_r1_a_redirect_to_an_internal_address_is_not_followed(
    public: FaultServer, canary: FaultServer, outside_door: Fetch
) -> None:
    result = outside_door.get(public.on("/", redirect(canary.url())), max_length=100)
    assert kind_of(result) is ProblemKind.REFUSED
    assert canary.connections() == 0


def test_r2_redirects_end_at_the_limit(public: FaultServer, outside_door: Fetch) -> None:
    for n in range(11):
        public.on(f"/{n}", redirect(f"/{n + 1}"))
    result = outside_door.get(public.url("/0"), max_length=100)
    assert kind_of(result) is ProblemKind.REFUSED
    assert public.paths() == [f"/{n}" for n in range(6)]


def test_r3_a_loop_of_redirects_ends_at_once(public: FaultServer, outside_door: Fetch) -> None:
    public.on("/b", redirect("/a"))
    result = outside_door.get(public.on("/a", redirect("/b")), max_length=100)
    assert kind_of(result) is ProblemKind.REFUSED
    assert public.paths() == ["/a", "/b"]


def test_r4_https_is_not_left_for_http(tmp_path: Path, canary: FaultServer) -> None:
    """Not even for an allowed host."""
    authority = Authority(tmp_path)
    policy = AddressPolicy(allowed_hosts=frozenset({STAND_IN, "127.0.0.1"}))
    with (
        FaultServer(STAND_IN, tls=authority.server(STAND_IN)) as secure,
        Fetch(policy, PATIENT, ca_file=authority.ca_file) as door,
    ):
        result = door.get(secure.on("/", redirect(canary.url())), max_length=100)
        assert secure.paths() == ["/"]
    assert kind_of(result) is ProblemKind.REFUSED
    assert canary.connections() == 0


def test_r6_a_name_that_turns_inwards_is_refused_the_second_time(public: FaultServer) -> None:
    """The canary has the port of the stand-in: only the address differs."""
    public.on("/", answer(200, b"first", {"Connection": "close"}))
    answers = itertools.chain([STAND_IN], itertools.repeat("127.0.0.1"))
    policy = AddressPolicy(allowed_hosts=frozenset({STAND_IN}), ports=frozenset({public.port}))
    with (
        FaultServer("127.0.0.1", public.port) as canary,
        Fetch(policy, PATIENT, resolve=lambda _host, _port: [next(answers)]) as door,
    ):
        results = [
            door.get(f"http://rebinding.test:{public.port}/", max_length=100) for _ in range(5)
        ]
        assert canary.connections() == 0
    assert isinstance(results[0], Document)
    assert {kind_of(result) for result in results[1:]} == {ProblemKind.REFUSED}


INSIDE = [
    pytest.param("::1", marks=pytest.mark.skipif(not has_ipv6_loopback(), reason="no ::1 here")),
    "127.0.0.1",
    "0.0.0.0",  # noqa: S104 - refused
    "::ffff:127.0.0.1",
]


@pytest.mark.parametrize("inside", INSIDE)
@pytest.mark.parametrize("inside_first", [True, False])
def test_r7_of_a_public_and_an_internal_address_only_the_public_is_used(
    public: FaultServer, inside: str, inside_first: bool
) -> None:
    public.on("/", answer(200, b"public", {"Connection": "close"}))
    addresses = [inside, STAND_IN] if inside_first else [STAND_IN, inside]
    policy = AddressPolicy(allowed_hosts=frozenset({STAND_IN}), ports=frozenset({public.port}))
    with (
        FaultServer("::1" if inside == "::1" else "127.0.0.1", public.port) as canary,
        Fetch(policy, PATIENT, resolve=lambda _host, _port: addresses) as door,
    ):
        result = door.get(f"http://both.test:{public.port}/", max_length=100)
        assert canary.connections() == 0
    assert isinstance(result, Document)
    assert result.body == b"public"


def test_r7_with_the_public_address_silent_the_internal_one_is_still_refused(
    canary: FaultServer,
) -> None:
    policy = AddressPolicy(allowed_hosts=frozenset({STAND_IN}), ports=frozenset({canary.port}))
    with Fetch(policy, PATIENT, resolve=lambda _host, _port: [STAND_IN, "127.0.0.1"]) as door:
        result = door.get(f"http://both.test:{canary.port}/", max_length=100)
    assert kind_of(result) is ProblemKind.REFUSED
    assert canary.connections() == 0


@pytest.mark.parametrize(
    "location", ["//127.0.0.1:{port}/", "http:\\\\127.0.0.1:{port}/", "//127.1:{port}"]
)
def test_r9_a_scheme_relative_redirect_is_resolved_then_judged(
    public: FaultServer, canary: FaultServer, outside_door: Fetch, location: str
) -> None:
    url = public.on("/", redirect(location.format(port=canary.port)))
    assert kind_of(outside_door.get(url, max_length=100)) is ProblemKind.REFUSED
    assert canary.connections() == 0


def number(chance: random.Random, value: int) -> str:
    """As C's inet_aton reads it: decimal, octal or hex, with any leading zeros."""
    zeros = "0" * chance.randrange(3)
    return chance.choice([str(value), f"0{zeros}{value:o}", f"0x{zeros}{value:x}", f"0X{value:X}"])


def loopback_ipv4(chance: random.Random) -> str:
    """One to four numbers, of which the last fills what is left of the 32 bits."""
    address = chance.choice([0x7F000001, 0x7F000001, 0x7F000000 + chance.randrange(1 << 24), 0])
    count = chance.randrange(1, 5)
    parts = [address >> 24 - 8 * n & 0xFF for n in range(count - 1)]
    rest = address & (1 << 32 - 8 * (count - 1)) - 1
    return ".".join(number(chance, part) for part in [*parts, rest])


def loopback_ipv6(chance: random.Random) -> str:
    tail = chance.choice(["7f00:1", "127.0.0.1", f"7f00:{chance.randrange(1 << 16):x}"])
    head = chance.choice(
        ["::ffff:", "::", "64:ff9b::", "::ffff:0:", "64:ff9b:1::", "0:0:0:0:0:FFFF:"]
    )
    whole = chance.choice(
        [head + tail, "::1", "::", "0:0:0:0:0:0:0:1", "2002:7f00:1::1", "::1%25lo"]
    )
    return f"[{whole}]"


def loopback_name(chance: random.Random) -> str:
    name = chance.choice(["localhost", "LocalHost", "ip6-localhost", "x.localhost", "inside.test"])
    return f"{chance.randrange(99)}.{name}" if chance.random() < 0.5 else name


def disguised(chance: random.Random, host: str) -> str:
    wide = "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in host)
    return chance.choice(
        [host] * 6
        + [host + ".", f"example.com@{host}", f"{host}\\@example.com", f"{host}#@example.com"]
        + [host.replace(".", "\u3002"), wide, "".join(f"%{ord(one):02x}" for one in host)]
        + [f"{host}\t", f"\u00ad{host}", f"{host}:80@{host}", f"{host}%00.example.com"]
    )


def spellings(port: int) -> Iterator[str]:
    chance = random.Random(20261121)
    for _ in range(ATTEMPTS):
        host = chance.choice([loopback_ipv4, loopback_ipv4, loopback_ipv6, loopback_name])(chance)
        scheme = chance.choice(["http", "http", "https", "HTTP"])
        yield f"{scheme}://{disguised(chance, host)}:{port}/{chance.choice(['', '?x', '..;/'])}"


def test_the_canary_sees_none_of_ten_thousand_spellings_of_loopback(
    canary: FaultServer, resolving_door: OpenDoor
) -> None:
    chance = random.Random(1)
    inside = ["127.0.0.1", "::1", "0.0.0.0", "::", "::ffff:127.0.0.1", "127.0.0.2"]  # noqa: S104 - refused
    resolved: list[str] = []

    def resolve(host: str, _port: int) -> list[str]:
        resolved.append(host)
        return chance.sample(inside, 2)

    door = resolving_door(resolve)
    urls = list(spellings(canary.port))
    kinds = {kind_of(door.get(url, max_length=100)) for url in urls}
    assert len(set(urls)) > ATTEMPTS / 2
    assert len(resolved) > ATTEMPTS / 50, "names are judged by the addresses they have"
    assert kinds == {ProblemKind.REFUSED}
    assert canary.connections() == 0
