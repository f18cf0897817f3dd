"""The sources that a person sees at an instant, each with how it stood then."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from trustui.inventory.models import Source
from trustui.inventory.recognizing import IMAGE_KINDS
from trustui.pages.kept_query import KeptQuery
from trustui.pages.moment import Moment
from trustui.pages.viewer import Viewer
from trustui.verdicts.models import SourceVerdict, Verdict

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def sources_of(viewer: Viewer, moment: Moment) -> "QuerySet[Source]":
    """Those that were crawled then, of the teams that this person sees."""
    return Source.objects.filter(is_of(viewer, moment))


def is_of(viewer: Viewer, moment: Moment, source: str = "") -> Q:
    """The condition of a source to be one of them, or of what has one: `source__` leads to it."""
    own = Q(**{f"{source}team__in": viewer.teams})
    still = Q(**{f"{source}removed_at": None})
    if moment.at == moment.now:
        return own & still
    still |= Q(**{f"{source}removed_at__gt": moment.at})
    return own & still & Q(**{f"{source}created_at__lte": moment.at})


def with_standing(sources: "QuerySet[Source]", moment: Moment) -> "QuerySet[Any]":
    """The same with `trust_state`, `verdict_id` and `since`; null where nothing was concluded.

    `since` is when outcome, state and first failing check became what they were then. Each is a
    look-up in an index, so that a filter costs as much as there are sources, not verdicts.
    """
    if moment.at == moment.now:
        held = SourceVerdict.objects.filter(source=OuterRef("pk"))
        return sources.annotate(
            trust_state=Subquery(held.values("trust_state")[:1]),
            verdict_id=Subquery(held.values("verdict_id")[:1]),
            since=Subquery(held.values("since")[:1]),
        )
    until = Verdict.objects.filter(source=OuterRef("pk"), at__lte=moment.at)
    newest = until.order_by("-at", "-id")
    known = sources.annotate(
        trust_state=Subquery(newest.values("trust_state")[:1]),
        verdict_id=Subquery(newest.values("id")[:1]),
        outcome_then=Subquery(newest.values("outcome")[:1]),
        failing_then=Subquery(newest.values("first_failing")[:1]),
    )
    other = newest.exclude(
        outcome=OuterRef("outcome_then"),
        trust_state=OuterRef("trust_state"),
        first_failing=OuterRef("failing_then"),
    )
    known = known.annotate(other_at=Subquery(other.values("at")[:1]))
    alike = until.filter(at__gt=Coalesce(OuterRef("other_at"), Value(_LONG_AGO)))
    return known.annotate(since=Subquery(alike.order_by("at", "id").values("at")[:1]))


def standing_sources(viewer: Viewer, moment: Moment) -> "QuerySet[Any]":
    """What this person sees, each with how it stood."""
    return with_standing(sources_of(viewer, moment), moment)


def state_counts(viewer: Viewer, moment: Moment, *, of_artefacts: bool = True) -> dict[str, int]:
    """How many sources are in which trust state; "" counts those of which nothing is concluded.

    Without `of_artefacts` those are left out that hold artefacts, each of which stands for itself.
    """
    found = _counts.rows(viewer, moment, of_artefacts, ("trust_state",))
    return {one.trust_state or "": one.count for one in found}


class _Count(msgspec.Struct, frozen=True):
    trust_state: str | None
    count: int


def _by_state(viewer: Viewer, moment: Moment, of_artefacts: bool) -> "QuerySet[Any, Any]":
    if moment.at == moment.now:  # joined: all of them are read, each but for this
        rows = sources_of(viewer, moment).annotate(trust_state=F("sourceverdict__trust_state"))
    else:
        rows = standing_sources(viewer, moment)
    if not of_artefacts:
        rows = rows.exclude(kind__in=IMAGE_KINDS)
    counted: QuerySet[Any, Any] = rows.values("trust_state").annotate(count=Count("pk"))
    return counted


_counts = KeptQuery(_by_state, _Count.__struct_fields__, _Count)
