"""The verdicts of an artefact, newest first: what was concluded, when, and because of what."""

from datetime import datetime
from typing import Any

import msgspec
from django.urls import reverse

from trustui.core.primitives.text import visible
from trustui.core.trace import TrustState
from trustui.pages.images.standing import repository_of
from trustui.pages.moment import Moment
from trustui.pages.paging import ROWS, sliced
from trustui.pages.viewer import Viewer
from trustui.pages.words import SIGNS, WORDS
from trustui.verdicts.models import ArtefactVerdict, Cause

ORDER = ("-at", "-id")


class ArtefactVerdictLine(msgspec.Struct, frozen=True):
    """One verdict, without its steps. Times in UTC."""

    verdict_id: int
    at: datetime
    digest: str
    sign: str
    word: str
    trust_state: str
    outcome: str
    first_failing: str
    """The first check that does not hold; empty: all do."""
    failing_on: str
    because: str
    cause: str
    """Why it was made."""
    policy: str
    """The version that covered it; empty: none did."""
    evidence: str
    verifier: str
    href: str


class ArtefactVerdictsPage(msgspec.Struct, frozen=True):
    """The list."""

    repository_id: int
    full_name: str
    digest: str
    lines: tuple[ArtefactVerdictLine, ...]
    after: str | None


def artefact_verdicts(
    viewer: Viewer,
    moment: Moment,
    repository_id: int,
    digest: str,
    after: str | None = None,
    size: int = ROWS,
) -> ArtefactVerdictsPage | None:
    """None for what this person does not see. Two queries. Raises PagingError."""
    repository = repository_of(viewer, repository_id)
    if repository is None:
        return None
    found = sliced(_of(repository_id, digest, moment), ORDER, after, size)
    return ArtefactVerdictsPage(
        repository_id,
        repository.full_name,
        digest,
        tuple(verdict_line(one) for one in found.rows),
        found.after,
    )


def verdict_lines(
    repository_id: int, digest: str, moment: Moment, most: int
) -> tuple[ArtefactVerdictLine, ...]:
    """The newest ones: one query."""
    rows = _of(repository_id, digest, moment).order_by(*ORDER)[:most]
    return tuple(verdict_line(one) for one in rows)


def _of(repository_id: int, digest: str, moment: Moment) -> Any:
    made = ArtefactVerdict.objects.filter(
        repository=repository_id, digest=digest, at__lte=moment.at
    )
    return made.select_related("policy__policy").defer("trace", "policy__body")


def verdict_line(row: ArtefactVerdict) -> ArtefactVerdictLine:
    """One verdict as a list tells it."""
    state = TrustState(row.trust_state)
    return ArtefactVerdictLine(
        verdict_id=row.pk,
        at=row.at,
        digest=row.digest,
        sign=SIGNS[state],
        word=WORDS[state],
        trust_state=row.trust_state,
        outcome=row.outcome,
        first_failing=row.first_failing,
        failing_on=visible(row.failing_on, 200),
        because=visible(row.because, 300),
        cause=str(Cause(row.cause).label),
        policy=""
        if row.policy is None
        else f"{row.policy.policy.name} version {row.policy.number}",
        evidence=row.evidence,
        verifier=row.verifier,
        href=reverse("artefact-verdict", args=[row.repository_id, row.pk]),
    )
