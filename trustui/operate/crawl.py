"""`trustui crawl`: look at sources now, and wait for it."""

import argparse
import os
import socket
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Self

import msgspec
from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q

from trustui.core.primitives.instants import write_instant
from trustui.core.primitives.text import counted
from trustui.inventory.models import Crawl, CrawlOutcome, Source
from trustui.inventory.sources import CRAWL_KINDS, request_crawl
from trustui.jobs import queue
from trustui.jobs.models import Job, State, Worker
from trustui.jobs.runner import Runner
from trustui.operate.arguments import (
    Refused,
    add_json,
    add_person,
    person_of,
    progress,
    progress_ends,
    source_named,
    tell,
)
from trustui.pipeline import KINDS, follow
from trustui.verdicts.image_history import in_numbers, states_by_source
from trustui.verdicts.models import SourceVerdict
from trustui.web.health import ALIVE

USABLE = (CrawlOutcome.UNCHANGED, CrawlOutcome.COMPLETE)
MODE = "command"
"""What a runner of this command is called among the workers."""
_GLANCE_SECONDS = 0.5


class Crawled(msgspec.Struct, frozen=True):
    """What one crawl came to; `outcome` is None where there was none."""

    source: str
    outcome: str | None
    because: str
    requests: int
    finished_at: str | None
    trust_state: str | None
    artefacts: dict[str, int]
    """Of a registry: how many artefacts are in which trust state."""

    @classmethod
    def of(
        cls,
        source: Source,
        crawl: Crawl | None,
        standing: SourceVerdict | None,
        artefacts: dict[str, int],
    ) -> Self:
        """As the rows have it."""
        state = None if standing is None else standing.trust_state
        if crawl is None:
            return cls(source.name, None, "", 0, None, state, artefacts)
        told = (crawl.outcome, crawl.because, crawl.requests, write_instant(crawl.finished_at))
        return cls(source.name, *told, state, artefacts)


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`crawl SOURCE…`."""
    parser = verbs.add_parser("crawl", help="look at sources now")
    parser.add_argument("names", metavar="SOURCE", nargs="*")
    parser.add_argument("--all", action="store_true", help="every source")
    parser.add_argument("--no-wait", action="store_true", help="leave it to the workers")
    add_person(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Ask for crawls; where no worker is alive, do them here. 0: each gave a usable answer."""
    if bool(arguments.names) == arguments.all:
        raise Refused("expected the names of sources, or --all")
    sources = (
        list(Source.objects.filter(removed_at=None).order_by("name"))
        if arguments.all
        else [source_named(name) for name in dict.fromkeys(arguments.names)]
    )
    person, now = person_of(arguments), datetime.now(UTC)
    before = _newest(sources)
    with transaction.atomic():
        for source in sources:
            request_crawl(source=source, actor=person.actor, reason=arguments.reason, now=now)
    if arguments.no_wait:
        asked = [source.name for source in sources]
        tell(arguments, {"asked": asked}, [f"asked for {counted(len(asked), 'crawl')}"])
        return 0
    _wait(sources)
    newest = {pk: crawl for pk, crawl in _newest(sources).items() if crawl != before.get(pk)}
    standings = SourceVerdict.objects.in_bulk([source.pk for source in sources])
    artefacts = states_by_source([source.pk for source in sources])
    crawled = [
        Crawled.of(one, newest.get(one.pk), standings.get(one.pk), artefacts.get(one.pk, {}))
        for one in sources
    ]
    tell(arguments, {"crawls": crawled}, [_line(one) for one in crawled])
    return 0 if all(one.outcome in USABLE for one in crawled) else 1


def _wait(sources: Sequence[Source]) -> None:
    """Until no job of these sources is due or runs: workers do them, or else this process."""
    own: Runner | None = None
    while waiting := _waiting(sources):
        progress(f"{len(sources) - waiting} of {len(sources)} crawled")
        if own is None and not _is_a_worker_alive():
            owner = f"{socket.gethostname()}:{os.getpid()}:crawl"
            lease = settings.TRUSTUI.lease
            own = Runner(KINDS, owner=owner, mode=MODE, lease_seconds=lease)
        if own is None:
            time.sleep(_GLANCE_SECONDS)
        else:
            own.drain(_GLANCE_SECONDS)
    if own is not None:
        own.stop()
        follow(datetime.now(UTC))
    progress_ends()


def _is_a_worker_alive() -> bool:
    return Worker.objects.filter(beat_at__gt=datetime.now(UTC) - ALIVE).exclude(mode=MODE).exists()


def _waiting(sources: Sequence[Source]) -> int:
    """How many are still to be crawled; one that failed is due later and was."""
    keys = [str(source.pk) for source in sources]
    return (
        Job.objects.filter(kind__in=CRAWL_KINDS, key__in=keys)
        .filter(Q(state=State.RUNNING) | Q(state=State.QUEUED, priority__gte=queue.URGENT))
        .count()
    )


def _newest(sources: Sequence[Source]) -> dict[int, Crawl]:
    newest = (
        Crawl.objects.filter(source__in=[source.pk for source in sources], origin="")
        .values("source")
        .annotate(newest=Max("id"))
        .values("newest")
    )
    return {crawl.source_id: crawl for crawl in Crawl.objects.filter(pk__in=newest)}


def _line(one: Crawled) -> str:
    if one.outcome is None:
        return f"{one.source}: not crawled; `trustui jobs list` says why"
    told = one.trust_state or in_numbers(one.artefacts)
    state = f", {told}" if told else ""
    because = f" ({one.because})" if one.because else ""
    return f"{one.source}: {CrawlOutcome(one.outcome).label}{because}{state}"
