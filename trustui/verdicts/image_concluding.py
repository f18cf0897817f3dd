"""Writing verdicts about artefacts: the one place that does, whatever the cause.

One is written where evidence, trust, verifier, outcome, trust state or first failing check differ
from the verdict in force; else only the instant moves at which it is concluded again.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

import msgspec

from trustui.core.formats.notation.verify import REVOCATION
from trustui.core.primitives.instants import write_instant
from trustui.core.primitives.text import visible
from trustui.core.trace import TrustState
from trustui.events.services import NewEvent, record_many
from trustui.images.models import ImageRepository
from trustui.images.values import RecordedImages
from trustui.inventory import sql
from trustui.inventory.sources import lock_sources
from trustui.policies.trust import stamps
from trustui.revocation.asking import Told, identity_of, want
from trustui.verdicts import image_writing as writing
from trustui.verdicts.concluding import FAR
from trustui.verdicts.image_counting import count_repositories, counting
from trustui.verdicts.image_findings import keep_history, keep_noticed
from trustui.verdicts.image_verifying import Draft, inherited
from trustui.verdicts.models import ArtefactStanding, ArtefactVerdict, Cause, DueRepository
from trustui.verdicts.verifier import IMAGE_VERIFIER

Key: TypeAlias = tuple[int, str]
"""A repository and the digest of an artefact in it."""


class ImageConclusion(msgspec.Struct, frozen=True):
    """One verification of one artefact, as it may become a verdict."""

    repository_id: int
    full_name: str
    digest: str
    evidence: str
    """`images.Look.evidence` of what was verified."""
    draft: Draft
    cause: Cause
    crawl_id: int | None = None
    changes: tuple[str, ...] = ()
    index_digest: str = ""
    basis: int | None = None
    """The verdict that must still be in force; a crawl, which saw the place itself, has none."""
    is_from_store: bool = False

    @property
    def key(self) -> Key:
        """What it is about."""
        return self.repository_id, self.digest

    @property
    def state(self) -> TrustState:
        """What is shown of it as a whole."""
        return inherited(self.draft, self.index_digest)

    @property
    def meaning(self) -> tuple[str, str, str]:
        """As of a verdict."""
        return self.draft.trace.outcome.value, self.state.value, self.draft.first_failing


class ImagesConcluded(msgspec.Struct, frozen=True):
    """What became of conclusions, by repository and digest."""

    written: tuple[Key, ...] = ()
    confirmed: tuple[Key, ...] = ()
    held: tuple[Key, ...] = ()
    """To be verified again once the clock can be believed."""
    overtaken: tuple[Key, ...] = ()
    """Not used: made from what is no longer in force; verified again where that is our part."""


def conclude_images(
    recorded: Sequence[RecordedImages], now: datetime, *, is_clock_doubted: bool = False
) -> ImagesConcluded:
    """Conclude from crawls of registries that were recorded in the same transaction."""
    found = [
        ImageConclusion(
            repository_id=looked.repository_id,
            full_name=looked.full_name,
            digest=looked.digest,
            evidence=looked.evidence,
            draft=looked.draft,
            cause=Cause.EVIDENCE,
            crawl_id=looked.crawl_id,
            changes=looked.changes,
            index_digest=looked.index_digest,
        )
        for one in recorded
        for looked in one.looked
        if isinstance(looked.draft, Draft)
    ]
    concluded = _conclude(found, now, is_clock_doubted=is_clock_doubted, is_counted=False)
    moved = {move.repository_id for one in recorded for move in one.moves}
    keep_history(sorted({one.repository_id for one in found} | moved), now)
    looked = {each.repository_id for one in recorded for each in one.looked}
    count_repositories(looked | moved)
    return concluded


def conclude_artefacts(
    conclusions: Sequence[ImageConclusion], now: datetime, *, is_clock_doubted: bool = False
) -> ImagesConcluded:
    """Write what follows from these conclusions; the last one of an artefact counts.

    Runs in the caller's transaction, in a number of statements that does not depend on how many
    there are. Events `artefact.verdict_changed` tell of another outcome, trust state or first
    failing check. Where the clock is doubted, what depends on the present waits; what was
    verified by what is no longer trusted is not used. Both are asked for again.
    """
    return _conclude(conclusions, now, is_clock_doubted=is_clock_doubted, is_counted=True)


def _conclude(
    conclusions: Sequence[ImageConclusion],
    now: datetime,
    *,
    is_clock_doubted: bool,
    is_counted: bool,
) -> ImagesConcluded:
    newest = {one.key: one for one in conclusions}
    if not newest:
        return ImagesConcluded()
    batch = _Batch(list(newest.values()), now)
    fates: dict[str, list[ImageConclusion]] = {}
    for _, one in sorted(newest.items()):
        fates.setdefault(batch.fate(one, is_clock_doubted), []).append(one)
    ask_again(
        {one.repository_id: Cause.EVIDENCE for one in fates.get("held", [])}
        | {one.repository_id: Cause.ANCHOR for one in batch.outdated},
        now,
    )
    written = fates.get("written", [])
    with counting(batch.turned(written) if is_counted else ()):
        batch.write(written, fates.get("confirmed", []))
    ask_again({one.repository_id: Cause.REVOCATION for one in batch.preceded}, now)
    return ImagesConcluded(**{fate: tuple(one.key for one in some) for fate, some in fates.items()})


def ask_again(repositories: dict[int, Cause], now: datetime) -> None:
    """Have all artefacts of these repositories verified again from the store; one statement.

    One that is under way begins anew.
    """
    sql.insert(
        DueRepository,
        ("repository", "cause", "after", "asked", "since"),
        [(pk, cause, 0, 1, now) for pk, cause in sorted(repositories.items())],
        "ON CONFLICT (repository_id) DO UPDATE SET cause = excluded.cause, after = 0,"
        f" asked = {sql.table(DueRepository)}.asked + 1, since = excluded.since",
    )


class _Batch:
    """The rows that a batch is compared with, locked first and in order."""

    def __init__(self, conclusions: Sequence[ImageConclusion], now: datetime) -> None:
        self._now = now
        ids = {one.repository_id for one in conclusions}
        found = ImageRepository.objects.filter(pk__in=ids).select_related("source")
        self._repositories = {row.pk: row for row in found}
        lock_sources(row.source_id for row in found)
        self._standings = locked_standings(one.key for one in conclusions)
        teams = {one.draft.trust.team_id for one in conclusions}
        self._stamps = stamps(teams)
        self._told: Mapping[str, Told] = {}
        self.outdated: list[ImageConclusion] = []
        self.preceded: list[ImageConclusion] = []
        """Made before an authority said what is known by now."""

    def fate(self, one: ImageConclusion, is_clock_doubted: bool) -> str:
        """What becomes of a conclusion: a member of `ImagesConcluded`."""
        trust = one.draft.trust
        if one.repository_id not in self._repositories:
            return "overtaken"
        if self._stamps[trust.team_id] != trust.stamp:
            self.outdated.append(one)
            return "overtaken"
        before = self._before(one)
        if one.is_from_store and one.basis != (None if before is None else before.pk):
            return "overtaken"
        is_far = abs(self._now - one.draft.at) > FAR
        if one.draft.turns and (is_clock_doubted or is_far):
            return "held"
        return "written" if before is None or _essence(before) != _essence_of(one) else "confirmed"

    def _before(self, one: ImageConclusion) -> ArtefactVerdict | None:
        standing = self._standings.get(one.key)
        return None if standing is None else standing.verdict

    def turned(self, written: Iterable[ImageConclusion]) -> list[Key]:
        """Those whose trust state becomes another one, or their first."""
        return [
            one.key
            for one in written
            if (before := self._before(one)) is None or before.trust_state != one.state
        ]

    def write(
        self, written: Sequence[ImageConclusion], confirmed: Sequence[ImageConclusion]
    ) -> None:
        """New verdicts, the standings, findings and events, and what is to be asked of authorities."""
        if not written and not confirmed:
            return
        self._rest_on_authorities((*written, *confirmed))
        verdicts = [self._verdict(one) for one in written]
        writing.insert(verdicts)
        standings = [self._standing(one, row) for one, row in zip(written, verdicts, strict=True)]
        writing.put([*standings, *self._moved(confirmed)])
        keep_noticed(
            [
                (self._repositories[one.repository_id], one.digest, one.draft.trace)
                for one in (*written, *confirmed)
            ],
            self._now,
        )
        news = [
            (one, row) for one, row in zip(written, verdicts, strict=True) if self._is_told(one)
        ]
        if news:
            tags = writing.tags_of([one.key for one, _ in news])
            record_many([self._event(one, row, tags.get(one.key, ())) for one, row in news])

    def _verdict(self, one: ImageConclusion) -> ArtefactVerdict:
        before = self._before(one)
        cause, changes = self._why(one)
        at = one.draft.at if before is None else max(one.draft.at, before.at)
        return writing.verdict_of(
            one.draft,
            repository_id=one.repository_id,
            digest=one.digest,
            crawl_id=one.crawl_id,
            evidence=one.evidence,
            state=one.state,
            at=at,
            now=self._now,
            cause=cause,
            changes=changes,
        )

    def _why(self, one: ImageConclusion) -> tuple[Cause, Sequence[str]]:
        """The cause that shows: a crawl may be the first to meet what time or a person did."""
        before = self._before(one)
        if before is None:
            return one.cause, one.changes
        if before.trust != one.draft.trust.digest(one.draft.applied):
            return Cause.ANCHOR, (*trust_changes(before, one.draft), *one.changes)
        if before.evidence != one.evidence:
            return Cause.EVIDENCE, one.changes
        if before.verifier != IMAGE_VERIFIER:
            return Cause.VERIFIER, (f"verified by {IMAGE_VERIFIER}, before by {before.verifier}",)
        told, ended = self._told_since(before.at, one.draft), one.draft.what_time_did(before.at)
        is_revocation = REVOCATION.id in {before.first_failing, one.draft.first_failing}
        if told and (is_revocation or not ended):
            return Cause.REVOCATION, told
        return Cause.TIME, ended

    def _rest_on_authorities(self, concluded: Sequence[ImageConclusion]) -> None:
        self._told = want([(one.repository_id, one.draft.asked) for one in concluded], self._now)
        for one in concluded:
            told = (self._told.get(identity_of(asked)) for asked in one.draft.asked)
            if any(each is not None and each.fetched_at > one.draft.at for each in told):
                self.preceded.append(one)

    def _told_since(self, since: datetime, draft: Draft) -> tuple[str, ...]:
        """Which of the authorities that were asked gave another answer after an instant (UTC)."""
        told = (self._told.get(identity_of(asked)) for asked in draft.asked)
        return tuple(
            f"{visible(one.address)} gave another answer at {write_instant(one.fetched_at)}"
            for one in dict.fromkeys(told)
            if one is not None and since < one.fetched_at <= draft.at
        )

    def _standing(self, one: ImageConclusion, verdict: ArtefactVerdict) -> ArtefactStanding:
        before = self._standings.get(one.key)
        is_same = before is not None and before.verdict.meaning == one.meaning
        return ArtefactStanding(
            repository_id=one.repository_id,
            digest=one.digest,
            verdict_id=verdict.pk,
            outcome=verdict.outcome,
            trust_state=verdict.trust_state,
            since=before.since if before is not None and is_same else verdict.at,
            valid_until=one.draft.valid_until,
        )

    def _moved(self, confirmed: Sequence[ImageConclusion]) -> list[ArtefactStanding]:
        """Standings of which only the instant is another at which they are concluded again."""
        moved = []
        for one in confirmed:
            standing = self._standings[one.key]
            if standing.valid_until != one.draft.valid_until:
                standing.valid_until = one.draft.valid_until
                moved.append(standing)
        return moved

    def _is_told(self, one: ImageConclusion) -> bool:
        """Whether it is another than before; what is inherited is told by the index's own event."""
        before = self._before(one)
        if before is None:
            return one.state is not TrustState.INHERITED
        return before.meaning != one.meaning

    def _event(
        self, one: ImageConclusion, verdict: ArtefactVerdict, tags: Sequence[str]
    ) -> NewEvent:
        source = self._repositories[one.repository_id].source
        return writing.event_of(verdict, self._before(one), source, one.full_name, tags, self._now)


def locked_standings(keys: Iterable[Key]) -> dict[Key, ArtefactStanding]:
    """The standings of these artefacts with their verdicts, locked in one order."""
    wanted = sorted(set(keys))
    rows = ArtefactStanding.objects.select_for_update(of=("self",)).filter(
        repository__in={repository for repository, _ in wanted},
        digest__in={digest for _, digest in wanted},
    )
    found = rows.select_related("verdict").defer("verdict__trace")
    return {(row.repository_id, row.digest): row for row in found.order_by("repository", "digest")}


def trust_changes(before: ArtefactVerdict, draft: Draft) -> list[str]:
    """Which versions are others than those of a verdict, who set them and why."""
    if draft.applied is None:
        return ["no policy covers the repository any more"]
    told = []
    policy, now = draft.applied.policy, draft.trust.rests_on(draft.applied)
    then = before.rests_on
    if (then.get("policy"), then.get("version")) != (now["policy"], now["version"]):
        told.append(
            f"policy {visible(policy.name)} version {policy.number} was set by "
            f"{visible(policy.set_by_name)}: {visible(policy.reason)}"
        )
    known = then.get("materials", {})
    for name, number in now["materials"].items():
        if known.get(name, number) != number:
            one = draft.trust.materials[name]
            told.append(
                f"{visible(name)} version {number} was set by {visible(one.set_by_name)}: "
                f"{visible(one.reason)}"
            )
    return told


def _essence(verdict: ArtefactVerdict) -> tuple[object, ...]:
    return verdict.evidence, verdict.trust, verdict.verifier, *verdict.meaning


def _essence_of(one: ImageConclusion) -> tuple[object, ...]:
    trust = one.draft.trust.digest(one.draft.applied)
    return one.evidence, trust, IMAGE_VERIFIER, *one.meaning
