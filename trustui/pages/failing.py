"""What fails now and what could not be checked, grouped by cause: `/now/`, and the overview's table."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import msgspec
from django.db.models import Q, QuerySet

from trustui.accounts.permissions import Act
from trustui.check_pages import load_pages
from trustui.core.primitives.text import visible
from trustui.core.trace import TrustState
from trustui.events.models import Event
from trustui.inventory.models import Source
from trustui.pages.before import change_lines
from trustui.pages.counts import WRONG
from trustui.pages.images.failing import NOTHING as NO_IMAGES
from trustui.pages.images.failing import FailingImages, ImageGroup, failing_images
from trustui.pages.keeping import Keeper
from trustui.pages.kept_query import KeptQuery
from trustui.pages.moment import Moment
from trustui.pages.standings import sources_of, standing_sources
from trustui.pages.viewer import Viewer
from trustui.pages.words import SIGNS
from trustui.verdicts.models import SourceVerdict, Verdict
from trustui.verdicts.taking import TAKING, Taken, taken, takings

MOST = 1_000
"""Failing sources that are looked at, the newest ones."""
LINES = 20
"""Of one group that are shown before somebody asks for all."""
_URGENCY = {"bad": 0, "unknown": 1, "soon": 2, "none": 3, "ok": 4}
"""Signs of causes: what clients refuse before what nobody knows."""


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


class _Taking(NamedTuple):
    """What was said of who looks after a source, as `taking.TAKING`."""

    kind: str
    source_id: int | None
    actor: str
    at: datetime
    reason: str


def failing(viewer: Viewer, moment: Moment) -> FailingPage:
    """What fails at an instant: at most six queries."""
    if moment.at == moment.now:
        found = _wrong.get(tuple(sorted(viewer.teams)), lambda: _read_wrong(viewer))
        owners = taken(_told_now.rows(viewer, moment, None, ("id",))) if found.rows else {}
    else:
        found = _Found(_wrong_then(viewer, moment))
        sources = tuple(one.source_id for one in found.rows)
        owners = taken(_told_then.rows(None, moment, None, ("id",), about=(sources,)))
    may = {team: moment.is_now and viewer.may(Act.TAKE, team) for team in viewer.roles}
    return FailingPage(
        found.grouped(owners, may),
        len(found.rows) > MOST,
        is_watched=bool(found.rows) or bool(_watched.rows(viewer, moment, limit=1)),
        images=failing_images(viewer, moment),
    )


class _Found:
    """Sources that fail, at most one more than are shown; grouped once for who sees the same of them."""

    def __init__(self, rows: Sequence[_Wrong]) -> None:
        self.rows = rows
        self._last: tuple[Mapping[int, Taken], Mapping[int, bool], tuple[Group, ...]] | None = None

    def grouped(self, owners: Mapping[int, Taken], may: Mapping[int, bool]) -> tuple[Group, ...]:
        """As `_grouped`."""
        last = self._last
        if last is None or last[:2] != (owners, may):
            last = self._last = owners, may, _grouped(self.rows[:MOST], owners, may)
        return last[2]


def _read_wrong(viewer: Viewer) -> _Found:
    return _Found(_wrong_now.rows(viewer, None, None, ("-since", "source_id"), MOST + 1))


MUCH = 500
"""Sources that fail from which on they are kept for a second or two: reading and sorting
them is half of the overview."""
_wrong: Keeper[_Found] = Keeper(lambda found: len(found.rows) >= MUCH, worth=0.005)


def _standings_now(viewer: Viewer, *_: object) -> "QuerySet[SourceVerdict]":
    return SourceVerdict.objects.filter(
        trust_state__in=WRONG, source__team__in=viewer.teams, source__removed_at=None
    )


def _takings_now(viewer: Viewer, moment: Moment, _: object) -> "QuerySet[Event]":
    return takings(_standings_now(viewer).values("source_id"), moment.at)


_wrong_now = KeptQuery(
    _standings_now,
    (
        *("source_id", "source__name", "source__team_id", "verdict_id", "since", "trust_state"),
        *("verdict__first_failing", "verdict__failing_on", "verdict__because"),
    ),
    _Wrong,
)
_told_now = KeptQuery(_takings_now, TAKING, _Taking)


class _Stood(NamedTuple):
    """A source that failed then; the first of what `_Wrong` has."""

    id: int
    source: str
    team_id: int
    verdict_id: int
    since: datetime
    state: str


class _Said(NamedTuple):
    """What a verdict said; the rest of it."""

    verdict_id: int
    check: str
    on: str
    because: str


def _wrong_then(viewer: Viewer, moment: Moment) -> list[_Wrong]:
    """The same of the past: two queries."""
    read = _stood_then.rows(viewer, moment, None, ("-since", "id"), MOST + 1)
    told = {one.verdict_id: one[1:] for one in _said.rows(about=(_verdicts_of(read),))}
    return [_Wrong(*row, *told[row.verdict_id]) for row in read if row.verdict_id in told]


def _verdicts_of(rows: Sequence[_Stood]) -> tuple[int, ...]:
    return tuple(one.verdict_id for one in rows)


def _standings_then(viewer: Viewer, moment: Moment, _: None) -> "QuerySet[Any]":
    return standing_sources(viewer, moment).filter(trust_state__in=WRONG)


def _verdicts(_: None, __: Moment, ___: None, verdicts: Collection[int]) -> "QuerySet[Verdict]":
    return Verdict.objects.filter(pk__in=verdicts)


def _takings_then(_: None, moment: Moment, __: None, sources: Collection[int]) -> "QuerySet[Event]":
    return takings(sources, moment.at)


def _seen(viewer: Viewer, moment: Moment, _: None) -> "QuerySet[Source]":
    return sources_of(viewer, moment)


class _Id(NamedTuple):
    id: int


_stood_then = KeptQuery(
    _standings_then, ("id", "name", "team_id", "verdict_id", "since", "trust_state"), _Stood
)
_said = KeptQuery(_verdicts, ("id", "first_failing", "failing_on", "because"), _Said)
_told_then = KeptQuery(_takings_then, TAKING, _Taking)
_watched = KeptQuery(_seen, ("id",), _Id)
"""The first of them says that there is one."""


def _changes(newest: Sequence[Failure]) -> dict[int, tuple[str, ...]]:
    """By verdict, what had changed when it began to fail: whoever looks again later changes nothing.

    One query for all of them.
    """
    about = (
        tuple(one.source_id for one in newest),
        tuple(one.since for one in newest),
        tuple(one.verdict_id for one in newest),
    )
    told = _begun.rows(order=("id",), about=about)
    first: dict[tuple[int, datetime], list[str]] = {}
    for _, source, at, changes in told:
        first.setdefault((source, at), changes)
    last = {pk: changes for pk, _, _, changes in told}
    return {
        one.verdict_id: tuple(first.get((one.source_id, one.since)) or last[one.verdict_id])
        for one in newest
    }


class _Begun(NamedTuple):
    """What had changed when a verdict was made."""

    id: int
    source_id: int
    at: datetime
    changes: list[str]


def _beginnings(
    _: None,
    __: Moment,
    ___: None,
    sources: Collection[int],
    since: Collection[datetime],
    verdicts: Collection[int],
) -> "QuerySet[Verdict]":
    return Verdict.objects.filter(Q(pk__in=verdicts) | Q(source__pk__in=sources, at__in=since))


_begun = KeptQuery(_beginnings, _Begun._fields, _Begun)


def _grouped(
    rows: Sequence[_Wrong], owners: Mapping[int, Taken], may: Mapping[int, bool]
) -> tuple[Group, ...]:
    """Rows come newest first, and so do the groups; `may` says by team who may take what fails."""
    groups: defaultdict[tuple[str, str, str], list[Failure]] = defaultdict(list)
    # A thousand sources fail in a few ways: each text is looked at once.
    role_of, told = cache(_role), cache(_told)
    for source_id, source, team_id, verdict_id, since, state, check, on, because in rows:
        owner = owners.get(source_id)
        if owner is not None and owner.at < since:
            owner = None
        may_take = may.get(team_id, False)
        groups[state, check, role_of(on)].append(
            Failure(source_id, source, verdict_id, told(because), since, owner, may_take)
        )
    changes = _changes([failures[0] for failures in groups.values()]) if groups else {}
    return tuple(
        _group(*cause, failures, changes[failures[0].verdict_id])
        for cause, failures in groups.items()
    )


def _role(on: str) -> str:
    """What a step is about, whatever its version."""
    return on.rpartition(" v")[0] or on


def _told(because: str) -> str:
    return visible(because, 300)


def _group(
    state: str, check: str, role: str, failures: Sequence[Failure], changes: Sequence[str]
) -> Group:
    return Group(
        state=state,
        sign=SIGNS[TrustState(state)],
        title=_title(state, check, role, failures[0].because),
        check=check,
        role=role,
        has_help=check in load_pages(),
        just_before=_just_before(changes),
        failures=tuple(failures),
    )


def _title(state: str, check: str, role: str, because: str) -> str:
    page = load_pages().get(check)
    told = because if page is None else page.failing_on(visible(role, 60))
    if state == TrustState.COULD_NOT_CHECK:
        return f"Could not be checked: {because or told}"
    return f"{told[:1].upper()}{told[1:]}" if told else "No check says why"


def _just_before(changes: Sequence[str]) -> tuple[str, ...]:
    """The two changes that are most worth a look."""
    told, routine = change_lines(changes)
    lines = [*told, *routine][:2]
    return tuple("".join(part.text for part in line.parts) for line in lines)
