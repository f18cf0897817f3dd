"""`trustui explain`: the page of an id, for people and for programs."""

import msgspec
import pytest

from tests.simulators.command_line import Trustui
from trustui.check_pages import load_pages

EXPIRED = "tuf.timestamp.freeze.expired"
LABELS = ("Attack", "Meaning", "Causes", "How to check", "What to do")


def squeezed(text: str) -> str:
    """Without white space: words that are longer than a line are cut."""
    return "".join(text.split())


@pytest.mark.parametrize("columns", ["40", "80", "120"])
def test_every_page_is_printed_whole_within_the_width(
    trustui: Trustui, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    for page in load_pages().values():
        answer = trustui("explain", page.id)
        printed = squeezed(answer.out)
        texts = (page.attack, page.meaning, page.causes, page.how_to_check, page.fix)
        assert answer.status == 0
        assert printed.startswith(squeezed(f"{page.title}{page.id}·{page.kind}·{page.rule}"))
        for label, text in zip(LABELS, texts, strict=True):
            assert f"\n{label}\n" in answer.out
            assert squeezed(text) in printed
        assert max(map(len, answer.out.splitlines())) <= int(columns)


def test_a_program_gets_the_fields_of_the_page(trustui: Trustui) -> None:
    answer = trustui("explain", EXPIRED, "--json")
    assert answer.status == 0
    assert answer.json == msgspec.to_builtins(load_pages()[EXPIRED])


@pytest.mark.parametrize("wrong", ["tuf.timestamp.freeze.expird", "timestamp.freeze.expired"])
def test_an_id_with_a_slip_gets_the_near_ones(trustui: Trustui, wrong: str) -> None:
    answer = trustui("explain", wrong)
    assert (answer.status, answer.out) == (2, "")
    assert EXPIRED in answer.err


def test_an_id_like_no_other_gets_none(trustui: Trustui) -> None:
    answer = trustui("explain", "§§§")
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.endswith("near to it: none\n")


def test_a_hostile_id_is_not_printed_raw(trustui: Trustui) -> None:
    answer = trustui("explain", "\x1b[31m\u202e")
    assert answer.status == 2
    assert "\x1b" not in answer.err
    assert "\u202e" not in answer.err
