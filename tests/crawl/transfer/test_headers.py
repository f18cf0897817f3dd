"""Header lines as libcurl hands them over."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustui.core.facts import ProblemKind
from trustui.crawl.transfer.headers import Headers, shown
from trustui.crawl.transfer.limits import FetchLimits

NOW = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)


def read(*lines: str, limits: FetchLimits | None = None) -> Headers:
    headers = Headers(limits or FetchLimits())
    for line in ["HTTP/1.1 200 OK", *lines, ""]:
        assert headers.feed(line.encode("latin-1") + b"\r\n") is None
    return headers


def test_interim_answers_are_forgotten() -> None:
    headers = Headers(FetchLimits())
    for line in [b"HTTP/1.1 103 Early Hints\r\n", b"Location: /early\r\n", b"\r\n"]:
        headers.feed(line)
    assert not headers.complete
    for line in [b"HTTP/2 302\r\n", b"Location: /late\r\n", b"\r\n"]:
        headers.feed(line)
    assert (headers.complete, headers.status, headers.all("location")) == (True, 302, ["/late"])


def test_trailers_are_not_obeyed_but_counted() -> None:
    headers = read(limits=FetchLimits(max_headers=4))
    assert headers.feed(b"Content-Encoding: gzip\r\n") is None
    assert headers.encodings == []
    assert headers.feed(b"X: y\r\n") is None
    fault = headers.feed(b"X: y\r\n")
    assert fault is not None
    assert fault.kind is ProblemKind.TOO_LONG


@pytest.mark.parametrize("limits", [FetchLimits(max_headers=3), FetchLimits(max_header_bytes=40)])
def test_bytes_and_lines_have_a_cap(limits: FetchLimits) -> None:
    headers = Headers(limits)
    lines = [b"HTTP/1.1 200\r\n", b"X-123: 456\r\n", b"X-123: 456\r\n"]
    assert [headers.feed(line) for line in lines] == [None] * 3
    fault = headers.feed(b"X-123: 456\r\n")
    assert fault is not None
    assert fault.kind is ProblemKind.TOO_LONG


@pytest.mark.parametrize(
    ("lines", "encodings"),
    [
        ([], []),
        (["Content-Encoding:"], []),
        (["content-encoding: Identity"], []),
        (["CONTENT-ENCODING: GZIP , identity"], ["gzip"]),
        (["Content-Encoding: gzip", "Content-Encoding: br"], ["gzip", "br"]),
    ],
)
def test_encodings_are_listed_in_order(lines: list[str], encodings: list[str]) -> None:
    assert read(*lines).encodings == encodings


@pytest.mark.parametrize(
    ("said", "length"), [("12", 12), ("-1", None), ("1e3", None), ("9" * 19, None), ("", None)]
)
def test_a_declared_length_is_a_plain_number(said: str, length: int | None) -> None:
    assert read(f"Content-Length: {said}").declared_length == length


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("", None),
        ("0", 0.0),
        ("120", 120.0),
        ("-5", 0.0),
        ("1e400", 3600.0),
        ("nan", None),
        ("tomorrow", None),
        ("Sat, 21 Nov 2026 12:01:00 GMT", 60.0),
        ("Sat, 21 Nov 2026 12:01:00 -0000", 60.0),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 0.0),
        ("Sun, 22 Nov 2026 12:00:00 GMT", 3600.0),
        ("Sat, 99 Nov 2026 12:00:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(said: str, seconds: float | None) -> None:
    assert read(f"Retry-After: {said}").retry_after(NOW) == seconds


def test_without_retry_after_nothing_was_asked() -> None:
    assert read().retry_after(NOW) is None


@given(st.lists(st.binary(max_size=60), max_size=20))
def test_no_bytes_raise_anything(lines: list[bytes]) -> None:
    headers = Headers(FetchLimits())
    for line in [b"HTTP/1.1 429 \r\n", *lines]:
        headers.feed(line)
    assert isinstance(headers.encodings, list)
    assert (headers.retry_after(NOW) or 0.0) >= 0.0


@given(st.text(min_size=1, max_size=300))
def test_a_strangers_words_are_short_and_printable(text: str) -> None:
    words = shown(text)
    assert words.isascii()
    assert words.isprintable()
    assert len(words) < 1300


def test_a_long_text_is_cut() -> None:
    assert shown("x" * 500) == "'" + "x" * 120 + "...'"


@pytest.mark.parametrize(
    ("lines", "served"),
    [
        ([], None),
        (["Date: Sat, 21 Nov 2026 12:00:00 GMT"], NOW),
        (["Date: Sat, 21 Nov 2026 11:59:00 GMT", "Age: 60"], NOW),
        (["Date: Sat, 21 Nov 2026 12:00:00 GMT", "Age: -60"], None),
        (["Date: Sat, 21 Nov 2026 12:00:00 GMT", "Age: 1e3"], None),
        (["Date: Fri, 31 Dec 9999 23:59:59 GMT", "Age: 999999999"], None),
        (["Date: today", "Age: 60"], None),
    ],
)
def test_the_places_own_time_is_its_date_and_the_age_in_a_cache(
    lines: list[str], served: datetime | None
) -> None:
    assert read(*lines).served_at == served


def test_a_validator_is_the_tag_or_else_the_date_of_the_last_change() -> None:
    date = "Sat, 21 Nov 2026 11:59:00 GMT"
    dates = [f"Last-Modified: {date}", "Date: Sat, 21 Nov 2026 12:00:00 GMT"]
    assert read(*dates).validator == date
    assert read(*dates, 'ETag: "1"').validator == '"1"'
    assert read().validator == ""


def test_lines_that_are_remembered_are_not_mixed_up() -> None:
    for n in range(3000):
        assert read(f"Location: /{n}", f"X-{n}: y").all("location") == [f"/{n}"]
    assert read("LOCATION: /a", "location: /b").all("location") == ["/a", "/b"]
    assert read("Location: /" + "x" * 1000).first("location") == "/" + "x" * 1000
