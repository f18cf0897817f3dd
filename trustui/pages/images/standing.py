"""How artefacts stood at an instant, and which tags pointed to them then."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, When

from trustui.core.primitives.text import visible
from trustui.core.trace import TrustState
from trustui.images.models import ImageRepository, Platform, TagMove
from trustui.pages.moment import Moment
from trustui.pages.viewer import Viewer
from trustui.pages.words import State, state_of
from trustui.verdicts.models import ArtefactStanding, ArtefactVerdict


class Stood(msgspec.Struct, frozen=True):
    """The verdict of one artefact that was in force. `since` in UTC."""

    state: State
    trust_state: str
    """Empty where nothing was concluded."""
    verdict_id: int | None
    since: datetime | None
    """None where nothing was concluded, and where it is judged as of another instant."""
    first_failing: str
    because: str


TRUSTED = frozenset({TrustState.VERIFIED, TrustState.EXPIRES_SOON})
"""What is trusted by what is signed of it itself."""
MOST_INDEXES = 20
"""Indexes that list one digest."""
NOTHING = Stood(state_of(None), "", None, None, "", "")
UNSIGNED = Stood(state_of(TrustState.INHERITED), str(TrustState.INHERITED), None, None, "", "")
"""Nothing of its own hangs on it: no crawl looks closer, and it stands as its index does."""


def repository_of(viewer: Viewer, repository_id: int) -> ImageRepository | None:
    """A repository of this person's teams, with its source: one query."""
    mine = ImageRepository.objects.filter(pk=repository_id, source__team__in=viewer.teams)
    return mine.select_related("source").first()


def repositories_of(viewer: Viewer, moment: Moment) -> "QuerySet[ImageRepository]":
    """Those that were there then, of sources that were crawled then."""
    found = ImageRepository.objects.filter(source__team__in=viewer.teams)
    at = moment.at
    if at == moment.now:
        return found.filter(source__removed_at=None)
    still = Q(source__removed_at=None) | Q(source__removed_at__gt=at)
    return found.filter(still, first_seen_at__lte=at)


def moves_at(moment: Moment) -> "QuerySet[TagMove]":
    """The moves that were in force, of tags for people that the registry still listed."""
    moves = TagMove.objects.filter(tag__is_helper=False)
    if moment.at == moment.now:
        return moves.filter(pk=F("tag__move"), tag__gone_at=None)
    at = moment.at
    later = TagMove.objects.filter(
        tag=OuterRef("tag"), ordinal__gt=OuterRef("ordinal"), first_seen_at__lte=at
    )
    still = Q(tag__gone_at=None) | Q(tag__gone_at__gt=at)
    return moves.filter(~Exists(later), still, first_seen_at__lte=at)


def verdicts_at(moment: Moment) -> "QuerySet[ArtefactVerdict]":
    """The newest of each artefact that was made by then."""
    made = ArtefactVerdict.objects.filter(at__lte=moment.at)
    newest = made.filter(repository=OuterRef("repository"), digest=OuterRef("digest"))
    return made.filter(pk=Subquery(newest.order_by("-at", "-id").values("pk")[:1]))


def stood(repository_id: int, digests: Collection[str], moment: Moment) -> dict[str, Stood]:
    """By digest; what is absent was not concluded about: one query."""
    rows: QuerySet[Any, Any]
    if moment.at == moment.now:
        held = ArtefactStanding.objects.filter(repository=repository_id, digest__in=digests)
        rows = held.values_list(
            *("digest", "trust_state", "verdict_id", "since"),
            *("verdict__first_failing", "verdict__because"),
        )
    else:
        made = verdicts_at(moment).filter(repository=repository_id, digest__in=digests)
        rows = made.values_list("digest", "trust_state", "pk", "at", "first_failing", "because")
    return {digest: stood_as(*rest) for digest, *rest in rows}


def states_of_digest(
    repositories: Collection[int], digest: str, moment: Moment
) -> dict[int, State]:
    """How copies of one artefact stood, by repository: one query."""
    rows: QuerySet[Any] = verdicts_at(moment)
    if moment.at == moment.now:
        rows = ArtefactStanding.objects.all()
    rows = rows.filter(repository__in=repositories, digest=digest)
    return {pk: state_of(state) for pk, state in rows.values_list("repository", "trust_state")}


def carried(of_row: dict[str, str], moment: Moment) -> Case:
    """Whether the row is inherited and an index that is trusted lists its digest.

    What is not signed itself stands as its index does, which a stored state does not say. `of_row`
    names the row's columns: `repository`, `digest` and `state`. Few digests are listed by indexes:
    from these it goes to the verdicts, and only of rows that it matters to.
    """
    rows: QuerySet[Any] = verdicts_at(moment)
    if moment.at == moment.now:
        rows = ArtefactStanding.objects.all()
    trusted = rows.filter(
        repository=OuterRef("index__repository"),
        digest=OuterRef("index__digest"),
        trust_state__in=TRUSTED,
    )
    listing = Platform.objects.filter(
        Exists(trusted),
        index__repository=OuterRef(of_row["repository"]),
        digest=OuterRef(of_row["digest"]),
    )
    is_inherited: dict[str, Any] = {of_row["state"]: TrustState.INHERITED}
    return Case(When(**is_inherited, then=Exists(listing)), default=False)


def through_index(repository_id: int, digest: str, moment: Moment) -> Stood:
    """How the indexes stood that list a digest, the best of them: two queries."""
    listing = Platform.objects.filter(
        digest=digest, index__repository=repository_id, index__first_seen_at__lte=moment.at
    )
    digests = set(listing.values_list("index__digest", flat=True)[:MOST_INDEXES])
    found = list(stood(repository_id, digests, moment).values())
    good = [one for one in found if one.trust_state in TRUSTED]
    return next(iter([*good, *found]), NOTHING)


def inherited(own: Stood, index: Stood) -> Stood:
    """What is not signed itself, as its index stands: trusted through it, or as bad as it."""
    if own.trust_state != TrustState.INHERITED or index.trust_state in TRUSTED:
        return own
    state = State(index.state.sign, f"as its index: {index.state.word}")
    return msgspec.structs.replace(own, state=state)


def stood_as(
    trust_state: str, verdict_id: int, since: datetime, first_failing: str, because: str
) -> Stood:
    """The value of one row."""
    return Stood(
        state_of(trust_state),
        trust_state,
        verdict_id,
        since,
        first_failing,
        visible(because, 300),
    )


def with_state(moves: "QuerySet[TagMove]", moment: Moment) -> "QuerySet[Any]":
    """Moves with `state`, the trust state of the artefact that each points to; null: none yet."""
    of_move = {"repository": OuterRef("tag__repository"), "digest": OuterRef("digest")}
    if moment.at == moment.now:
        return moves.annotate(
            state=Subquery(ArtefactStanding.objects.filter(**of_move).values("trust_state")[:1])
        )
    made = ArtefactVerdict.objects.filter(at__lte=moment.at, **of_move).order_by("-at", "-id")
    return moves.annotate(state=Subquery(made.values("trust_state")[:1]))
