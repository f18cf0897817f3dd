"""What a browser says about a page: accessibility, policy, console, and whether it fits."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, Response

WIDTHS = {1440: 900, 390: 844}
BETWEEN = {1240: 900, 1100: 900, 800: 900, 640: 900}
"""Where columns and menus change; only looked at for what does not fit."""
THEMES = ("light", "dark")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
EVERYTHING: dict[str, Any] = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "tag", "values": TAGS},
    "rules": {"target-size": {"enabled": True}},  # WCAG 2.2 AA, 2.5.8; off unless asked for
}
COLOURS: dict[str, Any] = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
}
"""All of axe's rules of these tags that look at colours: nothing else differs between themes."""
AXE: str = Axe().axe_script
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
    try:
        yield heard
    finally:
        page.remove_listener("console", heard.console)
        page.remove_listener("pageerror", heard.error)
        page.remove_listener("response", heard.answer)


def faults_of(page: Page) -> list[str]:
    """What is wrong with the open page in any theme and width, in a line each."""
    found: list[str] = []
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        found += [f"{width} px: {one}" for one in overflowing(page)]
        for theme in THEMES:
            page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
            rules = EVERYTHING if theme == THEMES[0] else COLOURS
            found += [f"{width} px, {theme}: {one}" for one in axe_violations(page, rules)]
    for width, height in BETWEEN.items():
        page.set_viewport_size({"width": width, "height": height})
        found += [f"{width} px: {one}" for one in overflowing(page)]
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


def axe_violations(page: Page, rules: Mapping[str, Any] = EVERYTHING) -> list[str]:
    """What axe finds against WCAG 2.2 A and AA, or against some of its rules."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    violations = page.evaluate(
        "async rules => (await axe.run(document, rules)).violations", dict(rules)
    )
    return [
        f"{one['id']}: {node['target']} {node['failureSummary'].splitlines()[-1].strip()}"
        for one in violations
        for node in one["nodes"][:3]
    ]
