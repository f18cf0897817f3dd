"""Recording what crawls of artefacts saw: one writer, in the transaction that checked the fences."""

# ruff: noqa: S608  names of tables come from the models, values are bound

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from trustui.core.facts import Problem
from trustui.core.primitives.text import counted
from trustui.events.services import WORKER, NewEvent, record_many
from trustui.images.models import ImageRepository, Round
from trustui.images.projecting import project
from trustui.images.recording_looks import (
    Changed,
    confirm_looks,
    manifest_ids,
    write_content,
    write_looks,
)
from trustui.images.recording_tags import name_manifests, write_tags
from trustui.images.terms import mark_in_force
from trustui.images.values import Found, ImageResult, Looked, Move, RecordedImages, SeenRepository
from trustui.images.writing import Writing
from trustui.inventory import sql
from trustui.inventory.models import NAME, Crawl, CrawlOutcome, Source
from trustui.inventory.text import identity, storable

MAX_TOLD = 50
"""Things that one event lists; the rest is counted."""
MAX_PROBLEMS = 1_000
"""Of one crawl that its row lists."""
_BECAUSE = 1_000
_REPOSITORY = (
    "id",
    "source",
    "name",
    "name_id",
    "full_name",
    "first_seen_at",
    "referrers",
    "because",
)
_SEEN = ("id", "looked_at", "referrers", "referrers_probed_at", "because", "gone_at")
_SEEN_AGAIN = (
    "looked_at = CASE WHEN {looked_at} IS NULL THEN old.looked_at ELSE {looked_at} END,"
    " referrers = {referrers},"
    " referrers_probed_at = CASE WHEN {referrers_probed_at} IS NULL THEN old.referrers_probed_at"
    " ELSE {referrers_probed_at} END,"
    " because = {because}, gone_at = {gone_at}"
)


def record(results: Sequence[ImageResult], now: datetime) -> list[RecordedImages]:
    """Write what crawls saw, inside the caller's transaction; answers in the order of `results`.

    `now` is aware UTC. Of each source a constant number of statements; the sources stay locked until
    the transaction ends. Raises Source.DoesNotExist for the crawl of a source that is not there.
    """
    ids = {result.order.source_id for result in results}
    locked = Source.objects.filter(pk__in=ids).select_for_update(no_key=True).order_by("pk")
    sources = {source.pk: source for source in locked}
    if sources.keys() != ids:
        raise Source.DoesNotExist(f"no source has the id {min(ids - sources.keys())}")
    return [_record(result, sources[result.order.source_id], now) for result in results]


def _record(result: ImageResult, source: Source, now: datetime) -> RecordedImages:
    began = _round(result)
    crawl_id = began.crawl_id or sql.next_ids(Crawl, 1)[0]
    ids = _write_repositories(result)
    writing = Writing(source.pk, crawl_id, now, result.finished_at, result.repositories, ids)
    moves, changes = _write_seen(writing)
    _write_gone(writing, result.gone)
    is_changed = bool(moves or changes or result.gone)
    outcome = _write_crawl(result, began, crawl_id, is_changed=is_changed)
    recorded = RecordedImages(
        crawl_id,
        source.pk,
        source.team_id,
        outcome,
        tuple(_looked(writing, changes)),
        tuple(moves),
        tuple(ids[one.name] for one in result.repositories if one.is_whole),
    )
    events = list(_events(recorded, changes, source, now))
    if events:
        record_many(events)
    return recorded


def _write_seen(writing: Writing) -> tuple[list[Move], dict[tuple[int, str], Changed]]:
    """Tags, what is confirmed, what is new; nothing of the last where nothing is."""
    moves = write_tags(writing) if writing.repositories else []
    confirm_looks(writing)
    found = list(writing.found)
    changes: dict[tuple[int, str], Changed] = {}
    if found:
        known = write_content(writing)
        changes = write_looks(writing)
        manifests = manifest_ids(
            (repository, digest) for repository, one in found for digest in one.manifests
        )
        project(sorted(manifests.values()), known)
    if found or moves:
        name_manifests(writing)
        mark_in_force(_touched(found, moves))
    return moves, changes


def _touched(
    found: Sequence[tuple[int, Found]], moves: Sequence[Move]
) -> Iterator[tuple[int, str]]:
    """Artefacts of which something may have begun or ceased to be relied on."""
    yield from ((repository, one.digest) for repository, one in found)
    for move in moves:
        yield from ((move.repository_id, digest) for digest in (move.digest, move.before) if digest)


def _looked(writing: Writing, changes: Mapping[tuple[int, str], Changed]) -> Iterator[Looked]:
    names = {writing.ids[one.name]: one.full_name for one in writing.repositories}
    for repository, found in writing.found:
        changed = changes[repository, found.digest]
        yield Looked(
            source_id=writing.source_id,
            crawl_id=writing.crawl_id,
            repository_id=repository,
            full_name=names[repository],
            digest=found.digest,
            evidence=found.evidence,
            at=found.at,
            index_digest=found.index_digest,
            changes=changed.sentences,
            draft=found.draft,
            is_first=changed.is_first,
        )


# Repositories -------------------------------------------------------------------------------------


def _write_repositories(result: ImageResult) -> dict[str, int]:
    """Row ids by name; new rows are inserted, and what is known of all of them is brought up to date."""
    names = [one.name for one in result.repositories]
    ids = _ids_of(result.order.source_id, [*names, *result.gone])
    new = [one for one in result.repositories if one.name not in ids]
    rows = [
        (
            *(id_, result.order.source_id, one.name, identity(one.name)),
            storable(one.full_name, NAME),
            *(one.at, one.referrers.value, storable(one.because, _BECAUSE)),
        )
        for id_, one in zip(sql.next_ids(ImageRepository, len(new)), new, strict=True)
    ]
    sql.insert(ImageRepository, _REPOSITORY, rows)
    ids |= {one.name: row[0] for one, row in zip(new, rows, strict=True)}
    sql.update(
        ImageRepository,
        _SEEN_AGAIN,
        _SEEN,
        [_seen_row(ids[one.name], one) for one in result.repositories],
    )
    return ids


def _seen_row(id_: int, one: SeenRepository) -> tuple[object, ...]:
    return (
        id_,
        one.at if one.is_whole else None,
        one.referrers.value,
        one.at if one.is_probed else None,
        storable(one.because, _BECAUSE),
        one.at if one.is_gone else None,
    )


def _ids_of(source_id: int, names: Sequence[str]) -> dict[str, int]:
    asked = sql.wanted("w", {"name_id": "text"}, [(identity(one),) for one in names])
    rows = sql.select(
        f"SELECT r.name, r.id FROM {asked.text} JOIN {sql.table(ImageRepository)} r"
        " ON r.source_id = %s AND r.name_id = w.name_id",
        [*asked.parameters, source_id],
    )
    return dict(rows)


def _write_gone(writing: Writing, gone: Sequence[str]) -> None:
    rows = [(writing.ids[name], writing.seen_at) for name in gone if name in writing.ids]
    sql.update(ImageRepository, "gone_at = {gone_at}", ("id", "gone_at"), rows)


# The crawl ----------------------------------------------------------------------------------------


def _round(result: ImageResult) -> Round:
    """The round that goes on, or a new one; not saved yet."""
    order = result.order
    began = Round.objects.filter(pk=order.source_id).select_related("crawl").first()
    if began is not None and order.began_at is not None and began.began_at == order.began_at:
        return began
    return Round(source_id=order.source_id, began_at=result.started_at)


def _write_crawl(
    result: ImageResult, began: Round, crawl_id: int, *, is_changed: bool
) -> CrawlOutcome:
    """One row a round, brought up to date by each portion of it."""
    before = began.crawl
    row = before or Crawl(pk=crawl_id, source_id=began.source_id, started_at=result.started_at)
    began.is_changed = began.is_changed or is_changed
    row.finished_at = result.finished_at
    row.requests += result.requests
    row.received_bytes += result.received_bytes
    row.problems = [*row.problems, *_problems(result)][:MAX_PROBLEMS]
    row.outcome, row.because = _outcome(result, row, began)
    row.save(force_insert=before is None)
    began.crawl_id, began.ended_at = row.pk, result.finished_at if result.is_over else None
    began.save()
    return CrawlOutcome(row.outcome)


def _outcome(result: ImageResult, row: Crawl, began: Round) -> tuple[CrawlOutcome, str]:
    notices = "; ".join(result.notices)
    if result.failed:
        return CrawlOutcome.FAILED, storable(result.failed, _BECAUSE)
    if not result.is_over:
        done = len(result.order.done) + sum(one.is_whole for one in result.repositories)
        return CrawlOutcome.PARTIAL, f"{done:,} of {result.total:,} repositories so far"
    if row.problems:
        because = f"{counted(len(row.problems), 'question')} got no usable answer"
        return CrawlOutcome.PARTIAL, storable("; ".join(filter(None, (because, notices))), _BECAUSE)
    outcome = CrawlOutcome.COMPLETE if began.is_changed else CrawlOutcome.UNCHANGED
    return outcome, storable(notices, _BECAUSE)


def _problems(result: ImageResult) -> Iterator[dict[str, str]]:
    told = [*result.problems, *(p for one in result.repositories for p in one.problems)]
    for place, problem in told[:MAX_PROBLEMS]:
        yield _problem(place, problem)


def _problem(place: str, problem: Problem) -> dict[str, str]:
    return {
        "place": storable(place, NAME),
        "location": storable(problem.location, NAME),
        "kind": str(problem.kind),
        "because": storable(problem.because, _BECAUSE),
    }


# What is told -------------------------------------------------------------------------------------


def _events(
    recorded: RecordedImages,
    changes: Mapping[tuple[int, str], Changed],
    source: Source,
    now: datetime,
) -> Iterator[NewEvent]:
    names = {one.repository_id: one.full_name for one in recorded.looked}
    came = [
        (repository, digest, one.digest)
        for (repository, digest), changed in changes.items()
        for one in changed.came
        if not one.is_lost
    ]
    went = [
        (repository, digest, one)
        for (repository, digest), changed in changes.items()
        for one in changed.went
    ]
    lists: dict[str, list[dict[str, str]]] = {
        "artefact.appeared": [
            {"repository": one.full_name, "digest": one.digest}
            for one in recorded.looked
            if one.is_first
        ],
        "artefact.attached": [_attachment(names, *one) for one in came],
        "artefact.detached": [_attachment(names, *one) for one in went],
        "tag.moved": [
            {
                "repository": one.full_name,
                "tag": one.tag,
                "digest": one.digest,
                "before": one.before,
            }
            for one in recorded.moves
            if not one.is_helper
        ],
    }
    for kind, several in lists.items():
        if several:
            yield NewEvent(
                kind=kind,
                at=now,
                actor=WORKER,
                subject=source.name,
                team_id=source.team_id,
                source_id=source.pk,
                detail={
                    "crawl": recorded.crawl_id,
                    "count": len(several),
                    "listed": several[:MAX_TOLD],
                },
            )


def _attachment(names: Mapping[int, str], repository: int, on: str, digest: str) -> dict[str, str]:
    return {"repository": names[repository], "on": on, "digest": digest}
