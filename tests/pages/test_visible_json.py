"""JSON in which nothing hides."""

import json
from datetime import UTC, datetime

import pytest

from trustui.pages.visible_json import visible_json, with_visible_text


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "Ünïcode",
        "a\u202eb",
        "\u0000\u001f",
        "a\x7fb",
        "\U000e0041",
        "\ue000\u2028",
        "日本\u200b",
    ],
)
def test_text_comes_back_as_it_was_and_shows_itself(text: str) -> None:
    body = visible_json({"name": text})
    assert json.loads(body) == {"name": text}
    assert body.decode().isprintable()


def test_hidden_characters_are_escaped_as_json_does() -> None:
    assert visible_json(["é\u202e"]) == '["é\\u202e"]'.encode()
    assert with_visible_text("x\U000e0041") == "x\\udb40\\udc41"


def test_what_shows_itself_stays() -> None:
    assert visible_json("Grüße, 世界 ✓\u00a0") == '"Grüße, 世界 ✓\u00a0"'.encode()


def test_instants_are_utc() -> None:
    assert visible_json(datetime(2026, 3, 1, tzinfo=UTC)) == b'"2026-03-01T00:00:00Z"'
