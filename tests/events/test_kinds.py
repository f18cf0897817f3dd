"""Kinds of events and the words that tell them."""

import re
from pathlib import Path

import pytest

from trustui.events.kinds import KINDS, sentence

DOCS = Path(__file__).resolve().parents[2] / "docs" / "events.md"


def test_every_kind_stands_in_the_documentation_with_its_sentence() -> None:
    rows = re.findall(
        r"^\| `([a-z_.]+)` \| (.+?) \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE
    )
    documented = {name: text for name, text in rows if name in KINDS}
    told = {name: text.replace("{subject}", "*subject*") for name, text in KINDS.items()}
    assert documented == told


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_two_parts_and_names_its_subject(kind: str) -> None:
    assert re.fullmatch(r"[a-z]+\.[a-z_]+", kind)
    assert "a {curious} subject" in sentence(kind, "a {curious} subject")


def test_a_kind_of_another_version_is_told_by_its_name() -> None:
    assert sentence("moon.landed", "Apollo {11}") == "moon.landed: Apollo {11}"
