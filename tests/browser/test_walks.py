"""The three users get their answers in few clicks, from the demo and from the services of compose."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.site import DemoSite, sign_in
from tests.browser.walks import Walk, on_call, release_manager, security_engineer, whose_image


@pytest.fixture(scope="module", params=["demo", "stack"])
def site(request: pytest.FixtureRequest) -> DemoSite:
    found: DemoSite = request.getfixturevalue(request.param)
    return found


@pytest.fixture(params=[1440, 390])
def walk(request: pytest.FixtureRequest, chromium: Browser, site: DemoSite) -> Iterator[Walk]:
    context = chromium.new_context(
        base_url=site.url, viewport={"width": request.param, "height": 844}
    )
    sign_in(context, site)
    yield Walk.from_landing(context.new_page())
    context.close()


def test_on_call_finds_why_since_when_and_what_changed_before(walk: Walk) -> None:
    on_call(walk)
    assert walk.clicks <= 3


def test_on_call_finds_why_the_image_fails_that_somebody_tampered_with(walk: Walk) -> None:
    whose_image(walk)
    assert walk.clicks <= 3


def test_a_security_engineer_finds_what_a_key_signs_and_what_its_loss_breaks(
    walk: Walk, site: DemoSite
) -> None:
    security_engineer(walk, site.world)
    assert walk.clicks <= 3


def test_a_release_manager_sees_what_expires_in_14_days_and_who_signs_it(
    walk: Walk, site: DemoSite
) -> None:
    release_manager(walk, site.world)
    assert walk.clicks <= 2
