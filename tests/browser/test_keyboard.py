"""Walks with the keyboard alone: everything is reached, and one always sees where one is."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from tests.browser.keyboard import NOTHING, Keyboard
from tests.browser.site import DemoSite

PHONE: ViewportSize = {"width": 390, "height": 844}
WINDOW: ViewportSize = {"width": 1440, "height": 900}
PAGES = (
    "/",
    "/now/",
    "/sources/",
    "/sources/add/",
    "/sources/{source_id}/",
    "/sources/{source_id}/source/",
    "/sources/{source_id}/history/",
    "/sources/{source_id}/verdicts/{verdict_id}/",
    "/sources/{source_id}/roles/{role_id}/",
    "/expiries/",
    "/sources/{source_id}/timeline/",
    "/sources/{source_id}/keys/",
    "/sources/{source_id}/report/",
    "/keys/",
    "/keys/{fingerprint}/",
    "/findings/",
    "/verify/",
    "/search/?q=quayline",
    "/events/",
    "/help/",
    "/account/",
)


@pytest.fixture
def page(signed_in: BrowserContext) -> Iterator[Page]:
    page = signed_in.new_page()
    page.set_viewport_size(WINDOW)
    yield page
    page.close()


@pytest.fixture
def keyboard(page: Page) -> Keyboard:
    return Keyboard(page)


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("pattern", PAGES)
def test_the_focus_is_seen_on_all_of_a_page(
    keyboard: Keyboard, demo: DemoSite, pattern: str, width: int
) -> None:
    keyboard.page.set_viewport_size({"width": width, "height": 844})
    keyboard.page.goto(pattern.format(**demo.examples))
    unseen = []
    for _ in range(120):
        focus = keyboard.press("Tab")
        if focus.tag == NOTHING:  # round once
            break
        if not focus.is_seen:
            unseen.append(focus)
    assert unseen == []


def test_the_first_key_leads_past_the_frame(keyboard: Keyboard) -> None:
    keyboard.page.goto("/now/")
    assert keyboard.press("Tab").name == "Skip to the content"
    assert keyboard.press("Enter").id == "content"
    assert keyboard.page.evaluate(
        "document.getElementById('content').contains(document.activeElement)"
    )


def test_who_can_sign_for_a_path_is_asked_in_the_tree(keyboard: Keyboard, demo: DemoSite) -> None:
    page = keyboard.page
    page.goto(f"/sources/{demo.examples['source_id']}/")
    keyboard.tab_to("Who can sign")
    keyboard.type("cranes/one.bin")
    keyboard.press("Enter")
    expect(page.locator(".walk")).to_be_visible()
    assert keyboard.focus.id == "tree-path"
    keyboard.tab_to("the same stands in the table below")
    keyboard.tab_to("root", tag="a")
    keyboard.enter()
    expect(page.locator("h1")).to_contain_text("root")


def test_what_a_button_replaced_is_where_one_goes_on(keyboard: Keyboard, demo: DemoSite) -> None:
    page = keyboard.page
    page.goto(f"/sources/{demo.examples['source_id']}/")
    keyboard.tab_to("Who can sign")
    keyboard.type("cranes/one.bin")
    keyboard.tab_to("Show")
    keyboard.press("Enter")
    expect(page.locator(".walk")).to_be_visible()
    expect(page.locator(".tree-ask button")).to_be_focused()
    assert keyboard.focus.is_seen


def test_the_table_of_the_tree_is_walked_by_rows(keyboard: Keyboard, demo: DemoSite) -> None:
    page = keyboard.page
    page.goto(f"/sources/{demo.examples['source_id']}/")
    keyboard.tab_to("The same as a table")
    keyboard.press("Enter")
    keyboard.tab_to("root", tag="TR")
    rows = page.locator("[role=treegrid] tbody tr:visible")
    every = rows.count()
    assert "timestamp" in keyboard.press("ArrowRight").name
    assert keyboard.press("ArrowLeft").name.startswith("root")
    keyboard.press("ArrowLeft")
    expect(rows).to_have_count(1)
    keyboard.press("ArrowRight")
    expect(rows).to_have_count(every)
    last = keyboard.press("End")
    assert last.is_seen
    assert keyboard.press("ArrowDown") == last
    assert keyboard.press("Home").name.startswith("root")
    keyboard.press("ArrowDown")
    assert keyboard.focus.is_seen
    keyboard.enter()
    expect(page.locator("h1")).to_contain_text("timestamp")


def test_the_failing_check_is_one_key_away_and_opens_and_closes(
    keyboard: Keyboard, demo: DemoSite
) -> None:
    page = keyboard.page
    page.goto("/sources/{source_id}/verdicts/{verdict_id}/".format(**demo.examples))
    first = page.locator(".step.is-failed").first
    assert keyboard.press("n").is_seen
    assert first.evaluate("one => one.contains(document.activeElement)")
    keyboard.press("Enter")
    expect(first.locator(".step-more")).to_be_hidden()
    keyboard.press("Enter")
    expect(first.locator(".step-more")).to_be_visible()


def test_the_next_failing_check_is_found_in_a_group_that_is_closed(
    keyboard: Keyboard, demo: DemoSite
) -> None:
    page = keyboard.page
    page.goto("/sources/{source_id}/verdicts/{verdict_id}/".format(**demo.examples))
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = false })")
    assert keyboard.press("n").is_seen
    expect(page.locator(".step.is-failed").first).to_be_visible()
    here = keyboard.focus
    keyboard.press("Tab", "Tab")
    assert keyboard.press("p") == here


def test_a_group_of_checks_opens_and_closes(keyboard: Keyboard, demo: DemoSite) -> None:
    page = keyboard.page
    page.goto("/sources/{source_id}/verdicts/{verdict_id}/".format(**demo.examples))
    keyboard.tab_to("Root, v", tag="SUMMARY")
    group = page.locator(".waterfall details.group:has(> summary:focus)")
    was_open = group.get_attribute("open") is not None
    for key in ("Enter", "Space"):
        keyboard.press(key)
        was_open = not was_open
        assert (group.get_attribute("open") is not None) is was_open


@pytest.mark.parametrize("pattern", ["/expiries/", "/sources/{source_id}/timeline/"])
def test_days_are_chosen_on_the_timeline_with_arrow_keys(
    keyboard: Keyboard, demo: DemoSite, pattern: str
) -> None:
    page = keyboard.page
    page.goto(pattern.format(**demo.examples))
    keyboard.tab_to("Days to list")
    grip = page.locator("#brush-grip")
    told = [grip.get_attribute("aria-valuetext")]
    for key in ("ArrowRight", "ArrowUp", "ArrowLeft", "ArrowDown"):
        assert keyboard.press(key).is_seen
        told.append(grip.get_attribute("aria-valuetext"))
    assert len(set(told)) == 4  # the last is the first again
    assert told[0] == told[-1]
    keyboard.press("ArrowUp", "Enter")
    page.wait_for_url(re.compile(r"from=\d{4}-\d\d-\d\d.*to=\d{4}-\d\d-\d\d"))
    expect(grip).to_be_focused()
    assert keyboard.focus.is_seen


def test_something_is_searched_and_opened(keyboard: Keyboard) -> None:
    page = keyboard.page
    page.goto("/")
    assert keyboard.press("/").id == "search"
    keyboard.type("quayline")
    keyboard.enter()
    assert "q=quayline" in page.url
    found = keyboard.press("j")
    assert found.is_seen
    keyboard.enter()
    expect(page.locator("h1")).to_contain_text(found.name)


def test_another_instant_is_looked_at_and_left(keyboard: Keyboard) -> None:
    page = keyboard.page
    page.goto("/sources/")
    keyboard.tab_to("Now", tag="A")
    keyboard.enter()
    page.goto(page.url)
    keyboard.tab_to("What was known at")
    keyboard.type("11102026")
    keyboard.press("Tab")
    keyboard.type("1200PM")
    keyboard.tab_to("Look", tag="BUTTON")
    keyboard.enter()
    expect(page.locator(".past")).to_contain_text("10 Nov 2026")
    keyboard.tab_to("Back to now")
    keyboard.enter()
    expect(page.locator(".past")).to_have_count(0)


def test_the_menu_of_a_phone_opens_leads_on_and_closes(keyboard: Keyboard) -> None:
    page = keyboard.page
    page.set_viewport_size(PHONE)
    page.goto("/")
    rail = page.locator("#rail")
    keyboard.tab_to("Menu")
    keyboard.press("Enter")
    expect(rail).to_be_visible()
    assert keyboard.press("Tab").name == "Overview"
    assert keyboard.press("Escape").name == "Menu"
    expect(rail).to_be_hidden()
    keyboard.press("Enter")
    keyboard.tab_to("Sources")
    keyboard.enter()
    assert page.url.endswith("/sources/")


def test_a_dialog_keeps_the_focus_and_gives_it_back(keyboard: Keyboard) -> None:
    page = keyboard.page
    page.goto("/styleguide/")
    keyboard.tab_to("Open a dialog")
    keyboard.press("Enter")
    dialog = page.locator("dialog[open]")
    expect(dialog).to_be_visible()
    for _ in range(5):
        keyboard.press("Tab")
        assert dialog.evaluate(
            "one => one.contains(document.activeElement) || document.activeElement === document.body"
        )
    keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert keyboard.focus.name == "Open a dialog"


def test_single_keys_can_be_switched_off(
    chromium: Browser, demo: DemoSite, signed_in: BrowserContext
) -> None:
    """WCAG 2.2, 2.1.4."""
    context = chromium.new_context(base_url=demo.url, storage_state=signed_in.storage_state())
    keyboard = Keyboard(context.new_page())
    try:
        keyboard.page.goto("/account/")
        keyboard.tab_to("Single keys")
        keyboard.press("Space")
        keyboard.page.goto("/")
        assert keyboard.press("/").id != "search"
    finally:
        context.close()
