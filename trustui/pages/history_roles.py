"""Which roles of a repository have a history, and when each changed last."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import Count, Max, OuterRef, QuerySet, Subquery

from trustui.core.primitives.text import visible
from trustui.inventory.models import RoleVersion
from trustui.pages.history import MOST_ROLES, roles_seen
from trustui.pages.kept_query import KeptQuery
from trustui.pages.known import source_of
from trustui.pages.moment import Moment
from trustui.pages.viewer import Viewer


class RoleHistory(msgspec.Struct, frozen=True):
    """One role. Times in UTC."""

    role_id: str
    role: str
    versions: int
    """Documents of it that were seen; two of one version are two."""
    version: str
    """The newest."""
    changed_at: datetime
    """When the newest document of it was first seen."""


class HistoryRoles(msgspec.Struct, frozen=True):
    """All that the page says."""

    source_id: int
    source: str
    roles: tuple[RoleHistory, ...]
    """The top level, then those delegated by name."""
    is_cut: bool
    """There may be more than are told: hash bins are, and roles beyond the first `MOST_ROLES`."""

    @property
    def last(self) -> RoleHistory | None:
        """The one that changed last; of several, the most delegated one."""
        return max(self.roles, key=lambda one: one.changed_at, default=None)


def history_roles(viewer: Viewer, moment: Moment, source_id: int) -> HistoryRoles | None:
    """The page; None where the source is not this person's. At most four queries."""
    source = source_of(viewer, source_id)
    if source is None:
        return None
    choices = roles_seen(source, moment.at)
    asked = source_id, moment.at, tuple(one.role_id for one in choices)
    rows = {row.role_id: row for row in _counted.rows(about=asked)}
    return HistoryRoles(
        source_id=source_id,
        source=source.name,
        roles=tuple(
            RoleHistory(
                one.role_id,
                visible(one.role, 200),
                row.count,
                visible(row.newest, 40),
                row.last,
            )
            for one in choices
            if (row := rows.get(one.role_id)) is not None
        ),
        is_cut=len(choices) >= MOST_ROLES,
    )


class _Counted(msgspec.Struct, frozen=True):
    role_id: str
    count: int
    newest: str
    last: datetime


def _by_role(
    _: Viewer | None, __: Moment, ___: None, source: int, at: datetime, role_ids: Collection[str]
) -> "QuerySet[Any, Any]":
    seen = RoleVersion.objects.filter(source__pk=source, first_seen_at__lte=at)
    newest = seen.filter(role_id=OuterRef("role_id")).order_by("-version_rank", "-id")
    found: QuerySet[Any, Any] = (
        seen.filter(role_id__in=role_ids)
        .values("role_id")
        .annotate(
            count=Count("pk"),
            newest=Subquery(newest.values("version")[:1]),
            last=Max("first_seen_at"),
        )
    )
    return found


_counted = KeptQuery(_by_role, _Counted.__struct_fields__, _Counted)
