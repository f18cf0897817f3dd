"""Reading back what a crawl needs to know: many sources with a few statements."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
from django.db.models import Max, OuterRef, Subquery

from trustui.core.facts import Document
from trustui.core.formats.tuf.repository import AnchorOrigin
from trustui.inventory.models import SETTLING, Crawl, RoleState, RoleVersion, Source, Standing
from trustui.inventory.sightings import Newest, PlaceKey, newest
from trustui.inventory.text import identity, real_name
from trustui.inventory.values import CrawlOrder, Known

ROOT = "root"
_ALWAYS_KNOWN = ("timestamp.json",)
"""Places that are looked at in every crawl, whatever was read there before."""


class _Kept(msgspec.Struct, frozen=True):
    """What a client keeps of one role."""

    document: Document
    version: str


class StoredDocuments:
    """What is stored about sources: trusted documents, known places, forms; four statements."""

    def __init__(self, source_ids: Iterable[int]) -> None:
        ids = set(source_ids)
        latest = Crawl.objects.filter(source=OuterRef("pk"), origin="").order_by("-id")
        rows = Source.objects.filter(pk__in=ids).select_related("anchor")
        self.sources = {
            row.pk: row
            for row in rows.annotate(latest_outcome=Subquery(latest.values("outcome")[:1]))
        }
        self._trusted: dict[int, dict[str, _Kept]] = {pk: {} for pk in self.sources}
        places: set[PlaceKey] = set()
        for state in _states(ids):
            places.add((state.source_id, state.place_id, ""))
            if state.trusted is not None:
                name = real_name(state.role, state.role_bytes)
                location = self.sources[state.source_id].location
                self._trusted[state.source_id][name] = _kept(state.trusted, location)
        for pk, trusted in self._trusted.items():
            names = (*_ALWAYS_KNOWN, *_root_places(trusted.get(ROOT)))
            places |= {(pk, identity(name), "") for name in names}
        self._known: dict[int, dict[str, Known]] = {pk: {} for pk in self.sources}
        for row in newest(places).values():
            self._known[row.source_id][row.place] = _known(row)
        self._forms = _forms(ids)

    def order(self, source_id: int) -> CrawlOrder:
        """All that a crawl of this source needs. Raises KeyError for one that was not asked for."""
        source = self.sources[source_id]
        trusted = self._trusted[source_id]
        root, origin, version = self._root(source)
        return CrawlOrder(
            source_id=source.pk,
            kind=source.kind,
            location=source.location,
            allow_addresses=tuple(source.allow_addresses),
            anchor_id=source.anchor_id,
            root=root,
            root_origin=origin,
            trusted={role: kept.document for role, kept in trusted.items() if role != ROOT},
            known=self._known[source_id],
            is_settled=self._is_settled(source),
            root_version=version,
            forms=self._forms.get(source_id, {}),
            branch=source.branch,
            folder=source.folder,
        )

    def _root(self, source: Source) -> tuple[Document | None, AnchorOrigin, int | None]:
        anchor, kept = source.anchor, self._trusted[source.pk].get(ROOT)
        if anchor is None:
            return None, AnchorOrigin.NOBODY, None
        if kept is not None:
            return kept.document, AnchorOrigin.KEPT, _number(kept.version)
        pinned = Document(f"the root that {anchor.pinned_by_name} pinned", bytes(anchor.body))
        return pinned, AnchorOrigin.PINNED, _number(anchor.version)

    def _is_settled(self, source: Source) -> bool:
        outcome = getattr(source, "latest_outcome", None)
        is_read = outcome in SETTLING
        # An anchor that is new has no root kept from it yet.
        return is_read and (source.anchor_id is None or ROOT in self._trusted[source.pk])


def orders_for(source_ids: Sequence[int]) -> list[CrawlOrder]:
    """The orders of these sources, in the order given; ids of no source are left out.

    A constant number of statements; the trusted documents of all of them are in memory then.
    """
    stored = StoredDocuments(source_ids)
    return [stored.order(pk) for pk in dict.fromkeys(source_ids) if pk in stored.sources]


def _states(ids: set[int]) -> Iterator[RoleState]:
    return (
        RoleState.objects.filter(source__in=ids)
        .select_related("trusted__blob")
        .only(
            *("source_id", "role", "role_bytes", "place_id", "trusted__version"),
            *("trusted__first_seen_at", "trusted__blob__body"),
        )
        .iterator(chunk_size=2_000)
    )


def _kept(version: RoleVersion, location: str) -> _Kept:
    body = bytes(version.blob.body)
    return _Kept(Document(location, body, seen_at=version.first_seen_at), version.version)


def _root_places(root: _Kept | None) -> tuple[str, ...]:
    """Where the root that is kept stands, and the next one if it should come."""
    number = None if root is None else _number(root.version)
    return () if number is None else (f"{number}.root.json", f"{number + 1}.root.json")


def _number(version: str) -> int | None:
    """None for a version too long to be stored as it is."""
    return int(version) if version.isascii() and version.isdecimal() else None


def _known(row: Newest) -> Known:
    return Known(row.id, row.sha256, row.validator, Standing(row.standing), row.first_seen_at)


def _forms(ids: set[int]) -> dict[int, Mapping[tuple[str, str], int]]:
    rows = (
        RoleVersion.objects.filter(source__in=ids, form__gt=0)
        .values_list("source_id", "role", "version")
        .annotate(last=Max("form"))
    )
    forms: dict[int, dict[tuple[str, str], int]] = {}
    for source_id, role, version, last in rows:
        forms.setdefault(source_id, {})[role, version] = last + 1
    return dict(forms)
