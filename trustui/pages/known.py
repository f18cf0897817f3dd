"""A source as it was known at an instant, ready to be verified again as far as a page needs."""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from django.db.models import Q

from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.tuf.metadata import TOP_LEVEL_ROLES
from trustui.core.formats.tuf.repository import Anchor, AnchorOrigin, Question
from trustui.inventory.models import Delegation, RoleState, RoleVersion, Source
from trustui.inventory.text import identity
from trustui.pages.moment import Moment
from trustui.pages.sighted_place import Kept, SightedPlace
from trustui.pages.viewer import Viewer
from trustui.verdicts.history import verdicts_of
from trustui.verdicts.models import Verdict

FEW = 200
"""Roles whose documents are all read at once."""
_TOP = tuple(identity(name) for name in TOP_LEVEL_ROLES)


class Known(msgspec.Struct, frozen=True):
    """What is known of a source; nothing is verified yet."""

    source: Source
    verdict: Verdict | None
    """In force at the instant, without its trace."""
    question: Question
    place: SightedPlace
    delegating: frozenset[str]
    """Ids of roles with delegations of their own."""
    at: datetime


def source_of(viewer: Viewer, source_id: int) -> Source | None:
    """A source of this person's teams, with its pinned root: one query."""
    mine = Source.objects.filter(pk=source_id, team__in=viewer.teams)
    return mine.select_related("anchor").first()


def known(viewer: Viewer, moment: Moment, source_id: int) -> Known | None:
    """As of `moment.at`, to be judged as of `moment.valid_at`; None where it is not this person's.

    At most seven queries. What a client had trusted by then is what our own crawls had.
    """
    source = source_of(viewer, source_id)
    if source is None:
        return None
    at = moment.at
    verdict = verdicts_of(source_id, at=at).select_related("crawl").first()
    sets = _delegation_sets(source_id, at)
    place = SightedPlace(
        source.location,
        source_id,
        at,
        (None if verdict is None else verdict.crawl_id) or 0,
        _problems(verdict),
        _asked_for(source_id, sets),
    )
    anchor = _anchor(source, place)
    return Known(
        source=source,
        verdict=verdict,
        question=Question(anchor, moment.valid_at, Kept(place)),
        place=place,
        delegating=frozenset(sets),
        at=at,
    )


def _anchor(source: Source, place: SightedPlace) -> Anchor:
    if source.anchor is None:
        return Anchor(place.first_root(), AnchorOrigin.NOBODY)
    kept = place.trusted.get("root")
    if kept is not None:
        body, seen_at = place.bodies[kept.blob_id], kept.first_seen_at
        return Anchor(Document(source.location, body, seen_at=seen_at), AnchorOrigin.KEPT)
    return Anchor(Document("the pinned root", bytes(source.anchor.body)), AnchorOrigin.PINNED)


def _delegation_sets(source_id: int, at: datetime) -> dict[str, set[int]]:
    """Of each role that delegates, the sets that its documents have had by then."""
    rows = RoleVersion.objects.filter(
        source=source_id, first_seen_at__lte=at, delegation_set__isnull=False
    ).values_list("role_id", "delegation_set")
    sets: dict[str, set[int]] = {}
    for role_id, pk in rows.distinct():
        sets.setdefault(role_id, set()).add(pk)
    return sets


def _asked_for(source_id: int, sets: Mapping[str, set[int]]) -> Q | None:
    """The roles that a picture asks for; None: all, as there are few."""
    if RoleState.objects.filter(source=source_id)[FEW : FEW + 1].count() == 0:
        return None
    ids = {pk for found in sets.values() for pk in found}
    named = Delegation.objects.filter(
        delegation_set__in=ids, bins__isnull=True, prefixes__isnull=True
    )
    return Q(role_id__in={*_TOP, *sets}) | Q(role_id__in=named.values("name_id"))


def _problems(verdict: Verdict | None) -> dict[str, Problem]:
    if verdict is None or verdict.crawl is None:
        return {}
    return {
        identity(one["place"]): Problem(one["location"], ProblemKind(one["kind"]), one["because"])
        for one in verdict.crawl.problems
    }
