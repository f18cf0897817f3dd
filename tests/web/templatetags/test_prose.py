"""Paragraphs of docs/formats as HTML."""

from trustui.web.templatetags.prose import items, prose


def test_what_stands_between_back_quotes_is_code() -> None:
    assert prose("Ask `jq .x` there.") == "Ask <code>jq .x</code> there."


def test_nothing_of_it_is_taken_as_html() -> None:
    assert prose("a <b> `<script>`") == "a &lt;b&gt; <code>&lt;script&gt;</code>"


def test_a_list_with_semicolons_gives_its_parts() -> None:
    assert items("a cache; the clock is ahead.") == ["A cache", "The clock is ahead"]
