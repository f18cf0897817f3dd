"""Verify anything: what a pasted thing is, what is known of it, and whether it holds."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import msgspec
from django.urls import reverse

from trustui.check_pages import load_pages
from trustui.core.answer import as_json
from trustui.core.client_messages import Cause, Recognized, recognize
from trustui.core.errors import ParseError
from trustui.core.facts import Document, Problem
from trustui.core.formats.tuf.parse import parse
from trustui.core.formats.tuf.repository import AnchorOrigin
from trustui.core.limits import MIB
from trustui.core.primitives.digests import sha256
from trustui.core.primitives.text import visible
from trustui.crawl.source import Source as PlaceToRead
from trustui.inventory.asking import CrawlLimits, Place
from trustui.inventory.crawling import Clock, crawl
from trustui.inventory.models import Source
from trustui.inventory.recognizing import kind_named, recognized
from trustui.inventory.sources import place_options
from trustui.inventory.values import CrawlOrder, CrawlResult
from trustui.pages.components import Fact
from trustui.pages.facts import Reached, facts
from trustui.pages.headline import Headline, headline
from trustui.pages.verdict import Command, reproduce
from trustui.pages.viewer import Viewer
from trustui.pages.waterfall import Waterfall, help_address, waterfall
from trustui.pages.words import State, state_of
from trustui.policies.models import Anchor
from trustui.verdicts.answers import read_answer
from trustui.verdicts.models import SourceVerdict

LIMITS = CrawlLimits(documents=64, bytes=32 * MIB, seconds=15.0, ahead=4)
"""Somebody waits for the page: a client's refresh and the first delegations."""
MOST_PLACES = 20
AT_ONCE = 2
"""Places that one process asks for people who wait; more of them would keep its threads from
everybody else."""
TUF = "tuf"
_turns = threading.BoundedSemaphore(AT_ONCE)


class CheckWords(msgspec.Struct, frozen=True):
    """A check that a message stands for."""

    id: str
    title: str
    advice: str
    href: str


class CauseTold(msgspec.Struct, frozen=True):
    """One reason that a message may have; the check is empty where none asks that."""

    because: str
    how_to_check: str
    fix: str
    check_id: str
    title: str
    """Of the check."""
    href: str


class MessageTold(msgspec.Struct, frozen=True):
    """A client's message, explained."""

    text: str
    clients: tuple[str, ...]
    means: str
    values: dict[str, str]
    checks: tuple[CheckWords, ...]
    causes: tuple[CauseTold, ...]
    """The likeliest first."""

    @property
    def title(self) -> str:
        """What it means, as a title."""
        return self.means.partition(". ")[0].rstrip(".")


class FailingNow(msgspec.Struct, frozen=True):
    """A source where one of these checks fails now. `since` in UTC."""

    source_id: int
    source: str
    verdict_id: int
    check_id: str
    since: datetime


class TextTold(msgspec.Struct, frozen=True):
    """An error text, explained."""

    messages: tuple[MessageTold, ...]
    failing: tuple[FailingNow, ...]


class KnownSource(msgspec.Struct, frozen=True):
    """A location that is crawled already."""

    source_id: int
    name: str
    state: State
    verdict_id: int | None


class LocationTold(msgspec.Struct, frozen=True):
    """What a place says now."""

    location: str
    head: Headline
    facts: tuple[Fact, ...]
    waterfall: Waterfall
    vouched_by: str
    """Whose pinned root its first root is; empty: nobody's."""
    root_sha256: str
    """Fingerprint of its first root; empty where there is none."""
    root_version: str
    partly: str
    """Why not everything was read; empty where it was."""
    reproduce: tuple[Command, ...]


def explain(viewer: Viewer, text: str) -> TextTold:
    """What a client's text means, and where that is so now: at most one query."""
    found = recognize(text)
    pages = load_pages()
    ids = {check for one in found for check in one.checks}
    return TextTold(
        messages=tuple(_message(one) for one in found),
        failing=_failing(viewer, sorted(ids & set(pages))) if ids else (),
    )


def known_source(viewer: Viewer, location: str) -> KnownSource | None:
    """The source that is crawled at a location, among those that this person sees. Two queries."""
    row = (
        Source.objects.filter(team__in=viewer.teams, removed_at=None)
        .filter(location__in=_spellings(location))
        .first()
    )
    if row is None:
        return None
    standing = SourceVerdict.objects.filter(source=row).first()
    return KnownSource(
        row.pk,
        row.name,
        state_of(None if standing is None else standing.trust_state),
        None if standing is None else standing.verdict_id,
    )


class TooManyAsk(Exception):  # noqa: N818  it is told to a person
    """Other places are being asked just now."""


@contextmanager
def taking_turns() -> Iterator[None]:
    """Around `verify_location`. Raises TooManyAsk instead of waiting."""
    if not _turns.acquire(blocking=False):
        raise TooManyAsk("Other places are being asked just now. Try again in some seconds.")
    try:
        yield
    finally:
        _turns.release()


def verify_location(
    viewer: Viewer, location: str, clock: Clock, *, allow_addresses: Sequence[str] = ()
) -> LocationTold:
    """Verify a place as a client that knows nothing of it, within limits; nothing is stored.

    Raises SourceError for a location that may not be asked: private addresses and local paths are
    refused here whatever any source allows; `allow_addresses` is for tests of loopback servers.
    Its root is trusted where somebody of this person's teams pinned that very root.
    """
    kind = kind_named(recognized(location, allow_addresses, ()).kind)
    place = kind.open(location, place_options(allow_addresses, ()))
    try:
        first_root = place.first_root()
        anchor = _anchor(viewer, first_root) if isinstance(first_root, Document) else None
        root = first_root if anchor is not None and isinstance(first_root, Document) else None
        result = _crawled(kind.name, location, place, root, clock)
    finally:
        place.close()
    return _told(location, result, anchor, first_root)


def _crawled(
    kind: str, location: str, place: PlaceToRead, root: Document | None, clock: Clock
) -> CrawlResult:
    order = CrawlOrder(
        source_id=0,
        kind=kind,
        location=location,
        allow_addresses=(),
        anchor_id=None,
        root=root,
        root_origin=AnchorOrigin.NOBODY if root is None else AnchorOrigin.PINNED,
        trusted={},
        known={},
        is_settled=False,
    )
    return crawl(order, Place.of(place), clock, limits=LIMITS)


def _told(
    location: str, result: CrawlResult, anchor: Anchor | None, first_root: Document | Problem
) -> LocationTold:
    assert result.trace is not None  # nothing is settled, so everything is verified
    assert result.state is not None
    answer = read_answer(as_json(result.trace, TUF, result.state))
    now = result.finished_at
    reached = Reached(
        now, str(result.outcome), result.requests, len(result.problems), result.because
    )
    four = facts(answer, None, reached, now)
    pages = load_pages()
    return LocationTold(
        location=visible(location, 500),
        head=headline(answer, four, pages, None, now),
        facts=four,
        waterfall=waterfall(answer, pages, now),
        vouched_by="" if anchor is None else anchor.pinned_by_name,
        root_sha256=sha256(first_root.body) if isinstance(first_root, Document) else "",
        root_version=_version(first_root),
        partly=result.because if str(result.outcome) == "partial" else "",
        reproduce=reproduce(TUF, location, now),
    )


def _version(root: Document | Problem) -> str:
    try:
        return str(parse(root).version) if isinstance(root, Document) else ""
    except ParseError:
        return ""


def _anchor(viewer: Viewer, root: Document) -> Anchor | None:
    """A pin of this very root in one of the person's teams."""
    rows = Anchor.objects.filter(team__in=viewer.teams, sha256=sha256(root.body))
    return rows.defer("body").order_by("-pinned_at").first()


def _spellings(location: str) -> tuple[str, ...]:
    bare = location.strip().rstrip("/")
    return bare, f"{bare}/"


def _message(one: Recognized) -> MessageTold:
    pages = load_pages()
    checks = tuple(
        CheckWords(check, page.title, page.advice, help_address(check))
        for check in one.checks
        if (page := pages.get(check)) is not None
    )
    causes = tuple(_cause(cause) for cause in one.causes or _of_checks(one.checks))
    return MessageTold(one.text, one.clients, one.means, one.values, checks, causes)


def _cause(cause: Cause) -> CauseTold:
    page = load_pages().get(cause.check)
    words = ("", "", "") if page is None else (page.id, page.title, help_address(page.id))
    return CauseTold(cause.because, cause.how_to_check, cause.fix, *words)


def _of_checks(checks: Sequence[str]) -> Iterator[Cause]:
    """What the pages of the checks say, where the message does not tell its causes apart."""
    for check in checks:
        page = load_pages().get(check)
        if page is not None:
            yield Cause(page.causes, page.how_to_check, page.fix, check)


def _failing(viewer: Viewer, checks: Sequence[str]) -> tuple[FailingNow, ...]:
    rows = (
        SourceVerdict.objects.filter(source__team__in=viewer.teams, source__removed_at=None)
        .filter(verdict__first_failing__in=checks)
        .order_by("-since", "source")
    )
    found = rows.values_list("source", "source__name", "verdict", "verdict__first_failing", "since")
    return tuple(FailingNow(*row) for row in found[:MOST_PLACES])


def source_address(told: KnownSource) -> str:
    """Where to read about it: its verdict, or the source that waits for one."""
    if told.verdict_id is None:
        return reverse("source", args=[told.source_id])
    return reverse("verdict", args=[told.source_id, told.verdict_id])
