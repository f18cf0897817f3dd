"""What every test may ask for."""

import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.dispatch import receiver
from hypothesis import settings
from pytest_django import DjangoDbBlocker

from tests import servers
from tests.simulators.append_only import emptying
from tests.simulators.kept import forgotten_where_ids_begin_again
from tests.simulators.migrated import MIGRATED_ON_POSTGRESQL, Template
from tests.simulators.static_files import looked_for_once

PROJECT = Path(__file__).resolve().parent.parent
SHARED = PROJECT.parent / "shared" / "data"


# How long an example takes says how busy the machine is.
settings.register_profile("unhurried", settings(), deadline=None)
settings.load_profile("unhurried")

SERVERS = {"postgres_server", "redis_server", "nginx_server", "docker_registry", "zot_registry"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that start a server are marked `servers` by the fixtures that they use."""
    for item in items:
        if SERVERS & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.servers)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected stays until the end: nobody has to look again and again whether it is rubbish."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="session")
def shared_data(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Where a data set of the shared collection stands, unpacked when it is an archive.

    Skips with its reason when the collection is not beside the project; with CI=true that fails.
    """
    unpacked: dict[str, Path] = {}

    def find(name: str) -> Path:
        plain = SHARED / name
        if plain.exists():
            return plain
        for archive in _archives_above(name):
            if archive not in unpacked:
                destination = tmp_path_factory.mktemp("shared")
                shutil.unpack_archive(SHARED / archive, destination)
                unpacked[archive] = destination
            inside = Path(name).relative_to(Path(archive).parent)
            return unpacked[archive] / inside
        return missing(f"../shared/data/{name} is not beside the project")

    return find


def _archives_above(name: str) -> list[str]:
    parts = Path(name).parts
    candidates = ["/".join(parts[: n + 1]) + ".tar.gz" for n in range(len(parts))]
    return [archive for archive in candidates if (SHARED / archive).exists()]


def missing(reason: str) -> Path:
    """Skip for a reason that only a workstation may have; a CI run fails instead."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"needed in CI: {reason}")
    pytest.skip(reason)


# ---- the database


@receiver(connection_created)
def give_rows_backwards(connection: BaseDatabaseWrapper, **_: object) -> None:
    """A query that names no order gets its rows in any order on PostgreSQL: here, in the other one."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA reverse_unordered_selects=ON")
            cursor.execute("PRAGMA synchronous=OFF")  # nothing here outlives a loss of power


@pytest.fixture(scope="session")
def migrated_before(pytestconfig: pytest.Config) -> Template | None:
    """What a run before this one kept, or this one is to keep; None on PostgreSQL."""
    if connection.vendor != "sqlite" or pytestconfig.getoption("create_db"):
        return None
    return Template(pytestconfig.cache.mkdir("migrated"))


@pytest.fixture(scope="session")
def django_db_keepdb(
    migrated_before: Template | None,
    django_db_modify_db_settings: None,  # noqa: ARG001  it names the database of this worker
) -> bool:
    """Whether the database is there already, with its tables."""
    options = connection.settings_dict["TEST"]
    if connection.vendor == "postgresql" and MIGRATED_ON_POSTGRESQL:
        options |= {"TEMPLATE": MIGRATED_ON_POSTGRESQL, "MIGRATE": False}
    is_there = migrated_before is not None and migrated_before.copy(to=Path(options["NAME"]))
    if is_there:
        options["MIGRATE"] = False
    return is_there


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_keepdb: bool,
    migrated_before: Template | None,
    django_db_setup: None,  # noqa: ARG001  the one that makes and drops the database
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """A thread that ends after its test may still hold a session, which keeps PostgreSQL's database."""
    if migrated_before is not None and not django_db_keepdb:
        with django_db_blocker.unblock():
            migrated_before.keep()
    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(scope="session", autouse=True)
def tables_can_be_emptied() -> Iterator[None]:
    """Tests that commit are cleaned up after, which the event log's triggers forbid otherwise."""
    yield from emptying()


@pytest.fixture(scope="session", autouse=True)
def worlds_are_made_anew_where_ids_begin_again() -> Iterator[None]:
    yield from forgotten_where_ids_begin_again()


@pytest.fixture(scope="session", autouse=True)
def passwords_are_hashed_fast() -> Iterator[None]:
    """Still with argon2id; what makes guessing dear makes tests slow."""
    with pytest.MonkeyPatch.context() as patch:
        for cost, least in (("time_cost", 1), ("memory_cost", 8), ("parallelism", 1)):
            patch.setattr(Argon2PasswordHasher, cost, least)
        yield


@pytest.fixture(scope="session", autouse=True)
def static_files_are_looked_for_once() -> Iterator[None]:
    yield from looked_for_once()


@pytest.fixture(autouse=True)
def pages_remember_no_other_test() -> None:
    """Ids begin again with each test's rows, and what pages keep goes by ids."""
    if tree := sys.modules.get("trustui.pages.tree"):
        tree.memory.forget_all()
    if keeping := sys.modules.get("trustui.pages.keeping"):
        keeping.Keeper.forget_everything()
        keeping.Remembered.forget_everything()


# ---- real servers; each is one per run of a worker of pytest-xdist


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[servers.PostgresServer]:
    """A PostgreSQL cluster of this run; ask it for a database of your own."""
    program = servers.binary("postgres") or missing("PostgreSQL is not installed")
    with tempfile.TemporaryDirectory(prefix="trustui-postgres-") as folder:
        server = servers.postgres(program, Path(folder))
        yield server
        server.stop()


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.RedisServer]:
    """A Redis of this run, without anything on disk; take a database number of your own."""
    program = servers.binary("redis-server") or missing("Redis is not installed")
    server = servers.redis(program, tmp_path_factory.mktemp("servers") / "redis")
    yield server
    server.stop()


@pytest.fixture
def nginx_server(tmp_path: Path) -> Iterator[servers.NginxServer]:
    """An nginx that serves a folder of the test's own."""
    program = servers.binary("nginx") or missing("nginx is not installed")
    server = servers.nginx(program, tmp_path / "nginx")
    yield server
    server.stop()


@pytest.fixture
def docker_registry(tmp_path: Path) -> Iterator[servers.RegistryServer]:
    """Debian's docker-registry, which knows no referrers and ignores pages; empty."""
    program = servers.binary("docker-registry") or missing("docker-registry is not installed")
    server = servers.docker_registry(program, tmp_path / "docker-registry")
    yield server
    server.stop()


@pytest.fixture
def zot_registry(tmp_path: Path) -> Iterator[servers.RegistryServer]:
    """A zot, which knows referrers; empty. No distribution has it: it is skipped where it is absent."""
    program = servers.binary("zot") or servers.binary("zot-minimal")
    if program is None:
        pytest.skip("zot is not on the path")
    server = servers.zot(program, tmp_path / "zot")
    yield server
    server.stop()
