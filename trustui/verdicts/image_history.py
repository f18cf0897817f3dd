"""Questions that pages and answers ask of stored verdicts about artefacts. Nothing is verified here.

None of them reads traces but `trace_of`; each takes one statement, whatever is stored.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from trustui.images.models import Tag
from trustui.verdicts.history import unpacked_trace
from trustui.verdicts.models import ArtefactStanding, ArtefactVerdict, DueRepository


def verdicts_of(
    repository_id: int,
    digest: str,
    *,
    before: tuple[datetime, int] | None = None,
    at: datetime | None = None,
) -> "QuerySet[ArtefactVerdict]":
    """The verdicts about an artefact, newest first, up to an instant; slice it for a page.

    `before` is time and id of the last one of the page before.
    """
    found = ArtefactVerdict.objects.filter(repository=repository_id, digest=digest)
    found = found.defer("trace").select_related("policy__policy").order_by("-at", "-id")
    if at is not None:
        found = found.filter(at__lte=at)
    if before is not None:
        then, pk = before
        found = found.filter(at__lte=then).filter(Q(at__lt=then) | Q(id__lt=pk))
    return found


def verdict_at(repository_id: int, digest: str, at: datetime) -> ArtefactVerdict | None:
    """What was in force at an instant: was this digest valid then."""
    return verdicts_of(repository_id, digest, at=at).first()


def current() -> "QuerySet[ArtefactStanding]":
    """The standings of all artefacts that stand in a registry that is crawled."""
    return ArtefactStanding.objects.filter(
        repository__source__removed_at=None, repository__gone_at=None
    )


def named() -> "QuerySet[ArtefactStanding]":
    """Those of `current` that a person's tag points to now."""
    tags = Tag.objects.filter(
        repository=OuterRef("repository"),
        move__digest=OuterRef("digest"),
        gone_at=None,
        is_helper=False,
    )
    return current().filter(Exists(tags))


def states() -> dict[str, int]:
    """How many artefacts that a tag names now are in which trust state; others are left out."""
    rows = named().values_list("trust_state").annotate(Count("pk"))
    return dict(rows.order_by("trust_state"))


def states_by_source(source_ids: Collection[int] | None = None) -> dict[int, dict[str, int]]:
    """The same for each of these sources, or for all."""
    rows = named()
    if source_ids is not None:
        rows = rows.filter(repository__source__in=source_ids)
    found: dict[int, dict[str, int]] = defaultdict(dict)
    counted = rows.values_list("repository__source_id", "trust_state").annotate(Count("pk"))
    for source_id, state, count in counted.order_by("repository__source_id", "trust_state"):
        found[source_id][state] = count
    return found


def states_by_repository() -> dict[int, dict[str, int]]:
    """The same for each repository; those without such an artefact are left out."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    counted = named().values_list("repository", "trust_state").annotate(Count("pk"))
    for repository_id, state, count in counted.order_by("repository", "trust_state"):
        found[repository_id][state] = count
    return found


def in_numbers(states: Mapping[str, int]) -> str:
    """As a person reads it: `3 verified, 1 failing`."""
    return ", ".join(f"{count:,} {state}" for state, count in states.items())


def trace_of(verdict_id: int) -> bytes:
    """The JSON of a verdict as `trustui verify image --json` prints it.

    Raises ArtefactVerdict.DoesNotExist.
    """
    found = ArtefactVerdict.objects.values_list("trace", flat=True).get(pk=verdict_id)
    return unpacked_trace(found)


def overdue(now: datetime) -> int:
    """How many standings time has overtaken and that were not concluded again yet."""
    return current().filter(valid_until__lte=now).count()


def waiting() -> int:
    """How many repositories have artefacts that are to be verified again."""
    return DueRepository.objects.filter(repository__source__removed_at=None).count()
