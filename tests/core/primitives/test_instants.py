"""Times of metadata: one exact form, two tolerated deviations, everything else refused."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustui.core.errors import ParseError
from trustui.core.primitives.instants import parse_instant, span_in_words, write_instant


@given(st.datetimes(timezones=st.just(UTC)))
def test_what_is_written_is_read_back_to_the_second(at: datetime) -> None:
    text = f"{at:%Y}".zfill(4) + f"{at:-%m-%dT%H:%M:%SZ}"
    instant = parse_instant(text)
    assert instant.at == at.replace(microsecond=0)
    assert not instant.deviation


def test_it_writes_the_specified_form_whatever_the_zone() -> None:
    at = datetime(2026, 3, 1, 0, 30, 5, 999, tzinfo=timezone(timedelta(hours=2)))
    assert write_instant(at) == "2026-02-28T22:30:05Z"


@pytest.mark.parametrize(
    ("text", "at", "deviation"),
    [
        # sigstore/root-signing, root v1 to v3
        (
            "2021-12-18T13:28:12.99008-06:00",
            "2021-12-18T19:28:12Z",
            "a fraction of a second and a numeric offset",
        ),
        # theupdateframework/go-tuf test data
        ("2022-02-03T00:56:21.123456789Z", "2022-02-03T00:56:21Z", "a fraction of a second"),
        ("2030-01-01T00:30:00+01:00", "2029-12-31T23:30:00Z", "a numeric offset"),
        ("2030-01-01T00:30:00-00:00", "2030-01-01T00:30:00Z", "a numeric offset"),
        ("2030-01-01T00:30:00-05:30", "2030-01-01T06:00:00Z", "a numeric offset"),
    ],
)
def test_two_deviations_are_read_and_told(text: str, at: str, deviation: str) -> None:
    instant = parse_instant(text)
    assert write_instant(instant.at) == at
    assert instant.deviation == deviation


def test_a_fraction_never_lengthens_a_life() -> None:
    assert parse_instant("2030-01-01T00:00:00.999999Z").at == datetime(2030, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2030-01-01",
        "2030-01-01T00:00:00",
        "2030-01-01 00:00:00Z",
        "2030-01-01T00:00:00z",
        "2030-01-01t00:00:00Z",
        "2030-01-01T00:00Z",
        "2030-1-1T0:0:0Z",
        "2030-01-01T00:00:00Z ",
        "2030-01-01T00:00:00Z\n",
        "12030-01-01T00:00:00Z",
        "-030-01-01T00:00:00Z",
        "2030-01-01T00:00:00.Z",
        "2030-01-01T00:00:00.1234567890Z",
        "2030-01-01T00:00:00,5Z",
        "2030-01-01T00:00:00+0100",
        "2030-01-01T00:00:00+1:00",
        "２０３０-01-01T00:00:00Z",  # noqa: RUF001  full-width digits
    ],
)
def test_it_refuses_any_other_form(text: str) -> None:
    with pytest.raises(ParseError, match="not a UTC time") as caught:
        parse_instant(text)
    assert caught.value.expected == "YYYY-MM-DDTHH:MM:SSZ"


@pytest.mark.parametrize(
    "text",
    [
        "2030-02-30T00:00:00Z",
        "2030-13-01T00:00:00Z",
        "2030-00-10T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "2030-01-01T24:00:00Z",
        "2030-01-01T00:60:00Z",
        "2030-06-30T23:59:60Z",
        "2030-01-01T00:00:00+24:00",
        "2030-01-01T00:00:00+00:60",
        "9999-12-31T23:59:59-00:01",
        "0001-01-01T00:00:00+00:01",
    ],
)
def test_it_refuses_what_no_calendar_has(text: str) -> None:
    with pytest.raises(ParseError, match="no such time") as caught:
        parse_instant(text)
    assert caught.value.found == text


def test_it_quotes_no_more_than_the_beginning_of_a_hostile_text() -> None:
    with pytest.raises(ParseError) as caught:
        parse_instant("x" * 1_000)
    assert len(caught.value.because) < 100
    assert len(caught.value.found) == 40


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(), "0 seconds"),
        (timedelta(seconds=1), "1 second"),
        (timedelta(seconds=59.9), "59 seconds"),
        (timedelta(seconds=60), "1 minute"),
        (timedelta(minutes=59), "59 minutes"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(hours=23), "23 hours"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=-3), "3 days"),
        (timedelta(days=3650), "3,650 days"),
    ],
)
def test_spans_are_said_in_their_largest_unit(span: timedelta, words: str) -> None:
    assert span_in_words(span) == words
