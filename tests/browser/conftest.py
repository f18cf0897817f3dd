"""A real browser, the demo that it looks at, and somebody who signed in."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from tests import servers
from tests.browser.site import DemoSite, sign_in, start_demo, start_stack
from tests.conftest import missing
from tests.simulators.composed import composed
from tests.simulators.installation import Installation

pytest.register_assert_rewrite("tests.browser.walks", "tests.browser.keyboard")

PAGE_MILLISECONDS = 30_000
expect.set_options(timeout=PAGE_MILLISECONDS)

LONGEST = "test_every_page.py"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever uses the browser is left out of `make test`; of two processes one begins with the longest."""
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: item.path.name != LONGEST)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoSite]:
    with Installation(tmp_path_factory.mktemp("demo")) as installation:
        yield start_demo(installation, servers.free_port())


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoSite]:
    """The same world, looked at by web, worker and beat with PostgreSQL and Redis."""
    with composed(tmp_path_factory.mktemp("stack"), is_behind_tls=False) as services:
        yield start_stack(services)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The machine's own; playwright brings none."""
    program: Path = servers.binary("chromium") or missing("chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            chromium_sandbox=os.getuid() != 0,  # which root cannot have
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def signed_in(chromium: Browser, demo: DemoSite) -> Iterator[BrowserContext]:
    """Signed in by the form, with the name and password that the demo printed."""
    context = chromium.new_context(base_url=demo.url, reduced_motion="reduce")
    context.set_default_timeout(PAGE_MILLISECONDS)
    sign_in(context, demo)
    yield context
    context.close()


@pytest.fixture(scope="session")
def without_scripts(
    chromium: Browser, demo: DemoSite, signed_in: BrowserContext
) -> Iterator[BrowserContext]:
    """The same person with JavaScript off."""
    state = signed_in.storage_state()
    context = chromium.new_context(
        base_url=demo.url, java_script_enabled=False, storage_state=state
    )
    context.set_default_timeout(PAGE_MILLISECONDS)
    yield context
    context.close()
