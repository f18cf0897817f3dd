"""The big list of naughty strings, in every position of metadata that the command line prints."""

import json
import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.simulators.tuf_places import Client, Verdict
from trustui.check_pages import load_pages
from trustui.cli.terminal import Style
from trustui.cli.waterfall import waterfall
from trustui.core.answer import as_json
from trustui.core.formats.tuf.states import trust_state
from trustui.core.trace import Outcome
from trustui.demo.keys import throwaway_key
from trustui.demo.publisher import Publisher

START = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def naughty(shared_data: Callable[[str], Path]) -> list[str]:
    strings = json.loads((shared_data("hostile/naughty-strings") / "blns.json").read_bytes())
    different = [text for text in dict.fromkeys(strings) if text]
    assert len(different) > 500
    return different


def with_targets(naughty: list[str]) -> Verdict:
    repo = Publisher("naughty", START)
    for text in naughty:
        repo.add_target("targets", text, b"")
    repo.publish()
    missing = [f"{text} is not listed" for text in naughty[::10]]
    return Client(repo.document("root"), START).verify(repo.metadata, *naughty, *missing)


def with_roles(naughty: list[str]) -> Verdict:
    """Every other role is not there, or is signed by a stranger."""
    repo = Publisher("naughty", START)
    for text in naughty:
        repo.add_delegation("targets", text, paths=[text, "*"])
    for text in naughty[::3]:
        repo.sign_with(text, throwaway_key("stranger"))
    repo.publish()
    served = repo.metadata.copy()
    for name in list(served)[::3]:
        if name.startswith("1.") and name not in {
            "1.root.json",
            "1.snapshot.json",
            "1.targets.json",
        }:
            del served[name]
    return Client(repo.document("root"), START).verify(served)


def with_words(naughty: list[str]) -> Verdict:
    """Members that nobody knows, and words where the specification wants others."""
    repo = Publisher("naughty", START)
    for text in naughty:
        repo.add_field("targets", text, text)
    repo.publish()
    return Client(repo.document("root"), START).verify(repo.metadata)


def hides_or_steers(text: str) -> bool:
    """Controls, directions, zero widths, surrogates, what is unassigned, separators of lines."""
    categories = {unicodedata.category(char) for char in text}
    return any(one.startswith("C") or one in {"Zl", "Zp"} for one in categories)


def printed(verdict: Verdict) -> Iterator[str]:
    state = trust_state(verdict.trace, verdict.repository)
    for width in (80, 120):
        style = Style(width=width)
        yield from waterfall(verdict.trace, state, load_pages(), style, every_step=True)


POSITIONS: dict[Callable[[list[str]], Verdict], Outcome] = {
    with_targets: Outcome.FAILED,
    with_roles: Outcome.FAILED,
    with_words: Outcome.PASSED,
}


@pytest.mark.parametrize("place", POSITIONS, ids=lambda place: place.__name__)
def test_nothing_that_is_printed_hides_or_steers(
    place: Callable[[list[str]], Verdict], naughty: list[str]
) -> None:
    verdict = place(naughty)
    assert verdict.outcome is POSITIONS[place]
    lines = list(printed(verdict))
    assert lines
    assert [line for line in lines if hides_or_steers(line)] == []


@pytest.mark.parametrize("place", POSITIONS, ids=lambda place: place.__name__)
def test_the_json_answer_is_one_line_of_json_whose_texts_hide_nothing(
    place: Callable[[list[str]], Verdict], naughty: list[str]
) -> None:
    verdict = place(naughty)
    answer = as_json(verdict.trace, "tuf", trust_state(verdict.trace, verdict.repository))
    assert answer.count(b"\n") == 1
    assert [text for text in texts_of(json.loads(answer)) if hides_or_steers(text)] == []


def texts_of(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for item in [*value, *value.values()] if isinstance(value, dict) else value:
            yield from texts_of(item)


def test_each_naughty_path_is_found_as_the_target_that_it_is(naughty: list[str]) -> None:
    verdict = with_targets(naughty)
    found = [step for step in verdict.steps("tuf.target.found") if step.outcome is Outcome.PASSED]
    assert len(found) == len(naughty)
