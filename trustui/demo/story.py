"""One repository of the demo world: what is written to disk, what it tells, what is expected."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TypeAlias

import msgspec

from trustui.demo.publisher import Publisher
from trustui.demo.roles import RolePlan

DAYS = 45
"""Of daily publications behind each repository: more than thirty versions of timestamp."""

DAY = timedelta(days=1)
Plot: TypeAlias = Mapping[int, Callable[[], object]]
"""What happens before the publication of a day, counted from 0."""

_SNAPSHOT_RENEWAL = timedelta(days=7)


class Expected(msgspec.Struct, frozen=True):
    """What trustui is expected to say; `check` is the first that fails, `finding` is a finding."""

    outcome: str
    trust_state: str
    check: str | None = None
    finding: str | None = None


class Story(msgspec.Struct, frozen=True):
    """A repository with its plot. `repo` has the whole history; `served` is what is served now."""

    name: str
    title: str
    text: str
    expected: Expected
    repo: Publisher
    served: Mapping[str, bytes]
    state: Mapping[str, bytes] | None = None
    """What one of the clients has seen before, as it keeps it."""
    target: str | None = None
    """A target path to ask for, where the story is about one."""
    by_history: bool = False
    """Verify the history: only there stands when a document was published."""
    watched_days: int = DAYS
    """For how many of the days somebody has looked at it."""


def plans(*, timestamp: timedelta = 2 * DAY, root: RolePlan | None = None) -> dict[str, RolePlan]:
    """How the vendor runs its repositories: root and targets offline, the others online."""
    return {
        "root": root or RolePlan(keys=3, threshold=2),
        "targets": RolePlan(keys=2, threshold=2, lifetime=90 * DAY),
        "snapshot": RolePlan(lifetime=21 * DAY),
        "timestamp": RolePlan(lifetime=timestamp),
    }


def publish_daily(repo: Publisher, last: datetime, plot: Plot) -> None:
    """Publish once a day for `DAYS` days, the last time at `last`."""
    for day in range(DAYS):
        at = last - (DAYS - 1 - day) * DAY
        if day in plot:
            plot[day]()
        repo.renew_expiring(before=at + _SNAPSHOT_RENEWAL)
        repo.publish(at)


def first_day(last: datetime) -> datetime:
    """The day on which a repository starts whose last publication is at `last`."""
    return last - (DAYS - 1) * DAY
