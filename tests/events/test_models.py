"""Rows as words, for shells and logs."""

from tests.simulators.event_log import START
from trustui.events.models import Checkpoint, Consumer, Event


def test_rows_say_what_they_are() -> None:
    event = Event(kind="source.added", subject="staging", at=START)
    assert str(event) == "source.added: staging"
    assert str(Checkpoint(size=7)) == "checkpoint of 7 events"
    assert str(Consumer(name="mail", position=3)) == "mail at 3"
