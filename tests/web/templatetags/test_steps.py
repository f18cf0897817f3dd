"""The steps of a verification as they are shown, and as rows of a report."""

from collections.abc import Callable
from html.parser import HTMLParser

import msgspec
import pytest

from trustui.core.trace import Outcome
from trustui.pages.components import Labelled, StepLine
from trustui.web.templatetags.steps import step, step_row

HOSTILE = '"><script>alert(1)</script>\u202e&'
PLAIN = StepLine(7, Outcome.PASSED, "It is signed", "a.b", "2 of 3 signed", "§5.3.4")
BROKEN = StepLine(
    number=9,
    outcome=Outcome.FAILED,
    name=HOSTILE,
    check_id="a.b",
    found=HOSTILE,
    clause="§5.3.4 & more",
    more=(Labelled("Found", HOSTILE), Labelled("How", HOSTILE, is_code=True, is_wide=True)),
    excerpt=f"{HOSTILE}\n{HOSTILE}",
    href="/help/a.b/",
)


class Reader(HTMLParser):
    """Opened elements, all that is shown, and what was left open."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.open.append(tag)

    def handle_startendtag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_step_that_passed_says_what_was_found_and_nothing_more() -> None:
    read = Reader(step(PLAIN))
    assert read.text.split() == ["7", "It", "is", "signeda.b", "2", "of", "3", "signed", "§5.3.4"]
    assert 'class="step is-passed" id="step-7"' in step(PLAIN)
    assert "details" not in read.tags


def test_a_step_that_failed_explains_itself_and_may_stand_open() -> None:
    assert '<details class="step-details" open>' in step(BROKEN, is_open=True)
    closed = step(BROKEN)
    assert '<details class="step-details">' in closed
    assert '<a href="/help/a.b/">' in closed
    assert '<div class="is-wide"><dt>How</dt><dd><code>' in closed


@pytest.mark.parametrize("shown", [step, step_row])
def test_whatever_stands_in_metadata_is_text(shown: Callable[[StepLine], str]) -> None:
    read = Reader(shown(BROKEN))
    assert "script" not in read.tags
    assert read.open == []
    assert "\u202e" not in read.text
    assert '"><script>alert(1)</script>\\u{202E}&' in read.text


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Outcome.PASSED, "would pass: it holds"),
        (Outcome.FAILED, "would fail: it holds"),
        (Outcome.UNDECIDED, "decides nothing: it holds"),
    ],
)
def test_what_rests_on_something_broken_only_would(outcome: Outcome, words: str) -> None:
    moot = msgspec.structs.replace(PLAIN, outcome=outcome, rests_on="a.root", found="it holds")
    assert words in Reader(step(moot)).text
    assert 'class="step is-moot"' in step(moot)
    assert "rests on a.root" in Reader(step_row(moot)).text
    silent = msgspec.structs.replace(moot, found="")
    assert words.partition(":")[0] in Reader(step(silent)).text
    assert ":" not in Reader(step(silent)).text


def test_a_row_of_a_report_tells_outcome_and_clause() -> None:
    read = Reader(step_row(PLAIN))
    assert read.tags[:2] == ["tr", "th"]
    assert read.tags.count("td") == 3
    for told in ("It is signed", "a.b", "passed", "2 of 3 signed", "§5.3.4"):
        assert told in read.text
