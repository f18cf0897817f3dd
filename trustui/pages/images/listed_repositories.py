"""Which repositories of registries are listed: narrowed by the address, and by how their tags stand."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import msgspec
from django.db.models import F, Q, QuerySet

from trustui.pages.containing import holds
from trustui.pages.images.shares import Share, sign_of
from trustui.pages.images.standing import repositories_of
from trustui.pages.moment import Moment
from trustui.pages.viewer import Viewer
from trustui.verdicts.models import RepositoryCount

LONGEST_TEXT = 200
STATES = {
    "bad": "failing",
    "unknown": "could_not_check",
    "none": "unverified",
    "ok": "verified",
}
"""By the sign of a repository, what it is narrowed by: the worst that is among its tags."""
CHOICES = {
    "failing": "failing",
    "could_not_check": "could not be checked",
    "unverified": "not all verified",
    "verified": "verified",
}
"""The same in words."""
About: TypeAlias = tuple[int | tuple[int, ...], ...]
"""What a statement is about: the registry, where the shape is of one, then the ids, where it is by ids."""


class Filter(msgspec.Struct, frozen=True):
    """Which repositories; empty shows all."""

    source: int | None = None
    team: int | None = None
    text: str = ""
    partial: bool = False
    """Only those of which something could not be read."""
    state: str = ""
    """One of `STATES`."""


class Shape(msgspec.Struct, frozen=True):
    """What decides a statement: one serves every registry."""

    chosen: Filter
    is_of_source: bool
    """The rows are about a registry, which is not in `chosen`."""
    is_by_ids: bool = False
    """They are about some repositories, whatever their state."""


def filter_of(given: Mapping[str, str]) -> Filter:
    """From a query string; what is no number or choice narrows nothing."""
    return Filter(
        source=_number(given.get("source", "")),
        team=_number(given.get("team", "")),
        text=given.get("text", "").replace("\0", "").strip()[:LONGEST_TEXT],
        partial=given.get("partial", "") == "1",
        state=next((one for one in CHOICES if one == given.get("state")), ""),
    )


def is_in(state: str, tags: Share | None) -> bool:
    """Whether a repository with such tags is of a state of `STATES`, or any is asked for."""
    return state in {"", STATES[sign_of(tags or Share())]}


def _number(text: str) -> int | None:
    is_number = text.isascii() and text.isdecimal() and len(text) < len(str(2**63))
    return int(text) if is_number else None


def shape_of(chosen: Filter) -> tuple[Shape, About]:
    """What decides a statement, and what it is about."""
    without = msgspec.structs.replace(chosen, source=None)
    about = () if chosen.source is None else (chosen.source,)
    return Shape(without, is_of_source=bool(about)), about


def listed(viewer: Viewer, moment: Moment, shape: Shape, *about: Any) -> "QuerySet[Any]":
    """The repositories; of an earlier instant in whatever state, for no state of then is kept."""
    rows = _narrowed(repositories_of(viewer, moment), shape, about)
    if shape.is_by_ids:
        return rows.filter(pk__in=about[-1])
    if shape.chosen.state and moment.at == moment.now:
        rows = rows.filter(_stands(shape.chosen.state, "repositorycount__"))
    return rows


def counts(viewer: Viewer, _: object, shape: Shape, *about: Any) -> "QuerySet[RepositoryCount]":
    """What is kept of those that are listed now."""
    own = RepositoryCount.objects.filter(source__team__in=viewer.teams, source__removed_at=None)
    rows = _narrowed(own, shape, about, "repository__")
    return rows.filter(_stands(shape.chosen.state)) if shape.chosen.state else rows


def _narrowed(
    rows: "QuerySet[Any]", shape: Shape, about: Sequence[Any], repository: str = ""
) -> "QuerySet[Any]":
    """By all but the state: rows with a `source`, of repositories, or with one, to whose columns
    `repository` leads.
    """
    chosen = shape.chosen
    if shape.is_of_source:
        rows = rows.filter(source__pk=about[0])
    if chosen.team is not None:
        rows = rows.filter(source__team=chosen.team)
    if chosen.text:
        rows = rows.filter(holds(f"{repository}full_name", chosen.text))
    if chosen.partial:
        rows = rows.exclude(**{f"{repository}because": ""})
    return rows


def _stands(state: str, count: str = "") -> Q:
    """As `sign_of` says of the tags; `count` leads to the columns of `RepositoryCount`."""
    is_whole = Q(**{f"{count}tags__gt": 0, f"{count}tags_trusted": F(f"{count}tags")})
    nothing_wrong = Q(**{f"{count}tags_failing": 0, f"{count}tags_unknown": 0})
    return {
        "failing": Q(**{f"{count}tags_failing__gt": 0}),
        "could_not_check": Q(**{f"{count}tags_failing": 0, f"{count}tags_unknown__gt": 0}),
        "verified": nothing_wrong & is_whole,
        "unverified": nothing_wrong & ~is_whole | Q(**{f"{count}pk": None}),
    }[state]
