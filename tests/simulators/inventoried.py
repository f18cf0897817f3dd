"""A source in the database with a repository behind it: crawled and recorded, nothing concluded."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import msgspec
from django.db import models, transaction

from tests.simulators.crawl_memory import place_of
from tests.simulators.tuf_places import TufPlace
from trustui.accounts.models import Team
from trustui.core.facts import ProblemKind
from trustui.demo.publisher import Publisher
from trustui.inventory.anchoring import anchor_source
from trustui.inventory.crawling import crawl
from trustui.inventory.models import Sighting, Source
from trustui.inventory.places import orders_for
from trustui.inventory.rebuilding import PROJECTIONS
from trustui.inventory.recording import Recorded, record
from trustui.inventory.values import CrawlResult
from trustui.policies.models import Origin

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)

_numbers = count(1)


def publisher(seed: str = "vendor", **options: Any) -> Publisher:
    """A repository with a delegated role and a target."""
    repo = Publisher(seed, START, **options)
    repo.add_delegation("targets", "team", paths=["team/*"])
    repo.add_target("team", "team/app.tar.gz", b"an app")
    repo.publish(START)
    return repo


def new_source(name: str = "", kind: str = "tuf_http") -> Source:
    team, _ = Team.objects.get_or_create(name="Delivery", defaults={"created_at": START})
    name = name or f"source {next(_numbers)}"
    return Source.objects.create(
        team=team,
        name=name,
        kind=kind,
        location=f"https://{name.replace(' ', '-')}.example/",
        location_id="0" * 64,
        every_seconds=900,
        created_at=START,
    )


class Inventoried:
    """One source. It is looked at when the test says so."""

    def __init__(self, repo: Publisher, *, is_pinned: bool = True, name: str = "") -> None:
        self.repo = repo
        self.source = new_source(name)
        if is_pinned:
            self.pin(repo.document("root", 1))

    def pin(self, root: bytes) -> None:
        anchor_source(
            source=self.source,
            body=root,
            origin=Origin.FILE,
            by=None,
            by_name="alice",
            reason="read out over the phone",
            now=START,
        )
        self.source.refresh_from_db()

    def look(
        self,
        at: datetime,
        files: Mapping[str, bytes] | None = None,
        problems: Mapping[str, ProblemKind] | None = None,
        validator: str = "",
    ) -> CrawlResult:
        """A crawl that nobody has recorded yet."""
        place = TufPlace(
            self.repo.metadata if files is None else files, problems=problems or {}, seen_at=at
        )
        (order,) = orders_for([self.source.pk])
        result = crawl(order, place_of(place), lambda: at)
        replace = msgspec.structs.replace
        seen = tuple(
            replace(one, document=replace(one.document, validator=validator)) for one in result.seen
        )
        return replace(result, seen=seen)

    def crawl(
        self,
        at: datetime,
        files: Mapping[str, bytes] | None = None,
        problems: Mapping[str, ProblemKind] | None = None,
        validator: str = "",
    ) -> Recorded:
        """A crawl that is recorded at once."""
        (recorded,) = keep([self.look(at, files, problems, validator)], at)
        return recorded

    def sightings(self, place: str) -> list[Sighting]:
        """Of one place, in the order of their numbers."""
        found = Sighting.objects.filter(source=self.source, place=place).select_related("blob")
        return list(found.order_by("origin", "ordinal"))


def keep(results: Sequence[CrawlResult], now: datetime) -> list[Recorded]:
    """Record in a transaction of its own, as the job does."""
    with transaction.atomic():
        return record(results, now)


def projections() -> dict[str, list[str]]:
    """Every projected row without its own ids: what it points to is told by its content."""
    return {model.__name__: sorted(map(repr, _rows(model))) for model in PROJECTIONS}


_INSTEAD_OF_IDS = {
    "served": ("served__role_id", "served__blob_id"),
    "trusted": ("trusted__role_id", "trusted__blob_id"),
    "role_version": (
        *("role_version__source_id", "role_version__role_id"),
        "role_version__blob_id",
    ),
    "delegation_set": ("delegation_set__digest",),
    "key": ("key__fingerprint",),
}


def _rows(model: type[models.Model]) -> list[tuple[Any, ...]]:
    names: list[str] = []
    for field in model._meta.concrete_fields:
        if not field.primary_key:
            names += _INSTEAD_OF_IDS.get(field.name, (field.attname,))
    rows = model._default_manager.values_list(*names)
    return [tuple(_plain(value) for value in row) for row in rows]


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value
