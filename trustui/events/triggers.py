"""Triggers that keep the log append-only, whoever writes to the database.

An event is born unsealed, is changed once (it gets its place and its leaf), and never goes; a
checkpoint is never changed and never goes. Whoever may drop triggers gets past them: that is what
`checking` and exported checkpoints are for.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from trustui.events.models import Checkpoint, Event
from trustui.events.records import MEMBERS

_EVENTS = Event._meta.db_table  # noqa: SLF001  Django's documented name
_CHECKPOINTS = Checkpoint._meta.db_table  # noqa: SLF001
_KEPT = ("id", *(name for name in MEMBERS if name != "position"))

_BORN_UNSEALED = "an event is recorded unsealed, under an id of its own"
_SEALED_ONCE = "an event is never changed, only sealed once"
_NEVER_GOES = "the event log is never deleted from"
_NEVER_CHANGES = "a checkpoint is never changed"

_ON_BOTH = {
    "event_is_born_unsealed": _EVENTS,
    "event_is_sealed_once": _EVENTS,
    "event_never_goes": _EVENTS,
    "checkpoint_never_changes": _CHECKPOINTS,
    "checkpoint_never_goes": _CHECKPOINTS,
}
"""Trigger -> its table."""
_REPLACEMENT = {"checkpoint_is_never_replaced": _CHECKPOINTS}
"""SQLite alone has INSERT OR REPLACE, which deletes without asking the trigger for deletions."""
_TRUNCATION = {"event_is_never_truncated": _EVENTS, "checkpoint_is_never_truncated": _CHECKPOINTS}
"""PostgreSQL alone has TRUNCATE."""


class SchemaEditor(Protocol):
    """What a migration hands over."""

    connection: Any

    def execute(self, sql: str, params: Sequence[object] | None = ()) -> None:
        """Run one statement."""


def install(_apps: object, schema_editor: SchemaEditor) -> None:
    """For `RunPython`: make the triggers."""
    for statement in creating(schema_editor.connection.vendor):
        schema_editor.execute(statement, params=None)


def remove(_apps: object, schema_editor: SchemaEditor) -> None:
    """For `RunPython`, backwards."""
    for statement in dropping(schema_editor.connection.vendor):
        schema_editor.execute(statement, params=None)


def creating(vendor: str) -> list[str]:
    """The statements that make the triggers on `sqlite` or `postgresql`, also a second time."""
    return [*dropping(vendor), *(_sqlite() if vendor == "sqlite" else _postgresql())]


def dropping(vendor: str) -> list[str]:
    """The statements that drop them, where they are."""
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {name}" for name in (*_ON_BOTH, *_REPLACEMENT)]
    names = {**_ON_BOTH, **_TRUNCATION}
    return [
        *(f"DROP TRIGGER IF EXISTS {name} ON {table}" for name, table in names.items()),
        *(f"DROP FUNCTION IF EXISTS {name}()" for name in names),
    ]


def _sqlite() -> list[str]:
    same = " AND ".join(f'NEW."{name}" IS OLD."{name}"' for name in _KEPT)
    sealed_once = f"OLD.position IS NULL AND NEW.position >= 0 AND length(NEW.leaf) = 32 AND {same}"
    made = f"NEW.position IS NOT NULL OR NEW.leaf IS NOT NULL OR {_replaced(_EVENTS, 'id')}"
    again = f"{_replaced(_CHECKPOINTS, 'id')} OR {_replaced(_CHECKPOINTS, 'size')}"
    return [
        _sqlite_trigger("event_is_born_unsealed", f"INSERT ON {_EVENTS}", made, _BORN_UNSEALED),
        _sqlite_trigger(
            "event_is_sealed_once",
            f"UPDATE ON {_EVENTS}",
            f"({sealed_once}) IS NOT 1",
            _SEALED_ONCE,
        ),
        _sqlite_trigger("event_never_goes", f"DELETE ON {_EVENTS}", "1", _NEVER_GOES),
        _sqlite_trigger(
            "checkpoint_never_changes", f"UPDATE ON {_CHECKPOINTS}", "1", _NEVER_CHANGES
        ),
        _sqlite_trigger("checkpoint_never_goes", f"DELETE ON {_CHECKPOINTS}", "1", _NEVER_GOES),
        _sqlite_trigger(
            "checkpoint_is_never_replaced", f"INSERT ON {_CHECKPOINTS}", again, _NEVER_CHANGES
        ),
    ]


def _replaced(table: str, column: str) -> str:
    return f"EXISTS (SELECT 1 FROM {table} WHERE {column} = NEW.{column})"  # noqa: S608  our own names


def _sqlite_trigger(name: str, event: str, when: str, because: str) -> str:
    return (
        f"CREATE TRIGGER {name} BEFORE {event} WHEN {when} "
        f"BEGIN SELECT RAISE(ABORT, '{because}'); END"
    )


def _postgresql() -> list[str]:
    old, new = (", ".join(f'{row}."{name}"' for name in _KEPT) for row in ("OLD", "NEW"))
    sealed_once = (
        "OLD.position IS NULL AND NEW.position >= 0 AND length(NEW.leaf) = 32 "
        f"AND ({old}) IS NOT DISTINCT FROM ({new})"
    )
    made = "NEW.position IS NOT NULL OR NEW.leaf IS NOT NULL"
    return [
        *_trigger("event_is_born_unsealed", f"INSERT ON {_EVENTS}", made, _BORN_UNSEALED),
        *_trigger(
            "event_is_sealed_once",
            f"UPDATE ON {_EVENTS}",
            f"({sealed_once}) IS NOT TRUE",
            _SEALED_ONCE,
        ),
        *_trigger("event_never_goes", f"DELETE ON {_EVENTS}", "TRUE", _NEVER_GOES),
        *_trigger("checkpoint_never_changes", f"UPDATE ON {_CHECKPOINTS}", "TRUE", _NEVER_CHANGES),
        *_trigger("checkpoint_never_goes", f"DELETE ON {_CHECKPOINTS}", "TRUE", _NEVER_GOES),
        *(
            statement
            for name, table in _TRUNCATION.items()
            for statement in _trigger(name, f"TRUNCATE ON {table}", "TRUE", _NEVER_GOES)
        ),
    ]


def _trigger(name: str, event: str, when: str, because: str) -> tuple[str, str]:
    each = "STATEMENT" if event.startswith("TRUNCATE") else "ROW"
    function = (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {when} THEN RAISE EXCEPTION '{because}' USING ERRCODE = 'restrict_violation'; END IF; "
        "RETURN NEW; END $$"
    )
    return (
        function,
        f"CREATE TRIGGER {name} BEFORE {event} FOR EACH {each} EXECUTE FUNCTION {name}()",
    )
