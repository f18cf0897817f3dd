"""The figures behind `/metrics`, read from the database in a constant number of queries.

Everything comes from the database, so each web process gives the same answer. Labels are taken
from closed sets, and from the names that people gave to sources; nothing that a document says
becomes a label. docs/operate/metrics.md describes each.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain

from django.db import connection
from django.db.models import Case, CharField, Count, F, Max, Min, OuterRef, Q, Subquery, Sum, When
from django.db.models import Value as Constant
from prometheus_client.metrics_core import CounterMetricFamily, InfoMetricFamily, Metric

from trustui import __version__
from trustui.core.trace import TrustState
from trustui.events.models import Checkpoint, Event
from trustui.inventory.models import Crawl, CrawlOutcome, RoleState, Source
from trustui.inventory.recognizing import IMAGE_KINDS
from trustui.jobs.models import Job, State, Worker
from trustui.verdicts.models import ClockDoubt, Held
from trustui.web.gauges import gauge, gauges
from trustui.web.health import ALIVE
from trustui.web.image_figures import of_images, of_terms

MOST_SOURCES = 1000
"""Sources that get series of their own; of 10,000 a scrape would be 7 MB. The others are in the
sums. Those that are not verified come first, then those that were added first."""
OVERDUE_INTERVALS = 3
"""A source is overdue when three of its intervals passed without a usable answer."""
TOP_LEVEL = ("root", "timestamp", "snapshot", "targets")
DELEGATED = "delegated"
NEVER = "never"
NOT_CHECKED = "not_checked"
OF_ARTEFACTS = ""
"""The state of a registry: none of its own, its artefacts have theirs."""
_NOT_URGENT = (TrustState.VERIFIED, TrustState.EXPIRES_SOON, OF_ARTEFACTS)


class _Row:
    """One active source with what its last crawls and its verdict say."""

    def __init__(self, values: Sequence[object], now: datetime) -> None:
        pk, name, every, created_at, outcome, answered_at, state, kind = values
        assert isinstance(pk, int)
        assert isinstance(every, int)
        assert isinstance(created_at, datetime)
        self.pk = pk
        self.name = str(name)
        self.every = every
        self.outcome = str(outcome or NEVER)
        self.state = OF_ARTEFACTS if kind in IMAGE_KINDS else str(state or NOT_CHECKED)
        since = answered_at if isinstance(answered_at, datetime) else created_at
        self.age = (now - since).total_seconds()

    @property
    def is_overdue(self) -> bool:
        return self.age > OVERDUE_INTERVALS * self.every

    @property
    def urgency(self) -> tuple[bool, int]:
        return (self.state in _NOT_URGENT, self.pk)


def figures(now: datetime) -> Iterator[Metric]:
    """Every metric as of `now`. Raises DatabaseError."""
    rows = _active_sources(now)
    named = sorted(rows, key=lambda row: row.urgency)[:MOST_SOURCES]
    build = InfoMetricFamily("trustui_build", "The version that runs.")
    build.add_metric([], {"version": __version__})
    return chain(
        [build],
        _of_all_sources(rows, len(rows) - len(named)),
        _of_each_source(named),
        of_images({row.pk: row.name for row in named}, now),
        _of_roles({row.pk: row.name for row in named}, now),
        of_terms(now),
        _of_jobs(now),
        _of_workers(now),
        _of_events(now),
        _of_the_installation(),
    )


def _active_sources(now: datetime) -> list[_Row]:
    newest = Crawl.objects.filter(source=OuterRef("pk"), origin="").order_by("-id")
    answered = newest.exclude(outcome=CrawlOutcome.FAILED)
    active = (
        Source.objects.filter(removed_at=None)
        .annotate(
            last_outcome=Subquery(newest.values("outcome")[:1]),
            answered_at=Subquery(answered.values("finished_at")[:1]),
        )
        .values_list(
            "pk",
            "name",
            "every_seconds",
            "created_at",
            "last_outcome",
            "answered_at",
            "sourceverdict__trust_state",
            "kind",
        )
    )
    return [_Row(values, now) for values in active]


def _of_all_sources(rows: Sequence[_Row], left_out: int) -> Iterator[Metric]:
    yield gauge("trustui_sources", "Sources that are crawled.", len(rows))
    yield gauge(
        "trustui_sources_left_out", "Sources without series of their own in this answer.", left_out
    )
    yield gauge(
        "trustui_sources_overdue",
        f"Sources without a usable answer for {OVERDUE_INTERVALS} of their intervals.",
        sum(row.is_overdue for row in rows),
    )
    yield gauge(
        "trustui_crawl_age_worst_seconds",
        "The greatest age of a last usable answer.",
        max((row.age for row in rows), default=0),
    )
    outcomes = Counter(row.outcome for row in rows)
    yield gauges(
        "trustui_sources_by_crawl_outcome",
        "Sources by the outcome of their last crawl.",
        ["outcome"],
        (([one], outcomes[one]) for one in [*map(str, CrawlOutcome.values), NEVER]),
    )
    states = Counter(row.state for row in rows)
    yield gauges(
        "trustui_sources_by_trust_state",
        "Sources by the trust state of the verdict in force.",
        ["state"],
        (([one], states[one]) for one in [*map(str, TrustState), NOT_CHECKED]),
    )


def _of_each_source(rows: Sequence[_Row]) -> Iterator[Metric]:
    yield gauges(
        "trustui_crawl_age_seconds",
        "Seconds since the source last gave a usable answer, or since it was added.",
        ["source"],
        (([row.name], row.age) for row in rows),
    )
    yield gauges(
        "trustui_crawl_interval_seconds",
        "Seconds between crawls of the source.",
        ["source"],
        (([row.name], row.every) for row in rows),
    )
    yield gauges(
        "trustui_source_trust_state",
        "1 for the trust state that the source is in.",
        ["source", "state"],
        (([row.name, row.state], 1) for row in rows),
    )


def _of_roles(names: dict[int, str], now: datetime) -> Iterator[Metric]:
    role = Case(
        When(role__in=TOP_LEVEL, then=F("role")),
        default=Constant(DELEGATED),
        output_field=CharField(),
    )
    expiries = (
        RoleState.objects.filter(is_listed=True, source__removed_at=None)
        .annotate(label=role)
        .values_list("source_id", "label")
        .annotate(first=Min("expires_at"))
    )
    soonest: dict[str, datetime] = {}
    each: list[tuple[list[str], float]] = []
    for source, label, first in expiries:
        soonest[label] = min(first, soonest.get(label, first))
        if source in names:
            each.append(([names[source], label], (first - now).total_seconds()))
    yield gauges(
        "trustui_role_expiry_seconds",
        "Seconds until the metadata of the role expires as served; of all delegated roles, the first.",
        ["source", "role"],
        sorted(each),
    )
    yield gauges(
        "trustui_role_expiry_soonest_seconds",
        "Seconds until the first metadata of that role expires, of all sources.",
        ["role"],
        (
            ([label], (soonest[label] - now).total_seconds())
            for label in (*TOP_LEVEL, DELEGATED)
            if label in soonest
        ),
    )


def _of_jobs(now: datetime) -> Iterator[Metric]:
    counted = Job.objects.values_list("kind", "state").annotate(count=Count("pk")).order_by()
    numbers = {(kind, state): count for kind, state, count in counted}
    yield gauges(
        "trustui_jobs",
        "Jobs by kind and state.",
        ["kind", "state"],
        (
            ([kind, str(state)], numbers.get((kind, state), 0))
            for kind in sorted({kind for kind, _ in numbers})
            for state in State.values
        ),
    )
    yield gauge(
        "trustui_jobs_quarantined",
        "Jobs that were put aside because their process died with them.",
        sum(count for (_, state), count in numbers.items() if state == State.QUARANTINED),
    )
    # Of a running job due_at is the end of its lease: one that ran out is due again.
    due = Job.objects.filter(state__in=[State.QUEUED, State.RUNNING], due_at__lte=now).aggregate(
        count=Count("pk"), oldest=Min("due_at")
    )
    yield gauge("trustui_jobs_due", "Jobs that wait for a worker.", due["count"])
    yield gauge(
        "trustui_job_oldest_due_seconds",
        "Seconds that the oldest of them has waited; 0 without any.",
        _age(due["oldest"], now),
    )


def _of_workers(now: datetime) -> Iterator[Metric]:
    alive = Q(beat_at__gt=now - ALIVE)
    workers = Worker.objects.aggregate(
        alive=Count("pk", filter=alive),
        running=Sum("running", filter=alive),
        lost=Sum("leases_lost"),
    )
    yield gauge("trustui_workers_alive", "Workers that reported lately.", workers["alive"])
    yield gauge("trustui_jobs_in_hand", "Jobs that they work on.", workers["running"] or 0)
    lost = CounterMetricFamily(
        "trustui_leases_lost",
        "Results that were refused because another worker had taken the job over.",
    )
    lost.add_metric([], workers["lost"] or 0)
    yield lost


def _of_events(now: datetime) -> Iterator[Metric]:
    unsealed = Event.objects.filter(position=None).aggregate(count=Count("pk"), oldest=Min("at"))
    size = Checkpoint.objects.aggregate(size=Max("size"))["size"]
    yield gauge("trustui_events_sealed", "Events under a signed checkpoint.", size or 0)
    yield gauge("trustui_events_unsealed", "Events without a place yet.", unsealed["count"])
    yield gauge(
        "trustui_events_unsealed_age_seconds",
        "Seconds that the oldest of them has waited; 0 without any.",
        _age(unsealed["oldest"], now),
    )


def _of_the_installation() -> Iterator[Metric]:
    yield gauge(
        "trustui_clock_in_doubt",
        "Machines whose clock is in doubt; verdicts that rest on it are held.",
        ClockDoubt.objects.filter(confirmed_by="").count(),
    )
    yield gauge("trustui_verdicts_held", "Sources that wait for a clock.", Held.objects.count())
    yield gauge("trustui_database_size_bytes", "Size of the database.", _database_size())


def _database_size() -> int:
    query = (
        "SELECT pg_database_size(current_database())"
        if connection.vendor == "postgresql"
        else "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        (size,) = cursor.fetchone()
    return int(size)


def _age(oldest: datetime | None, now: datetime) -> float:
    return 0 if oldest is None else max(now - oldest, timedelta()).total_seconds()
