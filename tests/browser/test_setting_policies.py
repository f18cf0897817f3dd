"""Somebody sets a policy in the browser: looks at what it would do, then sets it."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import PAGE_MILLISECONDS
from tests.browser.looking import faults_of, listening
from tests.browser.site import DemoSite, sign_in

PATTERN = "registry.example/nothing-here"


def written(pattern: str) -> str:
    """A policy with a log entry that nobody demands, which is worth a look."""
    wanted = {"identity": "a@example.org", "issuer": "https://a.example", "log": "ignored"}
    rule = {"repositories": [pattern], "require": [{"of": [wanted]}]}
    return json.dumps({"version": 1, "policies": [rule]}, indent=1)


@pytest.fixture(params=[True, False], ids=["scripts", "plain"])
def person(
    request: pytest.FixtureRequest, chromium: Browser, demo: DemoSite
) -> Iterator[BrowserContext]:
    """Who just signed in: acts that change trust ask for the password later than that."""
    context = chromium.new_context(
        base_url=demo.url, java_script_enabled=request.param, reduced_motion="reduce"
    )
    context.set_default_timeout(PAGE_MILLISECONDS)
    sign_in(context, demo)
    yield context
    context.close()


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name).click()


def test_a_policy_is_looked_at_set_and_replaced(
    person: BrowserContext, request: pytest.FixtureRequest
) -> None:
    name = f"written here, {request.node.callspec.id}"
    page = person.new_page()
    with listening(page) as heard:
        page.goto("/policies/")
        with page.expect_navigation():
            page.get_by_role("link", name="Set a policy").click()
        page.get_by_label("Name").fill(name)
        page.get_by_label("Policy, JSON").fill(written(PATTERN))
        page.get_by_label("Why it is set").fill("agreed with the vendor")
        press(page, "Look at it")
        expect(page.locator("h1")).to_contain_text("may not mean what was meant")
        assert page.get_by_label("Why it is set").input_value() == "agreed with the vendor"
        press(page, "Set it")
        expect(page.locator("h1")).to_contain_text(f"{name}, version 1")
        with page.expect_navigation():
            page.get_by_role("link", name="Write the next version").click()
        page.get_by_label("Policy, JSON").fill(written(f"{PATTERN}/either"))
        page.get_by_label("Why it is set").fill("they moved")
        press(page, "Look at it")
        expect(page.locator(".raw-diff ins")).to_contain_text(f"{PATTERN}/either")
        press(page, "Set it in place of version 1")
        expect(page.locator("h1")).to_contain_text(f"{name}, version 2")
    assert heard.complaints == []
    page.close()


def test_what_a_look_shows_has_no_fault(signed_in: BrowserContext, demo: DemoSite) -> None:
    page = signed_in.new_page()
    with listening(page) as heard:
        page.goto(f"/policies/lint/?policy={demo.examples['policy_id']}")
        page.get_by_label("Policy, JSON").fill(written("localhost/terminal-suite"))
        press(page, "Look at it")
        expect(page.locator("#moves-head")).to_be_visible()
        expect(page.locator(".raw-diff del").first).to_be_visible()
        faults = faults_of(page)
    assert faults + heard.complaints == []
    page.close()


def test_a_policy_is_asked_what_applies_to_an_image(
    signed_in: BrowserContext, demo: DemoSite
) -> None:
    page = signed_in.new_page()
    with listening(page) as heard:
        page.goto(f"/policies/{demo.examples['policy_id']}/")
        page.evaluate("document.documentElement.dataset.mark = 'here'")
        page.get_by_label("Does it apply to").fill("localhost/terminal-suite:7.2.0")
        page.get_by_role("button", name="Ask").click()
        expect(page.locator("#covers .notice").first).to_contain_text("applies to")
        assert page.evaluate("document.documentElement.dataset.mark === 'here'")
        page.wait_for_url(re.compile("reference="))
        faults = faults_of(page)
    assert faults + heard.complaints == []
    page.close()


def test_material_is_looked_at_from_a_file(signed_in: BrowserContext) -> None:
    page = signed_in.new_page()
    with listening(page) as heard:
        page.goto("/policies/material/look/")
        page.get_by_label("A file").set_input_files(
            {"name": "vendor.pub", "mimeType": "text/plain", "buffer": KEY.encode()}
        )
        press(page, "Look at it")
        expect(page.locator("h1")).to_contain_text("Is this public key the right one?")
        faults = faults_of(page)
    assert faults + heard.complaints == []
    page.close()


KEY = """-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt
6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==
-----END PUBLIC KEY-----
"""
"""Its point is the generator of P-256: nobody's key."""
