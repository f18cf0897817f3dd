"""`trustui status`: what is wrong now, and whether the work goes on."""

import argparse
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec
from django.db.models import Count, Min

from trustui.core.primitives.instants import write_instant
from trustui.core.primitives.text import counted
from trustui.core.trace import TrustState
from trustui.inventory.models import Source
from trustui.inventory.recognizing import IMAGE_KINDS
from trustui.jobs.models import Job, State, Worker
from trustui.operate.arguments import add_json, tell
from trustui.policies.terms import in_force
from trustui.verdicts import image_history
from trustui.verdicts.history import current, overdue, states
from trustui.verdicts.models import ClockDoubt, Held
from trustui.web.health import ALIVE, missing_migrations

GOOD = (str(TrustState.VERIFIED), str(TrustState.EXPIRES_SOON))
GOOD_ARTEFACTS = (*GOOD, str(TrustState.INHERITED), str(TrustState.NOT_COVERED))
"""What needs nobody: of what no policy covers nothing is expected."""
NOT_CHECKED = "not_checked"
LATE = timedelta(seconds=60)
MOST = 50
"""Sources that are named."""


class Trouble(msgspec.Struct, frozen=True):
    """A source that does not verify."""

    source: str
    trust_state: str
    since: str
    check: str
    because: str


class Jobs(msgspec.Struct, frozen=True):
    """How the work in the background stands."""

    queued: int
    running: int
    quarantined: int
    late: int
    """Due for more than a minute."""
    late_since: str | None


class WorkerNow(msgspec.Struct, frozen=True):
    """A process that reported lately."""

    name: str
    mode: str
    running: int


class Doubt(msgspec.Struct, frozen=True):
    """A machine whose clock is in doubt."""

    host: str
    since: str
    because: str


class Status(msgspec.Struct, frozen=True):
    """The answer of `status --json`; instants in UTC."""

    at: str
    is_well: bool
    sources: dict[str, int]
    artefacts: dict[str, int]
    """Of registries: how many artefacts that a tag points to are in which trust state."""
    trouble: list[Trouble]
    more_trouble: int
    overdue_verdicts: int
    held_verdicts: int
    overdue_artefacts: int
    """Of registries: those that time has overtaken and that were not judged again for a minute."""
    waiting_repositories: int
    """Of registries: those with artefacts that are to be verified again."""
    expired: dict[str, int]
    """In trust material: how many `certificate`s and windows (`trusted_root`) have expired."""
    jobs: Jobs
    workers: list[WorkerNow]
    clocks_in_doubt: list[Doubt]
    missing_migrations: list[str]


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`status`."""
    parser = verbs.add_parser("status", help="what is wrong now, and whether the work goes on")
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0: everything verifies and the work goes on; 1: something needs a person."""
    status = status_at(datetime.now(UTC))
    tell(arguments, status, _lines(status))
    return 0 if status.is_well else 1


def status_at(now: datetime) -> Status:
    """All that `status` says, in a constant number of statements."""
    trouble = _trouble()
    counts = states()
    bad = sum(count for state, count in counts.items() if state not in GOOD)
    jobs = _jobs(now)
    doubts = [
        Doubt(one.host, write_instant(one.since), one.because)
        for one in ClockDoubt.objects.filter(confirmed_by="").order_by("since")
    ]
    missing = missing_migrations()
    artefacts = image_history.states()
    bad_artefacts = sum(count for state, count in artefacts.items() if state not in GOOD_ARTEFACTS)
    there = Source.objects.filter(removed_at=None).exclude(kind__in=IMAGE_KINDS).count()
    not_checked = there - sum(counts.values())
    return Status(
        at=write_instant(now),
        is_well=not (bad or bad_artefacts or doubts or missing or jobs.quarantined or jobs.late),
        sources={**counts, NOT_CHECKED: not_checked} if not_checked else counts,
        artefacts=artefacts,
        trouble=trouble,
        more_trouble=bad - len(trouble),
        overdue_verdicts=overdue(now - LATE),
        held_verdicts=Held.objects.count(),
        overdue_artefacts=image_history.overdue(now - LATE),
        waiting_repositories=image_history.waiting(),
        expired=_expired(now),
        jobs=jobs,
        workers=[
            WorkerNow(one.name, one.mode, one.running)
            for one in Worker.objects.filter(beat_at__gt=now - ALIVE).order_by("name")
        ],
        clocks_in_doubt=doubts,
        missing_migrations=missing,
    )


def _expired(now: datetime) -> dict[str, int]:
    gone = in_force().filter(expires_at__lte=now)
    return dict(gone.values_list("kind").annotate(Count("pk")).order_by("kind"))


def _trouble() -> list[Trouble]:
    """The longest first."""
    standings = current().exclude(trust_state__in=GOOD).order_by("since")
    return [
        Trouble(
            one.source.name,
            one.trust_state,
            write_instant(one.since),
            one.verdict.first_failing,
            one.verdict.because,
        )
        for one in standings[:MOST]
    ]


def _jobs(now: datetime) -> Jobs:
    by_state = dict(Job.objects.values_list("state").annotate(Count("pk")).order_by("state"))
    late = Job.objects.filter(
        state__in=[State.QUEUED, State.RUNNING], due_at__lt=now - LATE
    ).aggregate(count=Count("pk"), oldest=Min("due_at"))
    return Jobs(
        queued=by_state.get(State.QUEUED, 0),
        running=by_state.get(State.RUNNING, 0),
        quarantined=by_state.get(State.QUARANTINED, 0),
        late=late["count"],
        late_since=None if late["oldest"] is None else write_instant(late["oldest"]),
    )


def _lines(status: Status) -> Iterator[str]:
    if status.missing_migrations:
        yield f"the database lacks {counted(len(status.missing_migrations), 'migration')}"
    for doubt in status.clocks_in_doubt:
        yield (
            f"the clock of {doubt.host} is in doubt since {doubt.since}: {doubt.because}; "
            f"`trustui clock confirm {doubt.host}` says that it is right"
        )
    for one in status.trouble:
        yield f"{one.source}: {one.trust_state} since {one.since}: {one.because or one.check}"
    if status.more_trouble:
        yield f"and {status.more_trouble:,} more"
    counts = ", ".join(f"{count:,} {state}" for state, count in status.sources.items())
    yield f"sources: {counts or 'none'}"
    if status.artefacts:
        yield f"artefacts: {image_history.in_numbers(status.artefacts)}"
    if status.overdue_verdicts or status.held_verdicts:
        yield f"verdicts: {status.overdue_verdicts:,} overdue, {status.held_verdicts:,} held"
    if status.overdue_artefacts or status.waiting_repositories:
        yield (
            f"images: {counted(status.overdue_artefacts, 'artefact')} overdue, "
            f"repositories to verify again: {status.waiting_repositories:,}"
        )
    if status.expired:
        told = ", ".join(f"{count:,} {kind}" for kind, count in status.expired.items())
        yield f"expired in trust material: {told}"
    yield _jobs_line(status.jobs)
    yield f"workers: {', '.join(one.name for one in status.workers) or 'none is alive'}"


def _jobs_line(jobs: Jobs) -> str:
    line = f"jobs: {jobs.queued:,} queued, {jobs.running:,} running"
    if jobs.late:
        line += f", {jobs.late:,} late since {jobs.late_since}"
    if jobs.quarantined:
        line += f", {jobs.quarantined:,} in quarantine (`trustui jobs list --state quarantined`)"
    return line
