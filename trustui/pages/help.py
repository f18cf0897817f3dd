"""Help: every check and finding, what it means, what to do, and where it does not hold now."""

from collections.abc import Iterator, Mapping
from datetime import datetime

import msgspec

from trustui.check_pages import CheckPage, load_pages
from trustui.core.client_messages import sayings
from trustui.core.trace import TrustState
from trustui.pages.moment import Moment
from trustui.pages.viewer import Viewer
from trustui.pages.words import SIGNS, WORDS
from trustui.verdicts.models import Finding, SourceVerdict

MOST_PLACES = 20
MOST_SAYINGS = 12
LONGEST_QUERY = 200

_MEANINGS: dict[TrustState, str] = {
    TrustState.VERIFIED: "Every check that is needed passed, from a root that a person pinned.",
    TrustState.EXPIRES_SOON: "Verified; less than a fifth of a document's life is left, or its signing period has begun.",
    TrustState.NOT_TRUSTED: "It agrees with itself, but nobody has pinned the root that it rests on.",
    TrustState.FAILING: "A check that is needed failed: a client refuses it.",
    TrustState.NOT_SIGNED: "The place was read, and nothing there is signed.",
    TrustState.UNKNOWN_FORMAT: "Something is attached that this version cannot read.",
    TrustState.STALE: "It has not been looked at yet, or not for long.",
    TrustState.COULD_NOT_CHECK: "What would decide could not be had. It may be sound or not.",
    TrustState.NOT_COVERED: "No policy says what is expected of it.",
    TrustState.INHERITED: "It is not signed itself; what lists it is signed.",
}


class CheckLine(msgspec.Struct, frozen=True):
    """One check or finding in the index."""

    id: str
    title: str
    kind: str


class Section(msgspec.Struct, frozen=True):
    """Checks about one thing: a chapter of the documentation of a format."""

    book: str
    chapter: str
    """Empty where the whole book has nothing but checks."""
    lines: tuple[CheckLine, ...]


class StateHelp(msgspec.Struct, frozen=True):
    """A trust state in the legend."""

    sign: str
    word: str
    means: str


class HelpIndex(msgspec.Struct, frozen=True):
    """The index, all of it or what a search found."""

    query: str
    sections: tuple[Section, ...]
    found: int
    states: tuple[StateHelp, ...]

    @property
    def books(self) -> tuple[tuple[str, int], ...]:
        """Each book with the number of its first section, from 1."""
        first: dict[str, int] = {}
        for number, section in enumerate(self.sections, start=1):
            first.setdefault(section.book, number)
        return tuple(first.items())


class Place(msgspec.Struct, frozen=True):
    """A source where the check does not hold now. `since` in UTC."""

    source_id: int
    source: str
    since: datetime
    because: str
    verdict_id: int | None = None


class Saying(msgspec.Struct, frozen=True):
    """A client's words, with an ellipsis where it puts something in."""

    client: str
    words: str


class CheckHelp(msgspec.Struct, frozen=True):
    """The page of one check or finding."""

    page: CheckPage
    failing: tuple[Place, ...]
    """Where it is the first check that does not hold."""
    findings: tuple[Place, ...]
    is_cut: bool
    near: tuple[CheckLine, ...]
    """Others about the same thing."""
    said: tuple[Saying, ...]
    """How clients say that it does not hold, the plainest first."""


def help_index(query: str = "") -> HelpIndex:
    """Every check and finding, or those in which all words of a query stand; no database."""
    words = query[:LONGEST_QUERY].lower().split()
    pages = [page for page in load_pages().values() if _has(page, words)]
    return HelpIndex(
        query=query[:LONGEST_QUERY],
        sections=tuple(_sections({page.id: page for page in pages})),
        found=len(pages),
        states=tuple(StateHelp(SIGNS[one], WORDS[one], _MEANINGS[one]) for one in TrustState),
    )


def check_help(viewer: Viewer, moment: Moment, check_id: str) -> CheckHelp | None:
    """One page; None for an id that there is not. Two queries; none for another instant than now."""
    page = load_pages().get(check_id)
    if page is None:
        return None
    failing = _failing(viewer, check_id) if moment.is_now else []
    findings = _findings(viewer, check_id) if moment.is_now else []
    return CheckHelp(
        page=page,
        failing=tuple(failing[:MOST_PLACES]),
        findings=tuple(findings[:MOST_PLACES]),
        is_cut=max(len(failing), len(findings)) > MOST_PLACES,
        near=tuple(
            _line(one)
            for one in load_pages().values()
            if one.id != check_id and (one.book, one.chapter) == (page.book, page.chapter)
        ),
        said=tuple(Saying(*one) for one in sayings(check_id)[:MOST_SAYINGS]),
    )


def _has(page: CheckPage, words: list[str]) -> bool:
    texts = (page.id, page.title, page.failing, page.attack, page.meaning, page.causes, page.fix)
    text = " ".join(texts).lower()
    return all(word in text for word in words)


def _sections(pages: Mapping[str, CheckPage]) -> Iterator[Section]:
    """By book, that of updates first, and in it as it is written."""
    groups: dict[tuple[str, str], list[CheckLine]] = {}
    for page in pages.values():
        groups.setdefault((page.book, page.chapter), []).append(_line(page))
    for book, chapter in sorted(groups, key=lambda one: (one[0] != _FIRST, one[0].casefold())):
        named = "" if chapter == _ALL_CHECKS else chapter
        yield Section(book, named, tuple(groups[book, chapter]))


_FIRST = "TUF"
_ALL_CHECKS = "Checks"
"""The chapter of texts that are not divided."""


def _line(page: CheckPage) -> CheckLine:
    return CheckLine(page.id, page.title, page.kind)


def _failing(viewer: Viewer, check_id: str) -> list[Place]:
    rows = SourceVerdict.objects.filter(
        source__team__in=viewer.teams, source__removed_at=None, verdict__first_failing=check_id
    ).order_by("-since", "source")
    found = rows.values_list("source", "source__name", "since", "verdict__because", "verdict")
    return [Place(*row) for row in found[: MOST_PLACES + 1]]


def _findings(viewer: Viewer, check_id: str) -> list[Place]:
    rows = Finding.objects.filter(
        source__team__in=viewer.teams, source__removed_at=None, check_id=check_id, gone_at=None
    ).order_by("-first_seen_at", "-id")
    found = rows.values_list("source", "source__name", "first_seen_at", "on", "because")
    return [
        Place(source, name, since, f"{on}: {because}")
        for source, name, since, on, because in found[: MOST_PLACES + 1]
    ]
