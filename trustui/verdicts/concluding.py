"""Writing verdicts: the one place that does, whatever the cause.

A verdict is written where evidence, anchor, verifier, outcome, trust state or first failing check
differ from the verdict in force; else only the instant moves at which it is concluded again.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from trustui.core.primitives.text import visible
from trustui.events.services import WORKER, NewEvent, record_many
from trustui.inventory import sql
from trustui.inventory.models import Source
from trustui.inventory.recording import Recorded
from trustui.inventory.sources import lock_sources
from trustui.inventory.values import CrawlResult
from trustui.verdicts import writing
from trustui.verdicts.conclusions import (
    Basis,
    Conclusion,
    concluded_from_crawl,
    what_time_did,
)
from trustui.verdicts.findings import keep_findings
from trustui.verdicts.models import Cause, Held, SourceVerdict, Verdict
from trustui.verdicts.verifier import VERIFIER

FAR = timedelta(minutes=15)
"""A verification that was judged further than this from now was judged by another clock."""


class Concluded(msgspec.Struct, frozen=True):
    """What became of a batch of conclusions, by source."""

    written: tuple[int, ...] = ()
    """A new verdict."""
    confirmed: tuple[int, ...] = ()
    """The verdict in force, once more."""
    held: tuple[int, ...] = ()
    """Kept until the clock can be believed."""
    overtaken: tuple[int, ...] = ()
    """Not used: made from what is no longer in force; anchor or verdict changed meanwhile."""


def conclude_crawls(
    results: Sequence[CrawlResult],
    recorded: Sequence[Recorded],
    now: datetime,
    *,
    is_clock_doubted: bool = False,
) -> Concluded:
    """Conclude from crawls that were recorded in the same transaction, in the same order."""
    found = (
        concluded_from_crawl(result, one.crawl_id, one.changed)
        for result, one in zip(results, recorded, strict=True)
    )
    return conclude(
        [one for one in found if one is not None], now, is_clock_doubted=is_clock_doubted
    )


def conclude(
    conclusions: Sequence[Conclusion], now: datetime, *, is_clock_doubted: bool = False
) -> Concluded:
    """Write what follows from these conclusions, one a source; the last one of a source counts.

    Runs in the caller's transaction, in a number of statements that does not depend on how many
    there are. Where the clock is doubted, what depends on time is held: nothing is written and
    the standing keeps its verdict. Events `verdict.changed` tell of another outcome, trust state
    or first failing check.
    """
    newest = {one.source_id: one for one in conclusions}
    if not newest:
        return Concluded()
    batch = _Batch(sorted(newest), now)
    outcomes: dict[str, list[Conclusion]] = {}
    for _, one in sorted(newest.items()):
        outcomes.setdefault(batch.fate(one, is_clock_doubted), []).append(one)
    written, confirmed = outcomes.get("written", []), outcomes.get("confirmed", [])
    batch.hold(outcomes.get("held", []))
    batch.write(written, confirmed)
    return Concluded(
        **{fate: tuple(one.source_id for one in found) for fate, found in outcomes.items()}
    )


class _Batch:
    """The rows that a batch is compared with, locked first and in order."""

    def __init__(self, ids: Sequence[int], now: datetime) -> None:
        self._now = now
        lock_sources(ids)
        self._standings = {
            row.source_id: row
            for row in SourceVerdict.objects.select_for_update(of=("self",))
            .filter(source__in=ids)
            .select_related("verdict")
            .defer("verdict__trace")
            .order_by("source")
        }
        # Read under the lock: an anchor that was changed before it is seen here.
        sources = Source.objects.filter(pk__in=ids).select_related("anchor").defer("anchor__body")
        self._sources = {row.pk: row for row in sources}
        self._held = {row.source_id: row for row in Held.objects.filter(source__in=ids)}

    def fate(self, one: Conclusion, is_clock_doubted: bool) -> str:
        """What becomes of a conclusion: a member of `Concluded`."""
        if self._is_overtaken(one):
            return "overtaken"
        is_far = abs(self._now - one.at) > FAR
        if one.depends_on_time and (is_clock_doubted or is_far):
            return "held"
        return "written" if self._is_new(one) else "confirmed"

    def _is_overtaken(self, one: Conclusion) -> bool:
        source = self._sources.get(one.source_id)
        if source is None or source.anchor_id != one.anchor_id:
            return True
        standing, held = self._standings.get(one.source_id), self._held.get(one.source_id)
        in_force = Basis(
            None if standing is None else standing.verdict_id,
            None if held is None else held.crawl_id,
        )
        return one.basis is not None and one.basis != in_force

    def _is_new(self, one: Conclusion) -> bool:
        before = self._before(one)
        return before is None or _essence(before) != (
            one.evidence,
            one.anchor_id,
            VERIFIER,
            *_meaning(one),
        )

    def _before(self, one: Conclusion) -> Verdict | None:
        standing = self._standings.get(one.source_id)
        return None if standing is None else standing.verdict

    def hold(self, held: Sequence[Conclusion]) -> None:
        """Keep which crawl's evidence waits; what was read from the store stands there anyway."""
        waiting = [one for one in held if one.basis is None]
        sql.insert(
            Held,
            ("source", "crawl", "changes", "since"),
            [
                (one.source_id, one.crawl_id, writing.sentences(one.changes), self._now)
                for one in waiting
            ],
            "ON CONFLICT (source_id) DO UPDATE SET crawl_id = excluded.crawl_id,"
            " changes = excluded.changes",
        )

    def write(self, written: Sequence[Conclusion], confirmed: Sequence[Conclusion]) -> None:
        """New verdicts, the standings, findings and events."""
        if not written and not confirmed:
            return
        self._forget_held([*written, *confirmed])
        verdicts = [self._verdict(one) for one in written]
        writing.insert(verdicts)
        standings = [self._standing(one, row) for one, row in zip(written, verdicts, strict=True)]
        self._put([*standings, *self._moved(confirmed)])
        keep_findings([*written, *confirmed], self._now)
        pairs = zip(written, verdicts, strict=True)
        events = [self._event(one, row) for one, row in pairs if self._is_news(one)]
        if events:
            record_many(events)

    def _forget_held(self, concluded: Sequence[Conclusion]) -> None:
        ids = [one.source_id for one in concluded if one.source_id in self._held]
        if ids:
            Held.objects.filter(source__in=ids).delete()

    def _verdict(self, one: Conclusion) -> Verdict:
        before = self._before(one)
        cause, changes = self._why(one)
        at = one.at if before is None else max(one.at, before.at)
        return writing.verdict_of(one, at=at, now=self._now, cause=cause, changes=changes)

    def _why(self, one: Conclusion) -> tuple[Cause, Sequence[str]]:
        """The cause that shows: a crawl may be the first to meet what time or a person did."""
        before = self._before(one)
        if before is None:
            return one.cause, one.changes
        if before.anchor_id != one.anchor_id:
            return Cause.ANCHOR, (self._anchoring(one), *one.changes)
        if before.evidence != one.evidence:
            changes = one.changes
            if not changes and one.source_id in self._held:
                changes = tuple(self._held[one.source_id].changes)
            return Cause.EVIDENCE, changes
        if before.verifier != VERIFIER:
            return Cause.VERIFIER, (f"verified by {VERIFIER}, before by {before.verifier}",)
        return Cause.TIME, tuple(what_time_did(one.repository, before.at, one.at))

    def _anchoring(self, one: Conclusion) -> str:
        anchor = self._sources[one.source_id].anchor
        if anchor is None:
            return "nobody vouches for a root any more"
        who, why = visible(anchor.pinned_by_name), visible(anchor.reason)
        return f"root v{anchor.version} was pinned by {who}: {why}"

    def _standing(self, one: Conclusion, verdict: Verdict) -> SourceVerdict:
        before = self._standings.get(one.source_id)
        is_same = before is not None and not self._is_news(one)
        return SourceVerdict(
            source_id=one.source_id,
            verdict_id=verdict.pk,
            outcome=verdict.outcome,
            trust_state=verdict.trust_state,
            since=before.since if before is not None and is_same else verdict.at,
            valid_until=one.valid_until,
        )

    def _moved(self, confirmed: Sequence[Conclusion]) -> list[SourceVerdict]:
        """Standings of which only the instant is another at which they are concluded again."""
        moved = []
        for one in confirmed:
            standing = self._standings[one.source_id]
            if standing.valid_until != one.valid_until:
                standing.valid_until = one.valid_until
                moved.append(standing)
        return moved

    def _put(self, standings: Sequence[SourceVerdict]) -> None:
        names = ("source", "verdict", "outcome", "trust_state", "since", "valid_until")
        columns = [SourceVerdict._meta.get_field(name).attname for name in names]  # type: ignore[union-attr]  # noqa: SLF001
        rows = [[getattr(row, column) for column in columns] for row in standings]
        changed = ", ".join(f"{column} = excluded.{column}" for column in columns[1:])
        sql.insert(
            SourceVerdict,
            names,
            sorted(rows),
            f"ON CONFLICT (source_id) DO UPDATE SET {changed}",
        )

    def _is_news(self, one: Conclusion) -> bool:
        before = self._before(one)
        return before is None or before.meaning != _meaning(one)

    def _event(self, one: Conclusion, verdict: Verdict) -> NewEvent:
        source, before = self._sources[one.source_id], self._before(one)
        return NewEvent(
            kind="verdict.changed",
            at=self._now,
            actor=WORKER,
            subject=source.name,
            team_id=source.team_id,
            source_id=source.pk,
            detail=writing.told(before, verdict),
        )


def _meaning(one: Conclusion) -> tuple[str, str, str]:
    """What an event tells of when it is another: outcome, trust state, first failing check."""
    return one.trace.outcome.value, one.state.value, one.first_failing


def _essence(verdict: Verdict) -> tuple[object, ...]:
    return verdict.evidence, verdict.anchor_id, verdict.verifier, *verdict.meaning
