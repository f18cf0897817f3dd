"""`trustui jobs`: what is due, what runs, what was put aside."""

import argparse
from datetime import UTC, datetime

from django.db import transaction

from trustui.core.primitives.instants import write_instant
from trustui.events.services import record
from trustui.jobs import queue
from trustui.jobs.models import Job, State
from trustui.operate.arguments import Refused, add_json, add_person, person_of, tell

MOST = 500


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`jobs list|retry|quarantine`."""
    parser = verbs.add_parser("jobs", help="list, retry and quarantine background work")
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    listing = acts.add_parser("list", help=f"jobs by when they are due, at most {MOST}")
    listing.add_argument("--state", choices=[str(one) for one in State.values])
    add_json(listing)
    listing.set_defaults(run=run_list)
    for name, purpose, run in (
        ("retry", "run a job now, also one in quarantine", run_retry),
        ("quarantine", "run a job no more until it is retried", run_quarantine),
    ):
        act = acts.add_parser(name, help=purpose)
        act.add_argument("job", metavar="ID", type=number)
        add_person(act, needs_reason=name == "quarantine")
        add_json(act)
        act.set_defaults(run=run)


def number(text: str) -> int:
    """The number of a job."""
    if not (text.isascii() and text.isdecimal() and len(text) < len(str(2**63))):
        raise argparse.ArgumentTypeError(f"expected the number of a job, found {text!r}")
    return int(text)


def run_list(arguments: argparse.Namespace) -> int:
    """The jobs, the next one first."""
    jobs = Job.objects.order_by("due_at", "id")
    if arguments.state:
        jobs = jobs.filter(state=arguments.state)
    found = list(jobs[: MOST + 1])
    lines = [_line(job) for job in found[:MOST]]
    if len(found) > MOST:
        lines.append(f"and more than {MOST}; --state narrows")
    answer = {"jobs": [_described(job) for job in found[:MOST]], "is_all": len(found) <= MOST}
    tell(arguments, answer, lines or ["no jobs"])
    return 0


def _line(job: Job) -> str:
    line = f"{job.pk:6} {job.state:11} {write_instant(job.due_at)} {job.kind} {job.key}"
    if job.state == State.RUNNING and job.progress_total:
        line += f" ({job.progress_done} of {job.progress_total} {job.progress_current})"
    return f"{line}: {job.last_error}" if job.last_error else line


def _described(job: Job) -> dict[str, object]:
    return {
        "id": job.pk,
        "kind": job.kind,
        "key": job.key,
        "state": job.state,
        "due_at": write_instant(job.due_at),
        "every_seconds": job.every_seconds,
        "attempts": job.attempts,
        "losses": job.losses,
        "deaths": job.deaths,
        "failures": job.failures,
        "last_outcome": job.last_outcome,
        "last_error": job.last_error,
        "lease_owner": job.lease_owner,
        "requested_by": job.requested_by,
        "input": job.payload,
        "progress": {
            "done": job.progress_done,
            "total": job.progress_total,
            "current": job.progress_current,
            "since": None if job.progress_since is None else write_instant(job.progress_since),
        },
    }


def run_retry(arguments: argparse.Namespace) -> int:
    """Make a job due now; taking it out of quarantine is an event."""
    now = datetime.now(UTC)
    with transaction.atomic():
        job = _locked(arguments.job)
        was_aside = job.state == State.QUARANTINED
        queue.retry(job_id=job.pk, now=now)
        if was_aside:
            _tell_log(job, "job.retried", arguments, now)
    answer = {"retried": job.pk, "was_in_quarantine": was_aside}
    tell(arguments, answer, [f"job {job.pk}, {job}, is due now"])
    return 0


def run_quarantine(arguments: argparse.Namespace) -> int:
    """Put a job aside."""
    now = datetime.now(UTC)
    with transaction.atomic():
        job = _locked(arguments.job)
        if not queue.quarantine(job_id=job.pk, because=arguments.reason, now=now):
            raise Refused(f"job {job.pk}, {job}, is in quarantine already")
        _tell_log(job, "job.quarantined", arguments, now)
    said = f"job {job.pk}, {job}, runs no more until it is retried"
    tell(arguments, {"quarantined": job.pk}, [said])
    return 0


def _tell_log(job: Job, kind: str, arguments: argparse.Namespace, now: datetime) -> None:
    record(
        kind=kind,
        at=now,
        actor=person_of(arguments).actor,
        subject=str(job),
        reason=arguments.reason,
        detail={"job": job.pk, "kind": job.kind, "key": job.key},
    )


def _locked(pk: int) -> Job:
    job = Job.objects.select_for_update().filter(pk=pk).first()
    if job is None:
        raise Refused(f"there is no job {pk}; `trustui jobs list` shows them")
    return job
