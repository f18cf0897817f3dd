"""Who accepted which findings, wherever findings are shown."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import TypeAlias

import msgspec

from trustui.core.primitives.text import visible
from trustui.inventory.text import identity
from trustui.verdicts.accepting import in_force
from trustui.verdicts.findings import subject

Key: TypeAlias = tuple[int, str, str, str]
"""Source, check, what it is about (an identity), severity."""


class Accepted(msgspec.Struct, frozen=True):
    """Somebody lives with a finding. `at` in UTC; `until` is the last day, UTC."""

    by: str
    at: datetime
    until: date
    reason: str


def accepted(source_ids: Collection[int], at: datetime) -> dict[Key, Accepted]:
    """What holds about these sources at an instant: one query."""
    rows = in_force(at).filter(source__in=source_ids)
    return {
        (row.source_id, row.check_id, row.on_id, row.severity): Accepted(
            visible(row.by_name, 200), row.accepted_at, row.until, visible(row.reason, 1_000)
        )
        for row in rows
    }


def of_noticed(
    found: Mapping[Key, Accepted], source_id: int, check: str, on: str, severity: str
) -> Accepted | None:
    """That of a finding as a verification words it, whose subject may have a version."""
    return found.get((source_id, check, identity(subject(on)), severity))
