"""Each place is asked once, within bounds, and every answer is kept."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from tests.simulators.crawl_memory import CrawlMemory, place_of
from tests.simulators.tuf_places import TufPlace
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.tuf.reading import Request
from trustui.core.primitives.digests import sha256
from trustui.inventory.asking import Answer, Asking, CrawlLimits
from trustui.inventory.models import Standing
from trustui.inventory.values import CrawlOrder, Known

AT = datetime(2026, 1, 1, tzinfo=UTC)
BEFORE = AT - timedelta(days=3)
TIMESTAMP = Request("timestamp", None, 1000)


class Clock:
    """A clock that never goes back, by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def asking(
    place: TufPlace,
    order: CrawlOrder | None = None,
    limits: CrawlLimits | None = None,
    *,
    in_hand: dict[str, Answer] | None = None,
    told: list[tuple[int, int, str]] | None = None,
    clock: Clock | None = None,
) -> Asking:
    heard = [] if told is None else told
    return Asking(
        order or CrawlMemory(None).order(),
        place_of(place),
        limits or CrawlLimits(),
        in_hand=in_hand or {},
        told=lambda *what: heard.append(what),
        monotonic=clock or Clock(),
    )


def test_a_place_is_asked_once() -> None:
    place = TufPlace({"timestamp.json": b"{}"})
    asked = asking(place)
    first, second = asked.ask(TIMESTAMP), asked.ask(TIMESTAMP)
    assert first is second
    assert (place.asked, asked.requests, asked.count) == (["timestamp.json"], 1, 2)


def test_a_problem_is_an_answer_that_is_kept_too() -> None:
    place = TufPlace({})
    asked = asking(place)
    asked.ask(TIMESTAMP)
    answer = asked.ask(TIMESTAMP)
    assert isinstance(answer, Problem)
    assert place.asked == ["timestamp.json"]


def test_names_of_places_are_percent_encoded() -> None:
    place = TufPlace({"1.team%2Fa.json": b"{}"})
    asked = asking(place)
    asked.ask(Request("team/a", 1, 100))
    assert list(asked.answers) == ["1.team%2Fa.json"]
    assert asked.roles == {"1.team%2Fa.json": "team/a"}


def test_the_first_root_has_the_name_that_the_place_gives_it() -> None:
    asked = asking(TufPlace({"1.root.json": b"a root"}))
    answer = asked.first_root()
    assert isinstance(answer, Document)
    assert (asked.latest, asked.roles) == ("1.root.json", {"1.root.json": "root"})
    assert (asked.requests, asked.received_bytes) == (1, len(b"a root"))


def test_what_is_in_hand_counts_as_asked_for_and_is_not_asked_again() -> None:
    place = TufPlace({})
    asked = asking(place, in_hand={"timestamp.json": Document("in hand", b"four")})
    assert asked.ask(TIMESTAMP) == Document("in hand", b"four")
    assert (place.asked, asked.requests, asked.received_bytes) == ([], 1, 4)


def test_it_tells_how_far_it_is() -> None:
    told: list[tuple[int, int, str]] = []
    asked = asking(TufPlace({}), told=told)
    asked.ask(TIMESTAMP)
    asked.ask(Request("snapshot", 3, 10))
    assert told == [(0, 1, "timestamp.json"), (1, 2, "3.snapshot.json")]


@pytest.mark.parametrize(
    ("came", "since"),
    [(AT, BEFORE), (None, BEFORE), (BEFORE - timedelta(1), BEFORE - timedelta(1))],
    ids=["seen again", "without a time", "published before we saw it"],
)
def test_known_bytes_keep_the_earliest_time(came: datetime | None, since: datetime) -> None:
    body = b"the same"
    known = Known(7, sha256(body), "", Standing.TRUSTED, BEFORE)
    order = msgspec.structs.replace(CrawlMemory(None).order(), known={"timestamp.json": known})
    answer = asking(TufPlace({"timestamp.json": body}, seen_at=came), order).ask(TIMESTAMP)
    assert isinstance(answer, Document)
    assert answer.seen_at == since


def test_other_bytes_have_the_time_at_which_they_came() -> None:
    known = Known(7, sha256(b"before"), "", Standing.TRUSTED, BEFORE)
    order = msgspec.structs.replace(CrawlMemory(None).order(), known={"timestamp.json": known})
    answer = asking(TufPlace({"timestamp.json": b"now"}, seen_at=AT), order).ask(TIMESTAMP)
    assert isinstance(answer, Document)
    assert answer.seen_at == AT


def test_after_its_time_nothing_is_asked_any_more() -> None:
    place, clock = TufPlace({"timestamp.json": b"{}"}), Clock()
    asked = asking(place, limits=CrawlLimits(seconds=10), clock=clock)
    asked.ask(TIMESTAMP)
    clock.now = 10.5
    answer = asked.ask(Request("snapshot", 1, 10))
    assert isinstance(answer, Problem)
    assert answer.kind is ProblemKind.REFUSED
    assert answer.because == asked.because == "one crawl takes at most 10 seconds"
    assert place.asked == ["timestamp.json"]


def test_once_a_bound_is_reached_it_stays_the_reason() -> None:
    asked = asking(TufPlace({}), limits=CrawlLimits(documents=1, seconds=-1))
    asked.ask(TIMESTAMP)
    asked.ask(Request("snapshot", 1, 10))
    assert asked.because == "one crawl takes at most -1 seconds"
