"""Verifying artefacts again from the store, portion by portion: what time, people or rules changed.

Nothing is requested from a registry. A portion is a turn like that of a crawl, so that a policy for
ten thousand artefacts keeps nobody waiting.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
from django.db import transaction
from django.db.models import F

from trustui.images.models import ImageRepository, Look
from trustui.inventory.sources import lock_sources
from trustui.jobs.kinds import Claim, Crew, Result, Task
from trustui.verdicts.clock import Clock
from trustui.verdicts.image_concluding import ImageConclusion, conclude_artefacts
from trustui.verdicts.image_findings import keep_history
from trustui.verdicts.image_remembering import MAX_BYTES, Key, RememberedArtefact, load
from trustui.verdicts.models import ArtefactStanding, Cause, DueRepository
from trustui.verdicts.sweeping import POSTPONED
from trustui.verdicts.verifier import IMAGE_VERIFIER

logger = logging.getLogger(__name__)

AT_ONCE = 200
"""Artefacts of one portion: a few seconds."""
VERIFY, UPGRADE = "images.verify", "images.upgrade"


class Mark(msgspec.Struct, frozen=True):
    """How far a repository that is due is, as it was read and as it becomes."""

    repository_id: int
    asked: int
    before: int
    after: int
    is_done: bool


class Choice(msgspec.Struct, frozen=True):
    """What a portion takes."""

    keys: tuple[Key, ...] = ()
    marks: tuple[Mark, ...] = ()


class Work(msgspec.Struct, frozen=True):
    """A portion, read."""

    artefacts: tuple[RememberedArtefact, ...]
    marks: tuple[Mark, ...]
    is_full: bool


@dataclass
class Portion:
    """What a portion came to."""

    conclusions: list[ImageConclusion] = field(default_factory=list)
    broken: list[Key] = field(default_factory=list)
    marks: tuple[Mark, ...] = ()
    """Empty where it was not finished: it is then done again."""


@dataclass(frozen=True)
class ImageSweep:
    """A recurring job that verifies again whatever `choose` finds."""

    name: str
    choose: Callable[[datetime, int], Choice]
    clock: Clock
    at_once: int = 1
    seconds: float = 120.0
    together: int = 1
    portion: int = AT_ONCE

    def prepare(self, claims: Sequence[Claim]) -> Sequence[Task]:
        """Nothing to do while the clock is in doubt: what is due stays due."""
        now = self.clock.believed()
        return [] if now is None else [Task(claim, self._chosen(claim, now)) for claim in claims]

    def _chosen(self, claim: Claim, now: datetime) -> Work:
        """One alone where a process died with this job, and that one not again before long."""
        most = self.portion if claim.attempt == 1 else 1
        choice = self.choose(now, most)
        artefacts = load(choice.keys, MAX_BYTES if most > 1 else None)
        while artefacts is None:
            most = max(1, most // 4)
            choice = self.choose(now, most)
            artefacts = load(choice.keys, MAX_BYTES if most > 1 else None)
        marks = choice.marks
        if claim.attempt > 1:
            postpone(choice.keys, now)
            with transaction.atomic():
                apply_marks(marks)
            marks = ()
        is_full = len(choice.keys) >= most or not all(mark.is_done for mark in choice.marks)
        return Work(tuple(artefacts), marks, is_full)

    def run(self, tasks: Sequence[Task], crew: Crew) -> None:
        """Verify each artefact again; what is left when the process has to stop is due at once."""
        for task in tasks:
            work: Work = task.work
            portion = verify_portion(work.artefacts, self.clock, lambda: crew.is_stopping)
            is_finished = len(portion.conclusions) + len(portion.broken) == len(work.artefacts)
            portion.marks = work.marks if is_finished else ()
            goes_on = work.is_full and bool(portion.conclusions or portion.marks)
            crew.deliver(Result(task.claim, portion, again=goes_on or not is_finished))

    def record(self, results: Sequence[Result]) -> None:
        """Write the verdicts, and how far the repositories are."""
        portions = [one.value for one in results if isinstance(one.value, Portion)]
        found = [one for portion in portions for one in portion.conclusions]
        broken = [key for portion in portions for key in portion.broken]
        marks = [mark for portion in portions for mark in portion.marks]
        if not (found or broken or marks):
            return
        if broken:
            repositories = {*(pk for pk, _ in broken), *(one.repository_id for one in found)}
            rows = ImageRepository.objects.filter(pk__in=repositories)
            lock_sources(rows.values_list("source_id", flat=True))
        believed = self.clock.believed()
        now = believed or self.clock.now()
        conclude_artefacts(found, now, is_clock_doubted=believed is None)
        if believed is not None:
            postpone(broken, believed)
            keep_history(apply_marks(marks), believed)


def verify_portion(
    artefacts: Iterable[RememberedArtefact], clock: Clock, is_stopping: Callable[[], bool]
) -> Portion:
    """Verify artefacts again, one after the other. No database."""
    portion = Portion()
    for one in artefacts:
        if is_stopping():
            break
        try:
            portion.conclusions.append(verified_again(one, clock.now()))
        except Exception:
            # A check that breaks is a step; this is our own fault, and others must not wait for it.
            logger.exception("%s could not be verified again", one.artefact.digest)
            portion.broken.append(one.key)
    return portion


def verified_again(one: RememberedArtefact, at: datetime) -> ImageConclusion:
    """What the same answers mean at an instant (UTC). No database."""
    stored = one.artefact
    return ImageConclusion(
        repository_id=stored.repository_id,
        full_name=stored.full_name,
        digest=stored.digest,
        evidence=stored.evidence,
        draft=one.verify(stored.full_name, stored.digest, stored.ask, at),
        cause=Cause.EVIDENCE,
        crawl_id=one.crawl_id,
        index_digest=stored.index_digest,
        basis=one.basis,
        is_from_store=True,
    )


def postpone(keys: Sequence[Key], now: datetime) -> None:
    """Look at these again in a while, so that they keep nobody from being verified."""
    if keys:
        wanted = set(keys)
        rows = ArtefactStanding.objects.filter(
            repository__in={pk for pk, _ in keys}, digest__in={digest for _, digest in keys}
        ).values_list("pk", "repository", "digest")
        ids = [pk for pk, repository, digest in rows if (repository, digest) in wanted]
        ArtefactStanding.objects.filter(pk__in=ids).update(valid_until=now + POSTPONED)


def apply_marks(marks: Sequence[Mark]) -> list[int]:
    """Note how far repositories are; gives those that are done.

    One that was asked for again meanwhile begins anew: its mark is as it was not read.
    """
    if not marks:
        return []
    by_id = {one.repository_id: one for one in marks}
    rows = DueRepository.objects.select_for_update().filter(pk__in=by_id).order_by("pk")
    same = [
        by_id[row.pk]
        for row in rows
        if (row.asked, row.after) == (by_id[row.pk].asked, by_id[row.pk].before)
    ]
    done = [one.repository_id for one in same if one.is_done]
    DueRepository.objects.filter(pk__in=done).delete()
    for one in same:
        if not one.is_done:  # at most the last one of a portion
            DueRepository.objects.filter(pk=one.repository_id).update(after=one.after)
    return done


# What is due --------------------------------------------------------------------------------


def due(now: datetime, most: int) -> Choice:
    """What lapsed, longest overdue first, then what was asked for; three statements."""
    lapsed = (
        ArtefactStanding.objects.filter(
            valid_until__lte=now, repository__source__removed_at=None, repository__gone_at=None
        )
        .order_by("valid_until", "pk")
        .values_list("repository", "digest")[:most]
    )
    keys = list(lapsed)
    room = most - len(keys)
    if room == 0:
        return Choice(tuple(keys))
    asked = _asked_for(room)
    return Choice(tuple(dict.fromkeys((*keys, *asked.keys))), asked.marks)


def _asked_for(most: int) -> Choice:
    rows = DueRepository.objects.order_by("since", "pk")[:most]
    marks = {row.pk: Mark(row.pk, row.asked, row.after, row.after, is_done=True) for row in rows}
    if not marks:
        return Choice()
    looks = list(
        Look.objects.filter(repository__in=marks, pk__gt=F("repository__duerepository__after"))
        .order_by("repository__duerepository__since", "repository", "pk")
        .values_list("repository", "digest", "pk")[:most]
    )
    if len(looks) == most:
        # The last one may have more; those of which none came yet stand behind it.
        reached = {repository for repository, _, _ in looks}
        last, _, after = looks[-1]
        marks = {
            pk: msgspec.structs.replace(mark, after=after, is_done=False) if pk == last else mark
            for pk, mark in marks.items()
            if pk in reached
        }
    keys = tuple((repository, digest) for repository, digest, _ in looks)
    return Choice(keys, tuple(marks.values()))


def of_other_verifiers(_now: datetime, most: int) -> Choice:
    """Artefacts whose verdict was made by other rules than today's."""
    found = ArtefactStanding.objects.filter(
        repository__source__removed_at=None, repository__gone_at=None
    ).exclude(verdict__verifier=IMAGE_VERIFIER)
    return Choice(tuple(found.order_by("pk").values_list("repository", "digest")[:most]))


def verify_again(clock: Clock) -> ImageSweep:
    """What time changed, and what was asked for because trust changed or the clock was in doubt."""
    return ImageSweep(VERIFY, due, clock)


def upgrade(clock: Clock) -> ImageSweep:
    """What other rules may change."""
    return ImageSweep(UPGRADE, of_other_verifiers, clock)
