"""Windows are closed at both ends."""

from datetime import timedelta

from tests.simulators.certifying import SIGNED, YEAR
from trustui.core.pki.times import Window

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
