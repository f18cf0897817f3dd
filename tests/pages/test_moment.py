"""The two times of every page."""

from datetime import UTC, datetime, timedelta

import pytest

from trustui.pages.moment import Moment, MomentError, moment_of

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
THEN = datetime(2026, 6, 1, tzinfo=UTC)
WRITTEN = "2026-06-01T00:00:00Z"
LATER = "2027-06-01T00:00:00Z"


def test_without_a_word_it_is_now() -> None:
    for empty in (None, "", "now"):
        found = moment_of(empty, empty, NOW)
        assert found == Moment(NOW, NOW, NOW)
        assert found.is_now


def test_an_instant_is_judged_at_itself_unless_another_is_named() -> None:
    assert moment_of(WRITTEN, None, NOW) == Moment(NOW, THEN, THEN)
    later = datetime(2027, 6, 1, tzinfo=UTC)
    assert moment_of(WRITTEN, LATER, NOW) == Moment(NOW, THEN, later)
    assert moment_of(None, LATER, NOW) == Moment(NOW, NOW, later)


@pytest.mark.parametrize(("at", "valid_at"), [(WRITTEN, None), (None, WRITTEN), (None, LATER)])
def test_in_the_past_or_the_future_nothing_is_done(at: str | None, valid_at: str | None) -> None:
    assert not moment_of(at, valid_at, NOW).is_now


def test_nobody_knows_yet_what_will_be_recorded() -> None:
    moment_of("2026-11-21T12:00:00Z", None, NOW)
    with pytest.raises(MomentError, match="an instant that has passed"):
        moment_of("2026-11-21T12:00:01Z", None, NOW)


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-06-01", "2026-13-01T00:00:00Z", "\0", "9" * 500]
)
def test_what_is_no_instant_is_told_and_cut(text: str) -> None:
    with pytest.raises(MomentError, match="expected a UTC time") as caught:
        moment_of(None, text, NOW)
    assert str(caught.value).startswith("valid_at: ")
    assert len(str(caught.value)) < 400


def test_moments_are_values() -> None:
    assert hash(moment_of(None, None, NOW)) == hash(Moment(NOW, NOW, NOW))
    assert moment_of(None, None, NOW + timedelta(seconds=1)) != Moment(NOW, NOW, NOW)
