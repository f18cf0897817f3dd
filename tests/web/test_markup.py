"""Mark-up is escaped as Django escapes it."""

from typing import cast

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from hypothesis import given
from hypothesis import strategies as st

from trustui.web.markup import composed, escaped, filled, joined

texts = st.text(st.sampled_from("ab&<>\"'{}%;#/\x00\u202e\U0001f511")) | st.text()
cells = texts | texts.map(SafeString) | st.integers() | st.none() | st.binary(max_size=3)


class MarkUp:
    """Something that knows its own mark-up, as a field of a form does."""

    def __html__(self) -> str:
        return "<b>bold</b>"


@given(cells)
def test_whatever_is_put_in_is_escaped_as_django_does_it(told: object) -> None:
    assert escaped(told) == conditional_escape(cast("str", told))  # its stubs know no other
    assert isinstance(escaped(told), SafeString)
    assert filled("<i>{}</i>", told) == format_html("<i>{}</i>", told)


@given(st.lists(st.tuples(cells, cells)))
def test_rows_are_joined_as_django_joins_them(rows: list[tuple[object, object]]) -> None:
    told = joined("<br>", "<a>{}</a>{}", rows)
    assert told == format_html_join(SafeString("<br>"), "<a>{}</a>{}", rows)
    assert isinstance(told, SafeString)


def test_mark_up_is_left_alone() -> None:
    assert escaped(MarkUp()) == "<b>bold</b>"
    assert escaped(escaped("<")) == "&lt;"
    assert composed("<i>{}</i>", SafeString("<b>x</b>")) == "<i><b>x</b></i>"
