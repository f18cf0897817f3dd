"""What a browser says about a page: accessibility, policy, console, and whether it fits."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, Response

WIDTHS = {1440: 900, 390: 844}
THEMES = ("light", "dark")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
OPTIONS: dict[str, Any] = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "tag", "values": TAGS},
    "rules": {"target-size": {"enabled": True}},  # WCAG 2.2 AA, 2.5.8; off unless asked for
}
BAD_REQUEST = 400


@dataclass
class Heard:
    """What the browser complained about while a page was open; a refusal by the CSP is such an error."""

    complaints: list[str] = field(default_factory=list)

    def console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"console {message.type}: {message.text}")

    def error(self, raised: object) -> None:
        self.complaints.append(f"script: {raised}")

    def answer(self, response: Response) -> None:
        if response.status >= BAD_REQUEST:
            self.complaints.append(f"{response.status} for {response.url}")


@contextmanager
def listening(page: Page) -> Iterator[Heard]:
    heard = Heard()
    page.on("console", heard.console)
    page.on("pageerror", heard.error)
    page.on("response", heard.answer)
    yield heard


def faults_of(page: Page) -> list[str]:
    """What is wrong with the open page in any theme and width, in a line each."""
    found: list[str] = []
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        found += [f"{width} px: {one}" for one in overflowing(page)]
        for theme in THEMES:
            page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
            found += [f"{width} px, {theme}: {one}" for one in axe_violations(page)]
    return found


def overflowing(page: Page) -> list[str]:
    """Whether it scrolls sideways, and by which elements."""
    over: int = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    if over <= 0:
        return []
    widest: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("body *")]
            .filter(one => one.getBoundingClientRect().right > innerWidth + 1)
            .slice(0, 3)
            .map(one => one.tagName.toLowerCase() + "." + one.getAttribute("class"))"""
    )
    return [f"{over} px wider than the window, by {', '.join(widest)}"]


def axe_violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 A and AA."""
    violations = Axe().run(page, options=OPTIONS).response["violations"]
    return [
        f"{one['id']}: {node['target']} {node['failureSummary'].splitlines()[-1].strip()}"
        for one in violations
        for node in one["nodes"][:3]
    ]
