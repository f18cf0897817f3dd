"""A place that answers from stored documents."""

from datetime import timedelta

from tests.simulators.watched import DAY, START
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.tuf.reading import Request
from trustui.inventory.text import identity
from trustui.verdicts.evidence import Looked
from trustui.verdicts.stored_place import Stored, StoredPlace


def stored(place: str, role: str, version: int, blob: int, days: int = 0) -> Stored:
    since = START + timedelta(days=days)
    return Stored(identity(place), identity(role), str(version), blob, f"{blob:064}", since)


def body(answer: Document | Problem) -> bytes:
    assert isinstance(answer, Document)
    return answer.body


def test_what_was_shown_last_is_what_is_there() -> None:
    first, second = (
        stored("timestamp.json", "timestamp", 1, 1),
        stored("timestamp.json", "timestamp", 2, 2),
    )
    place = StoredPlace("memory", [first, second], {1: b"one", 2: b"two"})
    assert body(place.ask(Request("timestamp", None, 100))) == b"two"
    place.show(first)
    assert body(place.ask(Request("timestamp", None, 100))) == b"one"


def test_a_document_has_the_time_at_which_it_was_first_seen() -> None:
    place = StoredPlace(
        "memory", [stored("timestamp.json", "timestamp", 1, 1, days=3)], {1: b"one"}
    )
    answer = place.ask(Request("timestamp", None, 100))
    assert isinstance(answer, Document)
    assert answer.seen_at == START + 3 * DAY


def test_a_past_that_keeps_versions_apart_gives_the_one_that_is_listed() -> None:
    rows = [stored(f"{n}.snapshot.json", "snapshot", n, n) for n in (1, 2)]
    place = StoredPlace("memory", rows, {1: b"one", 2: b"two"})
    assert body(place.ask(Request("snapshot", None, 100, wanted_version=1))) == b"one"
    assert body(place.ask(Request("snapshot", None, 100))) == b"two"
    assert isinstance(place.ask(Request("snapshot", 3, 100)), Problem)


def test_what_is_longer_than_was_asked_for_is_too_long() -> None:
    place = StoredPlace("memory", [stored("timestamp.json", "timestamp", 1, 1)], {1: b"12345"})
    answer = place.ask(Request("timestamp", None, 4))
    assert isinstance(answer, Problem)
    assert answer.kind is ProblemKind.TOO_LONG


def test_a_past_that_kept_one_of_several_forms_says_so() -> None:
    forms = {(identity("snapshot"), "1"): 1}
    row = stored("1.snapshot.json", "snapshot", 1, 1)
    place = StoredPlace("memory", [row], {1: b"12345"}, other_forms=forms)
    answer = place.ask(Request("snapshot", 1, 4))
    assert isinstance(answer, Document)
    assert answer.other_forms == 1


def test_a_problem_counts_more_than_what_was_there_before() -> None:
    problem = Problem("there", ProblemKind.UNREADABLE, "it did not answer")
    row = stored("timestamp.json", "timestamp", 1, 1)
    place = StoredPlace("memory", [row], {1: b"1"}, {identity("timestamp.json"): problem})
    assert place.ask(Request("timestamp", None, 100)) is problem


def test_the_first_root_is_the_lowest_by_number() -> None:
    rows = [stored(f"{n}.root.json", "root", n, n) for n in (10, 9)]
    place = StoredPlace("memory", rows, {9: b"nine", 10: b"ten"})
    assert body(place.first_root()) == b"nine"


def test_it_tells_what_it_was_asked_since_the_verification_began() -> None:
    place = StoredPlace("memory", [stored("timestamp.json", "timestamp", 1, 1)], {1: b"1"})
    place.ask(Request("timestamp", None, 100))
    place.ask(Request("root", 2, 100))
    assert place.looked.documents == (("timestamp.json", f"{1:064}"),)
    assert place.looked.problems == (("2.root.json", ProblemKind.ABSENT),)
    place.begin()
    assert place.looked == Looked()
