"""Who accepted which findings, wherever findings are shown."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import TypeAlias

import msgspec
from django.db.models import QuerySet

from trustui.core.primitives.text import visible
from trustui.inventory.text import identity
from trustui.pages.kept_query import KeptQuery
from trustui.pages.moment import Moment
from trustui.pages.viewer import Viewer
from trustui.verdicts.accepting import day_of, in_force
from trustui.verdicts.findings import subject
from trustui.verdicts.models import Acceptance

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
    rows = _held.rows(about=(at, day_of(at), tuple(sorted(source_ids))))
    return {
        (row.source_id, row.check_id, row.on_id, row.severity): Accepted(
            visible(row.by_name, 200), row.accepted_at, row.until, visible(row.reason, 1_000)
        )
        for row in rows
    }


class _Row(msgspec.Struct, frozen=True):
    source_id: int
    check_id: str
    on_id: str
    severity: str
    by_name: str
    accepted_at: datetime
    until: date
    reason: str


def _of_sources(
    _: Viewer, __: Moment, ___: None, at: datetime, day: date, source_ids: Collection[int]
) -> "QuerySet[Acceptance]":
    return in_force(at, day).filter(source__pk__in=source_ids)


_held = KeptQuery(_of_sources, _Row.__struct_fields__, _Row)


def of_noticed(
    found: Mapping[Key, Accepted], source_id: int, check: str, on: str, severity: str
) -> Accepted | None:
    """That of a finding as a verification words it, whose subject may have a version."""
    return found.get((source_id, check, identity(subject(on)), severity))
