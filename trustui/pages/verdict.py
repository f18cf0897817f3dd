"""The verdict page: what was concluded about a source, why, since when, and what changed before."""

import json
import shlex
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import QuerySet
from django.urls import reverse

from trustui.accounts.permissions import Act
from trustui.check_pages import load_pages
from trustui.core.primitives.instants import write_instant
from trustui.core.primitives.text import visible
from trustui.core.trace import Finding, Outcome
from trustui.events.models import Event
from trustui.inventory.models import Blob, Crawl, RoleVersion
from trustui.inventory.text import identity
from trustui.pages.accepted import Accepted, accepted, of_noticed
from trustui.pages.before import (
    Compared,
    Row,
    Strip,
    change_lines,
    compared,
    rows_until,
    stopped,
    streak,
    strip,
)
from trustui.pages.components import ChangeLine, Fact, Labelled
from trustui.pages.condensing import stored_answer, stored_step
from trustui.pages.counts import WRONG
from trustui.pages.excerpt import LONGEST, excerpt
from trustui.pages.facts import Pinned, Reached, facts
from trustui.pages.headline import Headline, Span, headline
from trustui.pages.judging import judged_again
from trustui.pages.kept_models import KeptModels
from trustui.pages.kept_query import KeptQuery
from trustui.pages.moment import Moment
from trustui.pages.viewer import Viewer
from trustui.pages.waterfall import Waterfall, waterfall
from trustui.verdicts.answers import Answer, AnswerStep
from trustui.verdicts.history import trace_of
from trustui.verdicts.models import Cause, Verdict
from trustui.verdicts.taking import TAKING, Taken, taken, takings

HTTP = ("http://", "https://")
_TOP = ("root", "timestamp", "snapshot", "targets")
_MOST_EVIDENCE = 8
_PORT = 8765
_SERVED_FIRST = (
    "It reads no folders, so the first line serves this one; it has to be the folder that holds "
    "timestamp.json, laid out as it is published."
)
MOST_QUERIES = 12
"""Of one page, whatever there is; seven more where it is judged at another instant."""


class Evidence(msgspec.Struct, frozen=True):
    """A document that the verdict rests on."""

    role: str
    version: str
    sha256: str
    href: str


class Command(msgspec.Struct, frozen=True):
    """How to see the same elsewhere."""

    label: str
    text: str
    note: str = ""


class TakeIt(msgspec.Struct, frozen=True):
    """A failure as `/now/take/` wants it named."""

    state: str
    check: str
    role: str
    count: int = 1


class VerdictPage(msgspec.Struct, frozen=True):
    """All that the page says. Times in UTC."""

    verdict_id: int
    source_id: int
    team_id: int
    source: str
    location: str
    head: Headline
    facts: tuple[Fact, ...]
    waterfall: Waterfall
    changes: tuple[ChangeLine, ...]
    routine: tuple[ChangeLine, ...]
    """Changes that every renewal brings."""
    passed_at: datetime | None
    """When it passed last, before it came to this."""
    compared: Compared | None
    kind: str
    known_at: datetime
    valid_at: datetime
    cause: str
    verifier: str
    evidence_digest: str
    evidence: tuple[Evidence, ...]
    strip: Strip | None
    reproduce: tuple[Command, ...]
    since: datetime
    is_again: bool
    """Whether the evidence was judged at another instant than the verdict was."""
    taken: Taken | None
    """Who looks after it, where somebody said so since it came to this."""
    take: TakeIt | None
    """What to post so that this person looks after it; None where there is nothing to take."""
    release: TakeIt | None
    """What to post to give it back; None where this person does not have it."""
    ended: Row | None
    """The verdict that came after; None where this one is in force at the instant looked at."""


def verdict(
    viewer: Viewer,
    moment: Moment,
    source_id: int,
    verdict_id: int,
    *,
    every: bool = False,
    is_in_short: bool = False,
) -> VerdictPage | None:
    """The page; None where there is no such verdict for this person, or not yet at `moment.at`.

    At most `MOST_QUERIES` queries. `every` also lays out the groups that went alike, `is_in_short`
    none but that of the first step that does not hold.
    """
    row = _rows.first(viewer, about=(source_id, verdict_id, moment.at))
    if row is None:
        return None
    again = None
    if moment.valid_at != moment.at:
        again = judged_again(viewer, moment, source_id, verdict_id)
    answer = again or stored_answer(verdict_id, row.at)
    rows = rows_until(source_id, moment.at)
    try:
        begun, ended, passed = streak(rows, verdict_id)
    except LookupError:  # further back than the strip reaches
        begun, ended, passed = _alone(row), None, None
    now = moment.at if ended is None else ended.at
    now = now if again is None else moment.valid_at
    four = facts(answer, _pinned(row), _reached(source_id, now), now)
    first = answer.first_failing
    pages = load_pages()
    until = None if ended is None else ended.at
    evidence = _evidence(source_id, answer, row.at)
    held = _taken(source_id, begun.at, moment.at)
    mine = _take(viewer, moment, row, ended, first)
    halt = None if first is None else stopped(source_id, first, row.at, now)
    own = () if halt is None else (Labelled("In this repository", halt[1]),)
    told, routine = change_lines(_turning(row, begun))
    return VerdictPage(
        verdict_id=verdict_id,
        source_id=source_id,
        team_id=row.source.team_id,
        source=row.source.name,
        location=visible(row.source.location, 300),
        head=headline(
            answer, four, pages, Span(begun.at, until) if again is None else None, moment.at
        ),
        facts=four,
        waterfall=waterfall(
            answer,
            pages,
            now,
            every=every,
            is_in_short=is_in_short,
            first_more=own,
            excerpt="" if first is None else _excerpt(first, evidence),
            accepted_as=_accepted_as(answer, source_id, moment.at),
        ),
        changes=(*(() if halt is None else (halt[0],)), *told),
        routine=routine,
        passed_at=None if passed is None else passed.at,
        compared=None if first is None or passed is None else _compared(first, passed),
        kind=answer.kind,
        known_at=row.at,
        valid_at=answer.valid_at,
        cause=Cause(row.cause).label,
        verifier=row.verifier,
        evidence_digest=row.evidence,
        evidence=evidence,
        strip=strip(rows, moment.at),
        reproduce=reproduce(answer.kind, row.source.location, answer.valid_at),
        since=begun.at,
        is_again=again is not None,
        taken=held,
        take=None if held is not None else mine,
        release=mine if held is not None and held.by == viewer.name else None,
        ended=ended,
    )


def verdict_json(viewer: Viewer, moment: Moment, source_id: int, verdict_id: int) -> bytes | None:
    """The stored answer, as `trustui verify --json` printed it; None as `verdict`. Two queries."""
    mine = Verdict.objects.filter(
        pk=verdict_id, source=source_id, source__team__in=viewer.teams, at__lte=moment.at
    )
    return trace_of(verdict_id) if mine.exists() else None


def _turning(row: Verdict, begun: Row) -> list[str]:
    """What changed with the verdict with which it came to this: at most one query."""
    return row.changes if begun.id == row.pk else _changes.rows(about=(begun.id,))[0].changes


def _taken(source_id: int, since: datetime, at: datetime) -> Taken | None:
    told = _takings.rows(order=("id",), about=(source_id, at))
    found = taken(msgspec.structs.astuple(one) for one in told).get(source_id)
    return found if found is not None and found.at >= since else None


def _take(
    viewer: Viewer, moment: Moment, row: Verdict, ended: Row | None, first: AnswerStep | None
) -> TakeIt | None:
    may = moment.is_now and viewer.may(Act.TAKE, row.source.team_id)
    if not may or ended is not None or first is None or row.trust_state not in WRONG:
        return None
    role = row.failing_on.rpartition(" v")[0] or row.failing_on
    return TakeIt(row.trust_state, row.first_failing, role)


def _accepted_as(
    answer: Answer, source_id: int, at: datetime
) -> Callable[[Finding], Accepted | None]:
    """Who lives with a finding of this answer: one query where there is any."""
    found = accepted([source_id], at) if answer.findings else {}
    return lambda one: of_noticed(found, source_id, one.id, one.on, one.severity)


def _alone(row: Verdict) -> Row:
    return Row(row.pk, row.at, row.outcome, row.trust_state, row.first_failing)


def _pinned(row: Verdict) -> Pinned | None:
    if row.anchor_id is None:
        return None
    version, by, at, origin = (getattr(row, name) for name in _ANCHOR)
    return Pinned(version, by, at, origin)


def _reached(source_id: int, at: datetime) -> Reached | None:
    found = _crawls.rows(order=("-id",), limit=1, about=(source_id, at))
    if not found:
        return None
    (one,) = found
    return Reached(one.finished_at, one.outcome, one.requests, len(one.problems), one.because)


def _compared(first: AnswerStep, passed: Row) -> Compared | None:
    then = stored_step(passed.id, passed.at, first.check, first.group)
    return compared(first, then, passed.id)


def _evidence(source_id: int, answer: Answer, at: datetime) -> tuple[Evidence, ...]:
    """The documents that the steps name, those of the top level and what failed: one query."""
    first = answer.first_failing
    names = dict.fromkeys(
        (one.on.removeprefix("final "), one is first)
        for one in answer.steps
        if one is first or one.group in _TOP
    )
    wanted: dict[str, str] = {}
    for on, is_first in names:
        role, _, version = on.rpartition(" v")
        if role and version.isdecimal() and (is_first or role in _TOP):
            wanted[role] = version  # the newest root comes last
    ids = tuple(identity(role) for role in wanted)
    versions = tuple(sorted(set(wanted.values())))
    found = _documents.rows(order=("form",), about=(source_id, ids, versions, at))
    digests = {(one.role, one.version): one.sha256 for one in found}
    return tuple(
        Evidence(role, version, sha256, reverse("document", args=[source_id, sha256]))
        for role, version in list(wanted.items())[:_MOST_EVIDENCE]
        if (sha256 := digests.get((role, version))) is not None
    )


def _excerpt(first: AnswerStep, evidence: tuple[Evidence, ...]) -> str:
    """Of the document that the failing step is about: one query, none where it is too long."""
    role = first.on.removeprefix("final ").rpartition(" v")[0]
    sha256 = next((one.sha256 for one in evidence if one.role == role), None)
    if sha256 is None or first.outcome is not Outcome.FAILED:
        return ""
    found = _bodies.rows(about=(sha256,))
    return excerpt(first, bytes(found[0].body)) if found else ""


# What is asked ----------------------------------------------------------------------------------


_ANCHOR = (
    "anchor__version",
    "anchor__pinned_by_name",
    "anchor__pinned_at",
    "anchor__origin",
)


class _Changes(msgspec.Struct, frozen=True):
    changes: list[str]


class _Taking(msgspec.Struct, frozen=True):
    kind: str
    source_id: int | None
    actor: str
    at: datetime
    reason: str


class _Crawl(msgspec.Struct, frozen=True):
    finished_at: datetime
    outcome: str
    requests: int
    problems: list[Any]
    because: str


class _Document(msgspec.Struct, frozen=True):
    role: str
    version: str
    sha256: str


class _Body(msgspec.Struct, frozen=True):
    body: Any


def _mine(
    viewer: Viewer, _: Moment, __: None, source: int, verdict_id: int, at: datetime
) -> "QuerySet[Verdict]":
    return Verdict.objects.filter(
        pk=verdict_id, source__pk=source, source__team__in=viewer.teams, at__lte=at
    )


def _one(_: Viewer | None, __: Moment, ___: None, verdict_id: int) -> "QuerySet[Verdict]":
    return Verdict.objects.filter(pk=verdict_id)


def _said(_: Viewer | None, __: Moment, ___: None, source: int, at: datetime) -> "QuerySet[Event]":
    return takings([source], at)


def _answered(
    _: Viewer | None, __: Moment, ___: None, source: int, at: datetime
) -> "QuerySet[Crawl]":
    return Crawl.objects.filter(source__pk=source, finished_at__lte=at, origin="")


def _seen(
    _: Viewer | None,
    __: Moment,
    ___: None,
    source: int,
    role_ids: Collection[str],
    versions: Collection[str],
    at: datetime,
) -> "QuerySet[RoleVersion]":
    return RoleVersion.objects.filter(
        source__pk=source, role_id__in=role_ids, version__in=versions, first_seen_at__lte=at
    )


def _short(_: Viewer | None, __: Moment, ___: None, sha256: str) -> "QuerySet[Blob]":
    return Blob.objects.filter(sha256=sha256, size__lte=LONGEST)


_rows = KeptModels(_mine, Verdict, along="source", beside=_ANCHOR, without=("trace",))
_changes = KeptQuery(_one, _Changes.__struct_fields__, _Changes)
_takings = KeptQuery(_said, TAKING, _Taking)
_crawls = KeptQuery(_answered, _Crawl.__struct_fields__, _Crawl)
_documents = KeptQuery(_seen, ("role", "version", "blob__sha256"), _Document)
_bodies = KeptQuery(_short, _Body.__struct_fields__, _Body)


# How to see the same ----------------------------------------------------------------------------


def reproduce(kind: str, location: str, at: datetime) -> tuple[Command, ...]:
    """Commands that come to the same verdict, ours and one of the field's own clients."""
    place = shlex.quote(visible(location, 2_000))
    ours = f"trustui verify {kind} {place} --root root.json --valid-at {write_instant(at)}"
    commands = [Command("With trustui", ours)]
    if kind == "tuf":
        is_served = location.startswith(HTTP)
        served = f"python -m http.server {_PORT} --bind 127.0.0.1 --directory {place} &\n"
        theirs = _python_tuf(location if is_served else f"http://127.0.0.1:{_PORT}/")
        commands.append(
            Command(
                "With python-tuf, as of now",
                theirs if is_served else served + theirs,
                "" if is_served else _SERVED_FIRST,
            )
        )
    return tuple(commands)


def _python_tuf(location: str) -> str:
    program = (
        "from tuf.ngclient import Updater; "
        f'Updater("state", {json.dumps(location)}, '
        'bootstrap=open("root.json", "rb").read()).refresh()'
    )
    return f"mkdir -p state && python -c {shlex.quote(visible(program, 2_500))}"
