"""When a browser first paints the page of a repository with 16,384 bins below five levels of delegations.

A real installation crawls it, and Chromium of the machine opens the page after signing in: cold
once, as nothing is known in the process that answers, then again and again. Beside it the page
without any row, from the same server, in the same browser. Milliseconds as the browser tells them.

    python bench/bench_first_paint.py [--bits 14] [--rounds 10]
"""

import argparse
import os
import secrets
import statistics
import subprocess
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import BrowserContext, sync_playwright

from tests import servers
from tests.servers import wait_until
from tests.simulators.installation import Installation, Running, get
from trustui.demo.layout import write_files
from trustui.demo.publisher import Publisher

AIM_MS = 1_000
LEVELS = ("one", "two", "three", "four")
"""Between targets and the bins."""
CRAWL_SECONDS = 600
PAINTED = """() => performance.getEntriesByType("paint")
    .find(one => one.name === "first-contentful-paint")?.startTime"""


def publish(folder: Path, bits: int) -> Path:
    """The repository, and its first root."""
    repo = Publisher("bins", datetime.now(UTC), compact=True)
    above = "targets"
    for name in LEVELS:
        repo.add_delegation(above, name, paths=["*/*/*"])
        above = name
    repo.delegate_hash_bins(above, bit_length=bits, prefix="bin")
    repo.publish(datetime.now(UTC))
    write_files(repo.metadata, folder / "repo")
    root = folder / "root.json"
    root.write_bytes(repo.document("root", 1))
    return root


def prepare(installed: Installation, folder: Path, root: Path, password: str) -> None:
    """Migrated, with an account, the source crawled."""

    def do(*arguments: object, said: str = "", timeout: float = 60) -> None:
        subprocess.run(
            ["trustui", *map(str, arguments)],  # noqa: S607  that of this environment
            env=installed.environ(),
            input=said,
            text=True,
            check=True,
            stdout=subprocess.DEVNULL,
            timeout=timeout,
        )

    of = ("--team", "bench", "--reason", "a measurement")
    do("migrate")
    as_whom = ("--role", "administrator", "--password-stdin")
    do("createuser", "bench", *as_whom, *of, said=f"{password}\n")
    do("source", "add", "bins", folder / "repo", "--root", root, *of)
    do("crawl", "bins", timeout=CRAWL_SECONDS)


def is_idle(running: Running) -> bool:
    """Whether its processes did next to nothing for a second: the worker starts beside the server."""
    before = cpu_of(running)
    time.sleep(1)
    return cpu_of(running) - before < 0.1


def cpu_of(running: Running) -> float:
    """Seconds, of all its processes."""
    times = [one.cpu_times() for one in running.descendants()]
    return sum(one.user + one.system for one in times)


def painted(context: BrowserContext, path: str) -> float:
    page = context.new_page()
    page.goto(path)
    found = float(page.wait_for_function(PAINTED).json_value())
    page.close()
    return found


def sign_in(context: BrowserContext, password: str) -> None:
    page = context.new_page()
    page.goto("/account/sign-in/")
    page.fill("input[name=login]", "bench")
    page.fill("input[name=password]", password)
    page.locator("form:has(input[name=password]) button[type=submit]").first.click()
    page.wait_for_url("**/")
    page.close()


def measure(url: str, password: str, rounds: int) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=servers.binary("chromium"),
            chromium_sandbox=os.getuid() != 0,  # which root cannot have
        )
        context = browser.new_context(base_url=url, viewport={"width": 1440, "height": 900})
        sign_in(context, password)
        painted(context, "/help/")  # what every page needs is in the browser's cache
        cold = painted(context, "/sources/1/")
        again = [painted(context, "/sources/1/") for _ in range(rounds)]
        empty = [painted(context, "/sources/add/") for _ in range(rounds)]
        browser.close()
    print(f"cold {cold:,.0f} ms, again {spread(again)}; a page without rows {spread(empty)}")
    print(f"aim: {AIM_MS:,} ms{'' if max(cold, *again) <= AIM_MS else ', missed'}")


def spread(taken: list[float]) -> str:
    return f"{statistics.median(taken):,.0f} ({min(taken):,.0f}-{max(taken):,.0f})"


def main() -> None:
    """Make it, crawl it, serve it, look."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bits", type=int, default=14)
    parser.add_argument("--rounds", type=int, default=10)
    arguments = parser.parse_args()
    if servers.binary("chromium") is None:
        raise SystemExit("expected Chromium on the PATH, found none")
    port, password = servers.free_port(), secrets.token_hex(16)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        root = publish(folder, arguments.bits)
        environment = {
            "TRUSTUI_LOCAL_ROOTS": name,
            "TRUSTUI_HOSTS": "127.0.0.1",
            "DEBUG": "1",  # cookies without TLS
        }
        with Installation(folder, environment) as installed:
            prepare(installed, folder, root, password)
            url = f"http://127.0.0.1:{port}"
            running = installed.start("serve", "--listen", f"127.0.0.1:{port}")
            installed.wait(running, lambda: get(f"{url}/readyz")[0] == 200, "it serves", 60)
            wait_until(lambda: is_idle(running), "its processes have started", 60)
            print(f"first paint of {1 << arguments.bits:,} bins below {len(LEVELS) + 1} levels")
            measure(url, password, arguments.rounds)


if __name__ == "__main__":
    main()
