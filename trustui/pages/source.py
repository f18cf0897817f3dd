"""`/sources/…/source/`: how a place is crawled, from which root it is verified, and how that went."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db.models import QuerySet

from trustui.accounts.permissions import Act
from trustui.core.primitives.text import visible
from trustui.inventory.models import Crawl, CrawlOutcome, Source
from trustui.inventory.recognizing import IMAGE_KINDS
from trustui.inventory.sources import CRAWL_KINDS
from trustui.jobs.models import Job
from trustui.jobs.models import State as JobState
from trustui.pages.alerts import Alert, alerts_of
from trustui.pages.components import Fact, Progress
from trustui.pages.dates import day_words
from trustui.pages.images.answering import SIGNS
from trustui.pages.images.shares import of_source, sign_of
from trustui.pages.kept_models import KeptModels
from trustui.pages.kept_query import KeptQuery
from trustui.pages.moment import Moment
from trustui.pages.standings import with_standing
from trustui.pages.viewer import Viewer
from trustui.pages.words import age, ago, state_of
from trustui.policies.models import Origin

CRAWLS = 20
MOST_PROBLEMS = 5


class CrawlLine(msgspec.Struct, frozen=True):
    """One crawl. Times in UTC."""

    sign: str
    word: str
    at: datetime
    took: str
    requests: int
    received_bytes: int
    because: str
    problems: tuple[str, ...]


class Pinned(msgspec.Struct, frozen=True):
    """The root that the source is verified from. Times in UTC."""

    sha256: str
    version: str
    by: str
    at: datetime
    how: str
    reason: str
    replaces: str
    """SHA-256 of the root before, or empty."""
    is_later: bool = False
    """It was pinned after the instant looked at; the one before, if any, was in force then."""


class Crawling(msgspec.Struct, frozen=True):
    """What the source's job does: `progress` while somebody waits for it."""

    source_id: int
    progress: Progress | None
    next_at: datetime | None
    word: str
    is_stuck: bool
    """In quarantine: it does not run until somebody retries it."""


class SourcePage(msgspec.Struct, frozen=True):
    """The page."""

    source_id: int
    name: str
    team_id: int
    team: str
    kind: str
    location: str
    chosen: str
    """Branch and folder within a git repository."""
    every_seconds: int
    every: str
    allow_addresses: tuple[str, ...]
    is_registry: bool
    """It holds artefacts: policies say what is expected, and no root is pinned."""
    repositories: tuple[str, ...]
    """Names and patterns of what is crawled of a registry; none: all that it lists."""
    login: str
    """As whom it logs in; empty: as nobody."""
    added_at: datetime
    removed_at: datetime | None
    verdict_id: int | None
    facts: tuple[Fact, ...]
    alerts: tuple[Alert, ...] | None
    """Rules that hold; None in the past, which they do not look at."""
    anchor: Pinned | None
    crawling: Crawling
    crawls: tuple[CrawlLine, ...]
    after: str | None
    may: dict[str, bool]
    """By act: whether it may be done here and now."""


def source(
    viewer: Viewer, moment: Moment, source_id: int, after: str | None = None
) -> SourcePage | None:
    """None for what this person does not see. Six queries, seven of a registry; in the past three, or five.

    Raises PagingError.
    """
    row = next(iter(_rows.rows(viewer, moment, about=(source_id,))), None)
    if row is None:
        return None
    asked = source_id, moment.at
    crawls = _crawls.sliced(viewer, None, None, ("-id",), after, CRAWLS, about=asked)
    is_open = moment.is_now and row.removed_at is None
    now_crawling = crawling(source_id, moment.now)
    return SourcePage(
        source_id=row.pk,
        name=row.name,
        team_id=row.team_id,
        team=row.team,
        kind=row.kind,
        location=visible(row.location),
        chosen=", ".join(one for one in (row.branch, row.folder) if one),
        every_seconds=row.every_seconds,
        every=seconds_in_words(row.every_seconds),
        allow_addresses=tuple(row.allow_addresses),
        is_registry=row.kind in IMAGE_KINDS,
        repositories=tuple(visible(name, 300) for name in row.repositories),
        login=_login(row),
        added_at=row.created_at,
        removed_at=row.removed_at,
        verdict_id=row.verdict_id,
        facts=_facts(row, moment, None if after else next(iter(crawls.rows), None), now_crawling),
        alerts=alerts_of(row, moment.now) if moment.is_now else None,
        anchor=_pinned(row, moment),
        crawling=now_crawling,
        crawls=tuple(_crawl_line(one) for one in crawls.rows),
        after=crawls.after,
        may={str(act): is_open and viewer.may(act, row.team_id) for act in Act},
    )


class _Row(msgspec.Struct, frozen=True):
    """The source, how it stood, the root that it is verified from, and as whom it logs in."""

    pk: int
    name: str
    team_id: int
    team: str
    kind: str
    location: str
    branch: str
    folder: str
    every_seconds: int
    allow_addresses: list[str]
    repositories: list[str]
    created_at: datetime
    removed_at: datetime | None
    trust_state: str | None
    verdict_id: int | None
    since: datetime | None
    root: str | None
    """SHA-256 of it, and so on; None where none is pinned."""
    root_version: str
    pinned_by: str
    pinned_at: datetime
    origin: str
    reason: str
    replaces: str | None
    username: str | None


_ELSEWHERE = {
    "team": "team__name",
    "root": "anchor__sha256",
    "root_version": "anchor__version",
    "pinned_by": "anchor__pinned_by_name",
    "pinned_at": "anchor__pinned_at",
    "origin": "anchor__origin",
    "reason": "anchor__reason",
    "replaces": "anchor__replaces__sha256",
    "username": "credential__username",
}
"""Columns that other tables have."""


class _Crawl(msgspec.Struct, frozen=True):
    id: int
    started_at: datetime
    finished_at: datetime
    outcome: str
    requests: int
    received_bytes: int
    because: str
    problems: list[dict[str, str]]
    origin: str


def _standing(viewer: Viewer, moment: Moment, _: None, source: int) -> "QuerySet[Any]":
    rows = Source.objects.filter(team__in=viewer.teams, pk=source)
    return with_standing(rows, moment)


def _looked(
    _: Viewer | None, __: Moment, ___: None, source: int, at: datetime
) -> "QuerySet[Crawl]":
    return Crawl.objects.filter(source__pk=source, finished_at__lte=at)


def _job_of(_: Viewer | None, __: Moment, ___: None, key: str) -> "QuerySet[Job]":
    return Job.objects.filter(kind__in=CRAWL_KINDS, key=key)


_rows = KeptQuery(_standing, [_ELSEWHERE.get(one, one) for one in _Row.__struct_fields__], _Row)
_crawls = KeptQuery(_looked, _Crawl.__struct_fields__, _Crawl)
_jobs = KeptModels(_job_of, Job, without=("payload",))


def _login(row: _Row) -> str:
    return "" if row.username is None else visible(row.username, 300) or "a token"


def crawling(source_id: int, now: datetime) -> Crawling:
    """What the source's job does now: one query."""
    job = _jobs.first(about=(str(source_id),))
    if job is None or job.state == JobState.IDLE:
        return Crawling(source_id, None, None, "not scheduled", is_stuck=False)
    if job.state == JobState.QUARANTINED:
        word = f"in quarantine: {visible(job.last_error, 200)}"
        return Crawling(source_id, None, None, word, is_stuck=True)
    if job.state == JobState.RUNNING:
        shown = Progress(
            "Crawling",
            job.progress_done,
            job.progress_total,
            job.progress_current,
            job.started_at,
        )
        return Crawling(source_id, shown, None, "under way", is_stuck=False)
    if job.due_at <= now:
        shown = Progress("Waiting for a worker", since=job.due_at)
        return Crawling(source_id, shown, None, "due now", is_stuck=False)
    return Crawling(source_id, None, job.due_at, ago(job.due_at, now), is_stuck=False)


def took(span: timedelta) -> str:
    """`1.4 s`, `12 ms`; a clock that was set back tells nothing."""
    milliseconds = span // _MILLISECOND
    if milliseconds < 1:
        return "< 1 ms"
    return f"{milliseconds} ms" if milliseconds < _SECOND else f"{span.total_seconds():,.1f} s"


_MILLISECOND = timedelta(milliseconds=1)
_SECOND = 1_000


def seconds_in_words(seconds: int) -> str:
    """`15 minutes`; seconds where they make no whole minutes."""
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size and seconds % size == 0:
            count = seconds // size
            return unit if count == 1 else f"{count:,} {unit}s"
    return f"{seconds:,} seconds"


def _facts(
    row: _Row, moment: Moment, newest: _Crawl | None, now_crawling: Crawling
) -> tuple[Fact, ...]:
    if row.kind in IMAGE_KINDS:
        return (*_registry_facts(row, moment), *_crawl_facts(row, moment, newest, now_crawling))
    state = state_of(row.trust_state)
    return (
        Fact(
            "Verdict",
            state.sign,
            state.word,
            f"for {age(moment.at - row.since)}" if row.since else "nothing is concluded yet",
        ),
        _anchor_fact(row, moment),
        *_crawl_facts(row, moment, newest, now_crawling),
    )


def _crawl_facts(
    row: _Row, moment: Moment, newest: _Crawl | None, now_crawling: Crawling
) -> tuple[Fact, ...]:
    if not moment.is_now:
        every = seconds_in_words(row.every_seconds)
        return (_answer_fact(newest, moment), Fact("Crawled every", "none", every))
    return (
        _answer_fact(newest, moment),
        Fact(
            "Next crawl",
            "bad" if now_crawling.is_stuck else "none",
            now_crawling.word,
            f"every {seconds_in_words(row.every_seconds)}",
        ),
    )


def _registry_facts(row: _Row, moment: Moment) -> tuple[Fact, ...]:
    """Of a registry, whose artefacts stand each for themselves: two queries."""
    tags, digests = of_source(row.pk, moment)
    return tuple(
        Fact(label, sign_of(share), f"{share.trusted:,} of {share.all:,} trusted", f"{share.signed:,} signed")
        for label, share in (("Tags", tags), ("Digests", digests))
    )  # fmt: skip


def _anchor_fact(row: _Row, moment: Moment) -> Fact:
    if row.root is None:
        return Fact("Anchor", "unknown", "no root pinned", "so nothing here is ever verified")
    if row.pinned_at > moment.at:
        value = "another root pinned" if row.replaces else f"root v{row.root_version} pinned later"
        told = f"replaced by {row.pinned_by}" if row.replaces else f"by {row.pinned_by}"
        return Fact("Anchor", "none", value, visible(f"{told}, {day_words(row.pinned_at)}", 100))
    told = f"by {row.pinned_by}, {ago(row.pinned_at, moment.now)}"
    return Fact("Anchor", "ok", f"root v{row.root_version} pinned", visible(told, 100))


def _answer_fact(newest: _Crawl | None, moment: Moment) -> Fact:
    if newest is None:
        return Fact("Newest crawl", "none", "none yet")
    outcome = CrawlOutcome(newest.outcome)
    return Fact(
        "Newest crawl", SIGNS[outcome], str(outcome.label), ago(newest.finished_at, moment.at)
    )


def _pinned(row: _Row, moment: Moment) -> Pinned | None:
    if row.root is None:
        return None
    return Pinned(
        sha256=row.root,
        version=row.root_version,
        by=row.pinned_by,
        at=row.pinned_at,
        how=str(Origin(row.origin).label),
        reason=row.reason,
        replaces=row.replaces or "",
        is_later=row.pinned_at > moment.at,
    )


def _crawl_line(row: _Crawl) -> CrawlLine:
    outcome = CrawlOutcome(row.outcome)
    problems = [
        f"{visible(str(one.get('place', '')), 100)}: {visible(str(one.get('because', '')), 200)}"
        for one in row.problems[:MOST_PROBLEMS]
    ]
    if len(row.problems) > MOST_PROBLEMS:
        problems.append(f"and {len(row.problems) - MOST_PROBLEMS:,} more")
    return CrawlLine(
        sign=SIGNS[outcome],
        word=f"{outcome.label} ({row.origin})" if row.origin else str(outcome.label),
        at=row.finished_at,
        took=took(row.finished_at - row.started_at),
        requests=row.requests,
        received_bytes=row.received_bytes,
        because=visible(row.because, 300),
        problems=tuple(problems),
    )
