"""A server that misbehaves, and doors that may ask it."""

from collections.abc import Callable, Iterator

import msgspec
import pytest

from tests.simulators.fault_server import FaultServer
from trustui.crawl.fetch import AddressPolicy, Fetch, FetchLimits, Resolve

QUICK = FetchLimits(
    connect_seconds=1.0,
    stall_seconds=0.3,
    total_seconds=1.0,
    rate_grace_seconds=0.25,
    backoff_seconds=0.01,
)
"""The door's limits, made small so that tests are fast: where it is time that they are about."""
PATIENT = msgspec.structs.replace(
    QUICK, connect_seconds=5.0, stall_seconds=5.0, total_seconds=15.0, rate_grace_seconds=5.0
)
"""For all others: a busy machine may leave a thread waiting for longer than those."""

STAND_IN = "127.0.0.2"
"""Takes the part of the public internet: a loopback address that the policy allows by name."""


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


@pytest.fixture
def canary() -> Iterator[FaultServer]:
    """Stands on an internal address and must never be connected."""
    with FaultServer() as running:
        yield running


@pytest.fixture
def public() -> Iterator[FaultServer]:
    with FaultServer(STAND_IN) as running:
        yield running


@pytest.fixture
def door() -> Iterator[Fetch]:
    """May ask 127.0.0.1."""
    with Fetch(AddressPolicy(allowed_hosts=frozenset({"127.0.0.1"})), PATIENT) as opened:
        yield opened


@pytest.fixture
def quick_door() -> Iterator[Fetch]:
    """The same, with quick limits."""
    with Fetch(AddressPolicy(allowed_hosts=frozenset({"127.0.0.1"})), QUICK) as opened:
        yield opened


@pytest.fixture
def outside_door() -> Iterator[Fetch]:
    """May ask the stand-in for the public internet only."""
    with Fetch(AddressPolicy(allowed_hosts=frozenset({STAND_IN})), PATIENT) as opened:
        yield opened


OpenDoor = Callable[[Resolve], Fetch]


@pytest.fixture
def resolving_door(canary: FaultServer) -> Iterator[OpenDoor]:
    """Makes doors with a resolver of the test. The canary's port is not what keeps them out."""
    opened: list[Fetch] = []

    def open_door(resolve: Resolve) -> Fetch:
        policy = AddressPolicy(ports=frozenset({80, canary.port}))
        opened.append(Fetch(policy, PATIENT, resolve=resolve))
        return opened[-1]

    yield open_door
    for one in opened:
        one.close()
