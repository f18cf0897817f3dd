"""`trustui worker` with PostgreSQL and Redis: no job is lost, whatever dies."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.servers import PostgresServer, RedisServer, wait_until
from tests.simulators.fault_server import Client, FaultServer
from tests.simulators.installation import STOP_SECONDS, Installation, Running, is_there
from tests.simulators.served_folder import served_folder

pytestmark = pytest.mark.servers

SLOW_SECONDS = 60.0
SWEEP_SECONDS = 15.0
"""The delay that a lost ring may cost, at the very most."""
LEASE_SECONDS = 5
RECOVERY_SECONDS = 30.0


@pytest.fixture(scope="module")
def installation(
    tmp_path_factory: pytest.TempPathFactory,
    postgres_server: PostgresServer,
    redis_server: RedisServer,
) -> Iterator[Installation]:
    """With tables, and a directory that is crawled when somebody asks."""
    folder = tmp_path_factory.mktemp("installation")
    environment = {
        "DATABASE_URL": postgres_server.create_database("worker"),
        "REDIS_URL": redis_server.url(1),
        "TRUSTUI_LOCAL_ROOTS": str(folder),
        "TRUSTUI_LEASE": str(LEASE_SECONDS),
    }
    with Installation(folder, environment) as installation:
        installation.do("migrate")
        place = served_folder(folder / "vendor")
        installation.do(
            "source",
            "add",
            "vendor",
            place.served,
            "--root",
            place.root,
            "--reason",
            "a test",
            "--every",
            3600,
        )
        yield installation


@pytest.fixture
def worker(installation: Installation) -> Running:
    """At work: its first crawl is over. The one of the test before, if that left it running."""
    if installation.started and installation.started[-1].process.poll() is None:
        return installation.started[-1]
    running = installation.start("worker", "--concurrency", "2")
    done = crawl(installation)
    installation.wait(running, done, "the first crawl is over", RECOVERY_SECONDS)
    return running


def ask(installation: Installation, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(installation.environment["DATABASE_URL"]) as connection:
        return connection.execute(query.encode()).fetchall()


def crawls(installation: Installation) -> int:
    ((count,),) = ask(installation, "SELECT count(*) FROM inventory_crawl")
    assert isinstance(count, int)
    return count


def crawl(installation: Installation) -> Callable[[], bool]:
    """Ask for a crawl; what is given tells whether it is over."""
    before = crawls(installation)
    installation.do("crawl", "vendor", "--no-wait")
    return lambda: crawls(installation) > before


def test_a_crawl_that_was_asked_for_is_done_soon(
    installation: Installation, worker: Running
) -> None:
    installation.wait(worker, crawl(installation), "it is crawled", SWEEP_SECONDS)


def test_what_cannot_be_finished_is_handed_back_within_ten_seconds(
    installation: Installation, worker: Running
) -> None:
    def stall(client: Client) -> None:
        client.wait(SLOW_SECONDS)

    with slow_crawl(installation, worker, "slow", stall):
        assert worker.stop() < STOP_SECONDS
    assert of(installation, "slow", "state") == "queued"
    assert of(installation, "slow", "attempts") == 0
    installation.do("source", "remove", "slow", "--reason", "the test is over")


@contextmanager
def slow_crawl(
    installation: Installation, worker: Running, name: str, behave: Callable[[Client], None]
) -> Iterator[None]:
    """A new source is being crawled, whose server does nothing else. Names stay taken."""
    with FaultServer() as server:
        for path in ("/1.root.json", "/timestamp.json"):
            server.on(path, behave)
        url = f"http://127.0.0.1:{server.port}/"
        installation.do("source", "add", name, url, "--allow-address", "127.0.0.1")
        installation.wait(
            worker, lambda: of(installation, name, "state") == "running", "it runs", 60
        )
        yield


def of(installation: Installation, name: str, column: str) -> object:
    """What the job that crawls a source says; None while there is none."""
    rows = ask(
        installation,
        f"SELECT {column} FROM jobs_job JOIN inventory_source"  # noqa: S608  our own words
        " ON jobs_job.key = inventory_source.id::text"
        f" WHERE jobs_job.kind = 'crawl' AND inventory_source.name = '{name}'",
    )
    return rows[0][0] if rows else None


def test_an_emptied_redis_costs_seconds(
    installation: Installation, worker: Running, redis_server: RedisServer
) -> None:
    redis_server.flush()
    installation.wait(worker, crawl(installation), "it is crawled", SWEEP_SECONDS)


def test_a_redis_that_was_away_costs_seconds(
    installation: Installation, worker: Running, redis_server: RedisServer
) -> None:
    redis_server.kill()
    done = crawl(installation)
    time.sleep(5)
    redis_server.start()
    installation.wait(worker, done, "it is crawled", SWEEP_SECONDS)


def test_rings_that_end_while_redis_is_away_stop_no_consumer(
    installation: Installation, redis_server: RedisServer
) -> None:
    """Not acknowledged they count as held: with as many as processes, nobody would listen."""
    for running in installation.started:
        if running.process.poll() is None:
            running.stop()
    worker = installation.start("worker", "--concurrency", "1")
    released = threading.Event()

    def wait(_: Client) -> None:
        released.wait(SLOW_SECONDS)

    with slow_crawl(installation, worker, "tardy", wait):
        redis_server.kill()
        released.set()
        installation.wait(worker, lambda: "Couldn't ack" in worker.said, "its ring ends", 60)
        redis_server.start()
    installation.do("source", "remove", "tardy", "--reason", "the test is over")
    installation.wait(worker, crawl(installation), "it is crawled", SWEEP_SECONDS)
    worker.stop()


def test_a_pool_that_dies_is_replaced(installation: Installation, worker: Running) -> None:
    pool = worker.child("--pool-of")
    orphans = pool.children()
    pool.kill()
    wait_until(lambda: not any(map(is_there, orphans)), "its processes ended", STOP_SECONDS)
    installation.wait(worker, crawl(installation), "it is crawled", RECOVERY_SECONDS)


def test_processes_that_die_are_replaced(installation: Installation, worker: Running) -> None:
    for process in worker.child("--pool-of").children():
        process.kill()
    installation.wait(worker, crawl(installation), "it is crawled", RECOVERY_SECONDS)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_of_it(worker: Running, number: int) -> None:
    descendants = worker.descendants()
    assert worker.stop(number) < STOP_SECONDS
    assert not any(map(is_there, descendants))


def test_it_touches_the_file_of_its_health_check(
    installation: Installation, worker: Running
) -> None:
    file = installation.folder / "data" / "worker.alive"
    before = file.stat().st_mtime
    installation.wait(worker, lambda: file.stat().st_mtime > before, "it is touched", SWEEP_SECONDS)


def test_its_main_process_holds_no_session_of_the_database(
    worker: Running, postgres_server: PostgresServer
) -> None:
    """Children are forked from it; a shared session would be anybody's."""
    main = worker.child("--pool-of")
    assert postgres_server.port in ports(psutil.Process(worker.process.pid))
    assert postgres_server.port not in ports(main)


def ports(process: psutil.Process) -> set[int]:
    """What it is connected to."""
    return {one.raddr.port for one in process.net_connections("tcp") if one.status == "ESTABLISHED"}


def test_without_redis_in_the_settings_it_is_refused(tmp_path: Path) -> None:
    with Installation(tmp_path) as installation:
        installation.do("migrate")
        refused = installation.run("worker")
    assert refused.returncode == 2
    assert "REDIS_URL" in refused.stderr


def test_without_tables_it_is_refused(tmp_path: Path) -> None:
    with Installation(tmp_path) as installation:
        refused = installation.run("worker", "--embedded")
    assert refused.returncode == 2
    assert "trustui migrate" in refused.stderr
