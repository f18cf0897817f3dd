"""Orders of sources of which probably nothing changed: no more than a look needs to tell."""

# ruff: noqa: S608  names of tables come from the models, values are bound

from collections.abc import Collection

import msgspec

from trustui.core.formats.tuf.repository import AnchorOrigin
from trustui.inventory import sql
from trustui.inventory.crawling import TIMESTAMP_PLACE
from trustui.inventory.models import (
    SETTLING,
    Blob,
    Crawl,
    RoleState,
    RoleVersion,
    Sighting,
    Source,
    Standing,
)
from trustui.inventory.probing import HTTP
from trustui.inventory.sightings import newest
from trustui.inventory.text import identity
from trustui.inventory.values import CrawlOrder, Known

ROOT_ID = identity("root")
TIMESTAMP_ID = identity(TIMESTAMP_PLACE)


def settled_orders(source_ids: Collection[int]) -> dict[int, CrawlOrder]:
    """Of those of these sources that are settled and read over HTTP, by id: two statements.

    They are good for `probe` and for telling that nothing changed, and for nothing else: no
    document is in them. Where a look finds a change, `orders_for` gives the whole order.
    """
    orders = {
        row.source_id: CrawlOrder(
            source_id=row.source_id,
            kind=HTTP,
            location=row.location,
            allow_addresses=msgspec.json.decode(row.hosts, type=tuple[str, ...]),
            anchor_id=row.anchor_id,
            root=None,
            root_origin=AnchorOrigin.NOBODY if row.anchor_id is None else AnchorOrigin.KEPT,
            trusted={},
            known={TIMESTAMP_PLACE: row.timestamp},
            is_settled=True,
            root_version=int(row.root_version),
        )
        for row in _settled(source_ids)
        if row.root_version.isdecimal()
    }
    return _with_refused_roots(orders)


class _Row(msgspec.Struct, frozen=True):
    source_id: int
    location: str
    hosts: str
    """JSON."""
    anchor_id: int | None
    trusted: str | None
    served: str
    sighting_id: int
    """The newest one of the timestamp."""
    sha256: str
    validator: str
    standing: str

    @property
    def root_version(self) -> str:
        """Of the root that is trusted, or that is served where nobody vouches for any."""
        return self.served if self.anchor_id is None or self.trusted is None else self.trusted

    @property
    def timestamp(self) -> Known:
        return Known(self.sighting_id, self.sha256, self.validator, Standing(self.standing))


def _settled(source_ids: Collection[int]) -> list[_Row]:
    asked = sql.wanted("w", {"id": "bigint"}, [(pk,) for pk in source_ids])
    outcomes = ", ".join(["%s"] * len(SETTLING))
    found = sql.select(
        "SELECT source.id, source.location, source.allow_addresses, source.anchor_id,"
        " trusted.version, served.version, seen.id, blob.sha256, seen.validator, seen.standing"
        f" FROM {asked.text} JOIN {sql.table(Source)} source ON source.id = w.id"
        f" JOIN {sql.table(RoleState)} root ON root.source_id = source.id AND root.role_id = %s"
        f" JOIN {sql.table(RoleVersion)} served ON served.id = root.served_id"
        f" LEFT JOIN {sql.table(RoleVersion)} trusted ON trusted.id = root.trusted_id"
        f" JOIN {sql.table(Sighting)} seen ON seen.id ="
        f" (SELECT one.id FROM {sql.table(Sighting)} one WHERE one.source_id = source.id"
        " AND one.place_id = %s AND one.origin = '' ORDER BY one.ordinal DESC LIMIT 1)"
        f" JOIN {sql.table(Blob)} blob ON blob.id = seen.blob_id"
        " WHERE source.kind = %s AND source.removed_at IS NULL"
        " AND (source.anchor_id IS NULL OR root.trusted_id IS NOT NULL)"
        f" AND (SELECT crawl.outcome FROM {sql.table(Crawl)} crawl"
        " WHERE crawl.source_id = source.id AND crawl.origin = ''"
        f" ORDER BY crawl.id DESC LIMIT 1) IN ({outcomes})",
        [*asked.parameters, ROOT_ID, TIMESTAMP_ID, HTTP, *SETTLING],
    )
    return [_Row(*row) for row in found]


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
