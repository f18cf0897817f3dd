"""What fails now and what could not be checked, grouped by cause: `/now/`, and the overview's table."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import Q

from trustui.accounts.permissions import Act
from trustui.check_pages import load_pages
from trustui.core.primitives.text import visible
from trustui.core.trace import TrustState
from trustui.pages.before import change_lines
from trustui.pages.counts import WRONG
from trustui.pages.images.failing import NOTHING as NO_IMAGES
from trustui.pages.images.failing import FailingImages, failing_images
from trustui.pages.moment import Moment
from trustui.pages.standings import standing_sources
from trustui.pages.viewer import Viewer
from trustui.pages.words import SIGNS
from trustui.verdicts.models import Verdict
from trustui.verdicts.taking import Taken, takers

MOST = 1_000
"""Failing sources that are looked at, the newest ones."""
LINES = 20
"""Of one group that are shown before somebody asks for all."""


class Failure(msgspec.Struct, frozen=True):
    """One source that fails. `since` in UTC."""

    source_id: int
    source: str
    verdict_id: int
    because: str
    since: datetime
    owner: Taken | None
    may_take: bool


class Group(msgspec.Struct, frozen=True):
    """Sources that fail for the same reason, newest first."""

    state: str
    sign: str
    title: str
    check: str
    role: str
    """What the check is about; `state`, `check` and `role` tell a group from others."""
    has_help: bool
    just_before: tuple[str, ...]
    failures: tuple[Failure, ...]

    @property
    def count(self) -> int:
        """How many sources."""
        return len(self.failures)

    @property
    def since(self) -> datetime:
        """Since when the newest of them fails."""
        return self.failures[0].since

    @property
    def owners(self) -> list[str]:
        """Who took one of them, each once."""
        return sorted({one.owner.by for one in self.failures if one.owner})

    @property
    def is_open(self) -> bool:
        """Whether there is one that nobody took and that this person may take."""
        return any(one.may_take and one.owner is None for one in self.failures)

    @property
    def first(self) -> tuple[Failure, ...]:
        """Those that are shown before somebody asks for all."""
        return self.failures[:LINES]


class FailingPage(msgspec.Struct, frozen=True):
    """Everything that fails, the newest group first."""

    groups: tuple[Group, ...]
    is_cut: bool
    """More sources fail than were looked at."""
    images: FailingImages = NO_IMAGES
    """Tagged artefacts of registries, which stand each for themselves."""

    @property
    def failing(self) -> int:
        """Sources that clients refuse."""
        return self._count(TrustState.FAILING)

    @property
    def unchecked(self) -> int:
        """Sources of which nobody knows."""
        return self._count(TrustState.COULD_NOT_CHECK)

    def _count(self, state: TrustState) -> int:
        return sum(group.count for group in self.groups if group.state == state)


class _Row(msgspec.Struct, frozen=True):
    state: str
    check: str
    role: str
    failure: Failure


def failing(viewer: Viewer, moment: Moment) -> FailingPage:
    """What fails at an instant: six queries."""
    wrong = standing_sources(viewer, moment).filter(trust_state__in=WRONG)
    # As plain rows: a thousand models would take longer to make than everything else.
    told = wrong.values_list("pk", "name", "team_id", "verdict_id", "since", named=True)
    sources = list(told.order_by("-since", "id")[: MOST + 1])
    stored = Verdict.objects.filter(pk__in=[one.verdict_id for one in sources])
    columns = ("pk", "at", "trust_state", "first_failing", "failing_on", "because")
    verdicts = {one.pk: one for one in stored.values_list(*columns, named=True)}
    owners = takers([source.pk for source in sources], moment.at)
    rows = [
        _row(viewer, moment, source, verdicts[source.verdict_id], owners.get(source.pk))
        for source in sources[:MOST]
        if source.verdict_id in verdicts
    ]
    return FailingPage(_grouped(rows), len(sources) > MOST, failing_images(viewer, moment))


def _changes(newest: Sequence[Failure]) -> dict[int, tuple[str, ...]]:
    """By verdict, what had changed when it began to fail: whoever looks again later changes nothing.

    One query for all of them.
    """
    begun = Q(source__in=[one.source_id for one in newest], at__in=[one.since for one in newest])
    own = Q(pk__in=[one.verdict_id for one in newest])
    rows = Verdict.objects.filter(own | begun).order_by("id")
    told = list(rows.values_list("pk", "source", "at", "changes"))
    first: dict[tuple[int, datetime], list[str]] = {}
    for _, source, at, changes in told:
        first.setdefault((source, at), changes)
    last = {pk: changes for pk, _, _, changes in told}
    return {
        one.verdict_id: tuple(first.get((one.source_id, one.since)) or last[one.verdict_id])
        for one in newest
    }


def _row(viewer: Viewer, moment: Moment, source: Any, verdict: Any, owner: Taken | None) -> _Row:
    since = source.since or verdict.at
    failure = Failure(
        source_id=source.pk,
        source=source.name,
        verdict_id=verdict.pk,
        because=visible(verdict.because, 300),
        since=since,
        owner=owner if owner is not None and owner.at >= since else None,
        may_take=moment.is_now and viewer.may(Act.TAKE, source.team_id),
    )
    return _Row(
        state=verdict.trust_state,
        check=verdict.first_failing,
        role=verdict.failing_on.rpartition(" v")[0] or verdict.failing_on,
        failure=failure,
    )


def _grouped(rows: Sequence[_Row]) -> tuple[Group, ...]:
    """Rows come newest first, and so do the groups."""
    groups: dict[tuple[str, str, str], list[_Row]] = {}
    for row in rows:
        groups.setdefault((row.state, row.check, row.role), []).append(row)
    changes = _changes([rows[0].failure for rows in groups.values()]) if groups else {}
    return tuple(_group(rows, changes[rows[0].failure.verdict_id]) for rows in groups.values())


def _group(rows: Sequence[_Row], changes: Sequence[str]) -> Group:
    newest = rows[0]
    return Group(
        state=newest.state,
        sign=SIGNS[TrustState(newest.state)],
        title=_title(newest),
        check=newest.check,
        role=newest.role,
        has_help=newest.check in load_pages(),
        just_before=_just_before(changes),
        failures=tuple(row.failure for row in rows),
    )


def _title(row: _Row) -> str:
    page = load_pages().get(row.check)
    told = row.failure.because if page is None else page.failing_on(visible(row.role, 60))
    if row.state == TrustState.COULD_NOT_CHECK:
        return f"Could not be checked: {row.failure.because or told}"
    return f"{told[:1].upper()}{told[1:]}" if told else "No check says why"


def _just_before(changes: Sequence[str]) -> tuple[str, ...]:
    """The two changes that are most worth a look."""
    told, routine = change_lines(changes)
    lines = [*told, *routine][:2]
    return tuple("".join(part.text for part in line.parts) for line in lines)
