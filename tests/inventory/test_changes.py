"""What is new, in sentences."""

from typing import Any

import msgspec
import pytest

from tests.simulators.inventoried import START
from trustui.core.facts import Document
from trustui.core.formats.tuf.metadata import Metadata
from trustui.core.formats.tuf.parse import parse
from trustui.core.primitives.text import with_short_digests
from trustui.demo.publisher import Publisher
from trustui.inventory.changes import (
    MAX_SENTENCES,
    Step,
    capped,
    key_owners,
    problems_changed,
    what_changed,
)


@pytest.fixture
def repo() -> Publisher:
    made = Publisher("vendor", START)
    made.add_target("targets", "a", b"a")
    made.publish()
    return made


def targets(repo: Publisher) -> Metadata:
    return parse(Document("", repo.document("targets")))


def told(old: Metadata | None, new: Metadata | None, **stated: Any) -> list[str]:
    versions = [None if one is None else str(one.version) for one in (old, new)]
    step = Step("targets", versions[0], versions[1] or "?", old, new)
    return list(what_changed(msgspec.structs.replace(step, **stated)))


def test_the_first_document_of_a_role_is_told_as_such(repo: Publisher) -> None:
    assert told(None, targets(repo)) == ["targets v1 was seen for the first time"]


def test_a_change_says_what_it_does_to_trust(repo: Publisher) -> None:
    old = targets(repo)
    repo.add_delegation("targets", "team", paths=["*"])
    repo.publish()
    first, *rest = told(old, targets(repo))
    assert first == "targets v1 → v2"
    assert any(one.startswith("targets: delegation added of") for one in rest)
    assert any(one.endswith(", which widens trust") for one in rest)


def test_what_leads_back_is_a_rollback(repo: Publisher) -> None:
    old = targets(repo)
    repo.renew("targets")
    repo.publish()
    assert told(targets(repo), old)[0] == "targets v2 → v1, a rollback"
    assert told(old, old)[0] == "targets v1 → v1, another document of one version"


def test_what_is_too_long_to_compare_is_told_by_its_version(repo: Publisher) -> None:
    assert told(None, targets(repo), old_version="1", new_version="2") == ["targets v1 → v2"]


def test_who_signs_no_longer_is_told_by_name_where_the_publisher_says_whose_a_key_is() -> None:
    repo = Publisher("vendor", START)
    repo.add_delegation("targets", "team", keys=2, threshold=2, paths=["*"])
    repo.name_holders("team", "@haugen")
    repo.add_target("team", "a", b"a")
    repo.publish()
    old = parse(Document("", repo.document("team")))
    repo.sign_with_only("team", 1)
    repo.publish()
    new = parse(Document("", repo.document("team")))
    told = list(what_changed(Step("team", "1", "2", old, new), lambda: key_owners([targets(repo)])))
    first, second = (with_short_digests(key.key_id) for key in repo.keys("team"))
    both = ", ".join(sorted((first, second))).replace(first, f"@haugen {first}")
    assert f"team: signatures of team: {both} → @haugen {first}" in told


def test_documents_of_different_types_are_not_compared(repo: Publisher) -> None:
    timestamp = parse(Document("", repo.document("timestamp")))
    assert len(told(timestamp, targets(repo))) == 1


def test_hostile_names_are_made_visible() -> None:
    (sentence,) = what_changed(Step("\u202etegrat", None, "1"))
    assert sentence == "\\u{202E}tegrat v1 was seen for the first time"


def test_no_more_than_so_many_sentences_are_told() -> None:
    assert capped(iter(["one"])) == ("one",)
    many = capped(f"{n}" for n in range(MAX_SENTENCES + 5))
    assert (len(many), many[-1]) == (MAX_SENTENCES + 1, "and 5 more")


def test_problems_are_told_when_they_come_change_and_go() -> None:
    before = {"a.json": "absent", "b.json": "too_slow", "c.json": "absent"}
    now = {
        "a.json": ("absent", "still not there"),
        "b.json": ("absent", "gone"),
        "d.json": ("refused", "forbidden"),
    }
    assert list(problems_changed(before, now)) == [
        "b.json: gone",
        "d.json: forbidden",
        "c.json can be read again",
    ]
