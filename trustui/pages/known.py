"""A source as it was known at an instant, ready to be verified again as far as a page needs."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.tuf.metadata import TOP_LEVEL_ROLES
from trustui.core.formats.tuf.reading import Request
from trustui.core.formats.tuf.repository import Anchor, AnchorOrigin, Question
from trustui.inventory.models import Crawl, Delegation, RoleState, RoleVersion, Source
from trustui.inventory.text import identity
from trustui.pages.kept_models import KeptModels
from trustui.pages.moment import Moment
from trustui.pages.sighted_place import Kept, SightedPlace
from trustui.pages.viewer import Viewer
from trustui.verdicts.models import Verdict

FEW = 200
"""Roles whose documents are all read at once."""
_TOP = tuple(identity(name) for name in TOP_LEVEL_ROLES)


@dataclass(frozen=True)
class Known:
    """What is known of a source: nothing is verified yet, and documents are read once one is asked for.

    `at` and `valid_at` are a moment's, UTC.
    """

    source: Source
    verdict: Verdict | None
    """In force at the instant, without its trace."""
    at: datetime
    valid_at: datetime

    crawl: tuple[int, datetime] | None
    """The newest of all, its id and when it ended."""

    @property
    def as_of(self) -> tuple[Hashable, ...]:
        """What identifies this knowledge: the same comes of the same.

        Whatever is seen is seen by a crawl, and what a client trusts changes by one or by another
        root that is pinned. Before the newest crawl the instant counts too.
        """
        is_past = self.crawl is not None and self.at < self.crawl[1]
        verdict = self.verdict
        return (
            self.source.pk,
            self.source.location,
            self.source.anchor_id,
            None if verdict is None else (verdict.pk, verdict.evidence),
            self.crawl,
            self.at if is_past else None,
        )

    @property
    def delegating(self) -> frozenset[str]:
        """Ids of roles with delegations of their own: one query, once."""
        return frozenset(self._delegation_sets)

    @cached_property
    def place(self) -> SightedPlace:
        """The place as it had been seen by then: at most five queries."""
        return SightedPlace(
            self.source.location,
            self.source.pk,
            self.at,
            (None if self.verdict is None else self.verdict.crawl_id) or 0,
            _problems(self.verdict),
            _asked_for(self.source.pk, self._delegation_sets),
        )

    def ask(self, request: Request) -> Document | Problem:
        """What the place answered."""
        return self.place.ask(request)

    @property
    def trusted(self) -> Mapping[str, Document]:
        """What a client keeps but root; nothing is read before one is asked for."""
        return Kept(lambda: self.place)

    @cached_property
    def question(self) -> Question:
        """What a client begins with, judged as of `valid_at`."""
        return Question(_anchor(self.source, self.place), self.valid_at, self.trusted)

    @cached_property
    def _delegation_sets(self) -> dict[str, set[int]]:
        """Of each role that delegates, the sets that its documents have had by then."""
        rows = RoleVersion.objects.filter(
            source=self.source, first_seen_at__lte=self.at, delegation_set__isnull=False
        ).values_list("role_id", "delegation_set")
        sets: dict[str, set[int]] = {}
        for role_id, pk in rows.distinct():
            sets.setdefault(role_id, set()).add(pk)
        return sets


def source_of(viewer: Viewer, source_id: int) -> Source | None:
    """A source of this person's teams, with its pinned root: one query."""
    return _sources.first(viewer, about=(source_id,))


def known(viewer: Viewer, moment: Moment, source_id: int) -> Known | None:
    """As of `moment.at`, to be judged as of `moment.valid_at`; None where it is not this person's.

    Two queries; with all that is read when it is asked for, at most seven. What a client had
    trusted by then is what our own crawls had.
    """
    source = _crawled.first(viewer, about=(source_id,))
    if source is None:
        return None
    verdict = _verdicts.first(None, None, ("-at", "-id"), about=(source_id, moment.at))
    newest, newest_at = (getattr(source, name) for name in _NEWEST)
    crawl = None if newest is None else (newest, newest_at)
    return Known(source, verdict, moment.at, moment.valid_at, crawl)


_NEWEST = ("newest", "newest_at")


def _seen(viewer: Viewer, _: Moment, __: None, source: int) -> "QuerySet[Source]":
    return Source.objects.filter(pk=source, team__in=viewer.teams)


def _with_newest(viewer: Viewer, moment: Moment, _: None, source: int) -> "QuerySet[Any]":
    crawls = Crawl.objects.filter(source=OuterRef("pk")).order_by("-id")
    return _seen(viewer, moment, None, source).annotate(
        newest=Subquery(crawls.values("pk")[:1]),
        newest_at=Subquery(crawls.values("finished_at")[:1]),
    )


def _made_until(
    _: Viewer | None, __: Moment, ___: None, source: int, at: datetime
) -> "QuerySet[Verdict]":
    return Verdict.objects.filter(source__pk=source, at__lte=at)


_sources = KeptModels(_seen, Source, along="anchor")
_crawled = KeptModels(_with_newest, Source, along="anchor", beside=_NEWEST)
_verdicts = KeptModels(_made_until, Verdict, along="crawl", without=("trace",))


def _anchor(source: Source, place: SightedPlace) -> Anchor:
    if source.anchor is None:
        return Anchor(place.first_root(), AnchorOrigin.NOBODY)
    kept = place.trusted.get("root")
    if kept is not None:
        body, seen_at = place.bodies[kept.blob_id], kept.first_seen_at
        return Anchor(Document(source.location, body, seen_at=seen_at), AnchorOrigin.KEPT)
    return Anchor(Document("the pinned root", bytes(source.anchor.body)), AnchorOrigin.PINNED)


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
