"""Two versions side by side."""

import pytest

from tests.simulators.watched import DAY, START, vendor
from trustui.core.facts import Document
from trustui.demo.publisher import Publisher
from trustui.pages import comparing as module
from trustui.pages.comparing import meaning, texts


def two_targets() -> tuple[Publisher, Document, Document]:
    repo = vendor()
    repo.add_delegation("targets", "team\u202e", paths=["team/*"])
    repo.publish(START + DAY)
    old, new = (Document("x", repo.document("targets", version)) for version in (1, 2))
    return repo, old, new


def test_what_widens_trust_comes_first_and_is_marked() -> None:
    _, old, new = two_targets()
    found = meaning(old, new)
    assert found.problem == ""
    assert (found.changes[0].badge, found.changes[0].sign) == ("widens trust", "bad")
    assert found.changes[-1].sign == "none"
    assert "\u202e" not in "".join(part.text for line in found.changes for part in line.parts)


def test_what_is_about_a_document_as_a_whole_is_told_of_its_role() -> None:
    repo = vendor()
    repo.add_delegation("targets", "team", paths=["team/*"])
    repo.publish(START + DAY)
    repo.add_target("team", "team/agent", b"agent")
    repo.publish(START + 2 * DAY)
    old, new = (Document("x", repo.document("team", version)) for version in (1, 2))
    told = {line.parts[1].text: line.parts[0].text for line in meaning(old, new, "team").changes}
    assert told == {
        ": version ": "team", ": expiry ": "team", ": target added ": "team/agent",
    }  # fmt: skip
    assert meaning(old, new).changes[0].parts[0].text == "targets"


def test_what_cannot_be_read_or_compared_says_why() -> None:
    repo, old, _ = two_targets()
    assert "cannot be read" in meaning(old, Document("x", b"{}")).problem
    assert (
        "two versions of one role" in meaning(old, Document("x", repo.document("root", 1))).problem
    )


def test_key_ids_are_shortened() -> None:
    repo = vendor()
    repo.rotate("root")
    repo.publish(START + DAY)
    old, new = (Document("x", repo.document("root", version)) for version in (1, 2))
    told = [part.text for line in meaning(old, new).changes for part in line.parts]
    assert not any(len(word) > 60 for text in told for word in text.split())
    assert any("…" in text for text in told)


def test_no_more_changes_than_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_CHANGES", 1)
    _, old, new = two_targets()
    found = meaning(old, new)
    assert len(found.changes) == 1
    assert found.more > 0


def test_the_texts_are_compared_line_by_line() -> None:
    found = texts(b'{"a":1,"b":2}', b'{"b":3,"a":1}')
    assert found is not None
    assert [line.text.strip() for line in found if line.kind] == [
        "@@ -1,4 +1,4 @@", '-  "b": 2', '+  "b": 3',
    ]  # fmt: skip


def test_texts_that_are_no_json_are_compared_as_they_are() -> None:
    found = texts(b"one\x1b\ntwo", b"one\x1b\nthree")
    assert found is not None
    assert [line.kind for line in found] == ["at", "", "del", "ins"]
    assert "\x1b" not in found[1].text


def test_texts_that_are_too_long_are_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    assert texts(b"\n" * (module.MOST_LINES + 1), b"") is None
    monkeypatch.setattr(module, "MOST_BYTES", 3)
    assert texts(b"1234", b"") is None
