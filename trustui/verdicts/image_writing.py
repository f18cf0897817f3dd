"""Verdicts about artefacts as rows, and the words that an event tells of them."""

from collections.abc import Sequence
from datetime import datetime

from trustui.core.trace import TrustState
from trustui.events.services import WORKER, NewEvent
from trustui.images.models import Tag
from trustui.inventory import sql
from trustui.inventory.models import NAME, Source
from trustui.inventory.text import storable
from trustui.verdicts import writing
from trustui.verdicts.image_verifying import Draft
from trustui.verdicts.models import ArtefactStanding, ArtefactVerdict, Cause
from trustui.verdicts.verifier import IMAGE_VERIFIER

MAX_TAGS = 20
"""Tags of one artefact that an event names."""

_FIELDS = ArtefactVerdict._meta.concrete_fields  # noqa: SLF001  Django's documented name
_STANDING = (
    "repository", "digest", "verdict", "outcome", "trust_state", "since", "valid_until",
)  # fmt: skip
_NEWER = "ON CONFLICT (repository_id, digest) DO UPDATE SET " + ", ".join(
    f"{name} = excluded.{name}"
    for name in ("verdict_id", "outcome", "trust_state", "since", "valid_until")
)


def verdict_of(
    draft: Draft,
    *,
    repository_id: int,
    digest: str,
    crawl_id: int | None,
    evidence: str,
    state: TrustState,
    at: datetime,
    now: datetime,
    cause: Cause,
    changes: Sequence[str],
) -> ArtefactVerdict:
    """A row, not yet written and without an id."""
    first = draft.trace.first_failing
    return ArtefactVerdict(
        repository_id=repository_id,
        digest=digest,
        policy_id=None if draft.applied is None else draft.applied.policy.version_id,
        crawl_id=crawl_id,
        evidence=evidence,
        trust=draft.trust.digest(draft.applied),
        rests_on=draft.trust.rests_on(draft.applied),
        verifier=IMAGE_VERIFIER,
        at=at,
        recorded_at=now,
        valid_until=draft.valid_until,
        outcome=draft.trace.outcome.value,
        trust_state=state.value,
        first_failing=draft.first_failing,
        failing_on="" if first is None else storable(first.on, NAME),
        because="" if first is None else storable(first.because, writing.MAX_BECAUSE),
        nearest=storable(draft.nearest, NAME),
        cause=cause,
        changes=writing.sentences(changes),
        trace=draft.packed,
    )


def insert(rows: Sequence[ArtefactVerdict]) -> None:
    """Write new verdicts in one statement and give them their ids, ascending."""
    for pk, row in zip(sql.next_ids(ArtefactVerdict, len(rows)), rows, strict=True):
        row.pk = pk
    sql.insert(
        ArtefactVerdict,
        [field.name for field in _FIELDS],
        [[getattr(row, field.attname) for field in _FIELDS] for row in rows],
    )


def put(standings: Sequence[ArtefactStanding]) -> None:
    """Write standings, new or changed, in one statement."""
    rows = [
        (
            *(row.repository_id, row.digest, row.verdict_id, row.outcome, row.trust_state),
            *(row.since, row.valid_until),
        )
        for row in sorted(standings, key=lambda row: (row.repository_id, row.digest))
    ]
    sql.insert(ArtefactStanding, _STANDING, rows, _NEWER)


def tags_of(keys: Sequence[tuple[int, str]]) -> dict[tuple[int, str], list[str]]:
    """Names of the tags for people that stand for these artefacts now; one statement."""
    rows = Tag.objects.filter(
        repository__in={repository for repository, _ in keys},
        move__digest__in={digest for _, digest in keys},
        gone_at=None,
        is_helper=False,
    ).order_by("repository", "name")
    found: dict[tuple[int, str], list[str]] = {}
    for repository, digest, name in rows.values_list("repository", "move__digest", "name"):
        found.setdefault((repository, digest), []).append(name)
    return found


def event_of(
    verdict: ArtefactVerdict,
    before: ArtefactVerdict | None,
    source: Source,
    full_name: str,
    tags: Sequence[str],
    now: datetime,
) -> NewEvent:
    """An event `artefact.verdict_changed`; its subject is `HOST/NAME@DIGEST`."""
    return NewEvent(
        kind="artefact.verdict_changed",
        at=now,
        actor=WORKER,
        subject=f"{full_name}@{verdict.digest}",
        team_id=source.team_id,
        source_id=source.pk,
        detail={
            **writing.told(before, verdict),
            "repository": verdict.repository_id,
            "digest": verdict.digest,
            "tags": list(tags[:MAX_TAGS]),
        },
    )
