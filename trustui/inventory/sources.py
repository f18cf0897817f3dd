"""What is done to sources: each act is one transaction, and an event with whoever acted.

`now` is an aware time in UTC, `actor` is `person:NAME` or the part of the product that acts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction

from trustui.accounts.models import Team
from trustui.core.primitives.text import has_hidden_characters, visible
from trustui.crawl.source import Options
from trustui.crawl.source import Source as Place
from trustui.events.services import record
from trustui.inventory.models import Source
from trustui.inventory.recognizing import (
    IMAGE_KINDS,
    SourceError,
    checked_hosts,
    checked_repositories,
    chosen_id,
    kind_named,
    recognized,
)
from trustui.jobs import queue
from trustui.policies.models import Anchor

__all__ = [
    "CRAWL",
    "CRAWL_IMAGES",
    "CRAWL_KINDS",
    "SourceError",
    "add_source",
    "crawl_of",
    "open_place",
    "place_options",
    "remove_source",
    "request_crawl",
    "set_allowed_addresses",
    "set_interval",
]

CRAWL = "crawl"
"""The kind of the job that crawls TUF metadata; its key is the number of the source."""
CRAWL_IMAGES = "crawl_images"
"""The same for places that hold artefacts."""
CRAWL_KINDS = (CRAWL, CRAWL_IMAGES)
MOST_SECONDS = 366 * 24 * 3600
LEAST_SECONDS = 10
MOST_NAME = 200


@transaction.atomic
def add_source(
    *,
    team: Team,
    name: str,
    location: str,
    actor: str,
    now: datetime,
    kind: str | None = None,
    every_seconds: int | None = None,
    allow_addresses: Sequence[str] = (),
    anchor: Anchor | None = None,
    branch: str = "",
    folder: str = "",
    repositories: Sequence[str] = (),
    reason: str = "",
) -> Source:
    """Crawl a place from now on, for a team. Raises SourceError.

    Without `kind` the location is looked at. `branch` and `folder` choose within a git repository;
    another choice is another place. Until a root is pinned for it, a source of TUF metadata is
    never verified. `repositories` are names and patterns `PREFIX/*` of a registry; none: all.
    """
    every = _interval(settings.TRUSTUI.crawl_every if every_seconds is None else every_seconds)
    hosts = checked_hosts(allow_addresses)
    location = location.strip()
    found = recognized(location, hosts, settings.TRUSTUI.local_roots, kind)
    source = Source(
        team=team,
        name=_name(name),
        kind=found.kind,
        location=location,
        location_id=chosen_id(found, branch, folder),
        allow_addresses=hosts,
        branch=branch,
        folder=folder,
        repositories=checked_repositories(found.kind, repositories),
        anchor=anchor,
        every_seconds=every,
        created_at=now,
    )
    _save_new(source)
    detail: dict[str, object] = {
        "kind": source.kind,
        "location": location,
        "every_seconds": every,
        **{name: text for name, text in (("branch", branch), ("folder", folder)) if text},
        **({"repositories": source.repositories} if source.repositories else {}),
    }
    _record("source.added", source, actor, now, reason, detail)
    _allow(source, hosts, actor, now, reason)
    _enqueue(source, actor, now)
    return source


@transaction.atomic
def remove_source(*, source: Source, actor: str, now: datetime, reason: str = "") -> None:
    """Crawl it no more; what was seen and concluded stays. Removing it again does nothing."""
    source = _locked(source)
    if source.removed_at is not None:
        return
    source.removed_at = now
    source.save(update_fields=["removed_at"])
    queue.cancel(crawl_of(source.kind), str(source.pk))
    _record("source.removed", source, actor, now, reason, {"location": source.location})


@transaction.atomic
def set_interval(
    *, source: Source, every_seconds: int, actor: str, now: datetime, reason: str = ""
) -> None:
    """Crawl at another interval; the next crawl is at most one such interval away."""
    source = _crawled(source)
    every = _interval(every_seconds)
    before, source.every_seconds = source.every_seconds, every
    if before == every:
        return
    source.save(update_fields=["every_seconds"])
    _enqueue(source, actor, now, wait=timedelta(seconds=every))
    detail = {"every_seconds": every, "before": before}
    _record("source.changed", source, actor, now, reason, detail)


@transaction.atomic
def set_allowed_addresses(
    *, source: Source, allow_addresses: Sequence[str], actor: str, now: datetime, reason: str = ""
) -> None:
    """Let a source reach these private hosts and no others. An administrator's act."""
    source = _crawled(source)
    hosts = checked_hosts(allow_addresses)
    before, source.allow_addresses = source.allow_addresses, hosts
    if before == hosts:
        return
    recognized(source.location, hosts, settings.TRUSTUI.local_roots, source.kind)
    source.save(update_fields=["allow_addresses"])
    detail = {"allow_addresses": hosts, "before": before}
    _record("source.changed", source, actor, now, reason, detail)
    _allow(source, [host for host in hosts if host not in before], actor, now, reason)


@transaction.atomic
def request_crawl(*, source: Source, actor: str, now: datetime, reason: str = "") -> None:
    """Crawl it now, before what is due by schedule."""
    source = _crawled(source)
    _enqueue(source, actor, now, priority=queue.URGENT)
    _record("source.crawl_requested", source, actor, now, reason, {})


def lock_sources(ids: Iterable[int]) -> None:
    """Until the transaction ends nobody else concludes about these sources.

    What is concluded of a source for the first time has no row of its own yet that could be
    locked. In the order of their ids, so that two who want the same ones wait, and not for ever.
    """
    rows = Source.objects.filter(pk__in=set(ids)).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk"))


def crawl_of(kind: str) -> str:
    """The kind of job that crawls sources of a kind."""
    return CRAWL_IMAGES if kind in IMAGE_KINDS else CRAWL


# Places -----------------------------------------------------------------------------------------


@contextmanager
def open_place(source: Source, roots: tuple[Path, ...] | None) -> Iterator[Place]:
    """The place of a source, closed afterwards; local paths only below `roots`."""
    options = place_options(source.allow_addresses, roots, source.branch, source.folder)
    place = kind_named(source.kind).open(source.location, options)
    try:
        yield place
    finally:
        place.close()


def place_options(
    allow_addresses: Sequence[str],
    roots: tuple[Path, ...] | None,
    branch: str = "",
    folder: str = "",
) -> Options:
    """How a place of a source is opened."""
    return Options(
        allowed_hosts=frozenset(allow_addresses), local_roots=roots, branch=branch, folder=folder
    )


# Parts of the above -----------------------------------------------------------------------------


def _save_new(source: Source) -> None:
    same = Source.objects.filter(
        team=source.team, location_id=source.location_id, removed_at=None
    ).first()
    if same is not None:
        raise SourceError(f"{same.name} is this very place already")
    try:
        with transaction.atomic():
            source.save(force_insert=True)
    except IntegrityError as error:
        raise SourceError(
            f"expected a name that is not taken, found {source.name!r}; "
            "names of removed sources stay taken, as their past stays"
        ) from error


def _allow(source: Source, hosts: Sequence[str], actor: str, now: datetime, reason: str) -> None:
    """An event of its own, as it widens what the product may reach."""
    if not hosts:
        return
    if not actor.startswith("person:"):
        raise SourceError("allowing private addresses needs a person who answers for it")
    detail = {"addresses": list(hosts)}
    _record("source.addresses_allowed", source, actor, now, reason, detail)


def _enqueue(
    source: Source,
    actor: str,
    now: datetime,
    *,
    wait: timedelta = timedelta(),
    priority: int = 0,
) -> None:
    queue.enqueue(
        kind=crawl_of(source.kind),
        key=str(source.pk),
        due_at=queue.clock(now) + wait,  # who asks may be wrong about the time
        every_seconds=source.every_seconds,
        priority=priority,
        requested_by=actor,
    )


def _record(
    kind: str, source: Source, actor: str, now: datetime, reason: str, detail: Mapping[str, object]
) -> None:
    record(
        kind=kind,
        at=now,
        actor=actor,
        subject=source.name,
        reason=reason,
        team_id=source.team_id,
        source_id=source.pk,
        detail=dict(detail),
    )


def _locked(source: Source) -> Source:
    queue.hold(crawl_of(source.kind), str(source.pk))
    return Source.objects.select_for_update().get(pk=source.pk)


def _crawled(source: Source) -> Source:
    source = _locked(source)
    if source.removed_at is not None:
        raise SourceError(f"{source.name} was removed")
    return source


def _name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > MOST_NAME or has_hidden_characters(name):
        raise SourceError(
            f"expected a name of 1 to {MOST_NAME} characters that can be shown, "
            f"found {visible(name, MOST_NAME)!r}"
        )
    return name


def _interval(seconds: int) -> int:
    if not LEAST_SECONDS <= seconds <= MOST_SECONDS:
        raise SourceError(
            f"expected an interval of {LEAST_SECONDS} to {MOST_SECONDS:,} seconds, found {seconds}"
        )
    return seconds
