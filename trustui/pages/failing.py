"""What fails now and what could not be checked, grouped by cause: `/now/`, and the overview's table."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
from django.db.models import Q, QuerySet

from trustui.accounts.permissions import Act
from trustui.check_pages import load_pages
from trustui.core.primitives.text import visible
from trustui.core.trace import TrustState
from trustui.pages.before import change_lines
from trustui.pages.counts import WRONG
from trustui.pages.images.failing import NOTHING as NO_IMAGES
from trustui.pages.images.failing import FailingImages, ImageGroup, failing_images
from trustui.pages.moment import Moment
from trustui.pages.standings import sources_of, standing_sources
from trustui.pages.viewer import Viewer
from trustui.pages.words import SIGNS
from trustui.verdicts.models import SourceVerdict, Verdict
from trustui.verdicts.taking import Taken, takers

MOST = 1_000
"""Failing sources that are looked at, the newest ones."""
LINES = 20
"""Of one group that are shown before somebody asks for all."""
_URGENCY = {"bad": 0, "unknown": 1, "soon": 2, "none": 3, "ok": 4}
"""Signs of causes: what clients refuse before what nobody knows."""
_OF_VERDICT = ("first_failing", "failing_on", "because")


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
    is_watched: bool = True
    """Whether there was any source that could fail."""
    images: FailingImages = NO_IMAGES
    """Tagged artefacts of registries, which stand each for themselves."""

    @property
    def causes(self) -> list[tuple[str, Group | ImageGroup]]:
        """Of sources and of images, the worst first and of these the newest; each with its anchor
        on the page of what fails.
        """
        named: list[tuple[str, Group | ImageGroup]] = [
            *((f"cause-{number}", group) for number, group in enumerate(self.groups, 1)),
            *((f"images-{number}", group) for number, group in enumerate(self.images.groups, 1)),
        ]
        return sorted(named, key=lambda one: (_URGENCY[one[1].sign], -one[1].since.timestamp()))

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


class _Wrong(NamedTuple):
    """A source that fails, as the store has it."""

    source_id: int
    source: str
    team_id: int
    verdict_id: int
    since: datetime
    state: str
    check: str
    on: str
    because: str


class _Row(msgspec.Struct, frozen=True):
    state: str
    check: str
    role: str
    failure: Failure


def failing(viewer: Viewer, moment: Moment) -> FailingPage:
    """What fails at an instant: at most six queries."""
    if moment.at == moment.now:
        standings = _standings_now(viewer)
        found = _wrong_now(standings)
        owners = takers(standings.values("source_id"), moment.at)
    else:
        found = _wrong_then(viewer, moment)
        owners = takers([one.source_id for one in found], moment.at)
    may = {team: moment.is_now and viewer.may(Act.TAKE, team) for team in viewer.roles}
    rows = [_row(one, owners.get(one.source_id), may) for one in found[:MOST]]
    return FailingPage(
        _grouped(rows),
        len(found) > MOST,
        is_watched=bool(rows) or sources_of(viewer, moment).exists(),
        images=failing_images(viewer, moment),
    )


def _standings_now(viewer: Viewer) -> "QuerySet[SourceVerdict]":
    return SourceVerdict.objects.filter(
        trust_state__in=WRONG, source__team__in=viewer.teams, source__removed_at=None
    )


def _wrong_now(standings: "QuerySet[SourceVerdict]") -> list[_Wrong]:
    """One query, as plain rows: a thousand models would take longer to make than all the rest."""
    rows = standings.order_by("-since", "source_id").values_list(
        "source_id", "source__name", "source__team_id", "verdict_id", "since", "trust_state",
        "verdict__first_failing", "verdict__failing_on", "verdict__because",
    )  # fmt: skip
    return list(map(_Wrong._make, rows[: MOST + 1]))


def _wrong_then(viewer: Viewer, moment: Moment) -> list[_Wrong]:
    """The same of the past: two queries."""
    wrong = standing_sources(viewer, moment).filter(trust_state__in=WRONG).order_by("-since", "id")
    sources = wrong.values_list("pk", "name", "team_id", "verdict_id", "since", "trust_state")
    read = list(sources[: MOST + 1])
    verdicts = Verdict.objects.filter(pk__in=[verdict_id for _, _, _, verdict_id, *_ in read])
    told = {pk: more for pk, *more in verdicts.values_list("pk", *_OF_VERDICT)}
    return [_Wrong(*row, *told[row[3]]) for row in read if row[3] in told]


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


def _row(one: _Wrong, owner: Taken | None, may: Mapping[int, bool]) -> _Row:
    """`may` says by team whether this person may take what fails."""
    failure = Failure(
        source_id=one.source_id,
        source=one.source,
        verdict_id=one.verdict_id,
        because=visible(one.because, 300),
        since=one.since,
        owner=owner if owner is not None and owner.at >= one.since else None,
        may_take=may.get(one.team_id, False),
    )
    return _Row(one.state, one.check, one.on.rpartition(" v")[0] or one.on, failure)


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
