"""What a verdict folds is a click away, whole on paper, and open where a link leads into it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.looking import overflowing
from tests.browser.site import DemoSite


@pytest.fixture
def address(demo: DemoSite) -> str:
    return "/sources/{source_id}/verdicts/{verdict_id}/".format(**demo.examples)


@pytest.fixture
def page(signed_in: BrowserContext) -> Iterator[Page]:
    page = signed_in.new_page()
    yield page
    page.close()


def test_the_first_check_that_fails_is_linked_and_stands_open(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(address)
    failing = page.locator(".step.is-failed").first
    assert page.locator(".step:visible").first.evaluate(
        "(one, two) => one === two", failing.element_handle()
    )
    page.get_by_role("link", name="Why, and what to do").click()
    expect(failing.locator(".step-more")).to_be_in_viewport()


def test_forms_that_are_folded_fit_their_card_once_they_are_open(
    page: Page, demo: DemoSite
) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/sources/{source_id}/source/".format(**demo.examples))
    folded = page.locator("aside details")
    folded.evaluate_all("all => all.forEach(one => { one.open = true })")
    assert folded.count() > 1
    too_wide = "all => all.filter(one => one.getBoundingClientRect().right >= one.closest('.card').getBoundingClientRect().right).length"
    assert page.locator("aside form *").evaluate_all(too_wide) == 0
    assert overflowing(page) == []


def test_what_passed_is_whole_on_paper(page: Page, address: str) -> None:
    page.goto(address)
    passed = page.locator(".step.is-passed").first
    expect(passed).to_be_hidden()
    page.emulate_media(media="print")
    for step in page.locator(".step").all():
        expect(step).to_be_visible()


def test_a_link_to_a_step_opens_its_group(page: Page, address: str) -> None:
    page.goto(f"{address}#step-2")
    expect(page.locator("#step-2")).to_be_in_viewport()


def test_groups_open_without_scripts(without_scripts: BrowserContext, address: str) -> None:
    page = without_scripts.new_page()
    page.goto(address)
    expect(page.locator("#step-2")).to_be_hidden()
    page.locator("summary.group-head").first.click()
    expect(page.locator("#step-2")).to_be_visible()
    page.close()
