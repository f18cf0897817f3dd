"""The verdicts of a source, newest first: what was concluded, when, and because of what."""

from datetime import datetime

import msgspec

from trustui.core.primitives.text import visible
from trustui.core.trace import TrustState
from trustui.pages.known import source_of
from trustui.pages.moment import Moment
from trustui.pages.paging import ROWS, sliced
from trustui.pages.viewer import Viewer
from trustui.pages.words import SIGNS, WORDS
from trustui.verdicts.history import verdicts_of
from trustui.verdicts.models import Cause, Verdict

ORDER = ("-at", "-id")


class VerdictLine(msgspec.Struct, frozen=True):
    """One verdict, without its steps. Times in UTC."""

    verdict_id: int
    at: datetime
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
    evidence: str
    """SHA-256 over everything that it rests on but time."""
    verifier: str


class VerdictsPage(msgspec.Struct, frozen=True):
    """The list."""

    source_id: int
    source: str
    lines: tuple[VerdictLine, ...]
    after: str | None


def verdicts(
    viewer: Viewer, moment: Moment, source_id: int, after: str | None = None, size: int = ROWS
) -> VerdictsPage | None:
    """None for what this person does not see. Two queries. Raises PagingError."""
    source = source_of(viewer, source_id)
    if source is None:
        return None
    found = sliced(verdicts_of(source_id, at=moment.at), ORDER, after, size)
    return VerdictsPage(
        source_id, source.name, tuple(verdict_line(one) for one in found.rows), found.after
    )


def verdict_line(row: Verdict) -> VerdictLine:
    """One verdict as a list tells it."""
    state = TrustState(row.trust_state)
    return VerdictLine(
        verdict_id=row.pk,
        at=row.at,
        sign=SIGNS[state],
        word=WORDS[state],
        trust_state=row.trust_state,
        outcome=row.outcome,
        first_failing=row.first_failing,
        failing_on=visible(row.failing_on, 200),
        because=visible(row.because, 300),
        cause=str(Cause(row.cause).label),
        evidence=row.evidence,
        verifier=row.verifier,
    )
