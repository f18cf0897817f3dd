"""Events in the database: recorded, sealed, and put there as somebody who tampers would."""

from collections.abc import Sequence
from datetime import timedelta
from threading import Thread

from django.db import close_old_connections, connection, transaction

from tests.simulators.event_log import LOG_KEY, START, Log
from trustui.core.primitives.signed_note import Signer
from trustui.events.models import Checkpoint, Event
from trustui.events.sealing import seal
from trustui.events.services import NewEvent, record_many

SEALED_AT = START + timedelta(days=1)


def new_event(number: int, **changed: object) -> NewEvent:
    members: dict[str, object] = {
        "kind": "source.changed",
        "at": START + timedelta(seconds=number),
        "actor": "person:alice",
        "subject": f"source {number}",
        "detail": {"number": number},
    }
    return NewEvent(**{**members, **changed})  # type: ignore[arg-type]  # tests name what they change


def record_events(count: int, start: int = 0) -> list[Event]:
    with transaction.atomic():
        return record_many([new_event(number) for number in range(start, start + count)])


def seal_all(signer: Signer = LOG_KEY) -> Checkpoint | None:
    """The newest checkpoint, once nothing is left to seal."""
    newest = None
    while (made := seal(SEALED_AT, signer)) is not None:
        newest = made
    return newest


def put(log: Log) -> None:
    """Replace all that is stored, without the triggers that would refuse it."""
    Event.objects.all().delete()
    Checkpoint.objects.all().delete()
    Event.objects.bulk_create(
        Event(
            position=row.position,
            leaf=row.leaf,
            kind=row.record.kind,
            at=row.record.at,
            actor=row.record.actor,
            team_id=row.record.team_id,
            source_id=row.record.source_id,
            subject=row.record.subject,
            reason=row.record.reason,
            detail=row.record.detail,
        )
        for row in log.rows
        if row.record is not None
    )
    Checkpoint.objects.bulk_create(
        Checkpoint(size=one.size, root=one.root, frontier=one.frontier, note=one.note, at=SEALED_AT)
        for one in log.checkpoints
    )


class Side(Thread):
    """Somebody else who works at the same time, with a connection of their own.

    `finish` waits and raises what was raised there.
    """

    def __init__(self, *work: object) -> None:
        super().__init__(daemon=True)
        self.work = work
        self.error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            for step in self.work:
                assert callable(step)
                step()
        except BaseException as error:  # noqa: BLE001  raised again by finish
            self.error = error
        finally:
            connection.close()

    def finish(self) -> None:
        self.join(60)
        assert not self.is_alive()
        if self.error is not None:
            raise self.error


def finish(sides: Sequence[Side]) -> None:
    for side in sides:
        side.finish()
    close_old_connections()
