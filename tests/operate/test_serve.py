"""`trustui serve`: one command, no Redis, no PostgreSQL."""

import argparse
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.servers import free_port
from tests.simulators.installation import STOP_SECONDS, Installation, Running, get, is_there
from tests.simulators.served_folder import served_folder
from trustui.operate.serve import address, count

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with Installation(tmp_path_factory.mktemp("empty")) as installation:
        yield installation


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """On SQLite, with tables."""
    folder = tmp_path_factory.mktemp("installation")
    with Installation(folder, {"TRUSTUI_LOCAL_ROOTS": str(folder)}) as installation:
        installation.do("migrate")
        yield installation


def serve(installation: Installation, *options: str) -> tuple[Running, str]:
    """Started and ready; gives the URL too."""
    url = f"127.0.0.1:{free_port()}"
    running = installation.start("serve", "--listen", url, "--workers", "1", *options)
    installation.wait(running, lambda: get(f"http://{url}/readyz")[0] == 200, "it is ready", 30)
    return running, f"http://{url}"


def has_worker(url: str) -> bool:
    return '"workers": 0' not in get(f"{url}/livez/workers")[1]


def test_a_source_that_was_added_is_crawled(installation: Installation) -> None:
    place = served_folder(installation.folder / "vendor")
    running, url = serve(installation)
    installation.do(
        "source", "add", "vendor", place.served, "--root", place.root, "--reason", "from the vendor"
    )
    installation.wait(running, lambda: "vendor" in verified(url), "it is verified", 30)
    assert running.stop() < STOP_SECONDS


def verified(url: str) -> str:
    """The series of sources that verify."""
    lines = get(f"{url}/metrics")[1].splitlines()
    named = [line for line in lines if line.startswith("trustui_source_trust_state{")]
    return "\n".join(line for line in named if 'state="verified"' in line)


def test_a_worker_that_dies_is_replaced_and_the_site_stays(installation: Installation) -> None:
    running, url = serve(installation)
    worker = running.child("worker", "--embedded")
    worker.kill()
    assert get(f"{url}/readyz")[0] == 200
    installation.wait(running, lambda: new_worker(running, worker), "there is a new one", 15)
    assert get(f"{url}/readyz")[0] == 200
    assert running.stop() < STOP_SECONDS


def new_worker(running: Running, old: psutil.Process) -> bool:
    children = psutil.Process(running.process.pid).children()
    return any("--embedded" in child.cmdline() for child in children if child != old)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_within_ten_seconds(installation: Installation, number: int) -> None:
    running, _ = serve(installation)
    assert running.stop(number) < STOP_SECONDS
    assert running.process.returncode == 0


def test_nothing_is_left_when_it_is_killed(installation: Installation) -> None:
    running, url = serve(installation)
    descendants = running.descendants()
    running.stop(signal.SIGKILL)
    assert not any(map(is_there, descendants))
    assert get(f"{url}/healthz")[0] == 0


def test_without_a_worker_it_is_the_site_alone(installation: Installation) -> None:
    running, _ = serve(installation, "--no-worker")
    lines = [child.cmdline() for child in psutil.Process(running.process.pid).children()]
    assert len(lines) == 1
    assert "trustui.operate.web_server" in lines[0]


def test_it_says_where_it_is(installation: Installation) -> None:
    running, url = serve(installation, "--no-worker")
    assert f"trustui is at {url}/" in running.said


def test_without_tables_it_says_what_to_do(empty: Installation) -> None:
    refused = empty.run("serve", "--listen", f"127.0.0.1:{free_port()}")
    assert refused.returncode == 2
    assert "trustui migrate" in refused.stderr


def test_it_makes_the_tables_when_told_to(tmp_path: Path) -> None:
    with Installation(tmp_path) as installation:
        _, url = serve(installation, "--migrate", "--no-worker")
        assert get(f"{url}/readyz")[0] == 200


@pytest.mark.parametrize("text", ["127.0.0.1:8000", "[::1]:8000", "trustui.internal:80"])
def test_an_address_is_taken(text: str) -> None:
    assert address(text) == text


@pytest.mark.parametrize(
    "text", ["", "8000", ":8000", "localhost", "localhost:", "localhost:0", "localhost:65536",
             "::1:8000", "localhost:٣", "unix:/run/x"]
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="HOST:PORT"):
        address(text)


@pytest.mark.parametrize("text", ["", "0", "65", "0640", "-1", "٣", "two"])
def test_what_is_no_number_of_processes_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="1 to 64"):
        count(text)


def test_numbers_of_processes_are_taken() -> None:
    assert [count("1"), count("64")] == [1, 64]
