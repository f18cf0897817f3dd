"""Every page of the site in a browser, over the route table: what is added is looked at by itself."""

from collections.abc import Callable, Iterator
from functools import cache

import pytest
from playwright.sync_api import APIResponse, Browser, BrowserContext, Page, expect

from tests.browser.looking import axe_violations, faults_of, listening, overflowing
from tests.browser.site import DemoSite
from tests.simulators.people import Route, routes

NOT_IN_THE_DEMO = frozenset({"token_id", "calendar_id", "calendar_secret", "provider_id", "pk"})
"""Parameters that nothing in the demo has: it has no tokens, no calendars, no provider and no passkeys."""
SEE_OTHER = frozenset({302, 303})
STOP_POLLING = 286
NO_PAGE = frozenset({405, STOP_POLLING, *SEE_OTHER})
"""An act that answers POST alone, the last part that htmx asks for, or a way to elsewhere."""
REFUSED = {
    "account/second/app/remove/": 404,  # the demo's login has no second factor
    "account/codes/": 404,
    "account/codes/download/": 404,
    "account/oidc/error/": 401,
}
"""Route -> what it answers here instead of a page."""
ROUTES = [route for route in routes() if route.parameters.isdisjoint(NOT_IN_THE_DEMO)]
COMES_LATER = "[hx-trigger='load']"
"""A part of a page that asks for itself."""
every_route = pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.pattern or "/")


IsPage = Callable[[Route], bool]


@pytest.fixture(scope="module")
def is_page(signed_in: BrowserContext, demo: DemoSite) -> IsPage:
    """Whether a route answers with a page; each is asked once for that."""

    @cache
    def ask(route: Route) -> bool:
        address = route.address(demo.examples)
        return answered(signed_in.request.get(address, max_redirects=0), route)

    return ask


def answered(answer: APIResponse, route: Route) -> bool:
    """Whether it is a page. What fails is no page and no excuse either."""
    if route.pattern in REFUSED:
        assert answer.status == REFUSED[route.pattern]
        return False
    if answer.status in NO_PAGE:
        return False
    assert answer.status == 200, answer.url
    return answer.headers.get("content-type", "").startswith("text/html")


@pytest.fixture(scope="module")
def page(signed_in: BrowserContext) -> Iterator[Page]:
    """One for all of them: to open another takes as long as to look at one."""
    page = signed_in.new_page()
    yield page
    page.close()


@pytest.fixture(scope="module")
def plain_page(without_scripts: BrowserContext) -> Iterator[Page]:
    page = without_scripts.new_page()
    yield page
    page.close()


@every_route
def test_a_page_has_no_fault(page: Page, demo: DemoSite, is_page: IsPage, route: Route) -> None:
    if not is_page(route):
        return
    with listening(page) as heard:
        page.goto(route.address(demo.examples))
        expect(page.locator(COMES_LATER)).to_have_count(0)
        faults = faults_of(page)
    assert faults + heard.complaints == []


def test_the_page_of_no_key_scrolls_sideways(page: Page) -> None:
    """What their loss means is told in sentences of every length."""
    page.goto("/keys/?size=100")
    links = page.locator("tbody th a[href^='/keys/']")
    addresses = {one.get_attribute("href") or "" for one in links.all()}
    assert len(addresses) > 20
    wide = {}
    for address in sorted(addresses):
        page.goto(address)
        expect(page.locator(COMES_LATER)).to_have_count(0)
        if over := overflowing(page):
            wide[address] = over
    assert wide == {}


@every_route
def test_a_page_reads_without_scripts(
    plain_page: Page, demo: DemoSite, is_page: IsPage, route: Route
) -> None:
    if not is_page(route):
        return
    plain_page.goto(route.address(demo.examples))
    assert plain_page.locator("h1").first.inner_text().strip()
    assert plain_page.locator("main").first.inner_text().strip()
    assert plain_page.locator("[data-needs-script]:visible").count() == 0


def test_the_sign_in_page_has_no_fault(chromium: Browser, demo: DemoSite) -> None:
    page = chromium.new_page(base_url=demo.url, reduced_motion="reduce")
    try:
        with listening(page) as heard:
            page.goto("/account/sign-in/")
            faults = faults_of(page)
        assert faults + heard.complaints == []
    finally:
        page.close()


def test_nothing_is_shown_to_who_did_not_sign_in(chromium: Browser, demo: DemoSite) -> None:
    page = chromium.new_page(base_url=demo.url)
    try:
        page.goto("/sources/")
        assert page.url.startswith(f"{demo.url}/account/sign-in/")
    finally:
        page.close()


# ---- the looking finds what it is for


def test_a_fault_is_found(chromium: Browser) -> None:
    page = chromium.new_page()
    try:
        with listening(page) as heard:
            page.set_content(
                "<html lang=en><title>t</title><main><img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>"
                "<div class=wide style='width: 3000px'>wide</div></main>"
            )
            page.evaluate("console.error('broken')")
        assert any(one.startswith("image-alt") for one in axe_violations(page))
        assert "div.wide" in overflowing(page)[0]
        assert heard.complaints == ["console error: broken"]
    finally:
        page.close()


def test_a_fault_of_the_dark_theme_alone_is_found(chromium: Browser) -> None:
    page = chromium.new_page()
    try:
        page.set_content(
            "<html lang=en><title>t</title><main><style>[data-theme=dark] p { color: #222; background: #000 }"
            "</style><h1>a page</h1><p>hard to read</p></main>"
        )
        assert [one.split(":")[0] for one in faults_of(page)] == ["1440 px, dark", "390 px, dark"]
    finally:
        page.close()


def test_a_refusal_by_the_policy_is_heard(
    signed_in: BrowserContext,
) -> None:
    page = signed_in.new_page()
    try:
        with listening(page) as heard:
            page.goto("/")
            page.evaluate(
                "document.body.append(Object.assign(document.createElement('script'), {text: '1'}))"
            )
        assert any("Content Security Policy" in one for one in heard.complaints)
    finally:
        page.close()
