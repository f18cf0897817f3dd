"""How much of what is tagged is signed, and how much of that is trusted; at an instant and over time."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db.models import Count, Exists, Min, OuterRef, QuerySet

from trustui.core.primitives.text import counted
from trustui.core.trace import TrustState
from trustui.images.models import ImageRepository, ImageSignature, TagMove
from trustui.pages.images.standing import TRUSTED, carried, moves_at, verdicts_at, with_state
from trustui.pages.moment import Moment
from trustui.verdicts.models import ArtefactStanding, ArtefactVerdict

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


def of_tags(
    repositories: "QuerySet[Any] | Collection[int]", moment: Moment, by: str = "tag__repository"
) -> dict[int, Share]:
    """By repository, or by another column of moves: one query."""
    moves = with_state(moves_at(moment).filter(tag__repository__in=repositories), moment)
    signed = ImageSignature.objects.filter(
        repository=OuterRef("tag__repository"),
        subject_digest=OuterRef("digest"),
        manifest__first_seen_at__lte=moment.at,
    )
    is_carried = carried(
        {"repository": "tag__repository", "digest": "digest", "state": "state"}, moment
    )
    rows = moves.annotate(is_signed=Exists(signed), is_carried=is_carried).values_list(
        by, "state", "is_signed", "is_carried"
    )
    return _summed(rows.annotate(Count("pk")).order_by(by))


def of_sources(source_ids: Collection[int], moment: Moment) -> dict[int, Share]:
    """Of tags, by registry: one query, none where there is no registry."""
    if not source_ids:
        return {}
    there = ImageRepository.objects.filter(source__in=source_ids)
    return of_tags(there.values("pk"), moment, by="tag__repository__source")


def of_digests(repositories: "QuerySet[Any] | Collection[int]", moment: Moment) -> dict[int, Share]:
    """By repository, of every artefact that was concluded about: one query."""
    held: QuerySet[Any]
    if moment.at == moment.now:
        held = ArtefactStanding.objects.filter(repository__in=repositories)
    else:
        held = verdicts_at(moment).filter(repository__in=repositories)
    signed = ImageSignature.objects.filter(
        repository=OuterRef("repository"),
        subject_digest=OuterRef("digest"),
        manifest__first_seen_at__lte=moment.at,
    )
    is_carried = carried(
        {"repository": "repository", "digest": "digest", "state": "trust_state"}, moment
    )
    rows = held.annotate(is_signed=Exists(signed), is_carried=is_carried).values_list(
        "repository", "trust_state", "is_signed", "is_carried"
    )
    return _summed(rows.annotate(Count("pk")).order_by("repository"))


def _summed(rows: Iterable[tuple[int, str | None, bool, bool, int]]) -> dict[int, Share]:
    found: dict[int, Share] = {}
    for repository, own, is_signed, is_carried, count in rows:
        state = TrustState.VERIFIED if is_carried else own
        found[repository] = found.get(repository, Share()).plus(state, count, is_signed=is_signed)
    return found


def together(shares: Iterable[Share]) -> Share:
    """The sum."""
    total = Counter[str]()
    for one in shares:
        total.update(msgspec.structs.asdict(one))
    return Share(**total)


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


def _swept(
    instants: Iterable[datetime],
    moves: list[Any],
    verdicts: list[Any],
    signed: Mapping[tuple[int, str], datetime],
) -> Iterable[Share]:
    """The share at each instant, while moves and verdicts happen in between."""
    tags: dict[int, tuple[datetime | None, int, str]] = {}
    states: dict[tuple[int, str], str] = {}
    next_move = next_verdict = 0
    for at in instants:
        while next_move < len(moves) and moves[next_move][0] <= at:
            _, tag, gone_at, repository, digest = moves[next_move]
            tags[tag] = gone_at, repository, digest
            next_move += 1
        while next_verdict < len(verdicts) and verdicts[next_verdict][0] <= at:
            _, repository, digest, state = verdicts[next_verdict]
            states[repository, digest] = state
            next_verdict += 1
        share = Share()
        alike: Counter[tuple[str | None, bool]] = Counter()
        for gone_at, repository, digest in tags.values():
            if gone_at is None or gone_at > at:
                since = signed.get((repository, digest))
                is_signed = since is not None and since <= at
                alike[states.get((repository, digest)), is_signed] += 1
        for (trust_state, is_signed), count in alike.items():
            share = share.plus(trust_state, count, is_signed=is_signed)
        yield share


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
        words += f". On {begins.day} {begins:%b %Y}: {first.words if first.all else 'no tags'}"
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
