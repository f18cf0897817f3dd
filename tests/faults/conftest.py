"""Whole systems: on PostgreSQL with Redis, and on SQLite alone; the migrations are applied once."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.conftest import PROJECT
from tests.faults.harness import HOUR, LEASE_SECONDS, System
from tests.faults.server import Repositories
from tests.faults.small_disk import SmallDisk
from tests.servers import PostgresServer, RedisServer
from tests.simulators.installation import Installation

DATABASE = Path("data") / "trustui.sqlite3"
"""Below the folder of an installation."""
POOL = ("trustui", "worker", "--concurrency", "2")
EMBEDDED = ("trustui", "worker", "--embedded")
SEED = 4
LONGEST = "test_a_killed_pool_loses_and_repeats_nothing"

MakeSystem: TypeAlias = Callable[..., System]

_numbers = count(1)
_MIGRATED = "migrated"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest one begins first: it takes as long as half of the others together."""
    items.sort(key=lambda item: item.name != LONGEST)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of SQLite with tables, to be copied."""
    with Installation(tmp_path_factory.mktemp("migrated")) as installation:
        installation.do("migrate")
        return installation.folder / DATABASE


@pytest.fixture(scope="session")
def migrated_server(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer
) -> PostgresServer:
    """One with a database that has tables, to be copied."""
    url = {"DATABASE_URL": postgres_server.create_database(_MIGRATED)}
    with Installation(tmp_path_factory.mktemp("migrated"), url) as installation:
        installation.do("migrate")
    return postgres_server


@pytest.fixture
def with_sqlite(tmp_path: Path, migrated_file: Path) -> Iterator[MakeSystem]:
    """Make a system of so many sources on SQLite with an embedded worker."""
    with ExitStack() as stack:

        def make(sources: int, *, lease: int = LEASE_SECONDS, every: int = HOUR) -> System:
            environment = {"TRUSTUI_LEASE": str(lease)}
            (tmp_path / DATABASE).parent.mkdir()
            shutil.copyfile(migrated_file, tmp_path / DATABASE)
            return _made(stack, tmp_path, sources, environment, EMBEDDED, every)

        yield make


@pytest.fixture
def with_postgresql(
    tmp_path: Path, migrated_server: PostgresServer, redis_server: RedisServer
) -> Iterator[MakeSystem]:
    """Make a system of so many sources on PostgreSQL and Redis with a pool of workers."""
    with _on_postgresql(tmp_path, migrated_server, redis_server) as make:
        yield make


@pytest.fixture
def small_disk(postgres_server: PostgresServer) -> Iterator[SmallDisk]:
    """One whose tablespace is `small`."""
    with SmallDisk.mounted(owner=postgres_server.user) as disk:
        postgres_server.do(f"CREATE TABLESPACE small LOCATION '{disk.folder}'")
        yield disk
        postgres_server.do("DROP TABLESPACE small")


@pytest.fixture
def with_small_disk(
    tmp_path: Path,
    migrated_server: PostgresServer,
    redis_server: RedisServer,
    small_disk: SmallDisk,  # noqa: ARG001  it goes last
) -> Iterator[MakeSystem]:
    """As `with_postgresql`, its database on the small disk."""
    with _on_postgresql(tmp_path, migrated_server, redis_server, "small") as make:
        yield make


@contextmanager
def _on_postgresql(
    folder: Path, postgres: PostgresServer, redis: RedisServer, tablespace: str = "pg_default"
) -> Iterator[MakeSystem]:
    redis.flush()
    name = f"faults_{next(_numbers)}"
    with ExitStack() as stack:

        def make(sources: int, *, lease: int = LEASE_SECONDS, every: int = HOUR) -> System:
            environment = {
                "TRUSTUI_LEASE": str(lease),
                "DATABASE_URL": postgres.create_database(name, tablespace, _MIGRATED),
                "REDIS_URL": redis.url(3),
            }
            return _made(stack, folder, sources, environment, POOL, every)

        yield make
    lines = (postgres.folder / "log").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        assert "deadlock detected" not in line, "\n".join(lines[number : number + 20])
    postgres.do(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _made(
    stack: ExitStack,
    folder: Path,
    sources: int,
    environment: dict[str, str],
    command: tuple[str, ...],
    every: int,
) -> System:
    served = stack.enter_context(Repositories(sources, folder, SEED))
    environment["PYTHONPATH"] = str(PROJECT)
    installation = stack.enter_context(Installation(folder, environment))
    return stack.enter_context(System(installation, served, command, every))
