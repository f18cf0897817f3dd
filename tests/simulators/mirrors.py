"""Mirrors of a vendor's repository on loopback addresses of their own, each a source that is crawled.

They take the part of the public internet: a source may ask its own mirror and nothing else.
"""

from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.simulators.fault_server import Client, FaultServer, answer, head
from trustui.accounts.models import Team
from trustui.demo.publisher import Publisher
from trustui.inventory.anchoring import anchor_source
from trustui.inventory.models import (
    Crawl,
    RoleSignature,
    RoleState,
    RoleVersion,
    Sighting,
    Source,
    Standing,
)
from trustui.inventory.sources import add_source
from trustui.policies.models import Origin
from trustui.verdicts.models import SourceVerdict, Verdict

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class Mirror:
    """One source behind a server of its own."""

    server: FaultServer
    repo: Publisher
    source: Source
    past: dict[str, list[Any]] = field(default_factory=dict)

    def serve(self) -> None:
        """As it should be."""
        for name, body in self.repo.metadata.items():
            self.server.on(f"/{name}", answer(200, body))

    def publish(self, at: datetime) -> None:
        self.repo.renew("targets")
        self.repo.publish(at)
        self.serve()

    def remember(self) -> None:
        self.past = self.rows()

    def rows(self) -> dict[str, list[Any]]:
        """Its history, and what is trusted of it."""
        sightings = Sighting.objects.filter(source=self.source)
        return {
            "sightings": list(
                sightings.order_by("pk").values_list(
                    *("pk", "place", "ordinal", "blob__sha256", "version", "first_seen_at")
                )
            ),
            "versions": list(
                RoleVersion.objects.filter(source=self.source)
                .order_by("pk")
                .values_list("pk", "role", "version", "form", "blob_id", "first_seen_at")
            ),
            "signatures": list(
                RoleSignature.objects.filter(source=self.source).order_by("pk").values_list()
            ),
            "trusted": list(
                RoleState.objects.filter(source=self.source)
                .order_by("role_id")
                .values_list("role", "trusted__blob__sha256")
            ),
            "believed": list(
                sightings.filter(standing=Standing.TRUSTED).order_by("pk").values_list("pk")
            ),
        }

    @property
    def verdict(self) -> Verdict:
        return SourceVerdict.objects.select_related("verdict").get(source=self.source).verdict

    @property
    def crawl(self) -> Crawl:
        return self.source.crawls.latest("pk")

    @property
    def problem(self) -> dict[str, str] | None:
        """Of the timestamp, in the newest crawl."""
        found = [one for one in self.crawl.problems if one["place"] == "timestamp.json"]
        return found[0] if found else None

    @property
    def new_sightings(self) -> list[Sighting]:
        known = [pk for pk, *_ in self.past["sightings"]]
        return list(self.source.sightings.exclude(pk__in=known).select_related("blob"))


class Internet:
    """Stand-ins for hosts of the public internet, on loopback addresses of their own."""

    def __init__(self, at: datetime = START) -> None:
        self.open = ExitStack()
        self._at = at
        self._count = 0

    def host(self, **options: Any) -> FaultServer:
        """A server that nobody else is on."""
        self._count += 1
        high, low = divmod(self._count, 250)
        return self.open.enter_context(FaultServer(f"127.0.{high + 2}.{low + 1}", **options))

    def mirror(self, name: str, repo: Publisher | None = None) -> Mirror:
        """A good one, which was not crawled yet."""
        server = self.host()
        repo = repo or vendor(self._at)
        mirror = Mirror(server, repo, watched(name, server, repo, self._at))
        mirror.serve()
        return mirror


def vendor(at: datetime = START, **options: Any) -> Publisher:
    """A small repository."""
    repo = Publisher("vendor", at, **{"meta_hashes": True, **options})
    repo.add_target("targets", "app.tar.gz", b"an application")
    repo.publish(at)
    return repo


def watched(name: str, server: FaultServer, repo: Publisher, at: datetime) -> Source:
    team, _ = Team.objects.get_or_create(name="Delivery", defaults={"created_at": at})
    source = add_source(
        team=team,
        name=name,
        location=server.url("/"),
        allow_addresses=[server.address],
        actor="person:alice",
        now=at,
    )
    anchor_source(
        source=source,
        body=repo.document("root", 1),
        origin=Origin.FILE,
        by=None,
        by_name="alice",
        reason="read out over the phone",
        now=at,
    )
    return source


def endless(client: Client) -> None:
    """10 GB, if anybody reads on."""
    client.send(head(200, {"Connection": "close"}))
    for _ in range(10_000):
        client.send(b"x" * 1_000_000)
