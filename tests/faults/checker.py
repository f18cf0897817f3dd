"""What must hold whatever was done to the processes: the store against what was served.

The invariants (i) to (v) of acceptance 5, and that no two crawls of one source overlapped.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby, pairwise
from pathlib import Path
from typing import TypeAlias

from django.db import DatabaseError, connection

from tests.faults.server import Answer, read_log
from tests.simulators.inventoried import projections
from trustui import pipeline
from trustui.core.primitives.digests import sha256
from trustui.events.checking import check_log
from trustui.events.models import Event
from trustui.events.signing_key import log_verifiers
from trustui.inventory.models import Blob, Crawl, Sighting, Source
from trustui.inventory.rebuilding import rebuild
from trustui.inventory.sources import CRAWL
from trustui.jobs.models import Job, State
from trustui.verdicts.models import SourceVerdict, Verdict

Window: TypeAlias = tuple[float, float]
"""From when to when a crawl went on, in seconds."""
PlaceOfSource: TypeAlias = tuple[str, str]


def violations(log: Path, quarantined: Sequence[str] = ()) -> list[str]:
    """Every way in which the store is not what it must be. No worker may run meanwhile."""
    pipeline.follow(datetime.now(UTC))
    return [
        *served_and_stored(read_log(log)),
        *broken_references(),
        *differences_from_a_rebuild(),
        *(f"the log: {wrong}" for wrong in check_log(log_verifiers()).wrong),
        *changes_told_wrongly(),
        *lost_jobs(set(quarantined)),
    ]


# (i) and (ii): each version once, in the order of serving


def served_and_stored(answers: Sequence[Answer]) -> Iterator[str]:
    """Compare what recorded crawls were sent with the sightings, place by place."""
    windows = recorded_windows()
    for source, crawls in windows.items():
        for one, other in pairwise(crawls):
            if other[0] < one[1]:
                yield f"source {source}: two crawls overlap, {one} and {other}"
    expected, stored = wanted(answers, windows), sightings()
    for key in sorted(expected.keys() | stored.keys()):
        if expected.get(key) != stored.get(key):
            yield f"{key}: served {expected.get(key)}, stored {stored.get(key)}"


def recorded_windows() -> dict[str, list[Window]]:
    windows: dict[str, list[Window]] = defaultdict(list)
    rows = Crawl.objects.order_by("started_at", "id")
    for name, started, finished in rows.values_list("source__name", "started_at", "finished_at"):
        windows[name].append((started.timestamp(), finished.timestamp()))
    return windows


def wanted(
    answers: Sequence[Answer], windows: Mapping[str, Sequence[Window]]
) -> dict[PlaceOfSource, list[str]]:
    """By place the digests that crawls which were recorded were sent, without repetitions."""
    found: dict[PlaceOfSource, list[str]] = defaultdict(list)
    for answer in answers:
        crawls = windows.get(answer.source, [])
        if any(start <= answer.at <= end for start, end in crawls):
            found[answer.source, answer.place].append(answer.sha256)
    return {key: [digest for digest, _ in groupby(digests)] for key, digests in found.items()}


def sightings() -> dict[PlaceOfSource, list[str]]:
    found: dict[PlaceOfSource, list[str]] = defaultdict(list)
    rows = Sighting.objects.filter(origin="").order_by("source", "place_id", "ordinal")
    for name, place, digest in rows.values_list("source__name", "place", "blob__sha256"):
        found[name, place].append(digest)
    return dict(found)


# (iii): nothing dangles, and projections are what the evidence gives


def broken_references() -> Iterator[str]:
    try:
        connection.check_constraints()
    except DatabaseError as error:
        yield f"a row refers to nothing: {error}"
    for digest, body in Blob.objects.values_list("sha256", "body"):
        if sha256(bytes(body)) != digest:
            yield f"blob {digest} holds something else"
    if orphans := Blob.objects.filter(sightings=None).count():
        yield f"{orphans} blobs that nobody saw"


def differences_from_a_rebuild() -> Iterator[str]:
    before = projections()
    rebuild()
    for name, rows in projections().items():
        if rows != before[name]:
            gone, new = set(before[name]) - set(rows), set(rows) - set(before[name])
            yield f"{name}: a rebuild takes {sorted(gone)[:2]} and gives {sorted(new)[:2]}"


# (v): what changed is told once


def changes_told_wrongly() -> Iterator[str]:
    told: dict[int | None, list[tuple[str, str, str]]] = defaultdict(list)
    for event in Event.objects.filter(kind="verdict.changed").order_by("position"):
        to = event.detail["to"]
        told[event.source_id].append((to["outcome"], to["trust_state"], to["first_failing"]))
    verdicts: dict[int | None, list[Verdict]] = defaultdict(list)
    for verdict in Verdict.objects.order_by("id").defer("trace"):
        verdicts[verdict.source_id].append(verdict)
    for source in told.keys() | verdicts.keys():
        changes = [key for key, _ in groupby(verdicts[source], key=lambda one: one.meaning)]
        if told[source] != changes:
            yield f"source {source}: told {told[source]}, concluded {changes}"
    for standing in SourceVerdict.objects.all():
        if verdicts[standing.pk][-1].pk != standing.verdict_id:
            yield f"source {standing.pk}: its verdict in force is not its newest"
    crawled = set(Crawl.objects.values_list("source", flat=True))
    if without := crawled - set(SourceVerdict.objects.values_list("source", flat=True)):
        yield f"sources that were crawled have no verdict: {sorted(without)}"


# nothing is lost


def lost_jobs(quarantined: set[str]) -> Iterator[str]:
    jobs = {job.key: job for job in Job.objects.filter(kind=CRAWL)}
    for source in Source.objects.all():
        job = jobs.pop(str(source.pk), None)
        if job is None or job.every_seconds != source.every_seconds:
            yield f"source {source.name}: {job and job.every_seconds} s between its crawls"
        elif (job.state == State.QUARANTINED) is not (source.name in quarantined):
            yield f"source {source.name}: its job is {job.state}: {job.last_error}"
    if jobs:
        yield f"jobs of nothing: {sorted(jobs)}"
