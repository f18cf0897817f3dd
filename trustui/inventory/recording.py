"""Recording what crawls saw: any number of crawls with the same number of statements."""

# ruff: noqa: S608  names of tables come from the models, values are bound

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache

import msgspec
from django.db.models import OuterRef, Subquery

from trustui.core.formats.tuf.metadata import Metadata
from trustui.core.formats.tuf.repository import Repository
from trustui.core.primitives.text import visible
from trustui.events.services import WORKER, NewEvent, record_many
from trustui.inventory import sql
from trustui.inventory.changes import capped, key_owners, problems_changed, what_changed
from trustui.inventory.models import NAME, Crawl, CrawlOutcome, Source, Standing
from trustui.inventory.seeing import Crawled, Look, Sight, see
from trustui.inventory.text import storable, version_text
from trustui.inventory.values import CrawlResult

MAX_TOLD = 50
"""Documents that one event lists; the rest is counted."""
MAX_PROBLEMS = 1_000
"""Of one crawl that its row lists."""
_BECAUSE = 1_000


class Recorded(msgspec.Struct, frozen=True):
    """What became of one crawl's result."""

    crawl_id: int
    changed: tuple[str, ...] = ()
    """What is new, in sentences fit to be shown; a limited number of them."""
    is_new_evidence: bool = False
    """Whether anything was seen that the crawl before did not see, or is missing now."""


def record(results: Sequence[CrawlResult], now: datetime) -> list[Recorded]:
    """Write what crawls saw, inside the caller's transaction; answers in the order of `results`.

    `now` is aware UTC. Bytes that still stand move the last time of their sighting; others open
    a new one. The sources stay locked until the transaction ends, always in the same order.
    Raises Source.DoesNotExist for the crawl of a source that is not there.
    """
    recorded: list[Recorded] = []
    for run in _each_source_once(results):
        sources = _locked_sources(run)
        crawls = _write_crawls(run, sources)
        sight = see(crawls, now)
        told = [_told(crawled, sources[crawled.source_id], sight, now) for crawled in crawls]
        events = [event for _, found in told for event in found]
        if events:
            record_many(events)
        recorded += [one for one, _ in told]
    return recorded


def _each_source_once(results: Sequence[CrawlResult]) -> Iterator[list[CrawlResult]]:
    """Runs of results in which no source comes twice; nearly always one run."""
    run: dict[int, CrawlResult] = {}
    for result in results:
        if result.order.source_id in run:
            yield list(run.values())
            run = {}
        run[result.order.source_id] = result
    if run:
        yield list(run.values())


# Crawls ------------------------------------------------------------------------------------------


class _Locked(msgspec.Struct, frozen=True):
    """What is asked of a source.

    Problems are kinds by place, of the crawl before, where this one may tell of others.
    """

    id: int
    name: str
    team_id: int
    anchor_id: int | None
    problems: Mapping[str, str]


def _locked_sources(results: Sequence[CrawlResult]) -> dict[int, _Locked]:
    """The sources, each locked against another recorder; a rebuild waits for them too."""
    outcomes = {result.order.source_id: result.outcome for result in results}
    asked = sql.wanted("w", {"id": "bigint"}, [(pk,) for pk in outcomes])
    locked = sql.select(
        f"SELECT id, name, team_id, anchor_id FROM {sql.table(Source)}"
        f" WHERE id IN (SELECT w.id FROM {asked.text}) ORDER BY id {sql.no_key_lock()}",
        asked.parameters,
    )
    missing = outcomes.keys() - {pk for pk, *_ in locked}
    if missing:
        raise Source.DoesNotExist(f"no source has the id {min(missing)}")
    problems = _problems_before(
        [pk for pk, outcome in outcomes.items() if outcome is not CrawlOutcome.UNCHANGED]
    )
    return {
        pk: _Locked(pk, name, team_id, anchor_id, problems.get(pk, {}))
        for pk, name, team_id, anchor_id in locked
    }


def _problems_before(source_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """What the newest crawls of these sources could not read."""
    if not source_ids:
        return {}
    latest = Crawl.objects.filter(source=OuterRef("pk"), origin="").order_by("-id")
    rows = Source.objects.filter(pk__in=source_ids).values_list(
        "pk", Subquery(latest.values("problems")[:1])
    )
    return {pk: {one["place"]: one["kind"] for one in found or ()} for pk, found in rows}


_CRAWL = (
    "id", "source", "started_at", "finished_at", "outcome", "requests", "received_bytes",
    "because", "problems", "origin",
)  # fmt: skip


def _write_crawls(results: Sequence[CrawlResult], sources: Mapping[int, _Locked]) -> list[Crawled]:
    ids = sql.next_ids(Crawl, len(results))
    rows = [
        (
            id_,
            result.order.source_id,
            result.started_at,
            result.finished_at,
            str(result.outcome),
            result.requests,
            result.received_bytes,
            storable(result.because, _BECAUSE),
            _problems(result),
            "",
        )
        for id_, result in zip(ids, results, strict=True)
    ]
    sql.insert(Crawl, _CRAWL, rows)
    return [
        Crawled(id_, result, sources[result.order.source_id].anchor_id)
        for id_, result in zip(ids, results, strict=True)
    ]


def _problems(result: CrawlResult) -> list[dict[str, str]]:
    places = result.problem_places or tuple(one.location for one in result.problems)
    found = zip(places, result.problems, strict=True)
    return [
        {
            "place": storable(place, NAME),
            "location": storable(problem.location, NAME),
            "kind": str(problem.kind),
            "because": storable(problem.because, _BECAUSE),
        }
        for place, problem in list(found)[:MAX_PROBLEMS]
    ]


# What is told -------------------------------------------------------------------------------------


def _told(
    crawled: Crawled, source: _Locked, sight: Sight, now: datetime
) -> tuple[Recorded, list[NewEvent]]:
    if crawled.result.outcome is CrawlOutcome.UNCHANGED:
        return Recorded(crawled.id), []
    new = sight.new.get(crawled.id, [])
    sentences = capped(_sentences(crawled, source, sight, new))
    events = list(_events(crawled, source, sight, new, now))
    return Recorded(crawled.id, sentences, bool(sentences or new)), events


def _sentences(
    crawled: Crawled, source: _Locked, sight: Sight, new: Sequence[Look]
) -> Iterator[str]:
    owners = cache(lambda: key_owners(_delegators(crawled.result.repository)))
    for step in sight.steps.get(crawled.id, ()):
        yield from what_changed(step, owners)
    for look in new:
        if look.version_key not in sight.versions:
            yield f"{visible(look.seen.place, 100)} is not TUF 1.0 metadata"
        elif look.seen.standing is Standing.REFUSED:
            yield f"{_named(look)} was refused"
    problems = {one["place"]: (one["kind"], one["because"]) for one in _problems(crawled.result)}
    yield from problems_changed(source.problems, problems)


def _delegators(repository: Repository | None) -> list[Metadata]:
    return [] if repository is None else [*repository.roots[-1:], *repository.roles.values()]


def _named(look: Look) -> str:
    return f"{visible(look.seen.role, 60)} v{version_text(look.seen.version)}"


def _events(
    crawled: Crawled, source: _Locked, sight: Sight, new: Sequence[Look], now: datetime
) -> Iterator[NewEvent]:
    served = [look for look in new if not look.seen.origin]
    refused = [look for look in served if look.seen.standing is Standing.REFUSED]
    first = [look for look in served if look.version_key in sight.first]
    kinds = {
        "metadata.appeared": [one for one in first if one.seen.standing is not Standing.REFUSED],
        "metadata.refused": refused,
        "metadata.equivocated": [one for one in first if sight.first[one.version_key].form],
    }
    for kind, looks in kinds.items():
        if looks:
            yield NewEvent(
                kind=kind,
                at=now,
                actor=WORKER,
                subject=source.name,
                team_id=source.team_id,
                source_id=source.id,
                detail={
                    "crawl": crawled.id,
                    "count": len(looks),
                    "documents": [_in_event(one) for one in looks[:MAX_TOLD]],
                },
            )


def _in_event(look: Look) -> dict[str, str]:
    seen = look.seen
    return {
        "place": seen.place,
        "role": seen.role,
        "version": version_text(seen.version),
        "sha256": look.sha256,
        "standing": str(seen.standing),
    }
