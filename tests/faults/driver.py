"""The harness's own way into the database: `python -m tests.faults.driver LOG`, JSON by lines.

It is a process of its own, so that one program tests both databases while the test's own
settings stay what they are.
"""

import base64
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import django
import msgspec

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trustui.settings")
django.setup()

from django.db import DatabaseError, connection, transaction  # noqa: E402  models come after set-up
from django.db.models import Count, Q, Sum  # noqa: E402  models come after set-up

from tests.faults.checker import violations  # noqa: E402  models come after set-up
from trustui.accounts.models import Team  # noqa: E402  models come after set-up
from trustui.events.models import Consumer, Event  # noqa: E402  models come after set-up
from trustui.inventory.anchoring import anchor_source  # noqa: E402  models come after set-up
from trustui.inventory.models import Crawl, Source  # noqa: E402  models come after set-up
from trustui.inventory.sources import CRAWL, LEAST_SECONDS, add_source  # noqa: E402  models come after set-up
from trustui.jobs import queue  # noqa: E402  models come after set-up
from trustui.jobs.models import Job, State, Worker  # noqa: E402  models come after set-up
from trustui.policies.models import Origin  # noqa: E402  models come after set-up
from trustui.verdicts import following  # noqa: E402  models come after set-up
from trustui.verdicts.models import ClockDoubt, SourceVerdict  # noqa: E402  models come after set-up

LOG = Path(sys.argv[1])


@transaction.atomic
def add(name: str, url: str, root: str, every: int) -> None:
    """A source that alice pinned; crawled more often than people may ask for, where that is told."""
    now = datetime.now(UTC)
    team, _ = Team.objects.get_or_create(name="Delivery", defaults={"created_at": now})
    source = add_source(
        team=team,
        name=name,
        location=url,
        kind="tuf_http",
        every_seconds=max(every, LEAST_SECONDS),
        allow_addresses=["127.0.0.1"],
        actor="person:alice",
        now=now,
    )
    anchor_source(
        source=source,
        body=base64.b64decode(root),
        origin=Origin.FILE,
        by=None,
        by_name="alice",
        reason="read out over the phone",
        now=now,
    )
    for rows in (
        Source.objects.filter(pk=source.pk),
        Job.objects.filter(kind=CRAWL, key=str(source.pk)),
    ):
        rows.update(every_seconds=every)


def ask() -> None:
    """Everything is to be crawled now; those that run, once more."""
    now = datetime.now(UTC)
    queue.enqueue_many(
        [
            queue.Ask(kind=CRAWL, key=str(pk), due_at=now, priority=queue.URGENT)
            for pk in Source.objects.values_list("pk", flat=True)
        ]
    )


def crawled_since(at: float) -> int:
    """How many sources have a crawl that began after an instant."""
    since = datetime.fromtimestamp(at, UTC)
    return Crawl.objects.filter(started_at__gt=since).values("source").distinct().count()


def acknowledged() -> dict[str, int]:
    """By name of the source, the number of its newest crawl that is there for others to see."""
    rows = Crawl.objects.values_list("source__name", "id").order_by("id")
    return dict(rows)


def is_there(crawls: list[int]) -> list[int]:
    """Which of these crawls are not there."""
    found = set(Crawl.objects.filter(pk__in=crawls).values_list("pk", flat=True))
    return [pk for pk in crawls if pk not in found]


def state_of(name: str) -> dict[str, Any]:
    """The job of a source."""
    source = Source.objects.get(name=name)
    fields = ("state", "attempts", "losses", "deaths", "last_error")
    return dict(Job.objects.filter(kind=CRAWL, key=str(source.pk)).values(*fields)[0])


def states() -> dict[str, int]:
    """How many crawls are in each state."""
    rows = Job.objects.filter(kind=CRAWL).values_list("state").annotate(Count("id"))
    return dict(rows)


def is_settled() -> bool:
    """Whether the crawls that the pinned roots gave cause for were asked for, and are over."""
    read = Consumer.objects.filter(name=following.NAME).values_list("position", flat=True).first()
    unread = Q(position=None) | Q(position__gte=read or 0)
    if Event.objects.filter(unread, kind__in=following.ANCHORS).exists():
        return False
    is_due = Q(state=State.QUEUED, due_at__lte=queue.clock(datetime.now(UTC)))
    return not Job.objects.filter(is_due | Q(state=State.RUNNING), kind=CRAWL).exists()


def due() -> int:
    """Jobs that wait for a worker, or whose holder is silent."""
    return queue.due_count(queue.clock(datetime.now(UTC)))


def crawls() -> int:
    """How many were recorded."""
    return Crawl.objects.count()


def leases_lost() -> int:
    """Results that came too late."""
    return Worker.objects.aggregate(lost=Sum("leases_lost"))["lost"] or 0


def events(kind: str) -> int:
    """How many of a kind."""
    return Event.objects.filter(kind=kind).count()


def verdicts() -> dict[str, int]:
    """How many sources are in each state of trust."""
    return dict(SourceVerdict.objects.values_list("trust_state").annotate(Count("source")))


def doubts() -> list[str]:
    """Why clocks are in doubt."""
    return list(ClockDoubt.objects.values_list("because", flat=True))


def check(quarantined: list[str]) -> list[str]:
    """What is not as it must be."""
    return violations(LOG, quarantined)


ACTS: dict[str, Callable[..., Any]] = {
    act.__name__: act
    for act in (
        add, ask, crawled_since, acknowledged, is_there, state_of, states, is_settled, due, crawls,
        leases_lost, events, verdicts, doubts, check,
    )
}  # fmt: skip


def main() -> None:
    """Answer until standard input ends."""
    for line in sys.stdin.buffer:
        name, given = msgspec.json.decode(line)
        try:
            answer = {"is": ACTS[name](**given)}
        except DatabaseError as error:
            connection.close()
            answer = {"away": str(error)}
        sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
