"""`/jobs/`: background work, for administrators: what is due, what runs, what was put aside."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import Case, CharField, Count, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Cast

from trustui.accounts.permissions import Act
from trustui.core.primitives.text import counted, visible
from trustui.inventory.models import Source
from trustui.inventory.sources import CRAWL, CRAWL_IMAGES, CRAWL_KINDS
from trustui.jobs.models import Job, State
from trustui.pages.kept_models import KeptModels
from trustui.pages.kept_query import KeptQuery
from trustui.pages.moment import Moment
from trustui.pages.paging import ROWS
from trustui.pages.source import seconds_in_words
from trustui.pages.viewer import Viewer
from trustui.revocation.refreshing import REFRESH
from trustui.verdicts import image_sweeping
from trustui.verdicts.pruning import PRUNE
from trustui.verdicts.root_job import FOLLOW
from trustui.verdicts.sweeping import AGAIN, LAPSE, UPGRADE

SIGNS: Mapping[str, str] = {
    State.IDLE: "none",
    State.QUEUED: "noted",
    State.RUNNING: "soon",
    State.QUARANTINED: "bad",
}
ORDER = ("urgency", "due_at", "id")
LONGEST_INPUT = 20_000
OF_ONE_SOURCE = (*CRAWL_KINDS, AGAIN)
"""Kinds whose key is the number of a source."""
WORDS: Mapping[str, tuple[str, str]] = {
    CRAWL: ("Crawl {}", "a source"),
    CRAWL_IMAGES: ("Crawl the images of {}", "a source"),
    AGAIN: ("Verify {} again", "a source"),
    LAPSE: ("Judge again what time has changed", ""),
    UPGRADE: ("Judge again by new rules", ""),
    image_sweeping.VERIFY: ("Verify images again", ""),
    image_sweeping.UPGRADE: ("Judge images again by new rules", ""),
    FOLLOW: ("Follow trusted roots", ""),
    REFRESH: ("Ask about revocation", ""),
    PRUNE: ("Remove old crawls", ""),
}
"""What a kind of job does, and about what where one job is about one thing."""


class JobLine(msgspec.Struct, frozen=True):
    """One job. Times in UTC."""

    job_id: int
    kind: str
    title: str
    """What it does, in words."""
    subject: str
    """What it is about: the name of a source, or the key."""
    source_id: int | None
    sign: str
    state: str
    due_at: datetime | None
    """None where nothing is due: idle, or put aside."""
    every: str
    trouble: str
    """What went wrong since it last came to an end, in words."""
    last_error: str
    is_aside: bool


class JobsPage(msgspec.Struct, frozen=True):
    """The list: what was put aside, then by when jobs are due, the idle last; `title` is the answer."""

    title: str
    aside: int
    lines: tuple[JobLine, ...]
    after: str | None
    kinds: tuple[str, ...]


class JobPage(msgspec.Struct, frozen=True):
    """One job with its input as indented JSON. Times in UTC."""

    line: JobLine
    input: str
    requested_by: str
    owner: str
    started_at: datetime | None
    finished_at: datetime | None


def jobs_of(viewer: Viewer) -> "QuerySet[Job]":
    """Those that this person looks after: of the installation, and of the own teams' sources."""
    teams = [team for team in viewer.roles if viewer.may(Act.MANAGE_JOBS, team)]
    if not teams:
        return Job.objects.none()
    own = Source.objects.filter(team__in=teams).annotate(as_key=Cast("pk", CharField()))
    return Job.objects.filter(~Q(kind__in=OF_ONE_SOURCE) | Q(key__in=own.values("as_key")))


def jobs(viewer: Viewer, state: str = "", kind: str = "", after: str | None = None) -> JobsPage:
    """Three queries. Raises PagingError."""
    counts = _counts.rows(viewer)
    lines, following = listed(viewer, state, kind, after)
    aside = sum(one.count for one in counts if one.state == State.QUARANTINED)
    return JobsPage(
        title=_title(aside, sum(one.count for one in counts)),
        aside=aside,
        lines=lines,
        after=following,
        kinds=tuple(sorted({one.kind for one in counts})),
    )


def listed(
    viewer: Viewer, state: str, kind: str, after: str | None, size: int = ROWS
) -> tuple[tuple[JobLine, ...], str | None]:
    """The lines of the list alone, and the cursor of the next: two queries. Raises PagingError."""
    chosen = state if state in State.values else "", kind
    shown = _rows.sliced(viewer, None, chosen, ORDER, after, size)
    names = _names(shown.rows)
    return tuple(_line(row, names) for row in shown.rows), shown.after


def in_words(kind: str, subject: str = "") -> str:
    """`Crawl a source`, or with a subject `Crawl vendor-updates`; names for a kind without words."""
    if kind not in WORDS:
        return f"{visible(kind, 40)} {subject}".rstrip()
    told, about = WORDS[kind]
    return told.format(subject or about)


def _urgency() -> Case:
    """What was put aside, what is due, what waits for nobody."""
    return Case(
        When(state=State.QUARANTINED, then=Value(0)),
        When(state=State.IDLE, then=Value(2)),
        default=Value(1),
        output_field=IntegerField(),
    )


def job(viewer: Viewer, job_id: int) -> JobPage | None:
    """One job; None for what this person does not look after. Two queries."""
    row = _jobs.first(viewer, about=(job_id,))
    if row is None:
        return None
    text = json.dumps(row.payload, indent=2, sort_keys=True)[:LONGEST_INPUT]
    return JobPage(
        line=_line(row, _names([row])),
        input="\n".join(visible(line, 2_000) for line in text.split("\n")),
        requested_by=visible(row.requested_by, 200),
        owner=visible(row.lease_owner, 200),
        started_at=row.started_at,
        finished_at=row.finished_at,
    )


def _title(aside: int, every: int) -> str:
    if not every:
        return "No job has been asked for"
    if aside:
        return f"{counted(aside, 'job')} in quarantine"
    return f"{counted(every, 'job')}, none in quarantine"


class _Row(msgspec.Struct, frozen=True):
    """What a line is made of."""

    id: int
    kind: str
    key: str
    state: str
    due_at: datetime
    every_seconds: int | None
    attempts: int
    losses: int
    deaths: int
    failures: int
    last_error: str
    urgency: int


class _Count(msgspec.Struct, frozen=True):
    state: str
    kind: str
    count: int


def _chosen(viewer: Viewer, _: Moment, chosen: tuple[str, str]) -> "QuerySet[Job]":
    state, kind = chosen
    rows = jobs_of(viewer).annotate(urgency=_urgency())
    if state:
        rows = rows.filter(state=state)
    return rows.filter(kind=kind) if kind else rows


def _by_state(viewer: Viewer, _: Moment, __: None) -> "QuerySet[Any, Any]":
    return jobs_of(viewer).values("state", "kind").annotate(count=Count("pk"))


class _Name(msgspec.Struct, frozen=True):
    pk: int
    name: str


def _named(_: Viewer | None, __: Moment, ___: None, ids: Collection[int]) -> "QuerySet[Source]":
    return Source.objects.filter(pk__in=ids)


def _numbered(viewer: Viewer, _: Moment, __: None, job_id: int) -> "QuerySet[Job]":
    return jobs_of(viewer).filter(pk=job_id)


_sources = KeptQuery(_named, _Name.__struct_fields__, _Name)
_jobs = KeptModels(_numbered, Job)
_rows = KeptQuery(_chosen, _Row.__struct_fields__, _Row)
_counts = KeptQuery(_by_state, _Count.__struct_fields__, _Count)


def _names(rows: Sequence[Job | _Row]) -> dict[str, str]:
    """The names of the sources that jobs are of, by the key of the job."""
    ids = [int(row.key) for row in rows if row.kind in OF_ONE_SOURCE and row.key.isdecimal()]
    return {str(one.pk): one.name for one in _sources.rows(about=(tuple(ids),))}


def _line(row: Job | _Row, names: Mapping[str, str]) -> JobLine:
    is_of_source = row.kind in OF_ONE_SOURCE and row.key in names
    is_due = row.state in {State.QUEUED, State.RUNNING}
    subject = names[row.key] if is_of_source else visible(row.key, 100)
    return JobLine(
        job_id=row.id,
        kind=row.kind,
        title=in_words(row.kind, subject),
        subject=subject,
        source_id=int(row.key) if is_of_source else None,
        sign=SIGNS[row.state],
        state=str(State(row.state).label),
        due_at=row.due_at if is_due else None,
        every="" if row.every_seconds is None else f"every {seconds_in_words(row.every_seconds)}",
        trouble=_trouble(row),
        last_error=visible(row.last_error, 2_000),
        is_aside=row.state == State.QUARANTINED,
    )


def _trouble(row: Job | _Row) -> str:
    told = [
        counted(number, word)
        for number, word in (
            (row.attempts, "attempt"),
            (row.losses, "lost lease"),
            (row.deaths, "death"),
            (row.failures, "failure"),
        )
        if number
    ]
    return ", ".join(told)
