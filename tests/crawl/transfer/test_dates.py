"""IMF-fixdate and nothing else. The first instant is the example of RFC 9110 §5.6.7."""

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustui.crawl.transfer.dates import http_date


def test_the_example_of_the_specification_is_read() -> None:
    assert http_date("Sun, 06 Nov 1994 08:49:37 GMT") == datetime(
        1994, 11, 6, 8, 49, 37, tzinfo=UTC
    )


@given(st.datetimes(timezones=st.just(UTC)))
def test_what_the_standard_library_writes_is_read_to_the_second(at: datetime) -> None:
    assert http_date(format_datetime(at, usegmt=True)) == at.replace(microsecond=0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37 +01",
        "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Nop 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:60 GMT",
        "Sun, 06 Nov 0000 08:49:37 GMT",
        "Sun, ٠٦ Nov 1994 08:49:37 GMT",
    ],
)
def test_no_other_form_is_read(text: str) -> None:
    assert http_date(text) is None
