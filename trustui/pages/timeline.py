"""The expiry timeline: the list of expiries with its picture, its lapses, and a repository's part."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any

import msgspec
from django.db.models import F, Max, Q, QuerySet, Window
from django.db.models.functions import Lead, RowNumber
from django.urls import reverse

from trustui.core.formats.tuf.metadata import TOP_LEVEL_ROLES
from trustui.core.primitives.text import with_short_digests
from trustui.core.timeline import gaps
from trustui.inventory.models import RoleVersion, Sighting
from trustui.pages.due import (
    DAY,
    KINDS,
    LATER,
    OVERDUE,
    ROLE,
    Asked,
    TopFirst,
    instants,
    judged_at,
    of_this,
)
from trustui.pages.expiries import ExpiriesPage, Line, expiries
from trustui.pages.kept_query import KeptQuery
from trustui.pages.known import source_of
from trustui.pages.moment import Moment
from trustui.pages.paging import ROWS
from trustui.pages.pictures.timeline_layout import Axis, Version, midnight
from trustui.pages.pictures.timeline_picture import (
    Chosen,
    Given,
    LaneShape,
    Picture,
    timeline_picture,
)
from trustui.pages.viewer import Viewer
from trustui.pages.words import age

LANES = 24
"""Of one picture."""
MOST_VERSIONS = 1_000
"""Of one lane, the newest ones."""
MOST_ALIKE = 8
"""Lanes on the page of a repository that look the same; more are one."""
MOST_LAPSES = 50
_PAST, _AHEAD = 28 * DAY, 92 * DAY
"""How far a picture of many sources reaches, unless the list does farther."""
_FARTHEST = 3 * 366 * DAY
_OWN_PAST, _OWN_AHEAD, _LEAST = 180 * DAY, 90 * DAY, 7 * DAY
"""How far back the picture of one source reaches at most, and how far ahead and back at least."""
_MARGIN = 50


class LapseLine(msgspec.Struct, frozen=True):
    """A time in which a role had no valid document. Times in UTC."""

    source_id: int | None
    source: str
    role: str
    role_id: str
    version: str
    """What had expired."""
    sha256: str
    begins: datetime
    ends: datetime
    lasted: str
    is_open: bool


class TimelinePage(msgspec.Struct, frozen=True, kw_only=True):
    """The page. `source` is empty where it is of many sources."""

    page: ExpiriesPage
    asked: Asked
    source_id: int | None
    source: str
    picture: Picture
    lapses: tuple[LapseLine, ...]
    """Of the roles that are drawn, the newest in front."""
    more_lapses: int
    undrawn: int
    """Rows of this page that have no lane."""
    noun: str = "role"
    """What rows are: `item` where they are several things."""

    @property
    def drawn(self) -> int:
        """Rows that have a lane, or a share in one."""
        return len(self.page.lines) - self.undrawn

    @property
    def more_lanes(self) -> int:
        """Rows of the list, on all its pages, that have none."""
        return max(0, self.page.count - self.drawn)


def timeline(
    viewer: Viewer,
    moment: Moment,
    asked: Asked,
    after: str | None = None,
    size: int = ROWS,
) -> TimelinePage | None:
    """At most sixteen queries. None for a source that is not this person's. Raises PagingError."""
    name = ""
    if asked.source_id is not None:
        source = source_of(viewer, asked.source_id)
        if source is None:
            return None
        name, asked = source.name, of_this(asked, source)
    page = expiries(viewer, moment, after=after, size=size, asked=asked)
    drawn = page.lines[:LANES]
    axis = _axis(asked, moment, drawn)
    given = _given(drawn, moment.at, axis.begins)
    if asked.source_id is not None:
        axis = _fitted(axis, given, page.days, asked)
    lapses = _lapses(given, axis)
    noun = _noun(asked, page)
    picture = timeline_picture(
        given,
        axis,
        page.days,
        Chosen(asked.begins, asked.ends),
        is_now=moment.is_now,
        has_sources=asked.source_id is None,
        noun=noun,
    )
    return TimelinePage(
        page=page,
        asked=asked,
        source_id=asked.source_id,
        source=name,
        picture=picture,
        lapses=lapses[:MOST_LAPSES],
        more_lapses=max(0, len(lapses) - MOST_LAPSES),
        undrawn=len(page.lines) - len(drawn),
        noun=noun,
    )


def _noun(asked: Asked, page: ExpiriesPage) -> str:
    """What all of it is, or may be, in a word."""
    if asked.kind or asked.role:
        return KINDS[asked.kind or ROLE]
    return KINDS[page.kinds[0]] if len(page.kinds) == 1 else "item"


def repository_part(viewer: Viewer, moment: Moment, source_id: int) -> TimelinePage | None:
    """The picture on the page of a repository: its top-level roles and the most urgent others.

    In a client's order. As many queries as `timeline`.
    """
    found = timeline(viewer, moment, TopFirst(source_id=source_id), size=LANES)
    if found is None:
        return None
    order = {name: number for number, name in enumerate(TOP_LEVEL_ROLES)}
    lanes = sorted(
        zip(found.page.lines, found.picture.lanes, strict=True),
        key=lambda pair: (order.get(pair[0].role, len(order)), pair[0].role),
    )
    top = [lane for line, lane in lanes if line.role in order]
    below = [lane for line, lane in lanes if line.role not in order]
    once = _each_once(below, reverse("timeline", args=[source_id]))
    picture = found.picture.with_lanes([*top, *once])
    return msgspec.structs.replace(found, picture=picture)


def _each_once(ordered: Sequence[LaneShape], href: str) -> list[LaneShape]:
    """Hash bins are renewed together: many lanes that look the same are one, which leads on."""
    alike: dict[tuple[object, ...], list[LaneShape]] = {}
    for lane in ordered:
        alike.setdefault(lane.likeness, []).append(lane)
    found = []
    for group in alike.values():
        few = len(group) <= MOST_ALIKE
        found += group if few else [group[0].for_all([one.name for one in group[1:]], href)]
    return found


# The axis ----------------------------------------------------------------------------------------


def _axis(asked: Asked, moment: Moment, drawn: Sequence[Line]) -> Axis:
    """What is listed lies on it, unless that is years away."""
    now = judged_at(moment)
    lasts = [line.expires_at for line in drawn]
    begins, ends = now - _PAST, now + _AHEAD
    if asked.source_id is not None:
        begins = now - _OWN_PAST
    if asked.window == LATER and asked.source_id is None:
        ends = max([ends, *lasts])
    if asked.window == OVERDUE:
        begins = min([begins, *lasts])
    return _with_chosen(Axis(begins, ends, now), asked)


def _with_chosen(axis: Axis, asked: Asked) -> Axis:
    """The days that are chosen lie on it too."""
    begins, ends, now = axis.begins, axis.ends, axis.now
    if asked.is_brushed:
        since, until = instants(asked, now)
        chosen = [one for one in (since, until) if one is not None]
        begins, ends = min([begins, *chosen]), max([ends, *(one + DAY for one in chosen)])
    return Axis(max(begins, now - _FARTHEST), min(ends, now + _FARTHEST), now)


def _fitted(axis: Axis, given: Sequence[Given], days: Collection[date], asked: Asked) -> Axis:
    """Of one source: from the first version on, and as far ahead as back."""
    now = axis.now
    seen = [version.seen_at for one in given for version in one.versions]
    farthest = (now + _FARTHEST).date()  # the end of time has no day after it
    lasts = [midnight(min(max(days), farthest)) + DAY] if days else []
    if not seen:
        return axis
    begins = max(now - _OWN_PAST, min([*seen, now - _LEAST]))
    ends = min(max([*lasts, now + _LEAST]), now + max(_OWN_AHEAD, now - begins))
    return _with_chosen(Axis(begins, ends + (ends - begins) / _MARGIN, now), asked)


# Versions ----------------------------------------------------------------------------------------


def _given(lines: Sequence[Line], at: datetime, since: datetime) -> list[Given]:
    """What each lane is made of: two queries at most."""
    roles = [(line.source_id, line) for line in lines if line.source_id and not line.href]
    versions = versions_of([(source_id, line.role_id) for source_id, line in roles], at, since)
    _put_back(roles, versions, at)
    return [_term(line) if line.href else _role(line, versions) for line in lines]


def _role(line: Line, versions: Mapping[tuple[int, str], Sequence[Version]]) -> Given:
    return Given(
        line.source_id,
        line.source,
        line.role,
        line.role_id,
        line.signing_begins,
        versions.get((line.source_id or 0, line.role_id), ()),
    )


def _term(line: Line) -> Given:
    """What is no document has one version: itself, for as long as it counts."""
    begins = line.begins_at or line.expires_at
    only = Version("", "", min(begins, line.expires_at), line.expires_at)
    return Given(
        line.source_id,
        with_short_digests(line.source),
        line.name,
        "",
        None,
        (only,),
        href=line.href,
        soon_at=line.soon_at,
    )


def _put_back(
    roles: Sequence[tuple[int, Line]],
    versions: dict[tuple[int, str], list[Version]],
    at: datetime,
) -> None:
    """A document that a place went back to is its newest once more, from when it was seen again."""
    gone_back = {
        (source_id, line.role_id, line.sha256): line
        for source_id, line in roles
        if (known := versions.get((source_id, line.role_id))) and known[-1].sha256 != line.sha256
    }
    if not gone_back:
        return
    rows = (
        Sighting.objects.filter(
            reduce(
                or_, (Q(source=key[0], role_id=key[1], blob__sha256=key[2]) for key in gone_back)
            ),
            first_seen_at__lte=at,
        )
        .order_by()
        .values_list("source_id", "role_id", "blob__sha256")
        .annotate(Max("first_seen_at"))
    )
    for source_id, role_id, sha256, seen_at in rows:
        line = gone_back[source_id, role_id, sha256]
        lane = versions[source_id, role_id]
        begins = max(seen_at, lane[-1].seen_at)
        lane.append(Version(line.version, sha256, begins, line.expires_at))


def versions_of(
    roles: Sequence[tuple[int, str]], at: datetime, since: datetime
) -> dict[tuple[int, str], list[Version]]:
    """By source and role id, the versions that were the newest at some time from `since` on.

    In the order in which they came; of one role the newest `MOST_VERSIONS`. One query.
    """
    if not roles:
        return {}
    order = ("source_id", "role_id", "-back")
    asked: list[tuple[int, tuple[str, ...]]]
    asked = [(source_id, (role_id,)) for source_id, role_id in roles]
    if len({source_id for source_id, _ in roles}) == 1:
        asked = [(roles[0][0], tuple(role_id for _, role_id in roles))]
    # The last again, up to a power of two: there are few shapes of the statement.
    spare = (1 << (len(asked) - 1).bit_length()) - len(asked)
    told = [told for pair in (*asked, *[asked[-1]] * spare) for told in pair]
    rows = _versions.rows(chosen=MOST_VERSIONS, order=order, about=(at, since, *told))
    found: dict[tuple[int, str], list[Version]] = {}
    for one in rows:
        shown = Version(one.version, one.sha256, one.seen_at, one.expires_at)
        found.setdefault((one.source_id, one.role_id), []).append(shown)
    return found


class _Seen(msgspec.Struct, frozen=True):
    source_id: int
    role_id: str
    version: str
    sha256: str
    seen_at: datetime
    expires_at: datetime


def _newest_of(
    _: Viewer,
    __: Moment,
    most: int,
    at: datetime,
    since: datetime,
    *told: Any,
) -> "QuerySet[Any, Any]":
    """Each source is told before its roles."""
    pairs = zip(told[::2], told[1::2], strict=True)
    of_roles = reduce(or_, (Q(source=source, role_id__in=ids) for source, ids in pairs))
    lane = [F("source"), F("role_id")]
    order = ["first_seen_at", "version_rank", "id"]
    return (
        RoleVersion.objects.filter(of_roles, first_seen_at__lte=at)
        .annotate(
            following=Window(
                Lead("first_seen_at"), partition_by=lane, order_by=[F(name).asc() for name in order]
            ),
            back=Window(
                RowNumber(), partition_by=lane, order_by=[F(name).desc() for name in order]
            ),
        )
        .filter(Q(following=None) | Q(following__gte=since), back__lte=most)
    )


_versions = KeptQuery(
    _newest_of,
    ("source_id", "role_id", "version", "blob__sha256", "first_seen_at", "expires_at"),
    _Seen,
)


def _lapses(given: Sequence[Given], axis: Axis) -> tuple[LapseLine, ...]:
    found = [
        LapseLine(
            one.source_id,
            one.source,
            one.role,
            one.role_id,
            one.versions[gap.index].version,
            one.versions[gap.index].sha256,
            gap.begins,
            gap.ends,
            age(gap.ends - gap.begins),
            gap.is_open,
        )
        for one in given
        if not one.href
        for gap in gaps([(each.seen_at, each.expires_at) for each in one.versions], axis.now)
        if axis.touches(gap.begins, gap.ends)
    ]
    return tuple(sorted(found, key=lambda one: one.begins, reverse=True))
