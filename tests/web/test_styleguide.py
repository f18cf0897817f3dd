"""Every component stands in the style guide, and every stylesheet keeps to the tokens."""

import re
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client

from trustui.core.trace import TrustState
from trustui.pages.words import WORDS
from trustui.settings import folder_of
from trustui.web import styleguide

COMPONENTS = sorted(path.stem for path in (folder_of("templates") / "components").glob("*.html"))
STYLES = sorted((folder_of("static") / "css").rglob("*.css"))
ELSEWHERE = {
    "field": "account/login.html",
    "problems": "account/login.html",
}
"""Of Django's forms, which the style guide has none of -> a page that shows it."""


@pytest.fixture
def text(signed_in: Client) -> str:
    return signed_in.get("/styleguide/").content.decode()


@pytest.mark.parametrize("component", COMPONENTS)
def test_every_component_is_shown(signed_in: Client, component: str) -> None:
    styleguide.components.cache_clear()  # else no template but the page's own is looked at
    answer = signed_in.get("/styleguide/")
    used = {template.name for template in answer.templates}
    if component in ELSEWHERE:
        page = (folder_of("templates") / ELSEWHERE[component]).read_text()
        assert f"form_{component}" in page
    else:
        assert f"components/{component}.html" in used


@pytest.mark.parametrize("state", TrustState)
def test_every_trust_state_is_shown(text: str, state: TrustState) -> None:
    assert f'<span class="state-word">{WORDS[state]}</span>' in text


@pytest.mark.parametrize("kind", ["passed", "failed", "undecided", "noted", "moot"])
def test_every_outcome_of_a_step_is_shown(text: str, kind: str) -> None:
    assert f'class="step is-{kind}"' in text


def test_the_components_are_the_same_at_any_time(signed_in: Client, text: str) -> None:
    again = signed_in.get("/styleguide/", {"at": "2026-01-01T00:00:00Z"}).content.decode()
    assert str(styleguide.components()) in text
    assert str(styleguide.components()) in again


def test_whoever_changes_a_template_sees_it_at_once(
    signed_in: Client, settings: LazySettings
) -> None:
    signed_in.get("/styleguide/")
    settings.DEBUG = True
    used = {template.name for template in signed_in.get("/styleguide/").templates}
    assert "components/filter.html" in used


def test_nothing_hostile_and_nothing_inline_is_in_it(text: str) -> None:
    assert "<script>" not in text
    assert " style=" not in text
    assert "\u202e" not in text


@pytest.mark.parametrize("style", STYLES, ids=lambda path: path.stem)
def test_colours_are_tokens(style: Path) -> None:
    """Literal ones stand in tokens.css; a dialog dims what is behind it."""
    if style.stem == "tokens":
        return
    text = re.sub(r"/\*.*?\*/", "", style.read_text(), flags=re.DOTALL)
    literal = re.findall(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl)a?\([^)]*\)", text)
    assert set(literal) <= {"rgb(0 0 0 / 45%)"}


@pytest.mark.parametrize("style", STYLES, ids=lambda path: path.stem)
def test_every_token_that_is_used_is_defined(style: Path) -> None:
    defined = set(re.findall(r"(--[a-z0-9-]+):", (STYLES[-1].parent / "tokens.css").read_text()))
    assert set(re.findall(r"var\((--[a-z0-9-]+)", style.read_text())) <= defined
