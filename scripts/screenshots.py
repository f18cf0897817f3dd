"""Photograph every page of the demo, so that people look at them: build/screenshots, docs/img.

Usage: scripts/screenshots.py            (as `make screenshots` does)

Each page at 1440 and 390 pixels, light and dark, whole; the README's four anew as well. The demo is
made for it and ends with it.
"""

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trustui.settings")

import django  # noqa: E402  the project is not installed for this interpreter alone

django.setup()

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright  # noqa: E402

from tests import servers  # noqa: E402
from tests.browser.looking import THEMES, WIDTHS  # noqa: E402
from tests.browser.site import DemoSite, sign_in, start_demo  # noqa: E402
from tests.simulators.installation import Installation  # noqa: E402
from tests.simulators.people import routes  # noqa: E402

EVERY = PROJECT / "build" / "screenshots"
CHOSEN = PROJECT / "docs" / "img"
README = (
    ("overview", "/", "light"),
    ("verdict", "/sources/{source_id}/verdicts/{verdict_id}/", "light"),
    ("repository", "/sources/{source_id}/", "dark"),
    ("expiries", "/expiries/?window=28", "light"),
)
"""Name, page and theme of what the README shows: the first screen of each."""
SCREEN: ViewportSize = {"width": 1280, "height": 800}
IN_THEME = "theme => { document.documentElement.dataset.theme = theme }"
OK = 200


def main() -> int:
    """The exit status; 1 without a browser."""
    program = servers.binary("chromium")
    if program is None:
        print("expected Chromium on this machine (Debian: chromium), found none")
        return 1
    for folder in (EVERY, CHOSEN):
        folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="trustui-") as made,
        Installation(Path(made)) as installation,
        sync_playwright() as playwright,
    ):
        site = start_demo(installation, servers.free_port())
        browser = playwright.chromium.launch(
            executable_path=program, chromium_sandbox=os.getuid() != 0
        )
        taken = sum(_photograph(browser, site))
        browser.close()
    print(f"{taken} screenshots in {EVERY.relative_to(PROJECT)}/, {len(README)} in docs/img/")
    return 0


def _photograph(browser: Browser, site: DemoSite) -> Iterator[int]:
    context = browser.new_context(base_url=site.url, reduced_motion="reduce")
    page = context.new_page()
    page.goto("/account/sign-in/")
    yield _every_look(page, "sign-in")
    sign_in(context, site)
    for name, address in _pages(context, site):
        page.goto(address)
        yield _every_look(page, name)
    page.set_viewport_size(SCREEN)
    for name, address, theme in README:
        page.goto(address.format(**site.examples))
        page.evaluate(IN_THEME, theme)
        page.screenshot(path=CHOSEN / f"{name}.png")
    context.close()


def _pages(context: BrowserContext, site: DemoSite) -> Iterator[tuple[str, str]]:
    """A name for files, and the address, of every route that answers with a page."""
    for route in routes():
        if not route.parameters <= site.examples.keys():
            continue
        address = route.address(site.examples)
        answer = context.request.get(address, max_redirects=0)
        if answer.status == OK and answer.headers["content-type"].startswith("text/html"):
            yield re.sub(r"\W+", "-", route.pattern).strip("-") or "overview", address


def _every_look(page: Page, name: str) -> int:
    for width in WIDTHS:
        for theme in THEMES:
            _look(page, width, theme)
            page.screenshot(path=EVERY / f"{name}-{width}-{theme}.png", full_page=True)
    return len(WIDTHS) * len(THEMES)


def _look(page: Page, width: int, theme: str) -> None:
    page.set_viewport_size({"width": width, "height": WIDTHS[width]})
    page.evaluate(IN_THEME, theme)


if __name__ == "__main__":
    sys.exit(main())
