"""What each role of a source is now: what is served, what a client keeps."""

# ruff: noqa: S608  names of tables come from the models, values are bound

from collections.abc import Iterable
from datetime import datetime
from typing import TypeAlias

import msgspec

from trustui.inventory import sql
from trustui.inventory.models import NAME, RoleState, RoleVersion
from trustui.inventory.text import exact, identity, storable

StateKey: TypeAlias = tuple[int, str]
"""Source and role id."""


ROOT = identity("root")
"""Of a chain of roots that one crawl read, the newest is what is served, whenever it was asked for."""


class State(msgspec.Struct, frozen=True):
    """The state of a role; ids are those of role versions, `role` is the real name."""

    source_id: int
    role: str
    role_id: str
    served_id: int
    origin: str
    place_id: str
    trusted_id: int | None
    expires_at: datetime
    """Of what is served."""

    @property
    def key(self) -> StateKey:
        """What is unique of it."""
        return self.source_id, self.role_id


class Before(msgspec.Struct, frozen=True):
    """What stands in the row of a role now; `blob_id` and `version` are of what is served."""

    served_id: int
    blob_id: int
    version: str
    origin: str
    place_id: str
    trusted_id: int | None
    expires_at: datetime


def states_of(keys: Iterable[StateKey]) -> dict[StateKey, Before]:
    """The rows that are there; one statement."""
    asked = sql.wanted("w", {"source_id": "bigint", "role_id": "text"}, sorted(set(keys)))
    found = RoleState.objects.raw(
        "SELECT t.id, t.source_id, t.role_id, t.served_id, t.origin, t.place_id, t.trusted_id, t.expires_at,"
        f" v.blob_id, v.version FROM {asked.text} JOIN {sql.table(RoleState)} t"
        " ON t.source_id = w.source_id AND t.role_id = w.role_id"
        f" JOIN {sql.table(RoleVersion)} v ON v.id = t.served_id",
        asked.parameters,
    )
    return {
        (row.source_id, row.role_id): Before(
            row.served_id,
            row.blob_id,  # type: ignore[attr-defined]  # of the join
            row.version,  # type: ignore[attr-defined]  # of the join
            row.origin,
            row.place_id,
            row.trusted_id,
            row.expires_at,
        )
        for row in found
    }


_COLUMNS = (
    "source", "role", "role_id", "role_bytes", "served", "origin", "place_id", "trusted",
    "expires_at", "is_listed",
)  # fmt: skip
_REPLACE = (
    "ON CONFLICT (source_id, role_id) DO UPDATE SET served_id = excluded.served_id,"
    " origin = excluded.origin, place_id = excluded.place_id, trusted_id = excluded.trusted_id,"
    " expires_at = excluded.expires_at"
)


def write_states(states: Iterable[State]) -> None:
    """Insert or replace the rows of roles. `mark_reachable` has to judge them afterwards."""
    rows: list[tuple[object, ...]] = []
    for state in sorted(states, key=lambda one: one.key):
        role = storable(state.role, NAME)
        rows.append(
            (
                state.source_id,
                role,
                state.role_id,
                exact(state.role, role),
                state.served_id,
                state.origin,
                state.place_id,
                state.trusted_id,
                state.expires_at,
                True,
            )
        )
    sql.insert(RoleState, _COLUMNS, rows, _REPLACE)
