"""Windows are closed at both ends."""

from datetime import UTC, datetime, timedelta

from trustui.core.pki.times import Window, turns_of
from trustui.demo.images.certifying import SIGNED, YEAR

SECOND = timedelta(seconds=1)


def test_both_ends_are_inside() -> None:
    window = Window(SIGNED, SIGNED + YEAR)
    assert window.contains(SIGNED)
    assert window.contains(SIGNED + YEAR)
    assert not window.contains(SIGNED - SECOND)
    assert not window.contains(SIGNED + YEAR + SECOND)


def test_without_ends_everything_is_inside() -> None:
    assert Window().contains(SIGNED)
    assert str(Window()) == "the beginning to now and on"


def test_it_says_its_ends() -> None:
    assert str(Window(SIGNED, SIGNED + SECOND)) == "2026-11-20T12:01:00Z to 2026-11-20T12:01:01Z"


def test_a_span_turns_when_it_begins_and_right_after_its_last_instant() -> None:
    begins, ends = turns_of(Window(SIGNED, SIGNED + SECOND), "the certificate a")
    assert (begins.at, ends.at) == (SIGNED, SIGNED + SECOND + timedelta(microseconds=1))
    assert begins.because == "the certificate a is valid since 2026-11-20T12:01:00Z"
    assert ends.because == "the certificate a was valid until 2026-11-20T12:01:01Z"


def test_a_span_without_ends_never_turns() -> None:
    assert list(turns_of(Window(), "it")) == []
    assert list(turns_of(Window(None, datetime.max.replace(tzinfo=UTC)), "it")) == []
