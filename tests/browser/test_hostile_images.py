"""Registries whose texts mean harm, crawled by a real installation over HTTP and from a layout.

As test_hostile.py, for every page of images: names of repositories, tags, annotations, certificates,
statements, bills of materials, platforms, error texts, and a policy that asks for signers of such names.
"""

import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests import servers
from tests.browser.lures import CANARY, Lure
from tests.browser.site import DemoSite, sign_in
from tests.simulators.hostile_images import (
    MATERIAL,
    REPOSITORY,
    hostile_layout,
    hostile_policy,
    hostile_registry,
    trusted_root,
)
from tests.simulators.hostile_repository import OWN, hostile_names
from tests.simulators.installation import Installation
from trustui.demo.layout import write_files

NAME = "'\"><script>alert(1)</script>"
PASSWORD = "correct horse battery"  # noqa: S105  of an installation that lives as long as the test
CRAWL_SECONDS = 240
NAMES = 20
EXPECTED = 3
"""Of these the policy asks for: each signature is held against each of them."""
MOST = 4
"""Pages of one kind that are looked at."""
PAGES = (
    "/",
    "/now/",
    "/images/",
    "/sources/1/",
    "/sources/1/source/",
    "/sources/2/",
    "/sources/2/source/",
    "/identities/",
    "/policies/",
    "/policies/1/",
    "/policies/material/1/",
    "/findings/",
    "/expiries/?window=all",
    "/events/",
)
_OF_ROWS = {
    "/images/{}/": "SELECT id FROM images_imagerepository ORDER BY length(name) DESC, id",
    "/images/{}/artefacts/{}/": "SELECT repository_id, digest FROM images_manifest ORDER BY"
    " digest IN (SELECT digest FROM images_tagmove) DESC, id",
    "/images/{}/verdicts/{}/?every=1": "SELECT repository_id, id FROM verdicts_artefactverdict"
    " ORDER BY trust_state, id",
    "/images/{}/tags/{}/": "SELECT repository_id, id FROM images_tag"
    " ORDER BY name LIKE 'sha256-%', id",
    "/images/{}/signatures/{}/{}/": "SELECT s.repository_id, m.digest, s.position"
    " FROM images_imagesignature s JOIN images_manifest m ON m.id = s.manifest_id"
    " ORDER BY s.kind, s.id",
    "/identities/{}/": "SELECT identity_id FROM images_identity ORDER BY id",
}
"""Address -> the rows that have one."""
_CRAWLED = (
    "SELECT DISTINCT r.source_id FROM verdicts_artefactverdict v"
    " JOIN images_imagerepository r ON r.id = v.repository_id"
)
BOTH = 2


@pytest.fixture(scope="module")
def hostile(
    shared_data: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DemoSite]:
    names = list(dict.fromkeys([*OWN, *hostile_names(shared_data)]))[:NAMES]
    folder = tmp_path_factory.mktemp("hostile-images")
    write_files(hostile_layout(names), folder / "layout")
    given = {"policy.json": hostile_policy(names[:EXPECTED]), MATERIAL: trusted_root()}
    write_files(given, folder)
    port = servers.free_port()
    with (
        Installation(folder, {"TRUSTUI_LOCAL_ROOTS": str(folder)}) as installed,
        hostile_registry(names) as registry,
    ):
        installed.do("migrate")
        why = ("--reason", f"told by {OWN[0]}")
        installed.do("material", "add", MATERIAL, folder / MATERIAL, *why)
        installed.do("policy", "add", OWN[0], folder / "policy.json", *why)
        installed.do(
            "source", "add", NAME, f"oci-layout:{folder / 'layout'}", "--repository", REPOSITORY
        )
        at = ("--allow-address", "127.0.0.1")
        installed.do("source", "add", f"registry {NAME}", registry.location, *at)
        person = ["createuser", "mira", "--team", "default", "--role", "administrator"]
        subprocess.run(
            ["trustui", *person, "--password-stdin"],  # noqa: S607  that of this environment
            env=installed.environ(), input=f"{PASSWORD}\n", text=True, check=True,
        )  # fmt: skip
        running = installed.start("serve", "--listen", f"127.0.0.1:{port}")
        database = folder / "data" / "trustui.sqlite3"
        installed.wait(
            running,
            lambda: len(_rows(database, _CRAWLED)) == BOTH,
            "the layout and the registry are crawled",
            CRAWL_SECONDS,
        )
        yield DemoSite(f"http://127.0.0.1:{port}", "mira", PASSWORD, database, {})


@pytest.fixture(scope="module", params=[False, True], ids=["guarded", "bare"])
def context(
    request: pytest.FixtureRequest, chromium: Browser, hostile: DemoSite
) -> Iterator[BrowserContext]:
    context = chromium.new_context(
        base_url=hostile.url, bypass_csp=request.param, reduced_motion="reduce"
    )
    context.add_init_script(CANARY)
    sign_in(context, hostile)
    yield context
    context.close()


@pytest.fixture(scope="module")
def lure(context: BrowserContext, hostile: DemoSite) -> Iterator[Lure]:
    page = context.new_page()
    yield Lure(page, hostile.url)
    page.close()


@pytest.mark.parametrize("address", PAGES)
def test_a_page_of_hostile_images_does_nothing_and_keeps_its_form(lure: Lure, address: str) -> None:
    assert lure.look(address) == []


@pytest.mark.parametrize("address", _OF_ROWS)
def test_what_a_layout_holds_does_nothing(lure: Lure, hostile: DemoSite, address: str) -> None:
    rows = _rows(hostile.world, _OF_ROWS[address])
    assert rows
    assert [one for row in rows[:MOST] for one in lure.look(address.format(*row))] == []


def test_what_is_asked_about_images_does_nothing(lure: Lure) -> None:
    asked = ("/search/?q={}", "/images/?text={}", "/images/1/?text={}", "/identities/?text={}")
    assert [
        one
        for name in OWN[:MOST]
        for where in asked
        for one in lure.look(where.format(quote(name)))
    ] == []


def _rows(database: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return connection.execute(query).fetchall()
