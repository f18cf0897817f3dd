"""What htmx replaces on a page, with version 2, which is served, and with what comes after it.

Version 4 stands in for the script of version 2 on its way to the browser: the pages are the same.
`make build/htmx` fetches it.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import django_htmx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.conftest import PAGE_MILLISECONDS
from tests.browser.looking import listening
from tests.browser.site import IMAGES, DemoSite, sign_in
from tests.conftest import PROJECT, missing

BROUGHT = Path(django_htmx.__file__).parent / "static" / "django_htmx"
SCRIPTS = {
    "2": BROUGHT / "htmx-2.min.js",
    "4": PROJECT / "build" / "htmx" / "htmx.min.js",
}
ADDED = {"2": "quayline-firmware", "4": "quayline-releases"}
"""Whose past is added as a source with each version: a place is added once."""
SERVED = re.compile(r"/htmx-2(\.min)?(\.\w+)?\.js$")


@pytest.fixture(scope="module", params=SCRIPTS)
def signed_in_with(
    request: pytest.FixtureRequest, chromium: Browser, demo: DemoSite, signed_in: BrowserContext
) -> Iterator[BrowserContext]:
    """The same person, whose browser gets that version of htmx."""
    script: Path = SCRIPTS[request.param]
    if not script.exists():
        missing(f"{script.relative_to(PROJECT)} is not there: make build/htmx")
    body = script.read_text(encoding="utf-8")

    def answer(route: Route) -> None:
        route.fulfill(body=body, content_type="text/javascript")

    context = chromium.new_context(base_url=demo.url, storage_state=signed_in.storage_state())
    context.set_default_timeout(PAGE_MILLISECONDS)
    context.route(SERVED, answer)
    yield context
    context.close()


@pytest.fixture
def page(signed_in_with: BrowserContext) -> Iterator[Page]:
    """A page whose complaints are the test's failures."""
    page = signed_in_with.new_page()
    with listening(page) as heard:
        yield page
        page.close()
    assert heard.complaints == []


@pytest.fixture
def version(request: pytest.FixtureRequest) -> str:
    chosen: str = request.node.callspec.params["signed_in_with"]
    return chosen


def stays(page: Page) -> None:
    """Mark the page as it is now: whatever loads it anew loses the mark."""
    page.evaluate("document.documentElement.dataset.mark = 'here'")


def stayed(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.dataset.mark === 'here'"))


def test_the_version_is_the_one_that_is_meant(page: Page, version: str) -> None:
    page.goto("/")
    assert str(page.evaluate("htmx.version")).startswith(version[0])


# ---- filters


@pytest.mark.parametrize("path", ["/sources/", "/findings/", "/events/", "/jobs/"])
def test_a_filter_replaces_the_list_alone(page: Page, path: str) -> None:
    page.goto(path)
    stays(page)
    form = page.locator("form[hx-get]")
    choice = form.locator("select:has(option:nth-child(3))").first
    name = choice.get_attribute("name")
    value = choice.locator("option").nth(1).get_attribute("value")
    choice.select_option(value)  # it is sent at once
    page.wait_for_url(re.compile(rf"[?&]{name}={value}(&|$)"))
    expect(page.locator(str(form.get_attribute("hx-target")))).to_have_count(1)
    assert stayed(page)


def test_one_goes_back_to_the_whole_list_and_on_again(page: Page) -> None:
    page.goto("/sources/")
    rows = page.locator("#sources tbody tr")
    every = rows.count()
    page.locator("select[name=state]").select_option("failing")
    page.wait_for_url(re.compile("state=failing"))
    expect(rows).not_to_have_count(every)
    failing = rows.count()
    page.go_back()
    expect(rows).to_have_count(every)
    assert_is_whole(page)
    page.go_forward()
    expect(rows).to_have_count(failing)
    assert_is_whole(page)


def assert_is_whole(page: Page) -> None:
    """The frame is there, once, and its title."""
    for part in ("header.bar", "nav.rail", "main h1", "form.filter"):
        expect(page.locator(part)).to_have_count(1)


def test_words_are_searched_with_enter(page: Page) -> None:
    page.goto("/sources/")
    stays(page)
    field = page.locator("form.filter input[name=text]")
    field.fill("quayline")
    field.press("Enter")
    page.wait_for_url(re.compile("text=quayline"))
    expect(page.locator("#sources")).not_to_contain_text("mirror-east")
    expect(field).to_be_focused()
    assert stayed(page)


def test_the_head_of_images_follows_what_the_list_is_narrowed_to(page: Page) -> None:
    page.goto("/images/")
    stays(page)
    lead = page.locator("#images-head .lead")
    before = lead.inner_text()
    page.locator("form.filter input[name=text]").fill(IMAGES)
    page.locator("form.filter input[name=text]").press("Enter")
    page.wait_for_url(re.compile(f"text={IMAGES}"))
    expect(lead).not_to_have_text(before)
    narrowed = lead.inner_text()
    assert stayed(page)
    page.goto(page.url)
    expect(lead).to_have_text(narrowed)
    expect(page.locator("h1")).to_have_count(1)


def test_a_filtered_list_goes_on_with_its_next_page(page: Page) -> None:
    page.goto("/events/")
    page.locator("select[name=kind]").select_option("metadata.appeared")
    page.wait_for_url(re.compile("kind=metadata.appeared"))
    rows = page.locator("#events-list tbody tr, #events-list .event")
    page.locator(".pager a[rel=next]").click()
    page.wait_for_url(re.compile("after="))
    assert "kind=metadata.appeared" in page.url
    assert rows.count()


# ---- the tree and history


def test_the_walk_for_a_path_is_drawn_into_the_tree(page: Page, demo: DemoSite) -> None:
    page.goto(f"/sources/{demo.examples['source_id']}/")
    stays(page)
    page.fill("#tree-path", "cranes/one.bin")
    page.press("#tree-path", "Enter")
    expect(page.locator(".walk")).to_contain_text("cranes")
    page.wait_for_url(re.compile("path=cranes"))
    assert stayed(page)
    page.go_back()
    expect(page.locator(".walk")).to_have_count(0)
    assert_is_whole_but_filter(page)


def assert_is_whole_but_filter(page: Page) -> None:
    for part in ("header.bar", "nav.rail", "main h1", "#tree"):
        expect(page.locator(part)).to_have_count(1)


def open_versions_of_timestamp(page: Page, demo: DemoSite) -> None:
    page.goto(f"/sources/{demo.examples['source_id']}/history/")
    page.locator("a[href*='role=']", has_text="timestamp").first.click()
    page.wait_for_url(re.compile("role="))
    expect(page.locator("[data-scrubs]")).to_be_visible()


def test_two_versions_are_compared_in_place(page: Page, demo: DemoSite) -> None:
    open_versions_of_timestamp(page, demo)
    stays(page)
    old = page.locator("select[name=old]")
    old.select_option(index=3)
    page.locator("#compared button[type=submit]").click()
    page.wait_for_url(re.compile("old=[0-9a-f]{64}"))
    expect(page.locator("#compared h2").first).to_contain_text("→")
    title = page.locator("#compared h2").first.inner_text()
    page.locator("[data-scrubs]").press("ArrowLeft")
    expect(page.locator("#compared h2").first).not_to_have_text(title)
    expect(page.locator("[data-scrubs]")).to_be_focused()
    assert stayed(page)


IS_READY = """
() => new Promise(resolve => {
    const watched = new MutationObserver(() => {
        watched.disconnect();
        setTimeout(() => resolve(!document.querySelector("[data-scrubs]").closest("[hidden]")));
    });
    watched.observe(document.getElementById("compared").parentElement, {childList: true});
    document.querySelector("#compared button[type=submit]").click();
})
"""


def test_what_was_replaced_can_be_used_at_once(page: Page, demo: DemoSite) -> None:
    open_versions_of_timestamp(page, demo)
    assert page.evaluate(IS_READY)


# ---- a crawl


def test_what_a_key_is_worth_where_not_everything_passed_comes_by_itself(
    page: Page, demo: DemoSite
) -> None:
    page.goto(f"/keys/{demo.examples['fingerprint']}/")
    expect(page.locator("#awaited")).to_have_count(0)
    expect(page.locator("dl.worth").first).to_contain_text("If it is lost")
    expect(page.locator("header.bar")).to_have_count(1)
    assert "in=" not in page.url


def test_a_crawl_is_followed_until_it_ends_and_no_longer(page: Page, demo: DemoSite) -> None:
    page.goto(f"/sources/{demo.examples['source_id']}/source/")
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if "/progress/" in one.url else None)
    stays(page)
    page.get_by_role("button", name="Crawl now").click()
    crawling = page.locator("#crawling")
    expect(page.locator("#crawling[hx-get]")).to_have_count(1)
    expect(page.locator("#crawling[hx-get]")).to_have_count(0, timeout=60_000)
    expect(crawling).to_contain_text("The next crawl is due")
    assert asked
    there = len(asked)
    page.wait_for_timeout(4_500)  # twice the time between two questions
    assert len(asked) == there
    assert stayed(page)


# ---- what goes wrong


def test_an_error_is_told_and_the_list_stays(signed_in_with: BrowserContext) -> None:
    page = signed_in_with.new_page()
    try:
        page.goto("/sources/")
        before = page.locator("#sources").inner_text()
        page.route("**/sources/?*", lambda route: route.fulfill(status=500, body="<h1>no</h1>"))
        page.locator("select[name=state]").select_option("failing")
        expect(page.locator(".toast")).to_contain_text("The server answered 500")
        assert page.locator("#sources").inner_text() == before
    finally:
        page.close()


def test_silence_is_told_and_the_list_stays(signed_in_with: BrowserContext) -> None:
    page = signed_in_with.new_page()
    try:
        page.goto("/sources/")
        page.route("**/sources/?*", lambda route: route.abort())
        page.locator("select[name=state]").select_option("failing")
        expect(page.locator(".toast").first).to_contain_text("No answer from the server")
        expect(page.locator("#sources")).to_have_count(1)
    finally:
        page.close()


def test_whose_session_ended_signs_in_again(
    page: Page, signed_in_with: BrowserContext, demo: DemoSite
) -> None:
    page.goto("/sources/")
    signed_in_with.clear_cookies()
    try:
        page.locator("select[name=state]").select_option("failing")
        page.wait_for_url(re.compile("/account/sign-in/"))
        expect(page.locator("input[name=password]")).to_be_visible()
    finally:
        sign_in(signed_in_with, demo)


# ---- adding a source, in which htmx has no part


def test_a_source_is_looked_at_added_crawled_and_removed(
    page: Page, demo: DemoSite, version: str
) -> None:
    page.context.clear_cookies()
    sign_in(page.context, demo)  # whoever changes what is trusted has just given the password
    name = f"again with {version}"
    page.goto(f"/sources/{demo.examples['source_id']}/source/")
    served = Path(page.locator(".lead .mono").first.inner_text())
    location = served.parent.parent / ADDED[version] / "history"
    page.goto("/sources/add/")
    page.fill("#location", str(location))
    page.fill("#source-name", name)
    page.get_by_role("button", name="Look at it").click()
    expect(page.locator("h1")).to_contain_text("Is this root the right one?")
    page.fill("#reason", "to see it added")
    page.get_by_role("button", name="Add it").click()
    expect(page.locator("h1")).to_contain_text(name)
    expect(page.locator("#crawling")).to_contain_text("The next crawl is due", timeout=60_000)
    page.get_by_text("Remove this source").click()
    page.fill("#remove-reason", "it was seen")
    page.get_by_role("button", name="Remove it").click()
    expect(page.locator(".notice").first).to_contain_text("It was removed")
