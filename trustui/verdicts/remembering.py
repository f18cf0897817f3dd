"""Sources as the store remembers them, now or at an instant, ready to be verified again.

A verification that starts from the same order and is answered from here comes to what the crawl
came to, but for the time. No request leaves the machine.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.tuf.repository import AnchorOrigin
from trustui.inventory.models import Blob, Crawl, RoleState, Sighting, Source, Standing
from trustui.inventory.places import orders_for
from trustui.inventory.text import identity, real_name
from trustui.inventory.values import CrawlOrder
from trustui.verdicts.conclusions import Basis
from trustui.verdicts.models import Held, SourceVerdict, Verdict
from trustui.verdicts.stored_place import ROOT, Stored, StoredPlace

PINNED = "anchor"
"""The origin of a sighting that the place did not give."""

STORED = ("place_id", "role_id", "version", "blob_id", "blob__sha256", "first_seen_at")
"""The columns of a sighting that `stored_from` reads."""

_OF_SERVED = (
    "role_id", "served__version", "served__blob_id", "served__blob__sha256",
    "served__first_seen_at",
)  # fmt: skip


def stored_from(row: Iterable[Any]) -> Stored:
    """A document from those columns."""
    return Stored(*row)


class Remembered(msgspec.Struct, frozen=True):
    """A source with all that it takes to verify it again."""

    order: CrawlOrder
    place: StoredPlace
    basis: Basis
    crawl_id: int | None
    changes: tuple[str, ...]
    """Of evidence that waits to be concluded."""


def load(source_ids: Sequence[int]) -> list[Remembered]:
    """Read sources as they were last seen, in a number of queries that does not depend on how many."""
    orders = orders_for(source_ids)
    ids = [order.source_id for order in orders]
    standings = {row.source_id: row for row in _standings(ids)}
    held = {row.source_id: row for row in Held.objects.filter(source__in=ids)}
    crawls = {pk: _crawl_of(standings.get(pk), held.get(pk)) for pk in ids}
    problems = _problems(crawls)
    stored = _present(ids)
    wanted = {one.blob_id for found in stored.values() for one in found}
    bodies = _bodies(wanted)
    return [
        Remembered(
            order,
            StoredPlace(order.location, stored.get(pk, ()), bodies, problems.get(crawls[pk] or 0)),
            Basis(
                None if pk not in standings else standings[pk].verdict_id,
                None if pk not in held else held[pk].crawl_id,
            ),
            crawls[pk],
            tuple(held[pk].changes) if pk in held else (),
        )
        for pk, order in zip(ids, orders, strict=True)
    ]


def _standings(ids: Sequence[int]) -> QuerySet[SourceVerdict]:
    return (
        SourceVerdict.objects.filter(source__in=ids)
        .select_related("verdict")
        .only("source_id", "verdict_id", "verdict__crawl_id")
    )


def _crawl_of(standing: SourceVerdict | None, held: Held | None) -> int | None:
    if held is not None:
        return held.crawl_id
    return None if standing is None else standing.verdict.crawl_id


def _problems(crawls: Mapping[int, int | None]) -> dict[int, dict[str, Problem]]:
    """What each crawl did not get, by the identity of the place."""
    ids = [pk for pk in crawls.values() if pk is not None]
    found = Crawl.objects.filter(pk__in=ids).values_list("pk", "problems")
    return {
        pk: {
            identity(one["place"]): Problem(
                one["location"], ProblemKind(one["kind"]), one["because"]
            )
            for one in problems
        }
        for pk, problems in found
    }


def _present(ids: Sequence[int]) -> dict[int, list[Stored]]:
    """What stood when the evidence of the verdict in force, or what waits, was gathered."""
    since = Coalesce(F("source__held__crawl"), F("source__sourceverdict__verdict__crawl"), 0)
    served = (
        RoleState.objects.filter(source__in=ids)
        .exclude(role_id=ROOT)
        .values_list("source_id", *_OF_SERVED)
    )
    kept = [(source_id, "", *row) for source_id, *row in served]
    return _by_source(kept, _standing_since(Sighting.objects.filter(source__in=ids), since))


def _by_source(*found: Iterable[tuple[Any, ...]]) -> dict[int, list[Stored]]:
    """Kept documents first, which no crawl asks for again: what is seen at a place counts more.

    Not roots: one that was refused and went may be the last one seen, and no problem tells that it
    went, as the chain of roots ends there.
    """
    stored: dict[int, list[Stored]] = {}
    for rows in found:
        for source_id, *row in rows:
            stored.setdefault(source_id, []).append(stored_from(row))
    return stored


def _standing_since(sightings: "QuerySet[Sighting]", since: Any) -> Iterable[tuple[Any, ...]]:
    """Of each place the documents that still stood in the crawl `since`, the newest last.

    What was trusted stands until something else is seen there or a problem says that it went;
    what was refused counts only as long as a crawl sees it.
    """
    return (
        sightings.exclude(origin=PINNED)
        .annotate(since=since)
        .filter(Q(role_id=ROOT) | Q(last_crawl_id__gte=F("since")))
        .filter(~Q(origin="") | Q(standing=Standing.TRUSTED) | Q(last_crawl_id__gte=F("since")))
        .order_by("source", "last_crawl_id", "first_seen_at", "ordinal")
        .values_list("source_id", *STORED)
    )


def _bodies(wanted: Iterable[int]) -> dict[int, bytes]:
    rows = Blob.objects.filter(pk__in=set(wanted)).values_list("pk", "body")
    return {pk: bytes(body) for pk, body in rows}


# As it was known at an instant -----------------------------------------------------------------


def recall(source_ids: Sequence[int], at: datetime) -> list[Remembered]:
    """Sources as they were known at an instant (UTC), to look at; a number of queries as `load`.

    What a client had trusted by then is what our own crawls had; of an imported past nothing, so
    that it is verified as by a new client. The pinned root is today's.
    """
    anchors = _anchors(source_ids)
    in_force = _in_force(source_ids, at)
    problems = _problems({pk: verdict.crawl_id for pk, verdict in in_force.items()})
    trusted = _trusted(source_ids, at)
    known = Sighting.objects.filter(source__in=source_ids, first_seen_at__lte=at)
    verdicts = Verdict.objects.filter(source=OuterRef("source"), at__lte=at).order_by("-at", "-id")
    since = Coalesce(Subquery(verdicts.values("crawl")[:1]), 0)
    kept = [(source_id, "", *row) for source_id, _, _, _, *row in trusted if row[0] != ROOT]
    stored = _by_source(kept, _standing_since(known, since))
    blobs = {one.blob_id for found in stored.values() for one in found}
    bodies = _bodies(blobs | {row[6] for row in trusted})
    return [
        Remembered(
            _order_then(
                order,
                anchors.get(order.source_id),
                [row for row in trusted if row[0] == order.source_id],
                bodies,
            ),
            StoredPlace(
                order.location,
                stored.get(order.source_id, ()),
                bodies,
                problems.get(verdict.crawl_id or 0) if verdict is not None else None,
            ),
            Basis(None if verdict is None else verdict.pk),
            None if verdict is None else verdict.crawl_id,
            (),
        )
        for order in orders_for(source_ids)
        for verdict in [in_force.get(order.source_id)]
    ]


def _in_force(ids: Sequence[int], at: datetime) -> dict[int, Verdict]:
    newest = Verdict.objects.filter(source=OuterRef("pk"), at__lte=at).order_by("-at", "-id")
    wanted = Source.objects.filter(pk__in=ids).annotate(then=Subquery(newest.values("pk")[:1]))
    found = Verdict.objects.filter(pk__in=wanted.values("then")).only("source_id", "crawl_id")
    return {row.source_id: row for row in found}


def _trusted(ids: Sequence[int], at: datetime) -> list[tuple[Any, ...]]:
    """The last document of each role that was trusted by then; not those of a pinned root."""
    rows = Sighting.objects.filter(
        source__in=ids, standing=Standing.TRUSTED, origin="", first_seen_at__lte=at
    )
    newest = rows.values("source", "role_id").annotate(last=Max("id")).values("last")
    return list(
        Sighting.objects.filter(pk__in=newest).values_list(
            *("source_id", "role", "role_bytes", "first_seen_at"),
            *("role_id", "version", "blob_id", "blob__sha256", "first_seen_at"),
        )
    )


def _order_then(
    order: CrawlOrder,
    anchor: Document | None,
    trusted: Sequence[tuple[Any, ...]],
    bodies: Mapping[int, bytes],
) -> CrawlOrder:
    kept = {
        real_name(role, name): Document(order.location, bodies[row[2]], seen_at=since)
        for _, role, name, since, *row in trusted
    }
    root = kept.pop("root", None)
    origin = order.root_origin
    if anchor is not None:
        origin = AnchorOrigin.PINNED if root is None else AnchorOrigin.KEPT
    return msgspec.structs.replace(
        order,
        root=None if anchor is None else root or anchor,
        root_origin=origin,
        trusted=kept,
    )


def _anchors(ids: Sequence[int]) -> dict[int, Document]:
    found = Source.objects.filter(pk__in=ids).exclude(anchor=None)
    bodies = found.values_list("pk", "anchor__body")
    return {pk: Document("the pinned root", bytes(body)) for pk, body in bodies}
