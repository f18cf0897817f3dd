"""What is watched: the overview, what fails, sources, jobs; and what is done to them."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from django.db import transaction
from msgspec import Meta

from trustui.accounts.models import Team
from trustui.accounts.permissions import Act
from trustui.api.asking import Ask
from trustui.api.operations import acts, reads
from trustui.api.problems import not_found
from trustui.api.questions import AtQuery, Body, ListQuery, LongText, Number, Query, Text
from trustui.events.services import record
from trustui.inventory import sources as services
from trustui.inventory.models import Source
from trustui.jobs import queue
from trustui.jobs.models import State
from trustui.pages import jobs as job_pages
from trustui.pages import sources as source_pages
from trustui.pages.failing import FailingPage, Group, failing
from trustui.pages.jobs import JobPage, JobsPage
from trustui.pages.overview import Overview
from trustui.pages.overview import overview as overview_page
from trustui.pages.source import Crawling, SourcePage, crawling
from trustui.pages.source import source as source_page
from trustui.pages.sources import SourcesPage
from trustui.verdicts.taking import release as release_failure
from trustui.verdicts.taking import take as take_failure

Seconds = Annotated[int, Meta(ge=services.LEAST_SECONDS, le=services.MOST_SECONDS)]


@reads(Overview, AtQuery)
def overview(ask: Ask[AtQuery, None]) -> Overview:
    """What is wrong, what will be, and what changed, of everything that you look after."""
    return overview_page(ask.viewer, ask.moment)


# What fails -------------------------------------------------------------------------------------


@reads(FailingPage, AtQuery)
def now(ask: Ask[AtQuery, None]) -> FailingPage:
    """What fails and what could not be checked, grouped by cause, newest first."""
    return failing(ask.viewer, ask.moment)


class Take(Body, frozen=True, kw_only=True):
    """A failure, told by what fails, so that nobody takes what fails otherwise by now."""

    state: Text
    check: Text
    role: LongText
    source: Number | None = None
    """Only of this source; else of all sources of the group."""
    act: Literal["take", "release"] = "take"
    note: Annotated[str, Meta(max_length=500, pattern=r"^[^\u0000]*$")] = ""


class Taken(msgspec.Struct, frozen=True):
    """How many failures were taken or given back."""

    failures: int


@acts(Taken, Take, AtQuery, need=Act.TAKE)
def take(ask: Ask[AtQuery, Take]) -> Taken:
    """Take failures as your own, or give back what you took."""
    shown = failing(ask.viewer, ask.moment)
    return Taken(sum(_take(ask, group) for group in shown.groups if _is_meant(ask.body, group)))


def _is_meant(body: Take, group: Group) -> bool:
    return (group.state, group.check, group.role) == (body.state, body.check, body.role)


@transaction.atomic
def _take(ask: Ask[AtQuery, Take], group: Group) -> int:
    is_release = ask.body.act == "release"
    meant = [
        one.source_id
        for one in group.failures
        if one.may_take
        and ask.body.source in {None, one.source_id}
        and (one.owner is not None and one.owner.by == ask.viewer.name if is_release else one.owner is None)
    ]  # fmt: skip
    change = release_failure if is_release else take_failure
    for source in Source.objects.filter(pk__in=meant):
        ask.must(Act.TAKE, source.team_id)
        change(
            source=source,
            check=group.check,
            by=ask.viewer.name,
            now=ask.moment.now,
            note=ask.body.note,
        )
    return len(meant)


# Sources ----------------------------------------------------------------------------------------


class SourcesQuery(ListQuery, frozen=True, kw_only=True):
    """Which sources."""

    team: Annotated[Number, Meta(description="Of this team.")] | None = None
    state: Annotated[
        Literal[
            "", "failing", "could_not_check", "not_trusted", "expires_soon", "verified", "never"
        ],
        Meta(description="In this trust state; `never`: nothing is concluded yet."),
    ] = ""
    kind: Annotated[str, Meta(max_length=200, description="Of this kind.")] = ""
    text: Annotated[str, Meta(max_length=200, description="In name or location.")] = ""
    sort: Literal["name", "state", "newest"] = "name"


@reads(SourcesPage, SourcesQuery)
def sources(ask: Ask[SourcesQuery, None]) -> SourcesPage:
    """Sources, narrowed and sorted."""
    asked = ask.query
    chosen = source_pages.Filter(asked.team, asked.state, asked.kind, asked.text, asked.sort)
    return source_pages.sources(ask.viewer, ask.moment, chosen, asked.after, asked.size)


class Added(msgspec.Struct, frozen=True):
    """The new source."""

    source_id: int
    href: str


class Add(Body, frozen=True, kw_only=True):
    """A place to crawl. It is verified once somebody pins a root for it, on its page."""

    team: Number
    name: Text
    location: LongText
    every_seconds: Seconds | None = None
    branch: Text = ""
    folder: Text = ""
    repositories: Annotated[
        tuple[Text, ...],
        Meta(max_length=1_000, description="Of a registry: names and PREFIX/*."),
    ] = ()
    reason: LongText = ""


@acts(Added, Add, AtQuery, need=Act.EDIT_SOURCE, status=201)
def add(ask: Ask[AtQuery, Add]) -> Added:
    """Crawl a place from now on."""
    body = ask.body
    ask.must(Act.EDIT_SOURCE, body.team)
    added = services.add_source(
        team=Team.objects.get(pk=body.team),
        name=body.name,
        location=body.location,
        actor=ask.actor,
        now=ask.moment.now,
        every_seconds=body.every_seconds,
        branch=body.branch,
        folder=body.folder,
        repositories=body.repositories,
        reason=body.reason.strip(),
    )
    return Added(added.pk, f"{ask.request.path}{added.pk}/source/")


class CrawlsQuery(AtQuery, frozen=True, kw_only=True):
    """Which page of its crawls."""

    after: str = ""


@reads(SourcePage, CrawlsQuery)
def source(ask: Ask[CrawlsQuery, None], source_id: int) -> SourcePage | None:
    """How a place is crawled, from which root it is verified, and how its crawls went."""
    return source_page(ask.viewer, ask.moment, source_id, ask.query.after)


class Schedule(Body, frozen=True, kw_only=True):
    """Another interval."""

    every_seconds: Seconds
    reason: LongText = ""


@acts(SourcePage, Schedule, AtQuery, need=Act.EDIT_SOURCE)
def schedule(ask: Ask[AtQuery, Schedule], source_id: int) -> SourcePage | None:
    """Crawl it at another interval."""
    found = _mine(ask, source_id)
    ask.must(Act.EDIT_SOURCE, found.team_id)
    services.set_interval(
        source=found,
        every_seconds=ask.body.every_seconds,
        actor=ask.actor,
        now=ask.moment.now,
        reason=ask.body.reason.strip(),
    )
    return source_page(ask.viewer, ask.moment, source_id)


@reads(Crawling)
def progress(ask: Ask[Query, None], source_id: int) -> Crawling:
    """What its crawl does now."""
    return crawling(_mine(ask, source_id).pk, ask.moment.now)


class Reason(Body, frozen=True, kw_only=True):
    """Why."""

    reason: LongText = ""


@acts(Crawling, Reason, AtQuery, need=Act.CRAWL, status=202)
def crawl(ask: Ask[AtQuery, Reason], source_id: int) -> Crawling:
    """Crawl it now."""
    found = _mine(ask, source_id)
    ask.must(Act.CRAWL, found.team_id)
    services.request_crawl(
        source=found, actor=ask.actor, now=ask.moment.now, reason=ask.body.reason.strip()
    )
    return crawling(source_id, datetime.now(UTC))


def _mine(ask: Ask[Any, Any], source_id: int) -> Source:
    found = Source.objects.filter(pk=source_id, team__in=ask.viewer.teams).first()
    if found is None:
        raise not_found()
    return found


# Jobs -------------------------------------------------------------------------------------------


class JobsQuery(Query, frozen=True, kw_only=True):
    """Which jobs; they are as they are now."""

    state: Literal["", "idle", "queued", "running", "quarantined"] = ""
    kind: Annotated[str, Meta(max_length=40)] = ""
    after: str = ""


@reads(JobsPage, JobsQuery, need=Act.MANAGE_JOBS)
def jobs(ask: Ask[JobsQuery, None]) -> JobsPage:
    """Work in the background, the next one first."""
    return job_pages.jobs(ask.viewer, ask.query.state, ask.query.kind, ask.query.after)


@reads(JobPage, need=Act.MANAGE_JOBS)
def job(ask: Ask[Query, None], job_id: int) -> JobPage | None:
    """One job with its input."""
    return job_pages.job(ask.viewer, job_id)


@acts(JobPage, Reason, AtQuery, need=Act.MANAGE_JOBS, status=202)
@transaction.atomic
def retry(ask: Ask[AtQuery, Reason], job_id: int) -> JobPage | None:
    """Run it now; taking it out of quarantine is an event."""
    found = job_pages.jobs_of(ask.viewer).select_for_update().filter(pk=job_id).first()
    if found is None:
        return None
    queue.retry(job_id=found.pk, now=ask.moment.now)
    if found.state == State.QUARANTINED:
        record(
            kind="job.retried",
            at=ask.moment.now,
            actor=ask.actor,
            subject=str(found),
            reason=ask.body.reason.strip(),
            detail={"job": found.pk, "kind": found.kind, "key": found.key},
        )
    return job_pages.job(ask.viewer, job_id)
