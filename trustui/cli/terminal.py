"""How text meets a terminal: its width, its colours, and the shapes of outcomes."""

import os
import shutil
import sys
import textwrap
from collections.abc import Iterator
from typing import TextIO

import msgspec

from trustui.core.primitives.text import visible
from trustui.core.trace import Outcome, Severity

SIGNS = {
    Outcome.PASSED: "✓",
    Outcome.FAILED: "✗",
    Outcome.UNDECIDED: "?",
    Outcome.NOTED: "·",
}
MOOT = "○"
"""The sign of a step that rests on a broken one."""

_CODES = {
    Outcome.PASSED: "32",
    Outcome.FAILED: "31;1",
    Outcome.UNDECIDED: "35;1",
    Outcome.NOTED: "2",
}
_SEVERITY_CODES = {
    Severity.HIGH: "31",
    Severity.MEDIUM: "33",
    Severity.LOW: "36",
    Severity.INFO: "2",
}

NARROWEST, WIDEST = 40, 120


class Style(msgspec.Struct, frozen=True):
    """Whether to colour, and how wide a line may be. Shape and word always say it too."""

    width: int = 80
    colour: bool = False

    def bold(self, text: str) -> str:
        """What should be seen first."""
        return self._wrap(text, "1")

    def faint(self, text: str) -> str:
        """What is there to be looked up."""
        return self._wrap(text, "2")

    def outcome(self, outcome: Outcome, text: str) -> str:
        """Text in the colour of an outcome."""
        return self._wrap(text, _CODES[outcome])

    def severity(self, severity: Severity, text: str) -> str:
        """Text in the colour of a finding's severity."""
        return self._wrap(text, _SEVERITY_CODES[severity])

    def sign(self, outcome: Outcome, *, is_moot: bool = False) -> str:
        """The shape of an outcome; moot steps have one of their own."""
        return self.faint(MOOT) if is_moot else self.outcome(outcome, SIGNS[outcome])

    def paragraph(self, text: str, indent: str = "", first: str | None = None) -> Iterator[str]:
        """Fold text to the width, whatever it holds made visible; longer words are cut."""
        yield from textwrap.wrap(
            visible(text, len(text)),
            self.width,
            initial_indent=indent if first is None else first,
            subsequent_indent=indent,
            break_on_hyphens=False,
            break_long_words=True,
        )

    def _wrap(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour else text


def style_for(stream: TextIO = sys.stdout) -> Style:
    """Colour only on a terminal and without NO_COLOR (no-color.org); its width, 80 elsewhere."""
    is_terminal = stream.isatty()
    colour = is_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    columns = shutil.get_terminal_size((80, 24)).columns
    return Style(width=max(NARROWEST, min(columns, WIDEST)), colour=colour)
