"""Names that mean harm, crawled by a real installation from a real server, in a real browser.

Looked at twice: with the content security policy, of which nothing may remind, and without it, so
that it is not the policy alone that keeps a name from doing something. A third of the names is
looked at here; tests/acceptance/test_hostile_pages.py reads the answers about all of them.
"""

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests import servers
from tests.browser.lures import CANARY, Lure
from tests.browser.site import DemoSite, sign_in
from tests.simulators.hostile_repository import OWN, hides, hostile_names, hostile_repository
from tests.simulators.installation import Installation
from tests.simulators.metadata_server import serving
from trustui.inventory.text import identity

NAME = "'\"><script>alert(1)</script>"
PASSWORD = "correct horse battery"  # noqa: S105  of an installation that lives as long as the test
CRAWL_SECONDS = 120
MOST = 6
PAGES = (
    "/",
    "/now/",
    "/sources/",
    "/sources/1/",
    "/sources/1/source/",
    "/sources/1/history/",
    "/sources/1/keys/",
    "/sources/1/report/",
    "/sources/1/timeline/",
    "/expiries/?window=all",
    "/keys/",
    "/findings/",
    "/events/",
    "/jobs/",
)


@dataclass(frozen=True)
class Hostile:
    """An installation that crawled them."""

    site: DemoSite
    log: Callable[[], str]


@pytest.fixture(scope="module")
def hostile(
    shared_data: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hostile]:
    names = hostile_names(shared_data)
    repo = hostile_repository(list(dict.fromkeys([*OWN, *names[::3]])))
    folder = tmp_path_factory.mktemp("hostile")
    root = folder / "root.json"
    root.write_bytes(repo.document("root", 1))
    files = {f"/{name}": body for name, body in repo.metadata.items()}
    port = servers.free_port()
    with serving(files, frozenset()) as url, Installation(folder) as installed:
        installed.do("migrate")
        installed.do(
            "source", "add", NAME, f"{url}/", "--allow-address", "127.0.0.1",
            "--root", root, "--reason", f"told by {OWN[0]}",
        )  # fmt: skip
        person = ["createuser", "mira", "--team", "default", "--role", "administrator"]
        subprocess.run(
            ["trustui", *person, "--password-stdin"],  # noqa: S607  that of this environment
            env=installed.environ(), input=f"{PASSWORD}\n", text=True, check=True,
        )  # fmt: skip
        running = installed.start("serve", "--listen", f"127.0.0.1:{port}")
        site = DemoSite(f"http://127.0.0.1:{port}", "mira", PASSWORD, folder, {})
        installed.wait(
            running,
            lambda: '"failing"' in installed.run("source", "list", "--json").stdout,
            "the source is crawled",
            CRAWL_SECONDS,
        )
        yield Hostile(site, lambda: running.said)


@pytest.fixture(scope="module", params=[False, True], ids=["guarded", "bare"])
def context(
    request: pytest.FixtureRequest, chromium: Browser, hostile: Hostile
) -> Iterator[BrowserContext]:
    context = chromium.new_context(
        base_url=hostile.site.url, bypass_csp=request.param, reduced_motion="reduce"
    )
    context.add_init_script(CANARY)
    sign_in(context, hostile.site)
    yield context
    context.close()


@pytest.fixture(scope="module")
def lure(context: BrowserContext, hostile: Hostile) -> Iterator[Lure]:
    page = context.new_page()
    yield Lure(page, hostile.site.url)
    page.close()


@pytest.mark.parametrize("address", PAGES)
def test_a_page_of_hostile_names_does_nothing_and_keeps_its_form(lure: Lure, address: str) -> None:
    assert lure.look(address) == []


def test_the_verdict_the_roles_and_their_documents_do_nothing(lure: Lure) -> None:
    page = lure.page
    page.goto("/sources/1/")
    verdict = page.locator("header a[href*='/verdicts/']").first.get_attribute("href")
    roles = [f"/sources/1/roles/{identity(name)}/" for name in OWN[:MOST]]
    wrong = [one for address in [str(verdict), *roles] for one in lure.look(address)]
    page.goto(roles[0])
    documents = page.locator("main a[href*='/documents/']")
    wrong += lure.look(str(documents.first.get_attribute("href"))) if documents.count() else []
    assert wrong == []


def test_what_is_searched_does_nothing(lure: Lure) -> None:
    asked = ("/search/?q={}", "/sources/1/?path={}", "/sources/?text={}", "/help/?q={}")
    assert [
        one
        for name in OWN[:MOST]
        for where in asked
        for one in lure.look(where.format(quote(name)))
    ] == []


def test_no_line_of_the_log_hides_or_steers(lure: Lure, hostile: Hostile) -> None:
    lure.look("/search/?q=" + quote(OWN[9]))
    said = hostile.log()
    assert "Listening at" in said
    assert [line for line in said.splitlines() if hides(line)] == []
