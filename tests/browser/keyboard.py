"""A person who has only the keyboard: what has the focus, and whether it can be seen."""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

MOST_TABS = 250
NOTHING = "BODY"

_FOCUS = """() => {
  const one = document.activeElement;
  const style = getComputedStyle(one);
  const box = one.getClientRects()[0] ?? one.getBoundingClientRect();
  const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  const label = one.getAttribute("aria-label") ?? one.labels?.[0]?.textContent ?? one.textContent;
  return {
    tag: one.tagName, id: one.id, name: label.trim().replace(/\\s+/g, " ").slice(0, 200),
    has_ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1 && style.opacity > 0.5,
    is_uncovered: Boolean(hit) && (one.contains(hit) || hit.contains(one) || style.pointerEvents === "none"),
  };
}"""


@dataclass(frozen=True)
class Focus:
    """What has it. BODY is nothing: whoever presses Tab then begins at the top again."""

    tag: str
    id: str
    name: str
    has_ring: bool
    is_uncovered: bool

    @property
    def is_seen(self) -> bool:
        return self.tag != NOTHING and self.has_ring and self.is_uncovered


@dataclass(frozen=True)
class Keyboard:
    """Presses keys on a page, and looks after each where the focus is."""

    page: Page

    @property
    def focus(self) -> Focus:
        found: dict[str, Any] = self.page.evaluate(_FOCUS)
        return Focus(**found)

    def press(self, *keys: str) -> Focus:
        for key in keys:
            self.page.keyboard.press(key)
        return self.focus

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def tab_to(self, name: str, *, tag: str = "", key: str = "Tab") -> Focus:
        """Press Tab until something with this in its name has the focus, which must be seen all along."""
        for _ in range(MOST_TABS):
            focus = self.press(key)
            assert focus.is_seen, focus
            if name in focus.name and tag in focus.tag:
                return focus
        raise AssertionError(f"{name!r} is not reached by {MOST_TABS} times {key}")

    def enter(self) -> None:
        """Press Enter on what leads to another page, and wait for that page."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self.page.wait_for_load_state()
