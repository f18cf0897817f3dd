"""`/images/…/`: a repository of artefacts: its tags, what they point to, and whether that is trusted."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec
from django.db.models import Count, QuerySet
from django.urls import reverse

from trustui.core.images.kinds import ManifestKind
from trustui.core.primitives.text import counted, visible
from trustui.core.trace import TrustState
from trustui.crawl.image_source import Referrers
from trustui.images.models import ImageRepository, Tag, TagMove
from trustui.pages.components import Fact
from trustui.pages.images.policies import Cover, cover_of
from trustui.pages.images.shares import (
    OverTime,
    Share,
    is_too_much,
    of_digests,
    of_tags,
    over_time,
    sign_of,
)
from trustui.pages.images.signers import NOBODY, SignedBy, signers_of
from trustui.pages.images.standing import (
    NOTHING,
    Stood,
    moves_at,
    repository_of,
    stood,
    with_state,
)
from trustui.pages.keeping import Keeper
from trustui.pages.moment import Moment
from trustui.pages.paging import ROWS, sliced
from trustui.pages.viewer import Viewer
from trustui.pages.words import WORDS, State, ago

ORDER = ("-first_seen_at", "-id")
STATES: tuple[str, ...] = (
    TrustState.FAILING,
    TrustState.COULD_NOT_CHECK,
    TrustState.NOT_SIGNED,
    TrustState.NOT_TRUSTED,
    TrustState.NOT_COVERED,
    TrustState.VERIFIED,
    TrustState.INHERITED,
)
"""By which tags are narrowed."""
KINDS: dict[ManifestKind, str] = {
    ManifestKind.IMAGE: "image",
    ManifestKind.INDEX: "index of platforms",
    ManifestKind.SIGNATURE: "signature",
    ManifestKind.ATTESTATION: "attestation",
    ManifestKind.SBOM: "SBOM",
    ManifestKind.OTHER: "other artefact",
}
"""What a manifest is, for people."""
REFERRERS: dict[Referrers, str] = {
    Referrers.UNKNOWN: "nobody knows yet",
    Referrers.OFFERED: "it answers",
    Referrers.NOT_OFFERED: "it has none",
}
"""Whether a repository answers the referrers interface, for people."""
LONGEST_TEXT = 200
MOST_QUERIES = 13
MUCH = 1_000
"""Tags or digests from which on what is counted of a past, or drawn, is kept for a moment."""
_totals: Keeper[tuple[Share, Share]] = Keeper(lambda found: max(one.all for one in found) >= MUCH)
_pictures: Keeper[OverTime | None] = Keeper(
    lambda found: found is not None and found.columns[-1].share.all >= MUCH
)


class Filter(msgspec.Struct, frozen=True):
    """Which tags; empty shows all."""

    state: str = ""
    text: str = ""


class TagLine(msgspec.Struct, frozen=True):
    """A tag and what it points to. Times in UTC."""

    tag_id: int
    tag: str
    digest: str
    href: str
    """Of the artefact."""
    kind: str
    """Empty where the manifest could not be had."""
    state: State
    first_failing: str
    because: str
    signers: tuple[SignedBy, ...]
    more_signers: int
    moved_at: datetime
    """When it was first seen to point there."""
    moves: int
    """To how many digests it pointed so far, a return counted again."""


class TagExported(msgspec.Struct, frozen=True):
    """One tag as CSV and JSON give it. Times in UTC."""

    repository: str
    tag: str
    digest: str
    kind: str
    trust_state: str
    """Empty where nothing was concluded."""
    first_failing: str
    because: str
    signers: tuple[str, ...]
    moved_at: datetime
    moves: int


class Look(msgspec.Struct, frozen=True):
    """How the registry answered for this repository. Times in UTC."""

    looked_at: datetime | None
    referrers: str
    """Whether it offers the referrers interface, in words."""
    probed_at: datetime | None
    because: str
    """Why what is known is incomplete; empty where everything was read."""


class ImageRepositoryPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page says; `title` is the answer. Times in UTC."""

    repository_id: int
    source_id: int
    team_id: int
    source: str
    name: str
    full_name: str
    sign: str
    title: str
    lead: str
    facts: tuple[Fact, ...]
    tags: Share
    digests: Share
    helpers: int
    """Tags that are there for machines."""
    lines: tuple[TagLine, ...]
    after: str | None
    cover: Cover | None
    look: Look
    gone_at: datetime | None
    over_time: OverTime | None


def filter_of(given: Mapping[str, str]) -> Filter:
    """From a query string; what is no known choice narrows nothing."""
    state = given.get("state", "")
    text = given.get("text", "").replace("\0", "").strip()[:LONGEST_TEXT]
    return Filter(state if state in STATES else "", text)


def image_repository(
    viewer: Viewer,
    moment: Moment,
    repository_id: int,
    chosen: Filter | None = None,
    after: str | None = None,
    size: int = ROWS,
) -> ImageRepositoryPage | None:
    """None for what this person does not see. At most `MOST_QUERIES`. Raises PagingError."""
    row = repository_of(viewer, repository_id)
    if row is None or row.first_seen_at > moment.at:
        return None
    found = sliced(_found(repository_id, moment, chosen or Filter()), ORDER, after, size)
    key = (None if moment.at == moment.now else moment.at, repository_id)
    tags, digests = _counted(repository_id, moment)
    cover = cover_of(row.source.team_id, row.full_name, moment)
    look = look_of(row, moment)
    return ImageRepositoryPage(
        repository_id=row.pk,
        source_id=row.source_id,
        team_id=row.source.team_id,
        source=row.source.name,
        name=row.name,
        full_name=row.full_name,
        sign=sign_of(tags),
        title=title_of(tags),
        lead=_lead(cover, tags),
        facts=_facts(tags, digests, cover, look, moment),
        tags=tags,
        digests=digests,
        helpers=_helpers(repository_id, moment),
        lines=tuple(_lines(row, found.rows, moment)),
        after=found.after,
        cover=cover,
        look=look,
        gone_at=row.gone_at,
        over_time=None
        if is_too_much(tags, digests)
        else _pictures.get(key, lambda: over_time([repository_id], moment)),
    )


def _counted(repository_id: int, moment: Moment) -> tuple[Share, Share]:
    """Those of a past are kept for a moment; those of the present are always at hand."""
    if moment.at == moment.now:
        return _shares(repository_id, moment)
    return _totals.get((moment.at, repository_id), lambda: _shares(repository_id, moment))


def _shares(repository_id: int, moment: Moment) -> tuple[Share, Share]:
    """Of tags and of digests: two queries."""
    tags, digests = (count([repository_id], moment) for count in (of_tags, of_digests))
    return tags.get(repository_id, Share()), digests.get(repository_id, Share())


def exported(
    viewer: Viewer, moment: Moment, repository_id: int, chosen: Filter
) -> Iterator[TagExported] | None:
    """Every tag of the list; None for what this person does not see. Raises PagingError."""
    row = repository_of(viewer, repository_id)
    return None if row is None else _exported(row, moment, chosen)


def _exported(row: ImageRepository, moment: Moment, chosen: Filter) -> Iterator[TagExported]:
    after: str | None = None
    while True:
        found = sliced(_found(row.pk, moment, chosen), ORDER, after, 200)
        for line, rest in _told(row, found.rows, moment):
            yield TagExported(
                repository=row.full_name,
                tag=line.tag,
                digest=line.digest,
                kind=line.kind,
                trust_state=rest.trust_state,
                first_failing=line.first_failing,
                because=line.because,
                signers=tuple(one.words for one in line.signers),
                moved_at=line.moved_at,
                moves=line.moves,
            )
        after = found.after
        if after is None:
            return


def _found(repository_id: int, moment: Moment, chosen: Filter) -> "QuerySet[Any]":
    rows: QuerySet[Any] = moves_at(moment).filter(tag__repository=repository_id)
    if chosen.text:
        rows = rows.filter(tag__name__icontains=chosen.text)
    if chosen.state:
        rows = with_state(rows, moment).filter(state=chosen.state)
    return rows.select_related("tag", "manifest").defer("manifest__blob")


def _helpers(repository_id: int, moment: Moment) -> int:
    there = Tag.objects.filter(repository=repository_id, is_helper=True, gone_at=None)
    return there.filter(moves__ordinal=0, moves__first_seen_at__lte=moment.at).count()


def _lines(row: ImageRepository, moves: Sequence[TagMove], moment: Moment) -> Iterator[TagLine]:
    return (line for line, _ in _told(row, moves, moment))


def _told(
    row: ImageRepository, moves: Sequence[TagMove], moment: Moment
) -> Iterator[tuple[TagLine, Stood]]:
    """Three queries for all of them."""
    digests = {one.digest for one in moves}
    states = stood(row.pk, digests, moment)
    signers = signers_of(row.pk, digests, moment)
    counts = _counts([one.tag_id for one in moves], moment)
    for one in moves:
        standing = states.get(one.digest, NOTHING)
        who = signers.get(one.digest, NOBODY)
        yield (
            TagLine(
                tag_id=one.tag_id,
                tag=visible(one.tag.name, 200),
                digest=one.digest,
                href=reverse("artefact", args=[row.pk, one.digest]),
                kind="" if one.manifest is None else kind_word(one.manifest.kind),
                state=standing.state,
                first_failing=standing.first_failing,
                because=standing.because,
                signers=who.shown,
                more_signers=who.more,
                moved_at=one.first_seen_at,
                moves=counts.get(one.tag_id, 1),
            ),
            standing,
        )


def _counts(tags: Sequence[int], moment: Moment) -> dict[int, int]:
    moves = TagMove.objects.filter(tag__in=tags, first_seen_at__lte=moment.at)
    return dict(moves.values_list("tag").annotate(Count("pk")).order_by("tag"))


def kind_word(kind: str) -> str:
    """What a manifest is, in a word or two."""
    return KINDS[ManifestKind(kind)]


# Words ------------------------------------------------------------------------------------------


def title_of(tags: Share) -> str:
    """The answer: how many tags are to be trusted."""
    if not tags.all:
        return "No tags yet"
    told = []
    if tags.failing:
        told.append(f"{counted(tags.failing, 'tag')} {'fails' if tags.failing == 1 else 'fail'}")
    if tags.unknown:
        told.append(f"{tags.unknown:,} could not be checked")
    rest = tags.all - tags.trusted - tags.failing - tags.unknown
    if not told and not rest:
        return (
            f"All {counted(tags.all, 'tag')} verified"
            if tags.all > 1
            else "Its one tag is verified"
        )
    told.append(f"{tags.trusted:,} of {counted(tags.all, 'tag')} verified")
    return ", ".join(told)


def _lead(cover: Cover | None, tags: Share) -> str:
    if cover is None:
        return "No policy says what to expect here, so that nothing of it is ever called verified."
    unsigned = tags.all - tags.signed
    told = f"Expected here: {cover.words}."
    return (
        f"{told} {counted(unsigned, 'tag')} bears no signature at all."
        if unsigned == 1
        else (f"{told} {unsigned:,} tags bear no signature at all." if unsigned else told)
    )


def _facts(
    tags: Share, digests: Share, cover: Cover | None, look: Look, moment: Moment
) -> tuple[Fact, ...]:
    return (
        Fact("Tags", sign_of(tags), f"{tags.trusted:,} of {tags.all:,} trusted", f"{tags.signed:,} signed"),
        Fact("Digests", sign_of(digests), f"{digests.trusted:,} of {digests.all:,} trusted", f"{digests.signed:,} signed"),
        Fact("Policy", "none", "not covered", "nobody said what to expect")
        if cover is None
        else Fact("Policy", "ok", visible(cover.policy, 60), f"by the pattern {visible(cover.pattern, 100)}"),
        _reach(look, moment),
    )  # fmt: skip


def _reach(look: Look, moment: Moment) -> Fact:
    if look.looked_at is None and moment.at < moment.now:
        return Fact("Reach", "none", "not kept", "only the newest look is")
    if look.looked_at is None:
        return Fact("Reach", "unknown", "not looked at to the end", look.because)
    note = f"{ago(look.looked_at, moment.at)}; referrers interface: {look.referrers}"
    if look.because:
        return Fact("Reach", "unknown", "partly", look.because)
    return Fact("Reach", "ok", "answered", note)


class Looked(Protocol):
    """What is kept of looks at a repository: of the model, or of a row of its columns."""

    @property
    def looked_at(self) -> datetime | None:
        """The last one to the end."""

    @property
    def referrers(self) -> str:
        """Whether the registry offers them."""

    @property
    def referrers_probed_at(self) -> datetime | None:
        """When it was asked."""

    @property
    def because(self) -> str:
        """Why what is known is incomplete."""


def look_of(row: Looked, moment: Moment) -> Look:
    """The newest look; of an earlier instant only what had been found by then."""
    looked = row.looked_at if row.looked_at and row.looked_at <= moment.at else None
    probed = row.referrers_probed_at
    is_known = probed is not None and probed <= moment.at
    referrers = Referrers(row.referrers) if is_known else Referrers.UNKNOWN
    return Look(
        looked_at=looked,
        referrers=REFERRERS[referrers],
        probed_at=probed if is_known else None,
        because=visible(row.because, 300) if looked or moment.at == moment.now else "",
    )


def choices() -> tuple[tuple[str, str], ...]:
    """The states that tags are narrowed by, with their words."""
    return tuple((state, WORDS[TrustState(state)]) for state in STATES)
