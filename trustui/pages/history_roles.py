"""Which roles of a repository have a history, and when each changed last."""

from datetime import datetime

import msgspec
from django.db.models import Count, Max, OuterRef, Subquery

from trustui.core.primitives.text import visible
from trustui.inventory.models import RoleVersion
from trustui.pages.history import MOST_ROLES, roles_seen
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
    seen = RoleVersion.objects.filter(source=source_id, first_seen_at__lte=moment.at)
    newest = seen.filter(role_id=OuterRef("role_id")).order_by("-version_rank", "-id")
    counted = seen.filter(role_id__in=[one.role_id for one in choices]).values("role_id")
    told = counted.annotate(
        n=Count("pk"), last=Max("first_seen_at"), version=Subquery(newest.values("version")[:1])
    )
    rows = {row["role_id"]: row for row in told.order_by()}
    return HistoryRoles(
        source_id=source_id,
        source=source.name,
        roles=tuple(
            RoleHistory(
                one.role_id,
                visible(one.role, 200),
                row["n"],
                visible(row["version"], 40),
                row["last"],
            )
            for one in choices
            if (row := rows.get(one.role_id)) is not None
        ),
        is_cut=len(choices) >= MOST_ROLES,
    )
