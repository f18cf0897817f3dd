"""How much of what is tagged is signed, and how much of that is trusted; at an instant and over time."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from operator import itemgetter
from typing import Any, TypeAlias

import msgspec
from django.db.models import Count, Exists, F, Min, OuterRef, QuerySet, Sum, Value

from trustui.core.primitives.text import counted
from trustui.core.trace import TrustState
from trustui.images.models import ImageRepository, ImageSignature, TagMove
from trustui.pages.dates import day_words
from trustui.pages.images.standing import TRUSTED, carried, moves_at, verdicts_at, with_state
from trustui.pages.kept_query import KeptQuery
from trustui.pages.moment import Moment
from trustui.verdicts.models import ArtefactVerdict, RepositoryCount

MOST = 5_000
"""Tags, moves or verdicts that a picture over time is made of; more are counted as of now only."""
COLUMNS = 60
"""Days, or equal parts of a longer past, that a picture shows."""
HEIGHT, STEP, WIDTH = 80, 12, 10


class Share(msgspec.Struct, frozen=True):
    """How many there are, and of those how many are signed, trusted, failing or unknown."""

    all: int = 0
    signed: int = 0
    trusted: int = 0
    failing: int = 0
    unknown: int = 0
    """Of these nobody could say, because something could not be read."""

    @property
    def words(self) -> str:
        """`3 of 12 trusted, 5 signed`."""
        if not self.all:
            return "none"
        return f"{self.trusted:,} of {self.all:,} trusted, {self.signed:,} signed"

    @property
    def in_short(self) -> str:
        """Of tags, in a word or two: what is worst."""
        if self.failing:
            return f"{self.failing:,} failing"
        if self.unknown:
            return f"{self.unknown:,} could not be checked"
        if self.all and self.trusted == self.all:
            return "verified"
        return f"{self.trusted:,} of {self.all:,} verified" if self.all else "no tags"

    def plus(self, state: str | None, count: int, *, is_signed: bool) -> "Share":
        """With some more of one state."""
        return Share(
            self.all + count,
            self.signed + (count if is_signed else 0),
            self.trusted + (count if state in TRUSTED else 0),
            self.failing + (count if state == TrustState.FAILING else 0),
            self.unknown + (count if state in {TrustState.COULD_NOT_CHECK, None} else 0),
        )


_PARTS = ("", "_signed", "_trusted", "_failing", "_unknown")
"""Of the columns of `RepositoryCount`, in the order of `Share`."""
OF_TAGS = tuple(f"tags{part}" for part in _PARTS)
OF_DIGESTS = tuple(f"digests{part}" for part in _PARTS)


class Kept:
    """What is kept of a repository, or summed of several, from columns as `KEPT`."""

    def __init__(self, of: int, *counts: int) -> None:
        """`of` is the repository, or what the sum is of."""
        self.of = of
        self.tags, self.digests = Share(*counts[: len(_PARTS)]), Share(*counts[len(_PARTS) :])


KEPT = ("repository", *OF_TAGS, *OF_DIGESTS)
SUMMED = ("of", *(f"all_{name}" for name in (*OF_TAGS, *OF_DIGESTS)))


class Counted(msgspec.Struct, frozen=True):
    """How many of a repository's or registry's tags or digests of the past stood alike."""

    of: int
    """The repository or registry."""
    state: str | None
    is_signed: bool
    is_carried: bool
    count: int


COUNTED = Counted.__struct_fields__


def of_tags(repositories: Collection[int], moment: Moment) -> dict[int, Share]:
    """By repository: one query, none without any. Those of the present are kept, those of a past
    are counted.
    """
    if moment.at == moment.now:
        return {one.of: one.tags for one in kept(repositories)}
    return summed(_of_tags.rows(None, moment, "tag__repository", about=(tuple(repositories),)))


def of_sources(source_ids: Collection[int], moment: Moment) -> dict[int, Share]:
    """Of tags, by registry: one query, none where there is no registry."""
    if not source_ids:
        return {}
    if moment.at == moment.now:
        return {one.of: one.tags for one in _of_sources.rows(about=(tuple(source_ids),))}
    by = "tag__repository__source"
    return summed(_of_tags_of_sources.rows(None, moment, by, about=(tuple(source_ids),)))


def of_digests(repositories: Collection[int], moment: Moment) -> dict[int, Share]:
    """By repository, of every artefact that was concluded about: one query, as `of_tags`."""
    if moment.at == moment.now:
        return {one.of: one.digests for one in kept(repositories)}
    return summed(_of_digests.rows(None, moment, about=(tuple(repositories),)))


def kept(repositories: Collection[int]) -> list[Kept]:
    """How these repositories stand now: one query, none without any."""
    return _kept.rows(about=(tuple(repositories),))


def of_source(source_id: int, moment: Moment) -> tuple[Share, Share]:
    """Of the tags and of the digests of a registry: two queries, one of the present."""
    if moment.at == moment.now:
        found = _of_sources.rows(about=((source_id,),))
        return (found[0].tags, found[0].digests) if found else (Share(), Share())
    by, about = "tag__repository", ((source_id,),)
    tags = summed(_of_tags_of_sources.rows(None, moment, by, about=about))
    digests = summed(_of_digests_of_sources.rows(None, moment, about=about))
    return together(tags.values()), together(digests.values())


# What is asked ----------------------------------------------------------------------------------


def tags_then(
    repositories: "QuerySet[Any] | Collection[int]", moment: Moment, by: str = "tag__repository"
) -> "QuerySet[Any, Any]":
    """`Counted`, of the tags of these repositories, by each or by their registries."""
    moves = with_state(moves_at(moment).filter(tag__repository__pk__in=repositories), moment)
    is_carried = carried(
        {"repository": "tag__repository", "digest": "digest", "state": "state"}, moment
    )
    signed = _signed("tag__repository", moment)
    return _alike(moves.annotate(of=F(by), is_signed=signed, is_carried=is_carried))


def digests_then(
    repositories: "QuerySet[Any] | Collection[int]", moment: Moment
) -> "QuerySet[Any, Any]":
    """`Counted`, of what was concluded about in these repositories."""
    held = verdicts_at(moment).filter(repository__pk__in=repositories)
    is_carried = carried(
        {"repository": "repository", "digest": "digest", "state": "trust_state"}, moment
    )
    signed = _signed("repository", moment)
    told = held.annotate(of=F("repository"), state=F("trust_state"))
    return _alike(told.annotate(is_signed=signed, is_carried=is_carried))


def all_of(counts: "QuerySet[RepositoryCount]", by: str = "") -> "QuerySet[Any, Any]":
    """The sums over these, as `SUMMED`: one row, or one for each value of a column."""
    sums = {f"all_{name}": Sum(name, default=0) for name in (*OF_TAGS, *OF_DIGESTS)}
    # Grouped by what all have it is one row, as of an aggregate.
    of = F(by) if by else Value(0)
    rows: QuerySet[Any, Any] = counts.values(of=of).annotate(**sums)
    return rows


def _alike(rows: "QuerySet[Any]") -> "QuerySet[Any, Any]":
    alike: QuerySet[Any, Any] = rows.values("of", "state", "is_signed", "is_carried").annotate(
        count=Count("pk")
    )
    return alike


def _signed(repository: str, moment: Moment) -> Exists:
    """Whether a row, whose column `repository` and whose `digest` say of what, was signed then."""
    return Exists(
        ImageSignature.objects.filter(
            repository=OuterRef(repository),
            subject_digest=OuterRef("digest"),
            manifest__first_seen_at__lte=moment.at,
        )
    )


def summed(rows: Iterable[Counted]) -> dict[int, Share]:
    """The shares of each repository or registry."""
    found: dict[int, Share] = {}
    for one in rows:
        state = TrustState.VERIFIED if one.is_carried else one.state
        share = found.get(one.of, Share())
        found[one.of] = share.plus(state, one.count, is_signed=one.is_signed)
    return found


def _those(_: None, __: Moment, ___: None, repositories: Collection[int]) -> "QuerySet[Any]":
    return RepositoryCount.objects.filter(repository__pk__in=repositories)


def _of_registries(_: None, __: Moment, ___: None, sources: Collection[int]) -> "QuerySet[Any]":
    return all_of(RepositoryCount.objects.filter(source__pk__in=sources), "source")


def _tags(_: None, moment: Moment, by: str, repositories: Collection[int]) -> "QuerySet[Any, Any]":
    return tags_then(repositories, moment, by)


def _tags_there(_: None, moment: Moment, by: str, sources: Collection[int]) -> "QuerySet[Any, Any]":
    return tags_then(_there(sources), moment, by)


def _digests(
    _: None, moment: Moment, __: None, repositories: Collection[int]
) -> "QuerySet[Any, Any]":
    return digests_then(repositories, moment)


def _digests_there(
    _: None, moment: Moment, __: None, sources: Collection[int]
) -> "QuerySet[Any, Any]":
    return digests_then(_there(sources), moment)


def _there(sources: Collection[int]) -> "QuerySet[Any, Any]":
    return ImageRepository.objects.filter(source__pk__in=sources).values("pk")


_kept = KeptQuery(_those, KEPT, Kept)
_of_sources = KeptQuery(_of_registries, SUMMED, Kept)
_of_tags = KeptQuery(_tags, COUNTED, Counted)
_of_tags_of_sources = KeptQuery(_tags_there, COUNTED, Counted)
_of_digests = KeptQuery(_digests, COUNTED, Counted)
_of_digests_of_sources = KeptQuery(_digests_there, COUNTED, Counted)


def together(shares: Iterable[Share]) -> Share:
    """The sum."""
    columns = zip(*map(msgspec.structs.astuple, shares), strict=True)
    return Share(*map(sum, columns))


def sign_of(tags: Share) -> str:
    """The shape of the worst that is among them."""
    if tags.failing:
        return "bad"
    if tags.unknown:
        return "unknown"
    if tags.all and tags.trusted == tags.all:
        return "ok"
    return "none"


# Over time --------------------------------------------------------------------------------------


class Piece(msgspec.Struct, frozen=True):
    """A part of one column, in the picture's units; `y` from above."""

    sign: str
    y: str
    height: str


class Column(msgspec.Struct, frozen=True):
    """One instant. `at` in UTC."""

    at: datetime
    x: int
    share: Share
    pieces: tuple[Piece, ...]


class OverTime(msgspec.Struct, frozen=True):
    """A picture of columns and the same in words and rows."""

    columns: tuple[Column, ...]
    words: str
    width: int
    height: int = HEIGHT
    bar: int = WIDTH

    @property
    def rows(self) -> tuple[Column, ...]:
        """The columns at which something changed: what a table has to say."""
        return tuple(
            column
            for column, before in zip(self.columns, (None, *self.columns), strict=False)
            if before is None or before.share != column.share
        )


def is_too_much(tags: Share, digests: Share) -> bool:
    """Whether `over_time` of these is certainly None: each of them moved, or was concluded about, once."""
    return max(tags.all, digests.all) > MOST


def over_time(repositories: "QuerySet[Any] | Collection[int]", moment: Moment) -> OverTime | None:
    """Of tags, day by day, or in equal parts of a longer past: three queries.

    None where there is nothing yet, or more than a picture is made of.
    """
    at = moment.at
    tagged = TagMove.objects.filter(
        tag__repository__in=repositories, tag__is_helper=False, first_seen_at__lte=at
    ).order_by("first_seen_at", "id")
    moves = list(
        tagged.values_list("first_seen_at", "tag", "tag__gone_at", "tag__repository", "digest")[
            : MOST + 1
        ]
    )
    made = ArtefactVerdict.objects.filter(repository__in=repositories, at__lte=at)
    verdicts = list(
        made.order_by("at", "id").values_list("at", "repository", "digest", "trust_state")[
            : MOST + 1
        ]
    )
    signed = {
        (repository, digest): since
        for repository, digest, since in ImageSignature.objects.filter(
            repository__in=repositories, manifest__first_seen_at__lte=at
        )
        .values_list("repository", "subject_digest")
        .annotate(Min("manifest__first_seen_at"))
        .order_by()[: MOST + 1]
    }
    if not moves or max(len(moves), len(verdicts), len(signed)) > MOST:
        return None
    instants = _instants(moves[0][0], at)
    return _pictured(instants, list(_swept(instants, moves, verdicts, signed)))


def _instants(first: datetime, last: datetime) -> list[datetime]:
    """The newest comes last and is the present; the others a day apart, or further."""
    step = max(timedelta(days=1), (last - first) / COLUMNS)
    count = min(COLUMNS, (last - first) // step + 1)
    return [last - step * number for number in range(count)][::-1]


_Key: TypeAlias = tuple[int, str]
"""A repository and the digest of an artefact in it."""


class _Standing:
    """How tags stand, while one thing after the other happens; each costs the same."""

    def __init__(self) -> None:
        self._tags: dict[int, _Key] = {}
        self._pointing: Counter[_Key] = Counter()
        self._states: dict[_Key, str] = {}
        self._signed: set[_Key] = set()
        self._alike: Counter[tuple[str | None, bool]] = Counter()

    @property
    def share(self) -> Share:
        """Of all tags, as they stand."""
        share = Share()
        for (state, is_signed), count in self._alike.items():
            share = share.plus(state, count, is_signed=is_signed)
        return share

    def point(self, tag: int, key: _Key) -> None:
        """A tag points there now."""
        self.lose(tag)
        self._tags[tag] = key
        self._count(key, 1)

    def lose(self, tag: int) -> None:
        """A tag is no longer listed, if it ever was."""
        key = self._tags.pop(tag, None)
        if key is not None:
            self._count(key, -1)

    def conclude(self, key: _Key, state: str) -> None:
        """An artefact has this trust state now."""
        count = self._pointing[key]
        self._count(key, -count)
        self._states[key] = state
        self._count(key, count)

    def sign(self, key: _Key) -> None:
        """An artefact bears a signature now."""
        count = self._pointing[key]
        self._count(key, -count)
        self._signed.add(key)
        self._count(key, count)

    def _count(self, key: _Key, more: int) -> None:
        self._pointing[key] += more
        self._alike[self._states.get(key), key in self._signed] += more


def _swept(
    instants: Iterable[datetime],
    moves: list[Any],
    verdicts: list[Any],
    signed: Mapping[_Key, datetime],
) -> Iterable[Share]:
    """The share at each instant, while moves, verdicts and signatures happen in between."""
    there = _Standing()
    gone = {tag: gone_at for _, tag, gone_at, _, _ in moves if gone_at is not None}
    happened = sorted(
        [
            *((at, 0, partial(there.point, tag, (pk, digest))) for at, tag, _, pk, digest in moves),
            *((at, 1, partial(there.lose, tag)) for tag, at in gone.items()),
            *(
                (at, 2, partial(there.conclude, (pk, digest), to))
                for at, pk, digest, to in verdicts
            ),
            *((since, 3, partial(there.sign, key)) for key, since in signed.items()),
        ],
        key=itemgetter(0, 1),
    )
    place = 0
    for at in instants:
        while place < len(happened) and happened[place][0] <= at:
            happened[place][2]()
            place += 1
        yield there.share


def _pictured(instants: list[datetime], shares: list[Share]) -> OverTime:
    most = max(share.all for share in shares) or 1
    columns = tuple(
        Column(at, number * STEP, share, tuple(_pieces(share, most)))
        for number, (at, share) in enumerate(zip(instants, shares, strict=True))
    )
    first, last = shares[0], shares[-1]
    begins = instants[0]
    words = f"{counted(last.all, 'tag')} now: {last.words}"
    if len(shares) > 1:
        words += f". On {day_words(begins)}: {first.words if first.all else 'no tags'}"
    return OverTime(columns, words, STEP * len(columns))


def _pieces(share: Share, most: int) -> Iterable[Piece]:
    """From below: trusted, signed and not trusted, unknown, failing, and the rest: not signed."""
    rest = share.all - share.trusted - share.failing - share.unknown
    low = float(HEIGHT)
    for sign, count in (
        ("ok", share.trusted),
        ("bad", share.failing),
        ("unknown", share.unknown),
        ("none", rest),
    ):
        if count > 0:
            height = HEIGHT * count / most
            low -= height
            yield Piece(sign, f"{low:.1f}", f"{height:.1f}")
