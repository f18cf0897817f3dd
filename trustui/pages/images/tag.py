"""`/images/…/tags/…/`: where a tag pointed, from when to when, and whether that was valid then."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.urls import reverse

from trustui.core.errors import ParseError
from trustui.core.oci.references import parse_digest
from trustui.core.primitives.text import counted, visible
from trustui.core.trace import TrustState
from trustui.images.models import Tag, TagMove
from trustui.pages.images.judging import NOT_ASKED, judged_again
from trustui.pages.images.repository import kind_word
from trustui.pages.images.signers import NOBODY, SignedBy, signers_of
from trustui.pages.images.standing import NOTHING, TRUSTED, repository_of, stood
from trustui.pages.moment import Moment
from trustui.pages.paging import ROWS, sliced
from trustui.pages.viewer import Viewer
from trustui.pages.words import SIGNS, WORDS, State, age, state_of
from trustui.verdicts.models import ArtefactVerdict

ORDER = ("-ordinal", "id")
MOST_SPANS = 200
"""Verdicts during one stay that are told."""
LONGEST_DIGEST = 200
MOST_QUERIES = 11
"""`judging.MOST_QUERIES` more where a digest is judged at another instant."""


class MoveLine(msgspec.Struct, frozen=True, kw_only=True):
    """One stay of a tag at a digest. Times in UTC."""

    digest: str
    href: str
    kind: str
    since: datetime
    until: datetime | None
    """When it was last seen there, where it moved on or was taken away; None: it is there."""
    lasted: str
    is_back: bool
    """It had pointed there before, and to something else in between."""
    state_then: State
    """At the end of the stay, or now."""
    state_now: State
    signers: tuple[SignedBy, ...]


class Span(msgspec.Struct, frozen=True):
    """How a digest stood during a part of a stay. Times in UTC."""

    since: datetime
    until: datetime | None
    state: State
    because: str
    href: str
    """Of the verdict; empty where nothing was concluded yet."""


class Stay(msgspec.Struct, frozen=True):
    """One time that a digest was on the tag."""

    since: datetime
    until: datetime | None
    spans: tuple[Span, ...]


class Asked(msgspec.Struct, frozen=True):
    """Whether a digest was ever on the tag, and whether it was valid then."""

    digest: str
    sign: str
    answer: str
    stays: tuple[Stay, ...]
    href: str
    """Of the artefact; empty where it was never on the tag."""
    judged: State | None = None
    """At the other instant that was asked for, by all that was known at the first."""
    judged_because: str = ""
    """What does not hold then, or why it was not judged."""


class TagPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page says; `title` is the answer. Times in UTC."""

    repository_id: int
    source_id: int
    source: str
    full_name: str
    tag_id: int
    tag: str
    sign: str
    title: str
    lead: str
    gone_at: datetime | None
    moves: int
    lines: tuple[MoveLine, ...]
    after: str | None
    asked: Asked | None
    wrong: str
    """What is wrong with the digest that was asked about."""


def tag(
    viewer: Viewer,
    moment: Moment,
    repository_id: int,
    tag_id: int,
    digest: str = "",
    after: str | None = None,
    size: int = ROWS,
) -> TagPage | None:
    """None for what this person does not see. At most `MOST_QUERIES`. Raises PagingError."""
    repository = repository_of(viewer, repository_id)
    row = Tag.objects.filter(pk=tag_id, repository=repository_id).first()
    if repository is None or row is None:
        return None
    moves = TagMove.objects.filter(tag=tag_id, first_seen_at__lte=moment.at)
    count = moves.count()
    if not count:
        return None
    found = sliced(moves.select_related("manifest"), ORDER, after, size)
    gone_at = row.gone_at if row.gone_at is not None and row.gone_at <= moment.at else None
    lines = _lines(repository_id, found.rows, count - 1, gone_at, moment)
    asked, wrong = _asked(repository_id, tag_id, digest, count - 1, gone_at, moment)
    name = visible(row.name, 200)
    return TagPage(
        repository_id=repository_id,
        source_id=repository.source_id,
        source=repository.source.name,
        full_name=repository.full_name,
        tag_id=tag_id,
        tag=name,
        sign=lines[0].state_now.sign if lines and gone_at is None else "none",
        title=_title(name, count, gone_at),
        lead=_lead(lines, moment.at) if not after else "",
        gone_at=gone_at,
        moves=count,
        lines=lines,
        after=found.after,
        asked=asked,
        wrong=wrong,
    )


def _title(name: str, count: int, gone_at: datetime | None) -> str:
    if gone_at is not None:
        return f"{name} is gone, after {counted(count, 'digest')}"
    return f"{name} never moved" if count == 1 else f"{name} moved {_times(count - 1)}"


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")


def _lead(lines: Sequence[MoveLine], at: datetime) -> str:
    """What it points to, and for how long."""
    newest = lines[0]
    if newest.until is not None:
        return ""
    kind = newest.kind or "manifest"
    return f"For {age(at - newest.since)} it has pointed to one {kind}: {newest.state_now.word}."


def _until(move: TagMove, last: int, gone_at: datetime | None) -> datetime | None:
    """When the stay was last seen: the next move, or its being taken away, ended it."""
    if move.ordinal < last:
        return move.last_seen_at
    return gone_at


def _lines(
    repository_id: int,
    moves: Sequence[TagMove],
    last: int,
    gone_at: datetime | None,
    moment: Moment,
) -> tuple[MoveLine, ...]:
    """Four queries for all of them."""
    digests = {one.digest for one in moves}
    now = stood(repository_id, digests, moment)
    then = _states_during(repository_id, moves, moment)
    signers = signers_of(repository_id, digests, moment)
    earlier = _earlier(moves)
    return tuple(
        MoveLine(
            digest=one.digest,
            href=reverse("artefact", args=[repository_id, one.digest]),
            kind="" if one.manifest is None else kind_word(one.manifest.kind),
            since=one.first_seen_at,
            until=_until(one, last, gone_at),
            lasted=age((_until(one, last, gone_at) or moment.at) - one.first_seen_at),
            is_back=one.ordinal > earlier[one.digest],
            state_then=_state_at(then.get(one.digest, []), _until(one, last, gone_at) or moment.at),
            state_now=now.get(one.digest, NOTHING).state,
            signers=signers.get(one.digest, NOBODY).shown,
        )
        for one in moves
    )


def _earlier(moves: Sequence[TagMove]) -> dict[str, int]:
    """By digest, the first time that the tag was seen to point to it: one query."""
    if not moves:
        return {}
    rows = TagMove.objects.filter(tag=moves[0].tag_id, digest__in={one.digest for one in moves})
    return dict(rows.order_by("-ordinal").values_list("digest", "ordinal"))


_Row = tuple[datetime, str, str, int]


def _states_during(
    repository_id: int, moves: Sequence[TagMove], moment: Moment
) -> dict[str, list[_Row]]:
    """By digest, every verdict up to the instant, oldest first: one query."""
    made = ArtefactVerdict.objects.filter(
        repository=repository_id, digest__in={one.digest for one in moves}, at__lte=moment.at
    ).order_by("-at", "-id")
    found: dict[str, list[_Row]] = {}
    rows = made.values_list("digest", "at", "trust_state", "because", "pk")
    for digest, at, trust_state, because, pk in list(rows[: MOST_SPANS * 10])[::-1]:
        found.setdefault(digest, []).append((at, trust_state, because, pk))
    return found


def _state_at(rows: Sequence[_Row], at: datetime) -> State:
    state: str | None = None
    for made_at, trust_state, *_ in rows:
        if made_at <= at:
            state = trust_state
    return state_of(state)


# Was it ever there ------------------------------------------------------------------------------


def _asked(
    repository_id: int,
    tag_id: int,
    digest: str,
    last: int,
    gone_at: datetime | None,
    moment: Moment,
) -> tuple[Asked | None, str]:
    """At most two queries."""
    wanted = digest.strip()[:LONGEST_DIGEST]
    if not wanted:
        return None, ""
    try:
        parse_digest(wanted)
    except ParseError as error:
        return None, error.in_words
    moves = list(
        TagMove.objects.filter(tag=tag_id, digest=wanted, first_seen_at__lte=moment.at).order_by(
            "ordinal"
        )[:MOST_SPANS]
    )
    if not moves:
        told = "This digest was never seen on this tag."
        return Asked(wanted, "none", told, (), ""), ""
    rows = _states_during(repository_id, moves, moment).get(wanted, [])
    stays = tuple(_stay(repository_id, one, last, gone_at, rows) for one in moves)
    sign, answer = _answer(stays, moment.at)
    href = reverse("artefact", args=[repository_id, wanted])
    judged, because = _judged(repository_id, rows, moment)
    return Asked(wanted, sign, answer, stays, href, judged, because), ""


def _judged(repository_id: int, rows: Sequence[_Row], moment: Moment) -> tuple[State | None, str]:
    """By the newest verdict, at the other instant that was asked for."""
    again = judged_again(moment, repository_id, rows[-1][3]) if rows else NOT_ASKED
    if again.answer is None:
        return None, again.because
    first = again.answer.first_failing
    return state_of(again.answer.trust_state), "" if first is None else visible(first.because, 200)


def _stay(
    repository_id: int, move: TagMove, last: int, gone_at: datetime | None, rows: Sequence[_Row]
) -> Stay:
    until = _until(move, last, gone_at)
    spans = list(_spans(repository_id, move.first_seen_at, until, rows))
    return Stay(move.first_seen_at, until, tuple(spans[:MOST_SPANS]))


def _spans(
    repository_id: int, since: datetime, until: datetime | None, rows: Sequence[_Row]
) -> list[Span]:
    """Verdicts of one stay; those that say the same are one span."""
    begun = [one for one in rows if one[0] <= since][-1:]
    within = [one for one in rows if one[0] > since and (until is None or one[0] <= until)]
    told = [*begun, *within]
    if not told or told[0][0] > since:
        nothing = state_of(None)
        told_first = Span(
            since, told[0][0] if told else until, nothing, "nothing was concluded yet", ""
        )
        spans = [told_first]
    else:
        spans = []
    for number, (at, trust_state, because, pk) in enumerate(told):
        state = TrustState(trust_state)
        ends = told[number + 1][0] if number + 1 < len(told) else until
        shown = State(SIGNS[state], WORDS[state])
        if spans and spans[-1].state == shown and spans[-1].href:
            spans[-1] = msgspec.structs.replace(spans[-1], until=ends)
            continue
        href = reverse("artefact-verdict", args=[repository_id, pk])
        spans.append(Span(max(at, since), ends, shown, visible(because, 200), href))
    return spans


_TRUSTED_WORDS = frozenset(WORDS[state] for state in TRUSTED)


def _answer(stays: Sequence[Stay], at: datetime) -> tuple[str, str]:
    """`Yes, twice, and it was valid all the time.`"""
    times = _times(len(stays))
    spans = [span for stay in stays for span in stay.spans]
    valid = [span.state.word in _TRUSTED_WORDS for span in spans]
    is_there = stays[-1].until is None
    told = f"Yes, {times}{', and it is there' if is_there else ''}. "
    if all(valid):
        return "ok", f"{told}It was valid all that time."
    if not any(valid):
        return "bad", f"{told}It was never valid while it was there."
    lasted = sum(((span.until or at) - span.since).total_seconds() for span in spans)
    good = sum(
        ((span.until or at) - span.since).total_seconds()
        for span, is_valid in zip(spans, valid, strict=True)
        if is_valid
    )
    share = round(100 * good / lasted) if lasted else 0
    return "soon", f"{told}It was valid for a part of that time, {share} %."
