"""A registry with one signed image, and ways to open it."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

from tests.crawl.conftest import QUICK
from tests.simulators.image_repository import Repository
from tests.simulators.registry import PASSWORD, USER, RegistryServer
from trustui.core.facts import Problem
from trustui.crawl.fetch import AddressPolicy, Fetch, FetchLimits
from trustui.crawl.image_source import ImageOptions, Login
from trustui.crawl.secrets import Secret
from trustui.crawl.sources.oci_registry import OciRegistry
from trustui.demo.images.repository import image

NAME = "team/app"
LOGIN = Login(USER, Secret(PASSWORD))
HERE = frozenset({"127.0.0.1"})

UNHURRIED = msgspec.structs.replace(
    QUICK, connect_seconds=10.0, stall_seconds=10.0, total_seconds=20.0
)
"""For servers that are not slow, on a machine that may be."""

Serve = Callable[..., RegistryServer]
Open = Callable[..., OciRegistry]


@pytest.fixture
def repository() -> Repository:
    return Repository()


@pytest.fixture
def digest(repository: Repository) -> str:
    return image(repository)


@pytest.fixture
def serve(repository: Repository, digest: str) -> Iterator[Serve]:
    """Starts a registry with these manners; `team/app` is the repository."""
    del digest
    running: list[RegistryServer] = []

    def start(**manners: object) -> RegistryServer:
        running.append(RegistryServer({NAME: repository}, **manners))
        return running[-1].__enter__()

    yield start
    for one in running:
        one.__exit__()


@pytest.fixture
def open_at() -> Iterator[Open]:
    """Opens a server through a door that may ask it; with a login where one is given."""
    opened: list[OciRegistry | Fetch] = []

    def opening(
        server: RegistryServer, limits: FetchLimits = UNHURRIED, **options: Any
    ) -> OciRegistry:
        door = Fetch(AddressPolicy(allowed_hosts=HERE), limits)
        given = ImageOptions(allowed_hosts=HERE, door=door, **options)
        registry = OciRegistry(server.location, given)
        opened.extend((registry, door))
        return registry

    yield opening
    for one in opened:
        one.close()


def problem(answer: object) -> Problem:
    assert isinstance(answer, Problem), answer
    assert answer.because
    assert answer.location
    return answer
