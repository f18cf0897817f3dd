"""`/`: what is wrong, what will be, and what changed, of everything that a person looks after."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from django.db.models import Count, QuerySet, Sum, Value

from trustui.core.primitives.text import counted
from trustui.core.trace import TrustState
from trustui.inventory.models import RoleState
from trustui.pages.before import change_lines, may_tell
from trustui.pages.components import ChangeLine
from trustui.pages.crawl_health import Health, crawl_health
from trustui.pages.failing import FailingPage, failing
from trustui.pages.keeping import Keeper
from trustui.pages.kept_query import KeptQuery
from trustui.pages.moment import Moment
from trustui.pages.standings import sources_of, state_counts
from trustui.pages.upcoming import Upcoming, upcoming
from trustui.pages.viewer import Viewer
from trustui.verdicts.models import Cause, Verdict

CHANGES = 6
OF_ONE = 3
"""Of the changes that one verdict tells; the rest stand on its page."""
AT_FIRST, LOOKED_AT = 50, 300
"""Verdicts that changes of trust are looked for in; in more where few of them tell any."""
RECENT = timedelta(days=28)
_OF_TIME = frozenset({"expired", "expires soon"})


class TrustChange(msgspec.Struct, frozen=True):
    """One change of whom a client trusts. `at` in UTC."""

    source_id: int
    source: str
    verdict_id: int
    at: datetime
    line: ChangeLine


MUCH = 1_000
"""Sources, or roles, from which on what is counted of them is kept for a moment."""
_health: Keeper[Health] = Keeper(lambda health: health.sources >= MUCH)
_totals: Keeper[tuple[int, int]] = Keeper(lambda found: found[0] >= MUCH)


class Overview(msgspec.Struct, frozen=True):
    """The page; `title` is the answer."""

    sign: str
    title: str
    lead: str
    sources: int
    failing: FailingPage
    upcoming: Upcoming | None
    changes: tuple[TrustChange, ...]
    health: Health
    never: int = 0
    """Sources, but for registries, of which nothing is concluded yet."""
    not_trusted: int = 0
    """Those that agree with themselves, of which nobody has pinned a root."""


def overview(viewer: Viewer, moment: Moment) -> Overview:
    """At most fifteen queries, whatever there is."""
    states = state_counts(viewer, moment, of_artefacts=False)
    soon = upcoming(viewer, moment)
    asked = (None if moment.at == moment.now else moment.at), *sorted(viewer.teams)
    health = _health.get(asked, lambda: crawl_health(viewer, moment))
    found = failing(viewer, moment)
    return Overview(
        sign=_sign(states) if not found.images.count else "bad",
        title=_title(states, health.sources, found.images.words, soon),
        lead=_lead(viewer, moment, health),
        sources=health.sources,
        failing=found,
        upcoming=soon,
        changes=_changes(viewer, moment),
        health=health,
        never=states.get("", 0),
        not_trusted=states.get(TrustState.NOT_TRUSTED, 0),
    )


def _sign(states: dict[str, int]) -> str:
    for state, sign in (
        (TrustState.FAILING, "bad"),
        (TrustState.COULD_NOT_CHECK, "unknown"),
        (TrustState.NOT_TRUSTED, "unknown"),
        (TrustState.EXPIRES_SOON, "soon"),
        (TrustState.VERIFIED, "ok"),
    ):
        if states.get(state):
            return sign
    return "none"


def _title(states: dict[str, int], sources: int, images: str, soon: Upcoming | None) -> str:
    bad = states.get(TrustState.FAILING, 0)
    unknown = states.get(TrustState.COULD_NOT_CHECK, 0)
    sound = states.get(TrustState.VERIFIED, 0) + states.get(TrustState.EXPIRES_SOON, 0)
    if not sources:
        return "Nothing is watched yet"
    told = []
    if bad:
        told.append(f"{counted(bad, 'source')} {'fails' if bad == 1 else 'fail'}")
    if unknown:
        told.append(f"{unknown:,} could not be checked")
    if images:
        told.append(images)
    if not told:
        rest = sum(states.values()) - sound
        told.append(f"Nothing fails, {rest:,} not verified" if rest else "Everything verifies")
    if soon is not None and soon.week:
        verb = "expires" if soon.week == 1 else "expire"
        told.append(f"{soon.this_week} {verb} this week")
    return ", ".join(told)


def _lead(viewer: Viewer, moment: Moment, health: Health) -> str:
    if not health.sources:
        return "Sources are crawled, verified from a root that a person pinned, and shown here."
    told = [counted(health.sources, "source")]
    if moment.at == moment.now:
        roles, signatures = _totals.get(tuple(sorted(viewer.teams)), lambda: _count(viewer, moment))
        told.append(counted(roles, "role"))
        told.append(counted(signatures, "signature"))
    return f"{', '.join(told)}. {health.words}"


def _count(viewer: Viewer, moment: Moment) -> tuple[int, int]:
    """Roles that clients come to, and signatures on what is served of them: one query."""
    found = _watched.rows(viewer, moment)[0]
    return found.roles, found.signatures or 0


class _Watched(NamedTuple):
    """Sums over all roles; of no signature none is known."""

    roles: int
    signatures: int | None


def _roles(viewer: Viewer, moment: Moment, _: object) -> "QuerySet[Any, Any]":
    roles = RoleState.objects.filter(source__in=sources_of(viewer, moment), is_listed=True)
    # Grouped by what all have: one row, as of an aggregate.
    every = roles.values(one=Value(1))
    return every.annotate(roles=Count("pk"), signatures=Sum("served__signature_count"))


_watched = KeptQuery(_roles, _Watched._fields, _Watched)


def _changes(viewer: Viewer, moment: Moment) -> tuple[TrustChange, ...]:
    """The newest that widen or narrow trust, or look suspicious: one query, two where they are rare."""
    found: list[TrustChange] = []
    for most in (AT_FIRST, LOOKED_AT):
        about = (moment.at - RECENT,)
        rows = _concluded.rows(viewer, moment, None, ("-at", "-id"), most, about=about)
        found = _telling(rows)
        if len(found) >= CHANGES or len(rows) < most:
            break
    return tuple(found[:CHANGES])


def _telling(rows: Iterable["_Concluded"]) -> list[TrustChange]:
    found: list[TrustChange] = []
    for source_id, source, verdict_id, at, changes in rows:
        if not may_tell(changes):
            continue
        lines, _ = change_lines(changes)
        told = [line for line in lines if line.sign != "none" and line.badge not in _OF_TIME]
        found += [TrustChange(source_id, source, verdict_id, at, line) for line in told[:OF_ONE]]
        if len(found) >= CHANGES:
            break
    return found


class _Concluded(NamedTuple):
    """A verdict, with what had changed."""

    source_id: int
    source: str
    verdict_id: int
    at: datetime
    changes: list[str]


def _since(
    viewer: Viewer, moment: Moment, _: object, begin: datetime
) -> "QuerySet[Verdict, Verdict]":
    return (
        Verdict.objects.filter(
            source__in=sources_of(viewer, moment), at__gt=begin, at__lte=moment.at
        )
        .exclude(cause=Cause.TIME)
        .exclude(changes=[])
    )


_concluded = KeptQuery(_since, ("source_id", "source__name", "id", "at", "changes"), _Concluded)
