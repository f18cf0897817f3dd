"""What the three users come for, each from the landing page, with every click counted."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

LAPSED = "quayline-schedules"
ONLINE = "quayline-firmware"
"""One key signs its timestamp alone."""
FORKED = "terminal-suite"
"""An image of it was signed by a fork of its publisher."""
ANOTHER_SIGNED = "somebody else signed than was expected"


@dataclass
class Walk:
    """A person on a page; pressing Enter counts as a click, typing does not."""

    page: Page
    clicks: int = 0

    @classmethod
    def from_landing(cls, page: Page) -> "Walk":
        page.goto("/")
        return cls(page)

    def click(self, place: Locator) -> None:
        self._act(place.click)

    def enter(self, place: Locator) -> None:
        self._act(lambda: place.press("Enter"))

    def _act(self, act: Any) -> None:
        with self.page.expect_navigation():
            act()
        self.clicks += 1
        self.page.wait_for_load_state()

    @property
    def main(self) -> Locator:
        return self.page.locator("main")


def on_call(walk: Walk) -> None:
    """Why does the lapsed repository fail, since when, what changed just before?"""
    row = walk.page.locator("table.failing tr", has_text=LAPSED)
    walk.click(row.locator("th a").first)
    expect(walk.page.locator("h1")).to_have_text("Failing for 2 days: the timestamp has expired")
    expect(walk.page.locator(".step.is-failed .step-id").first).to_have_text(
        "tuf.timestamp.freeze.expired"
    )
    expect(walk.page.locator(".step.is-failed .step-more").first).to_contain_text("What to do")
    expect(walk.main).to_contain_text("What changed just before")
    expect(walk.page.locator(".change").first).to_be_visible()
    expect(walk.main).to_contain_text("failing since")


def security_engineer(walk: Walk, world: Path) -> None:
    """Which roles can this key sign, and what does its loss break?"""
    root = newest(world / ONLINE / "metadata", "root")
    (keyid,) = root["roles"]["timestamp"]["keyids"]
    may_sign = {role for role, told in root["roles"].items() if keyid in told["keyids"]}
    walk.page.fill("#search", keyid)
    walk.enter(walk.page.locator("#search"))
    if "/search/" in walk.page.url:
        walk.click(walk.main.locator("tbody a").first)
    expect(walk.page.locator("h1")).to_contain_text("This key may sign")
    roles = walk.page.locator("table.worth-roles tbody tr")
    expect(roles).to_have_count(len(may_sign))  # asked for by itself where a check fails
    assert {one.strip() for one in roles.locator("th > a").all_inner_texts()} == may_sign
    expect(roles.first).to_contain_text("1 of 1")
    expect(roles.first).to_contain_text("cannot sign")
    expect(walk.page.locator("dl.worth")).to_contain_text("If it is lost")


def release_manager(walk: Walk, world: Path) -> None:
    """What expires within 14 days, and who signs it?"""
    walk.click(walk.page.get_by_role("link", name="All expiries"))
    walk.click(walk.page.locator(".bucket", has_text="14 days"))
    due = expiring(world, datetime.now(UTC), timedelta(days=14))
    rows = walk.page.locator("#expiries > table tbody tr")
    expect(rows).to_have_count(len(due))
    shown = {
        (row.locator("td").first.inner_text(), row.locator("th > a").first.inner_text())
        for row in rows.all()
    }
    assert shown == due
    for row in rows.all():
        expect(row.locator(".signers .threshold")).to_have_text("1 of 1")
        expect(row.locator(".signers a").first).to_be_visible()


def whose_image(walk: Walk) -> None:
    """Why does the image fail that somebody tampered with, who signed it, and who should have?"""
    row = walk.page.locator("table.failing tr", has_text=ANOTHER_SIGNED)
    walk.click(row.locator("th a").first)
    if "/now/" in walk.page.url:
        walk.click(walk.main.locator("tr", has_text=FORKED).locator("th a").first)
    expect(walk.page.locator("h1")).to_contain_text(ANOTHER_SIGNED)
    expect(walk.page.locator(".step.is-failed .step-id").first).to_have_text("bundle.identity")
    expect(walk.main).to_contain_text("Nearest miss")
    expect(walk.main).to_contain_text("https://git.contractor.example/terminal-fork/")
    expect(walk.main).to_contain_text("https://git.quayline.example/terminal/")
    expect(walk.main).to_contain_text("Places looked at")


# ---- what is true, as the files of the world say


def newest(folder: Path, role: str) -> dict[str, Any]:
    """The signed part of the newest document of a role in a folder of metadata."""
    named = [*folder.glob(f"*.{role}.json"), *folder.glob(f"{role}.json")]
    read = [json.loads(path.read_bytes())["signed"] for path in named]
    found: dict[str, Any] = max(read, key=lambda signed: signed["version"])
    return found


def expiring(world: Path, now: datetime, within: timedelta) -> set[tuple[str, str]]:
    """(repository, role) of the served top-level documents that expire so soon; delegated ones live long."""
    found = set()
    for folder in world.glob("*/metadata"):
        for role in ("root", "timestamp", "snapshot", "targets"):
            expires = datetime.fromisoformat(newest(folder, role)["expires"])
            if now < expires <= now + within:
                found.add((folder.parent.name, role))
    return found
