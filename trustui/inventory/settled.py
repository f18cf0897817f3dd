"""Orders of sources of which probably nothing changed: no more than a look needs to tell."""

from collections.abc import Collection

import msgspec
from django.db.models import OuterRef, Q, Subquery

from trustui.core.formats.tuf.repository import AnchorOrigin
from trustui.inventory.crawling import TIMESTAMP_PLACE
from trustui.inventory.models import SETTLING, Crawl, RoleState, Sighting, Standing
from trustui.inventory.probing import HTTP
from trustui.inventory.sightings import newest
from trustui.inventory.text import identity
from trustui.inventory.values import CrawlOrder, Known

ROOT_ID = identity("root")
TIMESTAMP_ID = identity(TIMESTAMP_PLACE)


def settled_orders(source_ids: Collection[int]) -> dict[int, CrawlOrder]:
    """Of those of these sources that are settled and read over HTTP, by id: three statements.

    They are good for `probe` and for telling that nothing changed, and for nothing else: no
    document is in them. Where a look finds a change, `orders_for` gives the whole order.
    """
    rows = _settled(source_ids)
    seen = _seen([row.timestamp for row in rows if row.timestamp is not None])
    orders = {
        row.source_id: CrawlOrder(
            source_id=row.source_id,
            kind=HTTP,
            location=row.location,
            allow_addresses=tuple(row.hosts),
            anchor_id=row.anchor_id,
            root=None,
            root_origin=AnchorOrigin.NOBODY if row.anchor_id is None else AnchorOrigin.KEPT,
            trusted={},
            known={TIMESTAMP_PLACE: seen[row.timestamp]},
            is_settled=True,
            root_version=int(row.root_version),
        )
        for row in rows
        if row.timestamp in seen and row.root_version.isdecimal()
    }
    return _with_refused_roots(orders)


class _Row(msgspec.Struct, frozen=True):
    source_id: int
    location: str
    hosts: list[str]
    anchor_id: int | None
    trusted: str | None
    served: str
    timestamp: int | None
    """The newest sighting of it."""

    @property
    def root_version(self) -> str:
        """Of the root that is trusted, or that is served where nobody vouches for any."""
        return self.served if self.anchor_id is None or self.trusted is None else self.trusted


def _settled(source_ids: Collection[int]) -> list[_Row]:
    crawls = Crawl.objects.filter(source=OuterRef("source"), origin="").order_by("-id")
    timestamps = Sighting.objects.filter(
        source=OuterRef("source"), place_id=TIMESTAMP_ID, origin=""
    ).order_by("-ordinal")
    found = (
        RoleState.objects.filter(
            Q(source__anchor=None) | Q(trusted__isnull=False),
            source__in=source_ids,
            source__kind=HTTP,
            source__removed_at=None,
            role_id=ROOT_ID,
        )
        .annotate(
            outcome=Subquery(crawls.values("outcome")[:1]),
            timestamp=Subquery(timestamps.values("pk")[:1]),
        )
        .filter(outcome__in=SETTLING)
        .values_list(
            "source_id",
            "source__location",
            "source__allow_addresses",
            "source__anchor_id",
            "trusted__version",
            "served__version",
            "timestamp",
        )
    )
    return [_Row(*row) for row in found]


def _seen(sighting_ids: Collection[int]) -> dict[int, Known]:
    rows = Sighting.objects.filter(pk__in=sighting_ids).values_list(
        "pk", "blob__sha256", "validator", "standing"
    )
    return {pk: Known(pk, sha256, tag, Standing(standing)) for pk, sha256, tag, standing in rows}


def _with_refused_roots(orders: dict[int, CrawlOrder]) -> dict[int, CrawlOrder]:
    """A next root that was seen already and is not trusted: as long as it stands, nothing is new."""
    places = {
        (pk, identity(f"{(order.root_version or 0) + 1}.root.json"), "")
        for pk, order in orders.items()
    }
    for row in newest(places).values():
        known = orders[row.source_id].known
        assert isinstance(known, dict)
        known[row.place] = Known(row.id, row.sha256, row.validator, Standing(row.standing))
    return orders
