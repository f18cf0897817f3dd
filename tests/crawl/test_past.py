"""What sources with a past share: the names as served, and what was trusted before."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from tests.simulators.written import DAY, START, vendor
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.crawl.past import Publication, as_served, trusted_after
from trustui.crawl.source import Seen
from trustui.demo.publisher import Publisher

AT = datetime(2026, 3, 2, tzinfo=UTC)
NUMBERED = b'{"signed": {"consistent_snapshot": true}}'
PLAIN = b'{"signed": {"consistent_snapshot": false}}'


def published(role: str, version: int | None, body: bytes, hour: int = 0) -> Publication:
    return Publication(role, version, Document("memory", body), AT + timedelta(hours=hour))


def places(*past: Publication) -> list[str]:
    return [one.place for one in as_served(past, "history") if isinstance(one, Seen)]


def test_names_carry_numbers_but_for_the_timestamp() -> None:
    past = [
        published("root", 1, NUMBERED),
        published("snapshot", 3, b"s"),
        published("team/a", 2, b"t"),
        published("timestamp", 7, b"t"),
    ]
    assert places(*past) == ["1.root.json", "3.snapshot.json", "2.team%2Fa.json", "timestamp.json"]


def test_without_consistent_snapshots_only_the_root_has_a_number() -> None:
    past = [
        published("root", 1, PLAIN),
        published("snapshot", 3, b"s"),
        published("timestamp", 7, b"t"),
    ]
    assert places(*past) == ["1.root.json", "snapshot.json", "timestamp.json"]


def test_the_newest_root_of_then_decides() -> None:
    past = [
        published("root", 1, PLAIN),
        published("targets", 1, b"1"),
        published("root", 2, NUMBERED),
        published("targets", 2, b"2"),
    ]
    assert places(*past)[1::2] == ["targets.json", "2.targets.json"]


def test_before_any_root_names_carry_numbers() -> None:
    assert places(published("targets", 1, b"1")) == ["1.targets.json"]


@pytest.mark.parametrize(
    "body", [b"", b"garbage", b"\xff", b"[" * 100_000, b'{"signed": {"consistent_snapshot": 1}}']
)
def test_a_root_that_cannot_be_read_changes_nothing(body: bytes) -> None:
    past = [
        published("root", 1, PLAIN),
        published("root", 2, body),
        published("targets", 1, b"1"),
    ]
    assert places(*past)[-1] == "targets.json"


def test_a_version_that_nothing_names_has_no_number() -> None:
    assert places(published("targets", None, b"garbage")) == ["targets.json"]


def test_what_a_name_already_held_is_left_out() -> None:
    past = [published("timestamp", 1, body, hour) for hour, body in enumerate([b"A", b"A", b"B"])]
    told = list(as_served(past, "git"))
    assert [(one.document.body, one.published_at) for one in told if isinstance(one, Seen)] == [
        (b"A", AT),
        (b"B", AT + timedelta(hours=2)),
    ]
    assert {one.origin for one in told if isinstance(one, Seen)} == {"git"}


def test_what_comes_again_after_something_else_comes_again() -> None:
    past = [published("timestamp", 1, body) for body in (b"A", b"B", b"A")]
    told = as_served(past, "git")
    assert [one.document.body for one in told if isinstance(one, Seen)] == [b"A", b"B", b"A"]


def test_a_problem_is_told_in_its_place() -> None:
    problem = Problem("memory", ProblemKind.UNREADABLE, "gone")
    past = [
        published("timestamp", 1, b"A"),
        Publication("timestamp", 2, problem, AT),
        published("timestamp", 3, b"B"),
    ]
    assert list(as_served(past, "git"))[1] == problem


# What was trusted before ----------------------------------------------------------------------


@pytest.fixture
def repo() -> Publisher:
    return vendor()


def trusted(repo: Publisher, version: int | None, **gaps: bytes) -> Mapping[str, bytes]:
    def read(role: str, version: int) -> Document | Problem:
        if role in gaps and not gaps[role]:
            return Problem(role, ProblemKind.ABSENT, "a gap")
        return Document(role, gaps.get(role) or repo.document(role, version))

    return {role: document.body for role, document in trusted_after(version, read).items()}


def test_it_is_what_the_timestamp_led_to(repo: Publisher) -> None:
    repo.publish(START + 3 * DAY)
    assert trusted(repo, 2) == {
        "timestamp": repo.document("timestamp", 2),
        "snapshot": repo.document("snapshot", 1),
        "targets": repo.document("targets", 1),
    }


def test_without_a_timestamp_it_is_nothing(repo: Publisher) -> None:
    assert trusted(repo, None) == {}


@pytest.mark.parametrize(
    ("gap", "left"), [("timestamp", set()), ("snapshot", {"timestamp"})], ids=["first", "second"]
)
def test_it_ends_at_a_gap(repo: Publisher, gap: str, left: set[str]) -> None:
    assert set(trusted(repo, 2, **{gap: b""})) == left


def test_it_ends_at_what_cannot_be_read(repo: Publisher) -> None:
    assert trusted(repo, 2, snapshot=b"garbage") == {
        "timestamp": repo.document("timestamp", 2),
        "snapshot": b"garbage",
    }
