from datetime import UTC, datetime, timedelta

from trustui.jobs.terms import utc_now


def test_the_clock_is_in_utc() -> None:
    assert utc_now().tzinfo is UTC
    assert abs(utc_now() - datetime.now(UTC)) < timedelta(seconds=5)
