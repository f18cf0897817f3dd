"""A page whose names mean harm, and what they made it do."""

from urllib.parse import urlsplit

from playwright.sync_api import Dialog, Page, Request

from tests.browser.looking import listening, overflowing
from tests.simulators.hostile_repository import hides

WIDTHS = (1440, 390)
CANARY = "for (const name of ['alert', 'confirm', 'prompt']) window[name] = () => { window.canary = name }"
"""Run before any page, so that a script that ran is known of."""
INTRUDERS = """() => [...document.querySelectorAll(
    "iframe, object, embed, img, base, form[action*='//'], a[href^='javascript:' i], a[href^='//'],"
    + " body script:not([type='application/json']), [onload], [onerror], [onfocus], [onclick]"
  )].map(one => one.outerHTML.slice(0, 120))"""


class Lure:
    """A page of an installation, and what its names made it do."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.done: list[str] = []
        self._site = urlsplit(url).netloc
        page.on("dialog", self._dialog)
        page.on("request", self._request)

    def _is_here(self) -> bool:
        return urlsplit(self.page.url).netloc == self._site

    def _dialog(self, dialog: Dialog) -> None:
        self.done.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        is_page = request.is_navigation_request() and request.frame == self.page.main_frame
        if parts.netloc != self._site or not (is_page or parts.path.startswith("/static/")):
            self.done.append(f"a request for {request.resource_type} {request.url}")

    def look(self, address: str) -> list[str]:
        """What is wrong with a page, in both widths."""
        self.done.clear()
        with listening(self.page) as heard:
            self.page.goto(address)
            canary = self.page.evaluate("window.canary ?? ''")
            found = [f"{canary} was called"] if canary else []
            found += [] if self._is_here() else [f"went to {self.page.url}"]
            found += self.page.evaluate(INTRUDERS)
            if hides(self.page.locator("body").inner_text()):
                found.append("something hides itself")
            for width in WIDTHS:
                self.page.set_viewport_size({"width": width, "height": 844})
                found += [f"{width} px: {one}" for one in overflowing(self.page)]
        return [f"{address}: {one}" for one in [*found, *self.done, *heard.complaints]]
