"""Verdicts as rows, and the words that an event tells of them."""

from collections.abc import Sequence
from datetime import datetime

from trustui.inventory import sql
from trustui.inventory.models import NAME
from trustui.inventory.text import storable
from trustui.verdicts.conclusions import Conclusion, capped
from trustui.verdicts.condensing import in_short
from trustui.verdicts.models import Cause, Made, TraceInShort, Verdict
from trustui.verdicts.verifier import VERIFIER

MAX_BECAUSE = 2_000
MAX_SENTENCE = 500

_FIELDS = Verdict._meta.concrete_fields  # noqa: SLF001  Django's documented name


def verdict_of(
    one: Conclusion, *, at: datetime, now: datetime, cause: Cause, changes: Sequence[str]
) -> Verdict:
    """A row, not yet written and without an id."""
    first = one.trace.first_failing
    return Verdict(
        source_id=one.source_id,
        anchor_id=one.anchor_id,
        crawl_id=one.crawl_id,
        evidence=one.evidence,
        verifier=VERIFIER,
        at=at,
        recorded_at=now,
        valid_until=one.valid_until,
        outcome=one.trace.outcome.value,
        trust_state=one.state.value,
        first_failing=one.first_failing,
        failing_on="" if first is None else storable(first.on, NAME),
        because="" if first is None else storable(first.because, MAX_BECAUSE),
        cause=cause,
        changes=sentences(changes),
        trace=one.packed_trace(),
    )


def insert(rows: Sequence[Verdict]) -> None:
    """Write new verdicts in one statement and give them their ids, ascending.

    One statement more where a trace is very long.
    """
    for pk, row in zip(sql.next_ids(Verdict, len(rows)), rows, strict=True):
        row.pk = pk
    sql.insert(
        Verdict,
        [field.name for field in _FIELDS],
        [[getattr(row, field.attname) for field in _FIELDS] for row in rows],
    )
    short = ((row.pk, in_short(bytes(row.trace))) for row in rows)
    sql.insert(TraceInShort, ("verdict", "body"), [one for one in short if one[1] is not None])


def told(before: Made | None, verdict: Made) -> dict[str, object]:
    """What an event tells of a verdict: from what to what, and why."""
    return {
        "verdict": verdict.pk,
        "from": None if before is None else _meaning(before),
        "to": _meaning(verdict),
        "cause": str(verdict.cause),
        "because": verdict.because,
        "changes": verdict.changes,
    }


def _meaning(verdict: Made) -> dict[str, str]:
    outcome, trust_state, first_failing = verdict.meaning
    return {"outcome": outcome, "trust_state": trust_state, "first_failing": first_failing}


def sentences(changes: Sequence[str]) -> list[str]:
    """Changes as a column takes them."""
    return [storable(one, MAX_SENTENCE) for one in capped(changes)]
