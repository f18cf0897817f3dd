"""Days and instants of UTC as pages write them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from trustui.pages.dates import (
    day_words,
    instant_words,
    minute_words,
    month_words,
    short_day_words,
)

AT = datetime(2026, 3, 7, 4, 5, 59, 999_999, tzinfo=UTC)


def test_words() -> None:
    assert day_words(AT) == day_words(AT.date()) == "7 Mar 2026"
    assert short_day_words(AT) == "7 Mar"
    assert month_words(AT) == "Mar"
    assert minute_words(AT) == "7 Mar 04:05"
    assert instant_words(AT) == "7 Mar 2026 04:05 UTC"


@pytest.mark.parametrize("number", range(12))
def test_months_have_the_names_of_the_c_locale(number: int) -> None:
    day = date(2026, 1, 15) + number * timedelta(days=30)
    assert month_words(day) == f"{day:%b}"
    assert day_words(day) == f"{day.day} {day:%b %Y}"


@pytest.mark.parametrize("at", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_the_first_and_the_last_instants_have_words_too(at: datetime) -> None:
    assert instant_words(at).endswith(f"{at.year} {at:%H:%M} UTC")
