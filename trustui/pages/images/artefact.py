"""`/images/…/artefacts/…/`: one artefact: what it is, what hangs on it, where that was looked for."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.urls import reverse

from trustui.check_pages import load_pages
from trustui.core.images.kinds import ManifestKind
from trustui.core.oci.places import PlaceAnswer, PlaceState
from trustui.core.primitives.text import visible
from trustui.core.trace import TrustState
from trustui.images.models import ImageRepository, Look, Manifest, Platform, TagMove
from trustui.pages.components import Fact
from trustui.pages.images.answer import (
    ImageAnswer,
    Nearest,
    PlaceLine,
    nearest_of,
    place_lines,
    read_image_answer,
)
from trustui.pages.images.attached import AttachedGroup, attached, attachments
from trustui.pages.images.facts import image_facts
from trustui.pages.images.headline import artefact_title, what_for_clients
from trustui.pages.images.judging import Again, as_judged, judged_again
from trustui.pages.images.policies import Cover, cover_of
from trustui.pages.images.repository import kind_word
from trustui.pages.images.standing import (
    NOTHING,
    UNSIGNED,
    Stood,
    inherited,
    repository_of,
    states_of_digest,
    stood,
    through_index,
)
from trustui.pages.images.verdicts import ArtefactVerdictLine, verdict_lines
from trustui.pages.moment import Moment
from trustui.pages.viewer import Viewer
from trustui.pages.words import State
from trustui.verdicts.image_history import trace_of

MOST_PLATFORMS = 200
MOST_TAGS = 50
MOST_ELSEWHERE = 20
HISTORY = 20
MOST_QUERIES = 20
"""Whatever there is; twice `judging.MOST_QUERIES` more where it is judged at another instant."""


class TagOfIt(msgspec.Struct, frozen=True):
    """A tag that points to it, or did. Times in UTC."""

    tag_id: int
    tag: str
    since: datetime
    until: datetime | None
    """None: it still does."""


class PlatformLine(msgspec.Struct, frozen=True):
    """An entry of an index."""

    digest: str
    platform: str
    is_attestation: bool
    state: State
    is_inherited: bool
    """Nothing of its own is attached: a client that verifies the index trusts it through that."""
    href: str
    """Empty where its manifest was never had."""


class Elsewhere(msgspec.Struct, frozen=True):
    """The same digest in another repository that this person sees."""

    repository_id: int
    full_name: str
    state: State
    href: str


class ArtefactPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page says; `title` is the answer. Times in UTC."""

    repository_id: int
    source_id: int
    team_id: int
    source: str
    full_name: str
    digest: str
    kind: str
    media_type: str
    artifact_type: str
    size: int
    first_seen_at: datetime
    subject_digest: str
    """Of its own `subject` member: what it says that it belongs to."""
    sign: str
    title: str
    lead: str
    facts: tuple[Fact, ...]
    is_again: bool
    """Whether it was judged at another instant than its verdict was."""
    not_judged: str
    """Why it was not judged at the other instant that was asked for."""
    verdict_id: int | None
    nearest: Nearest | None
    cover: Cover | None
    tags: tuple[TagOfIt, ...]
    platforms: tuple[PlatformLine, ...]
    indexes: tuple[str, ...]
    """Digests of the indexes that list it."""
    attached: tuple[AttachedGroup, ...]
    places: tuple[PlaceLine, ...]
    looked_at: datetime | None
    is_complete: bool
    """Every place gave a usable answer, and all that is listed was opened."""
    history: tuple[ArtefactVerdictLine, ...]
    more_history: bool
    elsewhere: tuple[Elsewhere, ...]


def artefact(
    viewer: Viewer, moment: Moment, repository_id: int, digest: str
) -> ArtefactPage | None:
    """None for what this person does not see. At most `MOST_QUERIES`."""
    repository = repository_of(viewer, repository_id)
    row = None if repository is None else manifest_of(repository_id, digest, moment)
    if repository is None or row is None:
        return None
    concluded = stood(repository_id, [digest], moment).get(digest, NOTHING)
    again = judged_again(moment, repository_id, concluded.verdict_id)
    own = as_judged(concluded, again)
    is_unsigned = own.trust_state == TrustState.INHERITED
    standing = inherited(own, _index(repository_id, digest, moment) if is_unsigned else NOTHING)
    answer = _answer(standing, again)
    hanging = attachments(repository_id, digest, moment)
    look = Look.objects.filter(repository=repository_id, digest=digest).first()
    platforms = _platforms(row, _passed_on(standing, look, moment), moment)
    history = verdict_lines(repository_id, digest, moment, HISTORY + 1)
    groups = attached(repository_id, digest, hanging, answer)
    cover = cover_of(repository.source.team_id, repository.full_name, moment)
    places = _places(look, answer, moment)
    looked_at = None if look is None or look.looked_at > moment.at else look.looked_at
    return ArtefactPage(
        repository_id=repository_id,
        source_id=repository.source_id,
        team_id=repository.source.team_id,
        source=repository.source.name,
        full_name=repository.full_name,
        digest=digest,
        kind=kind_word(row.kind),
        media_type=visible(row.media_type or row.served_type, 200),
        artifact_type=visible(row.artifact_type, 200),
        size=row.size,
        first_seen_at=row.first_seen_at,
        subject_digest=row.subject_digest,
        sign=standing.state.sign,
        title=artefact_title(standing, answer, moment.at),
        lead=what_for_clients(standing, answer),
        facts=image_facts(answer, _policy_words(cover), places, looked_at, moment.at),
        is_again=again.answer is not None,
        not_judged=again.because,
        verdict_id=standing.verdict_id,
        nearest=None if answer is None else nearest_of(answer, load_pages()),
        cover=cover,
        tags=_tags(repository_id, digest, moment),
        platforms=platforms,
        indexes=_indexes(repository_id, digest, moment),
        attached=groups,
        places=place_lines(places),
        looked_at=looked_at,
        is_complete=_is_complete(look, places, moment),
        history=history[:HISTORY],
        more_history=len(history) > HISTORY,
        elsewhere=_elsewhere(viewer, moment, repository, digest),
    )


def _policy_words(cover: Cover | None) -> str:
    return "" if cover is None else f"{cover.policy}, version {cover.number}, {cover.pattern}"


def manifest_of(repository_id: int, digest: str, moment: Moment) -> Manifest | None:
    """A manifest that had been seen by then: one query."""
    rows = Manifest.objects.filter(
        repository=repository_id, digest=digest, first_seen_at__lte=moment.at
    )
    return rows.first()


def _index(repository_id: int, digest: str, moment: Moment) -> Stood:
    """How the index stands that lists it."""
    found = through_index(repository_id, digest, moment)
    return as_judged(found, judged_again(moment, repository_id, found.verdict_id))


def _answer(standing: Stood, again: Again) -> ImageAnswer | None:
    if standing.verdict_id is None:
        return None
    answer = again.answer or read_image_answer(trace_of(standing.verdict_id))
    return msgspec.structs.replace(answer, trust_state=TrustState(standing.trust_state))


def _places(
    look: Look | None, answer: ImageAnswer | None, moment: Moment
) -> tuple[PlaceAnswer, ...]:
    """As the newest look found them; of an earlier instant as its verdict keeps them."""
    if look is not None and look.changed_at <= moment.at:
        return msgspec.convert(tuple(look.places), tuple[PlaceAnswer, ...])
    return () if answer is None else answer.places


def _is_complete(look: Look | None, places: Sequence[PlaceAnswer], moment: Moment) -> bool:
    if look is not None and look.changed_at <= moment.at:
        return look.is_complete
    return bool(places) and not any(one.state is PlaceState.UNREADABLE for one in places)


def _tags(repository_id: int, digest: str, moment: Moment) -> tuple[TagOfIt, ...]:
    """Those that point to it first: one query."""
    moves = TagMove.objects.filter(
        tag__repository=repository_id,
        tag__is_helper=False,
        digest=digest,
        first_seen_at__lte=moment.at,
    ).select_related("tag", "tag__move")
    found = [_tag(one, moment.at) for one in moves.order_by("-first_seen_at", "-id")[:MOST_TAGS]]
    return tuple(sorted(found, key=lambda one: one.until is not None))


def _tag(move: TagMove, at: datetime) -> TagOfIt:
    newest = move.tag.move
    ended: datetime | None = None
    if newest is not None and newest.pk != move.pk:
        ended = move.last_seen_at
    elif move.tag.gone_at is not None:
        ended = move.tag.gone_at
    until = ended if ended is not None and ended <= at else None
    return TagOfIt(move.tag_id, visible(move.tag.name, 200), move.first_seen_at, until)


def _platforms(row: Manifest, own: Stood, moment: Moment) -> tuple[PlatformLine, ...]:
    """Three queries for an index, none for others."""
    if row.kind != ManifestKind.INDEX:
        return ()
    entries = list(Platform.objects.filter(index=row).order_by("position")[:MOST_PLATFORMS])
    digests = [one.digest for one in entries]
    states = stood(row.repository_id, digests, moment)
    there = set(
        Manifest.objects.filter(
            repository=row.repository_id, digest__in=digests, first_seen_at__lte=moment.at
        ).values_list("digest", flat=True)
    )
    return tuple(_platform(row.repository_id, own, one, states, there) for one in entries)


def _passed_on(own: Stood, look: Look | None, moment: Moment) -> Stood:
    """How an index stands for platforms on which nothing hangs; nobody knows what was not read."""
    is_known = look is not None and look.changed_at <= moment.at and look.is_complete
    return own if is_known else NOTHING


def _platform(
    repository_id: int, index: Stood, one: Platform, states: dict[str, Stood], there: set[str]
) -> PlatformLine:
    own = states.get(one.digest, UNSIGNED if index.trust_state else NOTHING)
    standing = inherited(own, index)
    return PlatformLine(
        digest=one.digest,
        platform=visible(one.platform, 100),
        is_attestation=one.is_attestation,
        state=standing.state,
        is_inherited=standing.trust_state == TrustState.INHERITED,
        href=reverse("artefact", args=[repository_id, one.digest]) if one.digest in there else "",
    )


def _indexes(repository_id: int, digest: str, moment: Moment) -> tuple[str, ...]:
    rows = Platform.objects.filter(
        digest=digest, index__repository=repository_id, index__first_seen_at__lte=moment.at
    )
    return tuple(
        rows.values_list("index__digest", flat=True).distinct().order_by("index__digest")[:10]
    )


def _elsewhere(
    viewer: Viewer, moment: Moment, repository: ImageRepository, digest: str
) -> tuple[Elsewhere, ...]:
    """Where a copy stands, and how it stands there: two queries."""
    copies = Manifest.objects.filter(
        digest=digest,
        first_seen_at__lte=moment.at,
        repository__source__team__in=viewer.teams,
        repository__source__removed_at=None,
    ).exclude(repository=repository.pk)
    rows = list(
        copies.order_by("repository__full_name", "repository").values_list(
            "repository", "repository__full_name"
        )[:MOST_ELSEWHERE]
    )
    states = states_of_digest([pk for pk, _ in rows], digest, moment)
    return tuple(
        Elsewhere(
            pk,
            visible(name, 300),
            states.get(pk, NOTHING.state),
            reverse("artefact", args=[pk, digest]),
        )
        for pk, name in rows
    )


def exported(
    viewer: Viewer, moment: Moment, repository_id: int, digest: str
) -> Iterator[Any] | None:
    """What hangs on it, each thing in a row."""
    page = artefact(viewer, moment, repository_id, digest)
    if page is None:
        return None
    return (line for group in page.attached for line in group.lines)
