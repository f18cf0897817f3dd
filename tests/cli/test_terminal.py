"""Text on a terminal: its width, its colours, and that nothing hidden gets through."""

import io

import pytest

from trustui.cli.terminal import MOOT, NARROWEST, SIGNS, WIDEST, Style, style_for
from trustui.core.trace import Outcome, Severity


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")


def test_a_terminal_gets_colours() -> None:
    assert style_for(Terminal()).colour


def test_a_file_or_pipe_gets_none() -> None:
    assert not style_for(io.StringIO()).colour


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_a_terminal_may_ask_for_none(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert not style_for(Terminal()).colour


def test_an_empty_no_color_asks_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """https://no-color.org: only a value that is not empty counts."""
    monkeypatch.setenv("NO_COLOR", "")
    assert style_for(Terminal()).colour


@pytest.mark.parametrize(
    ("columns", "width"), [("100", 100), ("20", NARROWEST), ("400", WIDEST), ("0", 80)]
)
def test_the_width_is_the_terminal_s_within_bounds(
    monkeypatch: pytest.MonkeyPatch, columns: str, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert style_for(io.StringIO()).width == width


def test_without_colour_no_text_changes() -> None:
    style = Style()
    assert style.bold("a") == style.faint("a") == "a"
    assert {style.outcome(outcome, "a") for outcome in Outcome} == {"a"}
    assert {style.severity(severity, "a") for severity in Severity} == {"a"}


def test_with_colour_every_text_ends_its_own_colour() -> None:
    style = Style(colour=True)
    coloured = [
        style.bold("a"),
        style.faint("a"),
        *(style.outcome(outcome, "a") for outcome in Outcome),
        *(style.severity(severity, "a") for severity in Severity),
        *(style.sign(outcome) for outcome in Outcome),
    ]
    for text in coloured:
        assert text.startswith("\x1b[")
        assert text.endswith("\x1b[0m")
        assert text.count("\x1b") == 2


def test_outcomes_differ_by_shape_and_not_by_colour_alone() -> None:
    style = Style()
    signs = {style.sign(outcome) for outcome in Outcome}
    assert signs == set(SIGNS.values())
    assert len(signs) == len(Outcome)
    assert {style.sign(outcome, is_moot=True) for outcome in Outcome} == {MOOT}
    assert MOOT not in signs


def test_a_paragraph_is_folded_with_its_indents() -> None:
    folded = list(Style(width=20).paragraph("one two three four five", "    ", "  - "))
    assert folded == ["  - one two three", "    four five"]


def test_a_word_that_is_too_long_is_cut() -> None:
    folded = list(Style(width=10).paragraph("a" * 25))
    assert [len(line) for line in folded] == [10, 10, 5]


def test_a_hyphen_does_not_break_a_name() -> None:
    assert list(Style(width=12).paragraph("one mirror-east")) == ["one", "mirror-east"]


@pytest.mark.parametrize("hidden", ["\x1b", "\x07", "\r", "\n", "\t", "\u202e", "\u200b", "\udcff"])
def test_hidden_characters_of_a_paragraph_are_shown(hidden: str) -> None:
    assert list(Style().paragraph(f"a{hidden}b")) == [f"a\\u{{{ord(hidden):04X}}}b"]


def test_a_long_paragraph_is_not_cut() -> None:
    text = "word " * 1000
    assert " ".join(Style().paragraph(text)).split() == text.split()
