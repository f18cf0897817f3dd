"""A verdict of an artefact: the same page as a source's, made of the same values."""

import shlex
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from django.urls import reverse

from trustui.check_pages import load_pages
from trustui.core.primitives.instants import write_instant
from trustui.core.primitives.text import visible
from trustui.core.trace import TrustState
from trustui.crawl.sources.oci_layout import PREFIX
from trustui.images.models import Attachment, Look
from trustui.pages.before import (
    MOST_VERDICTS,
    Compared,
    Row,
    Strip,
    change_lines,
    compared,
    streak,
    strip,
)
from trustui.pages.components import ChangeLine, Fact, Labelled
from trustui.pages.headline import Headline, Span
from trustui.pages.images.answer import (
    Nearest,
    PlaceLine,
    nearest_of,
    place_lines,
    read_image_answer,
)
from trustui.pages.images.facts import image_facts
from trustui.pages.images.headline import artefact_headline
from trustui.pages.images.judging import judged_again
from trustui.pages.moment import Moment
from trustui.pages.verdict import Command, Evidence
from trustui.pages.viewer import Viewer
from trustui.pages.waterfall import Waterfall, waterfall
from trustui.policies.models import Language
from trustui.verdicts.image_history import trace_of
from trustui.verdicts.models import ArtefactVerdict, Cause

_MOST_EVIDENCE = 8
MOST_QUERIES = 10
"""`judging.MOST_QUERIES` more where it is judged at another instant."""


class ArtefactVerdictPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page says, in the words of `verdict.VerdictPage`. Times in UTC."""

    verdict_id: int
    repository_id: int
    source_id: int
    team_id: int
    source: str
    """Repository and digest, as people name the artefact."""
    location: str
    digest: str
    head: Headline
    facts: tuple[Fact, ...]
    nearest: Nearest | None
    places: tuple[PlaceLine, ...]
    waterfall: Waterfall
    changes: tuple[ChangeLine, ...]
    routine: tuple[ChangeLine, ...]
    passed_at: datetime | None
    compared: Compared | None
    kind: str
    known_at: datetime
    valid_at: datetime
    cause: str
    policy: str
    """The version that covered it; empty: none did."""
    policy_href: str
    verifier: str
    evidence_digest: str
    evidence: tuple[Evidence, ...]
    strip: Strip | None
    reproduce: tuple[Command, ...]
    since: datetime
    is_again: bool
    """Whether the evidence was judged at another instant than the verdict was."""
    not_judged: str
    """Why it was not, where another instant was asked for."""
    ended: Row | None
    """The verdict that came after; None where this one is in force at the instant looked at."""


def artefact_verdict(
    viewer: Viewer,
    moment: Moment,
    repository_id: int,
    verdict_id: int,
    *,
    every: bool = False,
) -> ArtefactVerdictPage | None:
    """The page; None where there is no such verdict for this person, or not yet at `moment.at`.

    At most `MOST_QUERIES`. `every` also lays out the groups that went alike.
    """
    row = _mine(viewer, moment, repository_id, verdict_id).first()
    if row is None:
        return None
    again = judged_again(moment, repository_id, verdict_id)
    answer = again.answer or msgspec.structs.replace(
        read_image_answer(trace_of(verdict_id)), trust_state=TrustState(row.trust_state)
    )
    is_again = again.answer is not None
    rows = _rows_until(row, moment.at)
    try:
        begun, ended, passed = streak(rows, verdict_id)
    except LookupError:  # further back than the strip reaches
        begun, ended, passed = _as_row(row), None, None
    now = moment.at if ended is None else ended.at
    now = moment.valid_at if is_again else now
    until = None if ended is None else ended.at
    pages = load_pages()
    first = answer.first_failing
    nearest = nearest_of(answer, pages)
    told, routine = change_lines(_turning(row, begun).changes)
    policy = "" if row.policy is None else f"{row.policy.policy.name}, version {row.policy.number}"
    return ArtefactVerdictPage(
        verdict_id=verdict_id,
        repository_id=repository_id,
        source_id=row.repository.source_id,
        team_id=row.repository.source.team_id,
        source=f"{row.repository.full_name}@{row.digest[:19]}",
        location=f"{row.repository.full_name}@{row.digest}",
        digest=row.digest,
        head=artefact_headline(
            answer, None if is_again else Span(begun.at, until), pages, moment.at
        ),
        facts=image_facts(answer, policy, answer.places, _looked_at(row, moment), now),
        nearest=nearest,
        places=place_lines(answer.places),
        waterfall=waterfall(
            answer,
            pages,
            now,
            every=every,
            first_more=() if first is None or first.group != answer.nearest else _closest(nearest),
        ),
        changes=told,
        routine=routine,
        passed_at=None if passed is None else passed.at,
        compared=None
        if first is None or passed is None
        else compared(first, read_image_answer(trace_of(passed.id)), passed.id),
        kind=answer.kind,
        known_at=row.at,
        valid_at=answer.valid_at,
        cause=str(Cause(row.cause).label),
        policy=policy,
        policy_href=""
        if row.policy is None
        else reverse("policy", args=[row.policy.policy_id]) + f"?version={row.policy.number}",
        verifier=row.verifier,
        evidence_digest=row.evidence,
        evidence=_evidence(row),
        strip=strip(rows, moment.at),
        reproduce=reproduce(row, answer.valid_at),
        since=begun.at,
        is_again=is_again,
        not_judged=again.because,
        ended=ended,
    )


def artefact_verdict_json(
    viewer: Viewer, moment: Moment, repository_id: int, verdict_id: int
) -> bytes | None:
    """The stored answer, as `trustui verify image --json` printed it; None as above. Two queries."""
    mine = _mine(viewer, moment, repository_id, verdict_id)
    return trace_of(verdict_id) if mine.exists() else None


def _mine(viewer: Viewer, moment: Moment, repository_id: int, verdict_id: int) -> Any:
    rows = ArtefactVerdict.objects.filter(
        pk=verdict_id,
        repository=repository_id,
        repository__source__team__in=viewer.teams,
        at__lte=moment.at,
    )
    chosen = rows.select_related("repository__source", "policy__policy")
    return chosen.defer("trace", "policy__body")


def _rows_until(row: ArtefactVerdict, at: datetime) -> list[Row]:
    """The newest verdicts of the artefact up to an instant, oldest first: one query."""
    found = ArtefactVerdict.objects.filter(
        repository=row.repository_id, digest=row.digest, at__lte=at
    ).order_by("-at", "-id")
    values = found.values_list("id", "at", "outcome", "trust_state", "first_failing")
    return [Row(*one) for one in values[:MOST_VERDICTS]][::-1]


def _as_row(row: ArtefactVerdict) -> Row:
    return Row(row.pk, row.at, row.outcome, row.trust_state, row.first_failing)


def _turning(row: ArtefactVerdict, begun: Row) -> ArtefactVerdict:
    """The verdict with which it came to this: at most one query."""
    if begun.id == row.pk:
        return row
    return ArtefactVerdict.objects.defer("trace").get(pk=begun.id)


def _looked_at(row: ArtefactVerdict, moment: Moment) -> datetime | None:
    looks = Look.objects.filter(
        repository=row.repository_id, digest=row.digest, looked_at__lte=moment.at
    )
    return looks.values_list("looked_at", flat=True).first()


def _closest(nearest: Nearest | None) -> tuple[Labelled, ...]:
    """What stands beside the first step that does not hold: whose signature came closest."""
    if nearest is None:
        return ()
    who = f"{nearest.identity} of {nearest.issuer}" if nearest.issuer else nearest.identity
    told = f"{nearest.on}: {nearest.passed:,} of its checks hold"
    return (Labelled("Nearest miss", f"{told}, signed by {who}" if who else told),)


def _evidence(row: ArtefactVerdict) -> tuple[Evidence, ...]:
    """The manifest itself and those that were judged: one query."""
    there = Attachment.objects.filter(
        repository=row.repository_id,
        subject_digest=row.digest,
        manifest__isnull=False,
        first_seen_at__lte=row.at,
    )
    found = there.order_by("id").values_list("manifest__kind", "digest").distinct()
    several = [("manifest", row.digest), *dict.fromkeys(found[:_MOST_EVIDENCE])]
    return tuple(
        Evidence(
            str(kind),
            "",
            digest.partition(":")[2],
            reverse("image-manifest-bytes", args=[row.repository_id, digest]),
        )
        for kind, digest in several
    )


_OPTIONS: Mapping[Language, str] = {
    Language.EXPECTATIONS: " --policy policy.json",
    Language.NOTATION: " --notation-config DIR",
}
"""What gives a policy of a language to `verify image`."""


def reproduce(row: ArtefactVerdict, at: datetime) -> tuple[Command, ...]:
    """Commands that come to the same verdict."""
    name, location = row.repository.full_name, row.repository.source.location
    if location.startswith(PREFIX):
        subject = (
            f"{shlex.quote(f'{visible(location, 2_000)}@{row.digest}')} --as {shlex.quote(name)}"
        )
    else:
        subject = shlex.quote(f"{visible(name, 600)}@{row.digest}")
    expected = "" if row.policy is None else _OPTIONS[Language(row.policy.policy.language)]
    ours = f"trustui verify image {subject}{expected} --at {write_instant(at)}"
    return (Command("With trustui", ours),)
