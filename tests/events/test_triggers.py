"""The database itself refuses to change or forget what happened."""

import pytest
from django.db import DatabaseError, connection, transaction

from tests.simulators.append_only import create_triggers, drop_triggers, run
from tests.simulators.event_rows import record_events, seal_all
from trustui.events import triggers
from trustui.events.models import Checkpoint, Event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("log_with_triggers")]

COLUMNS = "kind, at, actor, subject, reason, detail"
COPIED = f"SELECT {COLUMNS}, {{0}}, {{1}} FROM events_event ORDER BY id LIMIT 1"  # noqa: S608  our own names

FORBIDDEN = {
    "a sealed row is edited": "UPDATE events_event SET subject = 'x' WHERE position = 1",
    "a sealed row gets another leaf": "UPDATE events_event SET leaf = NULL WHERE position = 1",
    "a sealed row is moved": "UPDATE events_event SET position = 99 WHERE position = 1",
    "a sealed row is unsealed": "UPDATE events_event SET position = NULL, leaf = NULL WHERE position = 1",
    "a sealed row is set to what it is": "UPDATE events_event SET subject = subject WHERE position = 1",
    "a sealed row is deleted": "DELETE FROM events_event WHERE position = 1",
    "an unsealed row is edited": "UPDATE events_event SET reason = 'x' WHERE position IS NULL",
    "an unsealed row gets a place and no leaf": "UPDATE events_event SET position = 99 WHERE id = (SELECT max(id) FROM events_event)",
    "an unsealed row is deleted": "DELETE FROM events_event WHERE position IS NULL",
    "everything is deleted": "DELETE FROM events_event",
    "a row is born sealed": f"INSERT INTO events_event ({COLUMNS}, position, leaf) {COPIED.format(99, 'leaf')}",
    "a row is born with a leaf": f"INSERT INTO events_event ({COLUMNS}, position, leaf) {COPIED.format('NULL', 'leaf')}",
    "a checkpoint is changed": "UPDATE events_checkpoint SET note = 'x'",
    "a checkpoint is deleted": "DELETE FROM events_checkpoint",
}
ONLY_HERE = {
    "sqlite": {
        "a row is replaced": f"INSERT OR REPLACE INTO events_event (id, {COLUMNS}) SELECT id, {COLUMNS} FROM events_event",  # noqa: S608
        "a checkpoint is replaced": "INSERT OR REPLACE INTO events_checkpoint SELECT * FROM events_checkpoint",
        "a checkpoint of this size is replaced": "INSERT OR REPLACE INTO events_checkpoint (size, root, frontier, note, at) SELECT size, root, frontier, 'x', at FROM events_checkpoint",
    },
    "postgresql": {
        "events are truncated": "TRUNCATE events_event",
        "checkpoints are truncated": "TRUNCATE events_checkpoint",
    },
}


def snapshot() -> list[object]:
    return [*Event.objects.order_by("id").values_list(), *Checkpoint.objects.values_list()]


def a_log() -> None:
    record_events(3)
    seal_all()
    record_events(2, start=3)


def refused(statement: str) -> bool:
    try:
        with transaction.atomic():
            run([statement])
    except DatabaseError:
        return True
    return False


@pytest.mark.parametrize("what", FORBIDDEN)
def test_it_is_refused_that(what: str) -> None:
    a_log()
    before = snapshot()
    assert refused(FORBIDDEN[what])
    assert snapshot() == before


def test_what_only_this_database_could_do_is_refused_too() -> None:
    a_log()
    before = snapshot()
    statements = ONLY_HERE[connection.vendor]
    assert [what for what, statement in statements.items() if not refused(statement)] == []
    assert snapshot() == before


def test_the_refusal_says_what_is_not_done() -> None:
    a_log()
    with (
        pytest.raises(DatabaseError, match="the event log is never deleted from"),
        transaction.atomic(),
    ):
        Event.objects.filter(position=0).delete()


def test_sealing_is_what_the_triggers_leave_open() -> None:
    a_log()
    seal_all()
    assert not Event.objects.filter(position__isnull=True).exists()


def test_without_the_triggers_all_of_it_goes_through_and_with_them_again_nothing() -> None:
    a_log()
    drop_triggers()
    assert not refused("DELETE FROM events_event WHERE position = 1")
    create_triggers()
    assert refused("DELETE FROM events_event WHERE position = 0")


class Recorder:
    """As a migration's schema editor takes statements."""

    connection = connection

    def __init__(self) -> None:
        self.executed: list[str] = []

    def execute(self, sql: str, params: object = ()) -> None:
        assert params is None
        self.executed.append(sql)


@pytest.mark.parametrize("vendor", ["sqlite", "postgresql"])
def test_making_them_twice_begins_with_dropping_them(vendor: str) -> None:
    statements = triggers.creating(vendor)
    dropped = triggers.dropping(vendor)
    assert statements[: len(dropped)] == dropped
    made = [one.split()[2] for one in statements if one.startswith("CREATE TRIGGER")]
    assert {one.split()[4] for one in dropped if one.startswith("DROP TRIGGER")} == set(made)


def test_a_migration_makes_and_removes_them() -> None:
    editor = Recorder()
    triggers.install(None, editor)
    assert editor.executed == triggers.creating(connection.vendor)
    editor = Recorder()
    triggers.remove(None, editor)
    assert editor.executed == triggers.dropping(connection.vendor)
